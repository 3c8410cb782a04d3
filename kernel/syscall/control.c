/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control capabilities: power, log, addresses for devices, write and execute.
 */
#include <abi/dispatch.h>
#include <arch/paging.h>

#include "debug/dump.h"
#include "debug/log.h"
#include "kernel.h"
#include "object/space.h"
#include "object/thread.h"
#include "syscall/long.h"

enum { LOG_WRITE_BYTES_PER_STEP = 32, LOG_READ_BYTES_MAX = 1024 };

status_t sys_power_control_off(struct thread *self, struct cap *cap, struct power_control_off *args)
{
    (void)self;
    (void)cap;
    (void)args;
    log_show();
    arch_power_off(0);
}

status_t sys_power_control_reboot(struct thread *self, struct cap *cap,
                                  struct power_control_reboot *args)
{
    (void)self;
    (void)cap;
    (void)args;
    log_show();
    arch_reboot();
}

status_t sys_power_control_fail(struct thread *self, struct cap *cap,
                                struct power_control_fail *args)
{
    (void)self;
    (void)cap;
    log_show();
    arch_power_off(args->code == 0 || args->code > 255 ? 1 : (unsigned)args->code);
}

status_t sys_log_control_write(struct thread *self, struct cap *cap, struct log_control_write *args)
{
    struct abi_buffer *buffer = thread_buffer(self);

    (void)cap;
    if (buffer == NULL)
        return ERR_BAD_STATE;
    args->culprit = 1;
    if (args->size > ABI_LIST_BYTES)
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    while (self->progress < args->size) {
        size_t count = word_min(args->size - self->progress, LOG_WRITE_BYTES_PER_STEP);

        log_write((const char *)buffer->list + self->progress, count);
        self->progress += count;
        if (self->progress < args->size && kernel_should_preempt())
            return PREEMPTED;
    }
    return long_done(self, OK);
}

status_t sys_log_control_read(struct thread *self, struct cap *cap, struct log_control_read *args)
{
    struct abi_buffer *buffer = thread_buffer(self);

    (void)cap;
    if (buffer == NULL)
        return ERR_BAD_STATE;
    args->next = args->position;
    args->size = log_read(&args->next, (char *)buffer->list, LOG_READ_BYTES_MAX, &args->lost);
    return OK;
}

status_t sys_log_control_dump(struct thread *self, struct cap *cap, struct log_control_dump *args)
{
    struct abi_buffer *buffer = thread_buffer(self);

    (void)cap;
    if (buffer == NULL)
        return ERR_BAD_STATE;
    return dump_part(args->part, (char *)buffer->list, ABI_LIST_BYTES, &args->next, &args->size);
}

status_t sys_log_control_watch(struct thread *self, struct cap *cap, struct log_control_watch *args)
{
    (void)self;
    (void)cap;
    (void)cap_delete_step(&kernel.watch);
    cap_derive(&kernel.watch, args->notification, ~(word_t)0);
    kernel.watch_bits = args->bits & UINT32_MAX;
    return OK;
}

status_t sys_dma_control_address(struct thread *self, struct cap *cap,
                                 struct dma_control_address *args)
{
    (void)self;
    (void)cap;
    args->culprit = 2;
    if (args->page >= frame_pages(args->frame))
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    args->address = frame_base(args->frame) + (paddr_t)args->page * PAGE_SIZE;
    return OK;
}

status_t sys_space_control_allow(struct thread *self, struct cap *cap,
                                 struct space_control_allow *args)
{
    (void)self;
    (void)cap;
    args->culprit = 2;
    if (args->allow > 1)
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    space_of(args->space->object)->allows_write_execute = args->allow == 1;
    return OK;
}

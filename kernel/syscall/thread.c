/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread: configure, run, stop, inspect.
 */
#include "object/thread.h"

#include <abi/dispatch.h>
#include <arch/paging.h>
#include <base/memory.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/notification.h"
#include "syscall/long.h"
#include "time/units.h"

static struct thread *thread_target(struct cap *cap)
{
    return thread_of(cap->object);
}

static bool is_idle(const struct thread *thread)
{
    return thread->state == THREAD_STOPPED || thread->state == THREAD_FAULTED;
}

/* One that was not given stays as it is. */
static void slot_set(struct thread *thread, enum thread_slot slot, struct cap *from)
{
    if (from != NULL)
        thread_give(thread, slot, from);
}

static status_t configure_check(const struct thread *thread, struct thread_configure *args)
{
    struct cap *buffer = args->buffer;

    if (!is_idle(thread))
        return ERR_BAD_STATE;
    args->culprit = 8;
    if ((args->options & ~(word_t)THREAD_OPTIONS) != 0)
        return ERR_BAD_ARGUMENT;
    if (buffer == NULL)
        return OK;
    args->culprit = 6;
    if (frame_is_device(buffer))
        return ERR_WRONG_TYPE;
    if (!cap_has(buffer, RIGHT_READ | RIGHT_WRITE))
        return ERR_NO_RIGHT;
    args->culprit = 7;
    return args->page < frame_pages(buffer) ? OK : ERR_BAD_ARGUMENT;
}

status_t sys_thread_configure(struct thread *self, struct cap *cap, struct thread_configure *args)
{
    struct thread *thread = thread_target(cap);
    status_t status = configure_check(thread, args);

    (void)self;
    if (status != OK)
        return status;
    args->culprit = 0;
    slot_set(thread, SLOT_CAPTABLE, args->captable);
    slot_set(thread, SLOT_SPACE, args->space);
    slot_set(thread, SLOT_BUDGET, args->budget);
    slot_set(thread, SLOT_FAULT, args->fault);
    slot_set(thread, SLOT_TIMEOUT, args->timeout);
    slot_set(thread, SLOT_BUFFER, args->buffer);
    if (args->buffer != NULL)
        thread->buffer_page = args->page;
    thread->options = (uint8_t)args->options;
    context_set_forwarded(&thread->context, (args->options & THREAD_FORWARDED) != 0);
    if (args->budget != NULL)
        thread_set_budget(thread, thread_own_budget(thread));
    return OK;
}

status_t sys_thread_set_priority(struct thread *self, struct cap *cap,
                                 struct thread_set_priority *args)
{
    struct thread *thread = thread_target(cap);
    word_t limit = args->leave != NULL ? ABI_PRIORITIES - 1 : self->ceiling;

    args->culprit = args->priority >= ABI_PRIORITIES ? 1 : 2;
    if (args->priority >= ABI_PRIORITIES || args->ceiling >= ABI_PRIORITIES ||
        args->priority > args->ceiling)
        return ERR_BAD_ARGUMENT;
    if (args->ceiling > limit)
        return ERR_OVER_LIMIT;
    args->culprit = 0;
    thread->ceiling = (uint8_t)args->ceiling;
    thread_set_priority(thread, (unsigned)args->priority);
    return OK;
}

status_t sys_thread_start(struct thread *self, struct cap *cap, struct thread_start *args)
{
    struct thread *thread = thread_target(cap);

    (void)self;
    if (!is_idle(thread) || thread_space(thread) == NULL)
        return ERR_BAD_STATE;
    if (args->pc >= USER_TOP || args->sp > USER_TOP) {
        args->culprit = args->pc >= USER_TOP ? 1 : 2;
        return ERR_BAD_ARGUMENT;
    }
    context_init(&thread->context, args->pc, args->sp, args->argument, args->tp);
    context_set_forwarded(&thread->context, (thread->options & THREAD_FORWARDED) != 0);
    cpu_forget_fpu(thread);
    thread->wants_fpu = false;
    mem_zero(&thread->fpu, sizeof(thread->fpu));
    (void)long_done(thread, OK);
    return thread_resume(thread);
}

status_t sys_thread_resume(struct thread *self, struct cap *cap, struct thread_resume *args)
{
    (void)self;
    (void)args;
    return thread_resume(thread_target(cap));
}

status_t sys_thread_stop(struct thread *self, struct cap *cap, struct thread_stop *args)
{
    (void)self;
    (void)args;
    thread_stop(thread_target(cap));
    return OK;
}

status_t sys_thread_cancel(struct thread *self, struct cap *cap, struct thread_cancel *args)
{
    (void)self;
    (void)args;
    return thread_cancel(thread_target(cap), ERR_CANCELLED);
}

/* A thread whose registers do not change under us. */
static bool is_readable(const struct thread *thread)
{
    return is_idle(thread) || thread->state == THREAD_CALLING || thread->state == THREAD_SENDING;
}

/* A queued message was checked and is still in its registers. */
static bool has_message(const struct thread *thread)
{
    return thread->state == THREAD_SENDING && thread->send_kind != SEND_FAULT;
}

status_t sys_thread_read(struct thread *self, struct cap *cap, struct thread_read *args)
{
    struct thread *thread = thread_target(cap);
    struct abi_buffer *buffer = thread_buffer(self);

    (void)args;
    if (!is_readable(thread) || buffer == NULL)
        return ERR_BAD_STATE;
    cpu_save_fpu(thread);
    context_read(&thread->context, thread->wants_fpu ? &thread->fpu : NULL, buffer->list);
    return OK;
}

status_t sys_thread_write(struct thread *self, struct cap *cap, struct thread_write *args)
{
    struct thread *thread = thread_target(cap);
    struct abi_buffer *buffer = thread_buffer(self);
    bool has_fpu = thread->wants_fpu;

    (void)args;
    if (!is_readable(thread) || has_message(thread) || buffer == NULL)
        return ERR_BAD_STATE;
    cpu_save_fpu(thread);
    status_t status = context_write(&thread->context, &thread->fpu, &has_fpu, buffer->list);

    if (status != OK)
        return status;
    thread->wants_fpu = thread->wants_fpu || has_fpu;
    return long_done(thread, OK);
}

status_t sys_thread_bind(struct thread *self, struct cap *cap, struct thread_bind *args)
{
    struct thread *thread = thread_target(cap);
    struct cap *slot = &thread->slots[SLOT_NOTIFICATION];

    (void)self;
    args->culprit = 1;
    if (args->notification != NULL && notification_of(args->notification->object)->bound != NULL)
        return ERR_IN_USE;
    args->culprit = 0;
    thread_unbind(thread);
    (void)cap_delete_step(slot);
    if (args->notification == NULL)
        return OK;
    slot_set(thread, SLOT_NOTIFICATION, args->notification);
    struct notification *notification = notification_of(slot->object);

    notification->bound = thread;
    notification_signal(notification, 0);
    return OK;
}

status_t sys_thread_set_minimum(struct thread *self, struct cap *cap,
                                struct thread_set_minimum *args)
{
    struct thread *thread = thread_target(cap);

    (void)self;
    thread->minimum = ns_to_ticks(args->minimum, kernel.frequency);
    return OK;
}

status_t sys_thread_set_breakpoint(struct thread *self, struct cap *cap,
                                   struct thread_set_breakpoint *args)
{
    struct thread *thread = thread_target(cap);

    (void)self;
    args->culprit = 3;
    if (args->kind > BREAKPOINT_ACCESS)
        return ERR_BAD_ARGUMENT;
    args->culprit = 2;
    if (args->address >= USER_TOP)
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    if (thread->state == THREAD_RUNNING)
        return ERR_BAD_STATE;
    status_t status = debug_set_breakpoint(&thread->debug, args->number, args->address,
                                           (enum breakpoint_kind)args->kind);

    thread_set_unusual(thread, UNUSUAL_DEBUG, debug_in_use(&thread->debug));
    return status;
}

status_t sys_thread_single_step(struct thread *self, struct cap *cap,
                                struct thread_single_step *args)
{
    struct thread *thread = thread_target(cap);

    (void)self;
    args->culprit = 1;
    if (args->on > 1)
        return ERR_BAD_ARGUMENT;
    args->culprit = 0;
    if (thread->state == THREAD_RUNNING)
        return ERR_BAD_STATE;
    status_t status = debug_single_step(&thread->debug, &thread->context, args->on == 1);

    thread_set_unusual(thread, UNUSUAL_DEBUG, debug_in_use(&thread->debug));
    return status;
}

status_t sys_thread_info(struct thread *self, struct cap *cap, struct thread_info *args)
{
    struct thread *thread = thread_target(cap);

    (void)self;
    args->state = thread->state;
    args->core = thread->cpu != NULL ? thread->cpu->index : 0;
    args->priority = thread_priority(thread);
    return OK;
}

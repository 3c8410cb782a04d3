/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory: make objects in it.
 * A range is checked and reserved first, then zeroed, then it becomes an object.  A frame may be
 * long: it stands in its slot, marked as under way, while it is zeroed step by step.
 */
#include <abi/dispatch.h>
#include <abi/sizes.h>
#include <arch/paging.h>

#include "object/make.h"
#include "object/memory.h"
#include "syscall/long.h"

enum { ZERO_PAGES_PER_STEP = 2 };

/* One object of the batch. */
struct making {
    struct thread *self;
    struct cap *memory;
    enum abi_object_type type;
    uint64_t base;
    word_t size;
    struct cap *slot;
};

static bool frame_is_under_way(const struct making *m)
{
    return cap_type(m->slot) == TYPE_FRAME && (m->slot->node.flags & CAP_MAKING) != 0 &&
           frame_base(m->slot) == m->base && frame_pages(m->slot) == m->size;
}

/*
 * Reserve a frame's pages, then zero them.  A frame under way counts its zeroed steps itself.  So
 * whoever finds it goes on with it, and progress that a thread remembers of a frame that is gone
 * leaves no page of this one as it was.
 */
static status_t frame_make(struct making *m)
{
    if (!frame_is_under_way(m)) {
        status_t status = cap_is_empty(m->slot) ? make_frame(m->memory, m->base, m->size, m->slot)
                                                : ERR_SLOT_IN_USE;

        if (status != OK)
            return status;
    }
    size_t zeroed = frame_is_device(m->slot) ? m->size
                                             : frame_steps_done(m->slot) * ZERO_PAGES_PER_STEP;

    while (zeroed < m->size) {
        size_t pages = word_min(m->size - zeroed, ZERO_PAGES_PER_STEP);

        zero_pages(phys_to_virt(m->base + (paddr_t)zeroed * PAGE_SIZE), pages);
        zeroed += pages;
        frame_count_step(m->slot);
        if (zeroed < m->size && kernel_should_preempt())
            return PREEMPTED;
    }
    frame_made(m->slot);
    return OK;
}

static bool type_is_makeable(word_t type)
{
    return type >= TYPE_MEMORY && type < TYPE_TIME_CONTROL;
}

/* What is known before the first one is made.  size_bytes: of one, 0 for a wrong size. */
static status_t make_check(struct cap *cap, struct memory_make *args, uint64_t size_bytes)
{
    struct memory *memory = memory_of(cap->object);
    enum abi_object_type type = (enum abi_object_type)args->type;

    args->culprit = 1;
    if (!type_is_makeable(args->type))
        return ERR_BAD_ARGUMENT;
    if (type != TYPE_FRAME && (memory->kind & ABI_MEMORY_KERNEL_USABLE) == 0)
        return ERR_WRONG_TYPE;
    args->culprit = 3;
    if (size_bytes == 0)
        return ERR_BAD_ARGUMENT;
    args->culprit = 4;
    if (args->count == 0)
        return ERR_BAD_ARGUMENT;
    args->culprit = 2;
    if (!is_aligned(args->at, object_is_paged(type) ? PAGE_SIZE : ABI_OBJECT_ALIGN))
        return ERR_MISALIGNED;
    if (args->at > memory->size_bytes || args->count > (memory->size_bytes - args->at) / size_bytes)
        return ERR_NO_MEMORY;
    args->culprit = 0;
    return type == TYPE_MEMORY && memory->depth >= MEMORY_DEPTH_MAX ? ERR_OVER_LIMIT : OK;
}

/* The argument at fault when making one of them failed: its slot, or its place. */
static word_t make_culprit(status_t status)
{
    if (status == OK)
        return 0;
    return status == ERR_BAD_CAPABILITY || status == ERR_SLOT_IN_USE ? 5 : 2;
}

static status_t make_one(struct making *m, word_t slot_index)
{
    status_t status = cap_lookup_empty(m->self, slot_index, &m->slot);

    if (status == ERR_BAD_CAPABILITY)
        return status;
    if (m->type == TYPE_FRAME)
        return frame_make(m);
    return status != OK ? status : make_object(m->memory, m->type, m->base, m->size, m->slot);
}

status_t sys_memory_make(struct thread *self, struct cap *cap, struct memory_make *args)
{
    struct memory *memory = memory_of(cap->object);
    enum abi_object_type type =
        type_is_makeable(args->type) ? (enum abi_object_type)args->type : TYPE_NONE;
    uint64_t stride = align_up((word_t)object_bytes(type, args->size), ABI_OBJECT_ALIGN);
    struct making m = {.self = self, .memory = cap, .type = type, .size = args->size};
    status_t status = make_check(cap, args, stride);

    if (status != OK)
        return long_done(self, status);
    kernel.killer = NULL;
    while (memory_clean_step(memory)) {
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    while (status == OK && self->progress < args->count) {
        m.base = memory->base + args->at + self->progress * stride;
        status = make_one(&m, args->slot + self->progress);
        if (status == PREEMPTED)
            return PREEMPTED;
        if (status == OK)
            self->progress++;
        if (status == OK && self->progress < args->count && kernel_should_preempt())
            return PREEMPTED;
    }
    args->done = self->progress;
    args->culprit = make_culprit(status);
    return long_done(self, status);
}

status_t sys_memory_info(struct thread *self, struct cap *cap, struct memory_info *args)
{
    struct memory *memory = memory_of(cap->object);

    (void)self;
    args->size = (word_t)memory->size_bytes;
    args->kind = memory->kind;
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory: make objects in it.
 * A range is checked and reserved first, then zeroed, then it becomes an object.  A frame may be long: it stands in its
 * slot, marked as under way, while it is zeroed step by step.
 */
#include <abi/dispatch.h>
#include <abi/sizes.h>
#include <base/memory.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/timer.h"
#include "syscall/long.h"

enum { ZERO_PAGES_PER_STEP = 4, SIZE_PAGES_MAX = 0x7fffff };

static_assert(sizeof(struct memory) <= ABI_MEMORY_HEADER_BYTES, "published size");

/* One object of the batch. */
struct making {
    struct thread *self;
    struct cap *memory;
    enum abi_object_type type;
    uint64_t base;
    uint64_t size_bytes;
    word_t size;
    struct cap *slot;
};

/* Bytes one object takes; 0: it can't be made, or not of this size. */
static uint64_t object_bytes(enum abi_object_type type, word_t size)
{
    bool is_plain = size == 0;

    switch (type) {
    case TYPE_FRAME:
    case TYPE_MEMORY:
    case TYPE_POOL: return size == 0 || size > SIZE_PAGES_MAX ? 0 : (uint64_t)size * PAGE_SIZE;
    case TYPE_SPACE: return size < ABI_SPACE_PAGES_MIN || size > SIZE_PAGES_MAX ? 0 : (uint64_t)size * PAGE_SIZE;
    case TYPE_CAPTABLE: return size == 0 || size > CAPTABLE_CHUNKS_MAX ? 0 : ABI_CAPTABLE_BYTES + size * WORD_BYTES;
    case TYPE_CHUNK: return is_plain ? ABI_CHUNK_BYTES : 0;
    case TYPE_THREAD: return is_plain ? ABI_THREAD_BYTES : 0;
    case TYPE_BUDGET: return is_plain ? ABI_BUDGET_BYTES : 0;
    case TYPE_ENDPOINT: return is_plain ? ABI_ENDPOINT_BYTES : 0;
    case TYPE_REPLY: return is_plain ? ABI_REPLY_BYTES : 0;
    case TYPE_NOTIFICATION: return is_plain ? ABI_NOTIFICATION_BYTES : 0;
    case TYPE_INTERRUPT: return is_plain ? ABI_INTERRUPT_BYTES : 0;
    case TYPE_TIMER: return is_plain ? ABI_TIMER_BYTES : 0;
    default: return 0;
    }
}

static bool is_paged(enum abi_object_type type)
{
    return type == TYPE_FRAME || type == TYPE_MEMORY || type == TYPE_SPACE || type == TYPE_POOL;
}

/* ---- frames ---- */

static bool frame_is_under_way(const struct making *m)
{
    return cap_type(m->slot) == TYPE_FRAME && (m->slot->node.flags & CAP_MAKING) != 0 &&
           frame_base(m->slot) == m->base && frame_pages(m->slot) == m->size;
}

static status_t frame_reserve(struct making *m)
{
    struct memory *memory = memory_of(m->memory->object);
    bool is_ram = (memory->kind & ABI_MEMORY_RAM) != 0;
    struct cap *frame = m->slot;
    struct range_place place;
    status_t status = memory_find_place(memory, m->base, m->size_bytes, &place);

    if (status != OK)
        return status;
    node_init(&frame->node, CAP_OWNER | CAP_MAKING, TYPE_FRAME);
    frame->node.rights = (uint16_t)(object_rights(TYPE_FRAME) & (is_ram ? ~(word_t)0 : ~(word_t)RIGHT_EXECUTE));
    frame->node.pages = (uint32_t)m->size | (is_ram ? 0 : (uint32_t)FRAME_DEVICE);
    frame->range.base = range_of_frame(m->base);
    memory_insert(memory, &frame->range, &place);
    node_add_child(&m->memory->node, &frame->node);
    return OK;
}

static status_t frame_make(struct making *m)
{
    struct thread *self = m->self;

    if (!frame_is_under_way(m)) {
        status_t status = cap_is_empty(m->slot) ? frame_reserve(m) : ERR_SLOT_IN_USE;

        if (status != OK)
            return status;
        self->progress_pages = 0;
    }
    while (!frame_is_device(m->slot) && self->progress_pages < m->size) {
        size_t pages = word_min(m->size - self->progress_pages, ZERO_PAGES_PER_STEP);

        zero_pages(phys_to_virt(m->base + (paddr_t)self->progress_pages * PAGE_SIZE), pages);
        self->progress_pages += pages;
        if (self->progress_pages < m->size && kernel_should_preempt())
            return PREEMPTED;
    }
    m->slot->node.flags &= (uint8_t)~CAP_MAKING;
    self->progress_pages = 0;
    return OK;
}

/* ---- objects with a header ---- */

static struct object *object_create(struct making *m, void *start)
{
    switch (m->type) {
    case TYPE_MEMORY: {
        struct memory *memory = start;
        struct memory *parent = memory_of(m->memory->object);

        memory_init(memory, m->base, m->size_bytes, ABI_MEMORY_HEADER_BYTES, parent->kind);
        memory->depth = (uint8_t)(parent->depth + 1);
        return &memory->object;
    }
    case TYPE_SPACE: space_init(start, m->base, m->size); return &((struct space *)start)->object;
    case TYPE_POOL: pool_init(start, m->base, m->size); return &((struct pool *)start)->object;
    case TYPE_CAPTABLE: ((struct captable *)start)->chunk_count = (uint32_t)m->size; return start;
    case TYPE_CHUNK: return &((struct chunk *)start)->object;
    case TYPE_THREAD: thread_init(start); return &((struct thread *)start)->object;
    case TYPE_BUDGET: budget_init(start); return start;
    case TYPE_ENDPOINT: list_init(&((struct endpoint *)start)->closed); return start;
    case TYPE_REPLY: list_node_init(&((struct reply *)start)->kept); return start;
    case TYPE_NOTIFICATION:
    case TYPE_INTERRUPT:
    case TYPE_TIMER:
    default: return start;
    }
}

static status_t object_make(struct making *m)
{
    struct memory *memory = memory_of(m->memory->object);
    void *start = phys_to_virt(m->base);
    struct range_place place;
    status_t status = memory_find_place(memory, m->base, m->size_bytes, &place);

    if (status == OK && !cap_is_empty(m->slot))
        status = ERR_SLOT_IN_USE;
    if (status != OK)
        return status;
    mem_zero(start, is_paged(m->type) ? PAGE_SIZE : m->size_bytes);
    struct object *object = object_create(m, start);

    object->size_bytes = m->size_bytes;
    object->range.base = m->base;
    memory_insert(memory, &object->range, &place);
    object_init(object, m->type, m->memory, m->slot);
    return OK;
}

/* ---- the call ---- */

static status_t make_check(struct cap *cap, const struct memory_make *args, uint64_t size_bytes)
{
    struct memory *memory = memory_of(cap->object);
    enum abi_object_type type = (enum abi_object_type)args->type;

    if (size_bytes == 0 || args->count == 0)
        return ERR_BAD_ARGUMENT;
    if (type != TYPE_FRAME && (memory->kind & ABI_MEMORY_KERNEL_USABLE) == 0)
        return ERR_WRONG_TYPE;
    if (!is_aligned(args->at, is_paged(type) ? PAGE_SIZE : ABI_OBJECT_ALIGN))
        return ERR_MISALIGNED;
    if (args->at > memory->size_bytes || args->count > (memory->size_bytes - args->at) / size_bytes)
        return ERR_NO_MEMORY;
    return type == TYPE_MEMORY && memory->depth >= MEMORY_DEPTH_MAX ? ERR_OVER_LIMIT : OK;
}

static word_t make_culprit(status_t status)
{
    switch (status) {
    case ERR_WRONG_TYPE: return 1;
    case ERR_MISALIGNED:
    case ERR_IN_USE:
    case ERR_NO_MEMORY: return 2;
    case ERR_BAD_CAPABILITY:
    case ERR_SLOT_IN_USE: return 5;
    default: return 0;
    }
}

static status_t make_one(struct making *m, word_t slot_index)
{
    status_t status = cap_lookup_empty(m->self, slot_index, &m->slot);

    if (status == ERR_BAD_CAPABILITY)
        return status;
    return m->type == TYPE_FRAME ? frame_make(m) : object_make(m);
}

status_t sys_memory_make(struct thread *self, struct cap *cap, struct memory_make *args)
{
    struct memory *memory = memory_of(cap->object);
    bool is_known = args->type < TYPE_TIME_CONTROL;
    uint64_t size_bytes = is_known ? object_bytes((enum abi_object_type)args->type, args->size) : 0;
    uint64_t stride = align_up((word_t)size_bytes, ABI_OBJECT_ALIGN);
    struct making m = {.self = self, .memory = cap, .size_bytes = size_bytes, .size = args->size};
    status_t status = make_check(cap, args, stride);

    while (status == OK && memory_clean_step(memory)) {
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    m.type = (enum abi_object_type)args->type;
    while (status == OK && self->progress < args->count) {
        m.base = memory->base + args->at + self->progress * stride;
        status = make_one(&m, args->slot + self->progress);
        if (status == PREEMPTED)
            return PREEMPTED;
        if (status == OK)
            self->progress++;
        if (self->progress < args->count && kernel_should_preempt())
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

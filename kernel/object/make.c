/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making objects: how large each is, and how memory becomes one.
 * A range is checked and reserved before anything is written into it.
 */
#include "object/make.h"

#include <abi/sizes.h>
#include <arch/paging.h>
#include <base/memory.h>

#include "debug/mirror.h"
#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"
#include "object/timer.h"

enum { SIZE_PAGES_MAX = 0x7fffff };

static_assert(sizeof(struct memory) <= ABI_MEMORY_HEADER_BYTES, "published size");

uint64_t object_bytes(enum abi_object_type type, word_t size)
{
    bool is_plain = size == 0;

    switch (type) {
    case TYPE_FRAME:
    case TYPE_MEMORY:
    case TYPE_POOL: return size == 0 || size > SIZE_PAGES_MAX ? 0 : (uint64_t)size * PAGE_SIZE;
    case TYPE_SPACE:
        return size < ABI_SPACE_PAGES_MIN || size > SIZE_PAGES_MAX ? 0 : (uint64_t)size * PAGE_SIZE;
    case TYPE_CAPTABLE:
        if (size == 0 || size > ABI_CAPTABLE_CHUNKS_MAX)
            return 0;
        return ABI_CAPTABLE_BYTES + size * WORD_BYTES;
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

bool object_is_paged(enum abi_object_type type)
{
    return type == TYPE_FRAME || type == TYPE_MEMORY || type == TYPE_SPACE || type == TYPE_POOL;
}

/* Every right a frame's first capability can have. */
static word_t frame_rights(const struct cap *frame)
{
    return object_rights(TYPE_FRAME) & ~(word_t)(frame_is_device(frame) ? RIGHT_EXECUTE : 0);
}

/*
 * A frame under way counts where nobody looks yet: in place of its rights and, above these 16 bits,
 * in the bits of its base that lie below a page.
 */
size_t frame_steps_done(const struct cap *frame)
{
    return (size_t)(frame->range.base % PAGE_SIZE >> 1) << 16 | frame->node.rights;
}

void frame_count_step(struct cap *frame)
{
    if (++frame->node.rights == 0)
        frame->range.base += 2;
}

void frame_made(struct cap *frame)
{
    frame->node.flags &= (uint8_t)~CAP_MAKING;
    frame->node.rights = (uint16_t)frame_rights(frame);
    frame->range.base = range_of_frame(frame_base(frame));
}

status_t make_frame(struct cap *memory_cap, uint64_t base, size_t pages, struct cap *slot)
{
    struct memory *memory = memory_of(memory_cap->object);
    bool is_ram = (memory->kind & ABI_MEMORY_RAM) != 0;
    struct range_place place;
    status_t status = memory_find_place(memory, base, (uint64_t)pages * PAGE_SIZE, &place);

    if (status != OK)
        return status;
    node_init(&slot->node, CAP_OWNER | CAP_MAKING, TYPE_FRAME);
    slot->node.pages = (uint32_t)pages | (is_ram ? 0 : (uint32_t)FRAME_DEVICE);
    slot->range.base = range_of_frame(base);
    memory_insert(memory, &slot->range, &place);
    node_add_child(&memory_cap->node, &slot->node);
    if (!is_ram)
        mirror_frame_made(base, (uint64_t)pages * PAGE_SIZE);
    return OK;
}

/* Zeroed memory becomes an object of its type; its common header is returned. */
static struct object *object_create(enum abi_object_type type, struct memory *parent, uint64_t base,
                                    word_t size)
{
    void *start = phys_to_virt(base);

    switch (type) {
    case TYPE_MEMORY: {
        struct memory *memory = start;

        memory_init(memory, base, (uint64_t)size * PAGE_SIZE, ABI_MEMORY_HEADER_BYTES,
                    parent->kind);
        memory->depth = (uint8_t)(parent->depth + 1);
        return &memory->object;
    }
    case TYPE_SPACE: space_init(start, base, size); return &((struct space *)start)->object;
    case TYPE_POOL: pool_init(start, base, size); return &((struct pool *)start)->object;
    case TYPE_CAPTABLE: ((struct captable *)start)->chunk_count = (uint32_t)size; return start;
    case TYPE_CHUNK: return &((struct chunk *)start)->object;
    case TYPE_THREAD: thread_init(start); return &((struct thread *)start)->object;
    case TYPE_BUDGET: budget_init(start); return start;
    case TYPE_ENDPOINT: list_init(&((struct endpoint *)start)->closed); return start;
    case TYPE_REPLY: list_node_init(&((struct reply *)start)->kept); return start;
    default: return start;
    }
}

status_t make_object(struct cap *memory_cap, enum abi_object_type type, uint64_t base, word_t size,
                     struct cap *slot)
{
    struct memory *memory = memory_of(memory_cap->object);
    uint64_t size_bytes = object_bytes(type, size);
    struct range_place place;
    status_t status = memory_find_place(memory, base, size_bytes, &place);

    if (status != OK)
        return status;
    if (object_is_paged(type))
        zero_pages(phys_to_virt(base), 1);
    else
        mem_zero(phys_to_virt(base), size_bytes);
    struct object *object = object_create(type, memory, base, size);

    object->size_bytes = size_bytes;
    object->range.base = base;
    memory_insert(memory, &object->range, &place);
    object_init(object, type, memory_cap, slot);
    return OK;
}

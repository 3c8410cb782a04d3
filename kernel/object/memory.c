/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of ranges in a memory, and the cleaning of what died in it.
 */
#include "object/memory.h"

#include <abi/boot.h>
#include <arch/paging.h>

#include "kernel.h"
#include "object/thread.h"

void memory_init(struct memory *memory, uint64_t base, uint64_t size_bytes, uint64_t header_bytes,
                 unsigned kind)
{
    memory->base = base;
    memory->size_bytes = size_bytes;
    memory->first_free = base + header_bytes;
    memory->kind = (uint8_t)kind;
    tree_init(&memory->ranges);
    list_node_init(&memory->cleaning);
}

/* ---- ranges ---- */

static const uint64_t RANGE_IS_FRAME = 1;

static bool range_is_frame(const struct range *range)
{
    return (range->base & RANGE_IS_FRAME) != 0;
}

static uint64_t range_base(const struct range *range)
{
    return range_is_frame(range) ? paddr_align_down(range->base, PAGE_SIZE) : range->base;
}

static struct cap *range_frame(struct range *range)
{
    return container_of(range, struct cap, range);
}

static struct object *range_object(struct range *range)
{
    return container_of(range, struct object, range);
}

static uint64_t range_end(struct range *range)
{
    uint64_t size = range_is_frame(range) ? (uint64_t)frame_pages(range_frame(range)) * PAGE_SIZE
                                          : range_object(range)->size_bytes;
    return range_base(range) + size;
}

static struct range *range_of(struct tree_node *node)
{
    return container_of(node, struct range, node);
}

status_t memory_find_place(struct memory *memory, uint64_t base, uint64_t size_bytes,
                           struct range_place *place)
{
    struct tree_node *node = memory->ranges.root;

    if (base < memory->first_free || size_bytes > memory->size_bytes ||
        base - memory->base > memory->size_bytes - size_bytes)
        return ERR_NO_MEMORY;
    *place = (struct range_place){.parent = NULL, .side = TREE_LEFT};
    while (node != NULL) {
        struct range *other = range_of(node);

        place->parent = node;
        if (base + size_bytes <= range_base(other))
            place->side = TREE_LEFT;
        else if (base >= range_end(other))
            place->side = TREE_RIGHT;
        else
            return ERR_IN_USE;
        node = node->child[place->side];
    }
    return OK;
}

void memory_insert(struct memory *memory, struct range *range, const struct range_place *place)
{
    tree_insert_at(&memory->ranges, place->parent, place->side, &range->node);
}

void memory_remove(struct memory *memory, struct range *range)
{
    tree_remove(&memory->ranges, &range->node);
}

/* The range that holds an address, or NULL. */
static struct range *memory_find_range(const struct memory *memory, paddr_t paddr)
{
    struct tree_node *node = memory->ranges.root;

    while (node != NULL) {
        struct range *range = range_of(node);

        if (paddr < range_base(range))
            node = node->child[TREE_LEFT];
        else if (paddr >= range_end(range))
            node = node->child[TREE_RIGHT];
        else
            return range;
    }
    return NULL;
}

static struct memory *memory_find_initial(paddr_t paddr)
{
    for (unsigned i = 0; i < kernel.memory_count; i++) {
        struct memory *memory = &kernel.memory[i];

        if (paddr - memory->base < memory->size_bytes)
            return memory;
    }
    kernel_assert(false);
    return NULL;
}

struct memory *memory_find(paddr_t paddr)
{
    struct memory *memory = memory_find_initial(paddr);

    for (unsigned depth = 0; depth < MEMORY_DEPTH_MAX; depth++) {
        struct range *range = memory_find_range(memory, paddr);

        if (range == NULL || range_is_frame(range) ||
            object_type(range_object(range)) != TYPE_MEMORY)
            break;
        memory = memory_of(range_object(range));
    }
    return memory;
}

/* ---- cleaning ---- */

/* Kill one thing in a dead memory; false when it is empty and nothing in it waits for cleaning. */
bool memory_empty_step(struct memory *memory)
{
    struct tree_node *node = tree_first(&memory->ranges);
    word_t killed = 0;

    if (node == NULL)
        return false;
    struct range *range = range_of(node);

    if (!range_is_frame(range)) {
        object_kill(range_object(range));
        return true;
    }
    struct cap *frame = range_frame(range);

    if (node_revoke_step(&frame->node, &killed))
        return true;
    memory_remove(memory, range);
    frame->node.flags &= (uint8_t)~CAP_OWNER;
    cap_kill(frame);
    return true;
}

static void memory_forget_object(struct memory *memory, struct object *object)
{
    memory->dead_first = object->next_dead;
    if (memory->dead_first == NULL) {
        memory->dead_last = NULL;
        list_remove(&memory->cleaning);
        memory->cleaner_id = 0;
    }
    memory_remove(memory, &object->range);
}

bool memory_clean_step(struct memory *memory)
{
    struct object *object = memory->dead_first;

    /* What died inside a dying memory goes first; depth is bounded by MEMORY_DEPTH_MAX. */
    while (object != NULL && object_type(object) == TYPE_MEMORY &&
           memory_of(object)->dead_first != NULL) {
        memory = memory_of(object);
        object = memory->dead_first;
    }
    if (object == NULL)
        return false;
    if (!object_clean_step(object))
        memory_forget_object(memory, object);
    return true;
}

/* A cleaner keeps its id while it has something to clean. */
static void memory_give_to_cleaner(struct memory *memory, struct thread *killer)
{
    if (!list_is_linked(&killer->cleaner)) {
        list_push_back(&kernel.cleaners, &killer->cleaner);
        killer->cleaner_id = ++kernel.cleaner_ids;
    }
    if (memory->cleaner_id == killer->cleaner_id)
        return;
    list_remove(&memory->cleaning);
    list_push_back(&killer->killed_in, &memory->cleaning);
    memory->cleaner_id = killer->cleaner_id;
}

void memory_add_dead(struct memory *memory, struct object *object)
{
    bool was_clean = memory->dead_first == NULL;

    object->next_dead = NULL;
    if (was_clean)
        memory->dead_first = object;
    else
        memory->dead_last->next_dead = object;
    memory->dead_last = object;
    if (kernel.killer != NULL)
        memory_give_to_cleaner(memory, kernel.killer);
    else if (was_clean)
        list_push_back(&kernel.cleaning, &memory->cleaning);
}

static bool memory_clean_first_step(const struct list *memories)
{
    struct list_node *node = list_first(memories);

    return node != NULL && memory_clean_step(container_of(node, struct memory, cleaning));
}

bool memory_clean_own_step(struct thread *thread)
{
    bool has_cleaned = memory_clean_first_step(&thread->killed_in);

    if (!has_cleaned)
        list_remove(&thread->cleaner);
    return has_cleaned;
}

bool memory_clean_any_step(void)
{
    struct list_node *cleaner = list_first(&kernel.cleaners);

    if (memory_clean_first_step(&kernel.cleaning))
        return true;
    if (cleaner == NULL)
        return false;
    (void)memory_clean_own_step(container_of(cleaner, struct thread, cleaner));
    return true;
}

void memory_leave_cleaning(struct thread *thread)
{
    list_append(&kernel.cleaning, &thread->killed_in);
    list_remove(&thread->cleaner);
    if (kernel.killer == thread)
        kernel.killer = NULL;
}

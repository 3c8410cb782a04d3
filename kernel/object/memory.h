/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: a range of physical addresses that objects are made in, and the record of what lies
 * where.
 */
#ifndef KERNEL_OBJECT_MEMORY_H
#define KERNEL_OBJECT_MEMORY_H

#include "object/object.h"

enum { MEMORY_DEPTH_MAX = 15 };

struct thread;

struct memory {
    struct object object;
    uint64_t base;
    uint64_t size_bytes;
    uint64_t first_free;            /* behind its own header */
    struct tree ranges;             /* struct range, by address; they never overlap */
    struct object *dead_first;      /* objects to clean up, oldest first */
    struct object *dead_last;
    struct list_node cleaning;      /* it has some: in the list of who cleans it, or the kernel's */
    word_t cleaner_id;              /* of the former */
    uint8_t kind;                   /* ABI_MEMORY_* */
    uint8_t depth;                  /* of nesting */
};

static inline struct memory *memory_of(struct object *object)
{
    return (struct memory *)object;
}

void memory_init(struct memory *memory, uint64_t base, uint64_t size_bytes, uint64_t header_bytes,
                 unsigned kind);

/* Where a range would go in the tree. */
struct range_place {
    struct tree_node *parent;
    enum tree_side side;
};

/* ERR_NO_MEMORY when the range is not inside the memory (or covers its header), ERR_IN_USE when
 * something overlaps. */
status_t memory_find_place(struct memory *memory, uint64_t base, uint64_t size_bytes,
                           struct range_place *place);
void memory_insert(struct memory *memory, struct range *range, const struct range_place *place);
void memory_remove(struct memory *memory, struct range *range);

static inline uint64_t range_of_frame(uint64_t base)
{
    return base | 1;
}

/* The innermost memory that holds an address: O(depth * log n).  A frame finds its own memory this
 * way. */
struct memory *memory_find(paddr_t paddr);

/* An object in it died: it is for kernel.killer to clean, whoever had to before. */
void memory_add_dead(struct memory *memory, struct object *object);

/* One bounded step of cleaning up dead objects; false when there is nothing to clean.  Own: in the
 * memories where this thread's calls killed something, and nobody else since. */
bool memory_clean_step(struct memory *memory);
bool memory_clean_own_step(struct thread *thread);
bool memory_clean_any_step(void);

/* The thread is gone: what it had to clean is left to whoever has time. */
void memory_leave_cleaning(struct thread *thread);

/* The step of object_clean_step for a dead memory. */
bool memory_empty_step(struct memory *memory);

static inline bool memory_needs_cleaning(const struct memory *memory)
{
    return memory->dead_first != NULL;
}

#endif

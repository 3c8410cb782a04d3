/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts of a range are free: offsets in a memory, or addresses in a space.
 *
 * The free parts stand in address order in the caller's storage, and neighbours are always merged;
 * the lowest part that fits is taken, so what lives long gathers at the bottom.  Taking and giving
 * move at most the whole array: bounded by its size.  One user at a time.
 */
#ifndef RT_RANGES_H
#define RT_RANGES_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>

struct rt_range {
    word_t start;
    word_t size;
};

struct rt_ranges {
    struct rt_range *free; /* sorted; borrowed */
    uint32_t count;
    uint32_t room;
};

/* Nothing is free.  Borrows `storage`, which has room for `room` parts, at least 1. */
void rt_ranges_init(struct rt_ranges *ranges, struct rt_range *storage, uint32_t room);

/*
 * Makes [start, start + size) free; it was not, and does not wrap.  ERR_OVER_LIMIT when the storage
 * is full: the range then stays taken.
 */
status_t rt_ranges_give(struct rt_ranges *ranges, word_t start, word_t size);

/*
 * The lowest free part of `size` bytes at a multiple of `alignment`, a power of two.  ERR_NO_MEMORY
 * when there is none, ERR_OVER_LIMIT when the storage is full.
 */
MUST_CHECK status_t rt_ranges_take(struct rt_ranges *ranges, word_t size, word_t alignment,
                                   word_t *start);

/* Exactly this part; ERR_IN_USE when it is not all free. */
MUST_CHECK status_t rt_ranges_take_at(struct rt_ranges *ranges, word_t start, word_t size);

/* Sum of all free parts. */
word_t rt_ranges_free_bytes(const struct rt_ranges *ranges);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free ranges: taking cuts a part in up to two, giving puts one in between and merges it with its
 * neighbours.
 */
#include <base/memory.h>
#include <rt/ranges.h>

void rt_ranges_init(struct rt_ranges *ranges, struct rt_range *storage, uint32_t room)
{
    *ranges = (struct rt_ranges){.free = storage, .room = room};
}

static void insert(struct rt_ranges *ranges, uint32_t at, struct rt_range range)
{
    mem_move(&ranges->free[at + 1], &ranges->free[at], (ranges->count - at) * sizeof(range));
    ranges->free[at] = range;
    ranges->count++;
}

static void remove_at(struct rt_ranges *ranges, uint32_t at)
{
    ranges->count--;
    mem_move(&ranges->free[at], &ranges->free[at + 1],
             (ranges->count - at) * sizeof(ranges->free[0]));
}

/* The first part that starts at `start` or above, or the count. */
static uint32_t find_from(const struct rt_ranges *ranges, word_t start)
{
    uint32_t low = 0;
    uint32_t high = ranges->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ranges->free[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

status_t rt_ranges_give(struct rt_ranges *ranges, word_t start, word_t size)
{
    uint32_t at = find_from(ranges, start);
    struct rt_range *below = at > 0 ? &ranges->free[at - 1] : NULL;
    struct rt_range *above = at < ranges->count ? &ranges->free[at] : NULL;
    bool joins_below = below != NULL && below->start + below->size == start;
    bool joins_above = above != NULL && start + size == above->start;

    if (size == 0)
        return OK;
    if (joins_below && joins_above) {
        below->size += size + above->size;
        remove_at(ranges, at);
    } else if (joins_below) {
        below->size += size;
    } else if (joins_above) {
        above->start = start;
        above->size += size;
    } else {
        if (ranges->count == ranges->room)
            return ERR_OVER_LIMIT;
        insert(ranges, at, (struct rt_range){start, size});
    }
    return OK;
}

/* Takes [start, start + size), which lies in the part at `at`, out of it. */
static status_t cut(struct rt_ranges *ranges, uint32_t at, word_t start, word_t size)
{
    struct rt_range *part = &ranges->free[at];
    word_t before = start - part->start;
    word_t behind = part->size - before - size;

    if (before > 0 && behind > 0) {
        if (ranges->count == ranges->room)
            return ERR_OVER_LIMIT;
        part->size = before;
        insert(ranges, at + 1, (struct rt_range){start + size, behind});
    } else if (before > 0) {
        part->size = before;
    } else if (behind > 0) {
        *part = (struct rt_range){start + size, behind};
    } else {
        remove_at(ranges, at);
    }
    return OK;
}

static bool holds(const struct rt_range *part, word_t start, word_t size)
{
    return start >= part->start && start - part->start <= part->size &&
           size <= part->size - (start - part->start);
}

status_t rt_ranges_take(struct rt_ranges *ranges, word_t size, word_t alignment, word_t *start)
{
    for (uint32_t at = 0; size > 0 && at < ranges->count; at++) {
        word_t candidate = align_up(ranges->free[at].start, alignment);

        if (!holds(&ranges->free[at], candidate, size))
            continue;
        *start = candidate;
        return cut(ranges, at, candidate, size);
    }
    return ERR_NO_MEMORY;
}

status_t rt_ranges_take_at(struct rt_ranges *ranges, word_t start, word_t size)
{
    uint32_t at = find_from(ranges, start);

    if (at == ranges->count || ranges->free[at].start != start)
        at--; /* the part below; wraps when there is none */
    if (size == 0 || at >= ranges->count || !holds(&ranges->free[at], start, size))
        return ERR_IN_USE;
    return cut(ranges, at, start, size);
}

word_t rt_ranges_free_bytes(const struct rt_ranges *ranges)
{
    word_t sum = 0;

    for (uint32_t i = 0; i < ranges->count; i++)
        sum += ranges->free[i].size;
    return sum;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slot bitmap: first run that fits, from where the last search ended, then once more from the
 * start.
 */
#include <base/memory.h>
#include <rt/slots.h>

static bool is_taken(const struct rt_slots *slots, uint32_t bit)
{
    return slots->taken[bit / RT_SLOTS_PER_BYTE] >> bit % RT_SLOTS_PER_BYTE & 1;
}

static void mark(struct rt_slots *slots, uint32_t bit, uint32_t run, bool taken)
{
    for (uint32_t i = bit; i < bit + run; i++) {
        uint8_t mask = (uint8_t)(1u << i % RT_SLOTS_PER_BYTE);
        uint8_t *byte = &slots->taken[i / RT_SLOTS_PER_BYTE];

        *byte = (uint8_t)(taken ? *byte | mask : *byte & ~mask);
    }
}

void rt_slots_init(struct rt_slots *slots, uint8_t *taken, uint32_t first, uint32_t count)
{
    *slots = (struct rt_slots){.taken = taken, .first = first, .count = count, .free = count};
    mem_zero(taken, RT_SLOTS_BYTES(count));
}

/* The first free run in [from, slots->count), or slots->count. */
static uint32_t find(const struct rt_slots *slots, uint32_t from, uint32_t run)
{
    uint32_t length = 0;

    for (uint32_t bit = from; bit < slots->count; bit++) {
        length = is_taken(slots, bit) ? 0 : length + 1;
        if (length == run)
            return bit + 1 - run;
    }
    return slots->count;
}

status_t rt_slots_take(struct rt_slots *slots, uint32_t run, word_t *slot)
{
    uint32_t bit;

    if (run == 0 || run > slots->free)
        return ERR_OVER_LIMIT;
    bit = find(slots, slots->next, run);
    if (bit == slots->count)
        bit = find(slots, 0, run);
    if (bit == slots->count)
        return ERR_OVER_LIMIT;

    mark(slots, bit, run, true);
    slots->next = bit + run;
    slots->free -= run;
    *slot = slots->first + bit;
    return OK;
}

void rt_slots_give(struct rt_slots *slots, word_t slot, uint32_t run)
{
    mark(slots, (uint32_t)slot - slots->first, run, false);
    slots->free += run;
}

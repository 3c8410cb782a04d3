/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which slots of a captable are free.
 *
 * A bitmap in the caller's storage, searched from where the last search ended.  It knows only what
 * it is told: taking a slot does not touch the captable.  One user at a time; bounded by the
 * number of slots.
 */
#ifndef RT_SLOTS_H
#define RT_SLOTS_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/types.h>

struct rt_slots {
    uint8_t *taken; /* a bit a slot, borrowed */
    uint32_t first; /* slot of the first bit */
    uint32_t count;
    uint32_t next; /* where to look first */
    uint32_t free;
};

enum { RT_SLOTS_PER_BYTE = 8 };

/* Storage for `count` slots, a multiple of 8. */
#define RT_SLOTS_BYTES(count) ((count) / RT_SLOTS_PER_BYTE)

/* All `count` slots from `first` on are free.  Borrows `taken` for as long as `slots` is used. */
void rt_slots_init(struct rt_slots *slots, uint8_t *taken, uint32_t first, uint32_t count);

/* `run` slots, one behind the other; ERR_OVER_LIMIT when there are none. */
MUST_CHECK status_t rt_slots_take(struct rt_slots *slots, uint32_t run, word_t *slot);

/* Gives back what was taken; the slots are empty again. */
void rt_slots_give(struct rt_slots *slots, word_t slot, uint32_t run);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware ids of address spaces.  Ids are given out in turn; when they run out a new generation
 * begins, every core's stale translations are flushed, and each space gets a new id when it next
 * runs.  Works with zero id bits.
 */
#ifndef KERNEL_MM_SPACE_ID_H
#define KERNEL_MM_SPACE_ID_H

#include <base/types.h>

struct space_id {
    uint64_t generation;    /* 0: never had one */
    word_t id;
};

struct space_ids {
    uint64_t generation;
    word_t next;
    word_t count;           /* how many the hardware tells apart; 1: no ids */
};

void space_ids_init(struct space_ids *ids, unsigned bits);

/* The space's current id, a new one if it has none in this generation. */
static inline bool space_id_is_current(const struct space_ids *ids, const struct space_id *id)
{
    return id->generation == ids->generation;
}

void space_id_renew(struct space_ids *ids, struct space_id *id);

#endif

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

/* false: all spaces share one id; turning to another one begins a new generation. */
static inline bool space_ids_exist(const struct space_ids *ids)
{
    return ids->count > 1;
}

/* The space's current id, a new one if it has none in this generation. */
static inline bool space_id_is_current(const struct space_ids *ids, const struct space_id *id)
{
    return id->generation == ids->generation;
}

/* Some core may remember translations of the space. */
static inline bool space_id_is_remembered(const struct space_ids *ids, const struct space_id *id)
{
    return id->generation == ids->generation || !space_ids_exist(ids);
}

/* The next renewal begins a new generation: no core may go on in a space of the old one, for its id
 * may soon be another's. */
static inline bool space_ids_are_used_up(const struct space_ids *ids)
{
    return space_ids_exist(ids) && ids->next >= ids->count;
}

void space_id_renew(struct space_ids *ids, struct space_id *id);

#endif

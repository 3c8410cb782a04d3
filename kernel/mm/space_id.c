/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hardware ids in generations.  Id 0 is never given out: it is what a core runs with when no space
 * is active.
 */
#include "mm/space_id.h"

#include <arch/paging.h>

void space_ids_init(struct space_ids *ids, unsigned bits)
{
    *ids = (struct space_ids){.generation = 1, .next = 1, .count = (word_t)1 << bits};
}

void space_id_renew(struct space_ids *ids, struct space_id *id)
{
    if (ids->next >= ids->count) {
        ids->generation++;
        ids->next = 1;
        paging_flush_all();
    }
    id->generation = ids->generation;
    id->id = ids->count == 1 ? 0 : ids->next++;
}

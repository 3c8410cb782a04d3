/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How capability storage is cleaned up: a table lets go of its chunks, a chunk empties its slots.
 */
#include "object/captable.h"

#include <abi/sizes.h>

static_assert(sizeof(struct captable) <= ABI_CAPTABLE_BYTES, "published size");
static_assert(sizeof(struct chunk) <= ABI_CHUNK_BYTES, "published size");

void captable_on_kill(struct captable *table)
{
    table->clean_left = table->chunk_count;
    table->chunk_count = 0;
}

bool captable_clean_step(struct captable *table)
{
    if (table->clean_left == 0)
        return false;
    struct chunk *chunk = table->directory[--table->clean_left];

    if (chunk != NULL)
        chunk->table = NULL;
    return true;
}

bool chunk_clean_step(struct chunk *chunk)
{
    if (chunk->table != NULL) {
        chunk->table->directory[chunk->position] = NULL;
        chunk->table = NULL;
    }
    while (chunk->clean_next < ABI_CHUNK_SLOTS && cap_is_empty(&chunk->slots[chunk->clean_next]))
        chunk->clean_next++;
    if (chunk->clean_next == ABI_CHUNK_SLOTS)
        return false;
    (void)cap_delete_step(&chunk->slots[chunk->clean_next]);
    return true;
}

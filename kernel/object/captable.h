/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capability storage: a directory of chunks of 64 slots, both in donated memory.  Slots never move.
 */
#ifndef KERNEL_OBJECT_CAPTABLE_H
#define KERNEL_OBJECT_CAPTABLE_H

#include <abi/message.h>

#include "object/object.h"

struct chunk {
    struct cap slots[ABI_CHUNK_SLOTS];      /* slot 0 of position 0 is never used */
    struct object object;
    struct captable *table;                 /* NULL: not attached */
    uint32_t position;
    uint32_t clean_next;                    /* slots before this one are empty (while dying) */
};

struct captable {
    struct object object;
    uint32_t chunk_count; /* size of the directory; 0 when dead, so that nothing is found */
    uint32_t clean_left;  /* when dead: entries to clean up, from the start of the directory */
    struct chunk *directory[];
};

static inline struct captable *captable_of(struct object *object)
{
    return container_of(object, struct captable, object);
}

static inline struct chunk *chunk_of(struct object *object)
{
    return container_of(object, struct chunk, object);
}

/* The slot of an index, or NULL: beyond the directory, no chunk there, or index 0. */
static inline struct cap *captable_slot(struct captable *table, word_t index)
{
    word_t position = index / ABI_CHUNK_SLOTS;

    if (position >= table->chunk_count || index == 0 || table->directory[position] == NULL)
        return NULL;
    return &table->directory[position]->slots[index % ABI_CHUNK_SLOTS];
}

void captable_on_kill(struct captable *table);
bool captable_clean_step(struct captable *table);
bool chunk_clean_step(struct chunk *chunk);

#endif

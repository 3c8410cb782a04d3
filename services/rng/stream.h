/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of random bytes from a seed.
 *
 * Blocks are made with a key that is replaced by the first of them at once, and bytes are erased as
 * they leave: who reads the state learns nothing of what was given out before.  Fresh entropy is
 * hashed into the key, so it can only help.
 */
#ifndef RNG_STREAM_H
#define RNG_STREAM_H

#include "chacha20.h"

enum {
    STREAM_SEED_BYTES = 48, /* of entropy a time: more than the key holds */
    STREAM_BLOCKS = 8,      /* made in one go */
    STREAM_POOL_BYTES = STREAM_BLOCKS * CHACHA20_BLOCK_BYTES,
    STREAM_BYTES_PER_SEED = 1 << 20,
};

static const uint64_t STREAM_NS_PER_SEED = 300000000000; /* five minutes */

struct stream {
    uint8_t key[CHACHA20_KEY_BYTES];
    uint8_t pool[STREAM_POOL_BYTES]; /* made and not given out: the last `count` */
    uint32_t count;
    bool is_seeded;
    uint64_t given; /* bytes since the last seed */
    uint64_t seeded_ns;
};

void stream_init(struct stream *stream);

/* Mixes entropy in; what was made before is not given out any more. */
void stream_seed(struct stream *stream, const void *entropy, size_t size, uint64_t now_ns);

/* It has given out enough, or for long enough, to be seeded again; true before the first time. */
bool stream_wants_seed(const struct stream *stream, uint64_t now_ns);

/* The next bytes.  The stream was seeded. */
void stream_take(struct stream *stream, uint8_t *bytes, size_t size);

#endif

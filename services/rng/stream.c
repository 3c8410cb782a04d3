/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream: seed, refill, take.
 */
#include "stream.h"

#include <base/hash.h>
#include <base/memory.h>

static_assert((int)SHA256_BYTES == (int)CHACHA20_KEY_BYTES, "a hash is a key");

void stream_init(struct stream *stream)
{
    *stream = (struct stream){0};
}

void stream_seed(struct stream *stream, const void *entropy, size_t size, uint64_t now_ns)
{
    struct sha256 hash;

    sha256_init(&hash);
    sha256_add(&hash, stream->key, sizeof(stream->key));
    sha256_add(&hash, entropy, size);
    sha256_end(&hash, stream->key);
    mem_zero(stream->pool, sizeof(stream->pool));
    stream->count = 0;
    stream->is_seeded = true;
    stream->given = 0;
    stream->seeded_ns = now_ns;
}

bool stream_wants_seed(const struct stream *stream, uint64_t now_ns)
{
    return !stream->is_seeded || stream->given >= STREAM_BYTES_PER_SEED ||
           now_ns - stream->seeded_ns >= STREAM_NS_PER_SEED;
}

/* A key makes one batch only, so counter and nonce may be the same each time. */
static void refill(struct stream *stream)
{
    static const uint8_t nonce[CHACHA20_NONCE_BYTES];

    for (uint32_t i = 0; i < STREAM_BLOCKS; i++)
        chacha20_block(stream->key, i, nonce, stream->pool + i * CHACHA20_BLOCK_BYTES);
    mem_copy(stream->key, stream->pool, CHACHA20_KEY_BYTES);
    mem_zero(stream->pool, CHACHA20_KEY_BYTES);
    stream->count = STREAM_POOL_BYTES - CHACHA20_KEY_BYTES;
}

void stream_take(struct stream *stream, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        uint8_t *from;
        uint32_t part;

        if (stream->count == 0)
            refill(stream);
        part = size < stream->count ? (uint32_t)size : stream->count;
        from = stream->pool + STREAM_POOL_BYTES - stream->count;
        mem_copy(bytes, from, part);
        mem_zero(from, part);
        stream->count -= part;
        stream->given += part;
        bytes += part;
        size -= part;
    }
}

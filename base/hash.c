/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256, one 64-byte block at a time, as FIPS 180-4 section 6.2 gives it.
 *
 * Whole blocks are taken straight from the caller's data; only what is left over is copied.  Eight
 * rounds stand one behind the other, since moving eight variables in each would cost a third more.
 */
#include <base/compiler.h>
#include <base/hash.h>
#include <base/memory.h>

enum { LENGTH_BYTES = 8, ROUNDS = 64, BLOCK_WORDS = 16, VARIABLES = 8 };

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate_right(uint32_t value, unsigned count)
{
    return value >> count | value << (32 - count);
}

static uint32_t load_big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void store_big_endian(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t mix(uint32_t value, unsigned a, unsigned b, unsigned c)
{
    return rotate_right(value, a) ^ rotate_right(value, b) ^ rotate_right(value, c);
}

/* What each round adds: the block's words, then words made of earlier ones. */
static void make_schedule(uint32_t schedule[ROUNDS], const uint8_t *block)
{
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        schedule[i] = load_big_endian(block + 4 * i);
    for (unsigned i = BLOCK_WORDS; i < ROUNDS; i++) {
        uint32_t old = schedule[i - 15], recent = schedule[i - 2];
        uint32_t small_0 = rotate_right(old, 7) ^ rotate_right(old, 18) ^ old >> 3;
        uint32_t small_1 = rotate_right(recent, 17) ^ rotate_right(recent, 19) ^ recent >> 10;

        schedule[i] = schedule[i - 16] + small_0 + schedule[i - 7] + small_1;
    }
}

/*
 * One round.  The eight working variables stay where they are and their letters move: `turn` says
 * by how much, and is a constant in each of eight rounds, so that all of them stay in registers.
 */
ALWAYS_INLINE void do_round(uint32_t v[VARIABLES], unsigned turn, uint32_t word)
{
    uint32_t a = v[-turn % VARIABLES], b = v[(1 - turn) % VARIABLES];
    uint32_t c = v[(2 - turn) % VARIABLES], e = v[(4 - turn) % VARIABLES];
    uint32_t f = v[(5 - turn) % VARIABLES], g = v[(6 - turn) % VARIABLES];
    uint32_t t1 = v[(7 - turn) % VARIABLES] + mix(e, 6, 11, 25) + (g ^ (e & (f ^ g))) + word;

    v[(3 - turn) % VARIABLES] += t1; /* d becomes e */
    v[(7 - turn) % VARIABLES] = t1 + mix(a, 2, 13, 22) + ((a & b) | (c & (a | b)));
}

static void add_block(struct sha256 *hash, const uint8_t *block)
{
    uint32_t schedule[ROUNDS], v[VARIABLES];

    make_schedule(schedule, block);
    for (unsigned i = 0; i < VARIABLES; i++)
        v[i] = hash->state[i];
    for (unsigned i = 0; i < ROUNDS; i += VARIABLES) {
        const uint32_t *words = &schedule[i], *constants = &round_constants[i];

        do_round(v, 0, words[0] + constants[0]);
        do_round(v, 1, words[1] + constants[1]);
        do_round(v, 2, words[2] + constants[2]);
        do_round(v, 3, words[3] + constants[3]);
        do_round(v, 4, words[4] + constants[4]);
        do_round(v, 5, words[5] + constants[5]);
        do_round(v, 6, words[6] + constants[6]);
        do_round(v, 7, words[7] + constants[7]);
    }
    for (unsigned i = 0; i < VARIABLES; i++)
        hash->state[i] += v[i];
}

void sha256_init(struct sha256 *hash)
{
    *hash = (struct sha256){
        .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                  0x1f83d9ab, 0x5be0cd19},
    };
}

void sha256_add(struct sha256 *hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    size_t held = hash->size_bytes % SHA256_BLOCK_BYTES;

    hash->size_bytes += size;
    if (held > 0) {
        size_t part = word_min(size, SHA256_BLOCK_BYTES - held);

        mem_copy(hash->block + held, bytes, part);
        bytes += part;
        size -= part;
        if (held + part < SHA256_BLOCK_BYTES)
            return;
        add_block(hash, hash->block);
    }
    for (; size >= SHA256_BLOCK_BYTES; size -= SHA256_BLOCK_BYTES) {
        add_block(hash, bytes);
        bytes += SHA256_BLOCK_BYTES;
    }
    if (size > 0)
        mem_copy(hash->block, bytes, size);
}

void sha256_end(struct sha256 *hash, uint8_t result[SHA256_BYTES])
{
    uint64_t bits = hash->size_bytes * 8;
    size_t held = hash->size_bytes % SHA256_BLOCK_BYTES;

    hash->block[held++] = 0x80;
    mem_zero(hash->block + held, SHA256_BLOCK_BYTES - held);
    if (held > SHA256_BLOCK_BYTES - LENGTH_BYTES) {
        add_block(hash, hash->block);
        mem_zero(hash->block, SHA256_BLOCK_BYTES);
    }
    store_big_endian(hash->block + SHA256_BLOCK_BYTES - 8, (uint32_t)(bits >> 32));
    store_big_endian(hash->block + SHA256_BLOCK_BYTES - 4, (uint32_t)bits);
    add_block(hash, hash->block);

    for (unsigned i = 0; i < 8; i++)
        store_big_endian(result + 4 * i, hash->state[i]);
}

void sha256(const void *data, size_t size, uint8_t result[SHA256_BYTES])
{
    struct sha256 hash;

    sha256_init(&hash);
    sha256_add(&hash, data, size);
    sha256_end(&hash, result);
}

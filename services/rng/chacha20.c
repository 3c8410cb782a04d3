/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ChaCha20: ten double rounds over a state of sixteen words.
 */
#include "chacha20.h"

#include <base/memory.h>

enum { WORDS = 16, KEY_WORDS = 8, NONCE_WORDS = 3, DOUBLE_ROUNDS = 10 };

static uint32_t load32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void store32(uint8_t *bytes, uint32_t value)
{
    for (unsigned i = 0; i < sizeof(value); i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static void quarter_round(uint32_t s[WORDS], unsigned a, unsigned b, unsigned c, unsigned d)
{
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

static void double_round(uint32_t s[WORDS])
{
    for (unsigned i = 0; i < 4; i++)
        quarter_round(s, i, 4 + i, 8 + i, 12 + i);
    for (unsigned i = 0; i < 4; i++)
        quarter_round(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
}

void chacha20_block(const uint8_t key[CHACHA20_KEY_BYTES], uint32_t counter,
                    const uint8_t nonce[CHACHA20_NONCE_BYTES], uint8_t block[CHACHA20_BLOCK_BYTES])
{
    uint32_t start[WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    uint32_t state[WORDS];

    for (unsigned i = 0; i < KEY_WORDS; i++)
        start[4 + i] = load32(key + 4 * i);
    start[12] = counter;
    for (unsigned i = 0; i < NONCE_WORDS; i++)
        start[13 + i] = load32(nonce + 4 * i);

    for (unsigned i = 0; i < WORDS; i++)
        state[i] = start[i];
    for (unsigned i = 0; i < DOUBLE_ROUNDS; i++)
        double_round(state);
    for (unsigned i = 0; i < WORDS; i++)
        store32(block + 4 * i, state[i] + start[i]);
    mem_erase(start, sizeof(start));
    mem_erase(state, sizeof(state));
}

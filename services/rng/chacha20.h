/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ChaCha20 block function (RFC 8439, section 2.3).
 *
 * Its time and its memory accesses do not depend on what it computes.
 */
#ifndef RNG_CHACHA20_H
#define RNG_CHACHA20_H

#include <base/types.h>

enum { CHACHA20_KEY_BYTES = 32, CHACHA20_NONCE_BYTES = 12, CHACHA20_BLOCK_BYTES = 64 };

void chacha20_block(const uint8_t key[CHACHA20_KEY_BYTES], uint32_t counter,
                    const uint8_t nonce[CHACHA20_NONCE_BYTES], uint8_t block[CHACHA20_BLOCK_BYTES]);

#endif

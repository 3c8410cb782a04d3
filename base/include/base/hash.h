/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4): names contents, proves that a file is the one meant.
 *
 * Streaming, in storage the caller owns.  It keeps no secret: for keyed use and for anything that
 * must not leak through timing see lib/crypto.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <base/types.h>

enum { SHA256_BYTES = 32, SHA256_BLOCK_BYTES = 64 };

struct sha256 {
    uint32_t state[8];
    uint64_t size_bytes; /* added so far */
    uint8_t block[SHA256_BLOCK_BYTES];
};

void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t size);

/* Writes the result; `hash` must be initialised again before its next use. */
void sha256_end(struct sha256 *hash, uint8_t result[SHA256_BYTES]);

/* All of it at once. */
void sha256(const void *data, size_t size, uint8_t result[SHA256_BYTES]);

#endif

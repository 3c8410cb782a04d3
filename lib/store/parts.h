/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's files share: paths, records, hashing of what lies on the disk.
 */
#ifndef STORE_PARTS_H
#define STORE_PARTS_H

#include <store/store.h>

void path_of_blob(char path[STORE_PATH_BYTES], const char *folder,
                  const uint8_t sha256[SHA256_BYTES]);
void path_of_generation(char path[STORE_PATH_BYTES], uint32_t number);

/* Hashes `size` bytes of a file through the store's buffer. */
status_t file_hash(struct store *store, const char *path, uint64_t size,
                   uint8_t result[SHA256_BYTES]);

/* The file is there, as long as the entry says, and its bytes have the entry's hash. */
status_t file_matches(struct store *store, const char *path, const struct store_entry *entry);

/* Bytes of a generation's record that are in use. */
size_t generation_bytes(const struct store_generation *generation);

/* Fills in magic and hash. */
void generation_close(struct store_generation *generation);

/* Names are unique and terminated, the count is in range. */
bool generation_is_sound(const struct store_generation *generation);

/* Puts `next` in place of the state, on the disk first. */
status_t state_write(struct store *store, struct store_state *next);

status_t ack_write(struct store *store, uint32_t generation);

/* Reads the acknowledged generation, 0 when there is none or the sector is no good. */
uint32_t ack_read(struct store *store);

/* Puts a fallback at the end of the state's ring. */
void fallback_note(struct store_state *state, const struct store_fallback *fallback);

#endif

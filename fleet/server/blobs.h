/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files named by the SHA-256 of their content, in a directory.
 *
 * A file gets its name when it is whole and on stable storage, so what has a name is right; the
 * same content is kept once.  The functions touch no state but the directory: any thread may call.
 */
#ifndef SERVER_BLOBS_H
#define SERVER_BLOBS_H

#include <base/hash.h>
#include <base/types.h>

enum { BLOB_NAME_SIZE = 2 * SHA256_BYTES + 1 };

struct blobs {
    char path[256];
};

/* A file on its way in. */
struct blob_writer {
    const struct blobs *blobs;
    struct sha256 hash;
    char path[320];
    int fd;
    uint64_t size;
};

status_t blobs_open(struct blobs *blobs, const char *path); /* makes it; removes leftovers */

status_t blob_begin(struct blob_writer *writer, const struct blobs *blobs);
status_t blob_add(struct blob_writer *writer, const void *data, size_t size);
status_t blob_finish(struct blob_writer *writer, uint8_t hash[SHA256_BYTES]);
void blob_abandon(struct blob_writer *writer);

/* A descriptor to read the file by, and its size; the caller closes. */
status_t blob_read(const struct blobs *blobs, const uint8_t hash[SHA256_BYTES], int *fd,
                   uint64_t *size);
void blob_remove(const struct blobs *blobs, const uint8_t hash[SHA256_BYTES]);

void hash_to_text(const uint8_t hash[SHA256_BYTES], char text[BLOB_NAME_SIZE]);
bool hash_from_text(const char *text, uint8_t hash[SHA256_BYTES]); /* small hex digits only */

#endif

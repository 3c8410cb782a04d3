/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contents and lists of contents: what their files are called and whether they are what they say.
 */
#include "parts.h"

#include <base/checked.h>
#include <base/format.h>
#include <base/memory.h>

void path_of_blob(char path[STORE_PATH_BYTES], const char *folder,
                  const uint8_t sha256[SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    size_t length = format(path, STORE_PATH_BYTES - 2 * SHA256_BYTES, "%s/", folder);

    for (size_t i = 0; i < SHA256_BYTES; i++) {
        path[length++] = digits[sha256[i] >> 4];
        path[length++] = digits[sha256[i] & 15];
    }
    path[length] = '\0';
}

void path_of_generation(char path[STORE_PATH_BYTES], uint32_t number)
{
    format(path, STORE_PATH_BYTES, "generations/%010u", (unsigned)number);
}

status_t file_hash(struct store *store, const char *path, uint64_t size,
                   uint8_t result[SHA256_BYTES])
{
    struct sha256 hash;

    sha256_init(&hash);
    for (uint64_t at = 0; at < size;) {
        size_t part = (size_t)u64_min(size - at, sizeof(store->buffer));
        status_t status = store->files->read(store->disk, path, at, store->buffer, part);

        if (status != OK)
            return status;
        sha256_add(&hash, store->buffer, part);
        at += part;
    }
    sha256_end(&hash, result);
    return OK;
}

status_t file_matches(struct store *store, const char *path, const struct store_entry *entry)
{
    uint8_t hash[SHA256_BYTES];
    uint64_t size;
    status_t status = store->files->size(store->disk, path, &size);

    if (status != OK)
        return status;
    if (size != entry->size_bytes)
        return ERR_IO_FAILED;
    status = file_hash(store, path, size, hash);
    if (status != OK)
        return status;
    return mem_equal(hash, entry->sha256, SHA256_BYTES) ? OK : ERR_IO_FAILED;
}

status_t store_load(struct store *store, const struct store_entry *entry, void *data)
{
    char path[STORE_PATH_BYTES];
    uint8_t hash[SHA256_BYTES];
    status_t status;

    path_of_blob(path, "blobs", entry->sha256);
    status = store->files->read(store->disk, path, 0, data, (size_t)entry->size_bytes);
    if (status != OK)
        return status;
    sha256(data, (size_t)entry->size_bytes, hash);
    return mem_equal(hash, entry->sha256, SHA256_BYTES) ? OK : ERR_IO_FAILED;
}

size_t generation_bytes(const struct store_generation *generation)
{
    return offsetof(struct store_generation, entries) +
           generation->entry_count * sizeof(generation->entries[0]);
}

static void generation_hash(const struct store_generation *generation, uint8_t result[SHA256_BYTES])
{
    struct sha256 hash;

    sha256_init(&hash);
    sha256_add(&hash, generation, offsetof(struct store_generation, sha256));
    sha256_add(&hash, generation->entries,
               generation->entry_count * sizeof(generation->entries[0]));
    sha256_end(&hash, result);
}

void generation_close(struct store_generation *generation)
{
    generation->magic = STORE_GENERATION_MAGIC;
    generation_hash(generation, generation->sha256);
}

bool generation_is_sound(const struct store_generation *generation)
{
    if (generation->entry_count == 0 || generation->entry_count > STORE_ENTRIES_MAX)
        return false;
    for (uint32_t i = 0; i < generation->entry_count; i++) {
        const char *name = generation->entries[i].name;

        if (name[0] == '\0' || !str_is_terminated(name, STORE_NAME_BYTES))
            return false;
        for (uint32_t other = 0; other < i; other++) {
            if (str_equal(name, generation->entries[other].name))
                return false;
        }
    }
    return true;
}

status_t store_generation_read(struct store *store, uint32_t number,
                               struct store_generation *generation)
{
    char path[STORE_PATH_BYTES];
    uint8_t hash[SHA256_BYTES];
    uint64_t size;
    status_t status;

    path_of_generation(path, number);
    status = store->files->size(store->disk, path, &size);
    if (status != OK)
        return status;
    if (size < offsetof(struct store_generation, entries) || size > sizeof(*generation))
        return ERR_IO_FAILED;
    status = store->files->read(store->disk, path, 0, generation, (size_t)size);
    if (status != OK)
        return status;
    if (generation->magic != STORE_GENERATION_MAGIC || generation->number != number ||
        !generation_is_sound(generation) || generation_bytes(generation) != size)
        return ERR_IO_FAILED;
    generation_hash(generation, hash);
    return mem_equal(hash, generation->sha256, SHA256_BYTES) ? OK : ERR_IO_FAILED;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hashes in a bundle.  Apart from the reader, since the kernel does without them.
 */
#include <base/bundle.h>
#include <base/hash.h>
#include <base/memory.h>

static bool hash_matches(const void *bytes, size_t size, const uint8_t expected[ABI_HASH_BYTES])
{
    uint8_t hash[ABI_HASH_BYTES];

    sha256(bytes, size, hash);
    return mem_equal(hash, expected, ABI_HASH_BYTES);
}

bool bundle_entries_are_intact(const struct bundle *bundle)
{
    const struct abi_bundle_header *header = (const void *)bundle->bytes;

    return hash_matches(bundle->entries, bundle->file_count * sizeof(*bundle->entries),
                        header->entries_sha256);
}

bool bundle_file_is_intact(const struct bundle_file *file)
{
    return hash_matches(file->bytes, (size_t)file->size_bytes, file->sha256);
}

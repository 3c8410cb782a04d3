/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of boot bundles (abi/boot.h), made for hostile input.
 *
 * bundle_open checks everything but the files' contents; from then on the bytes must not change,
 * and looking at them cannot fail.  A content is checked by who is about to use it, so that a boot
 * pays only for what it needs: the first file's by the kernel, with a checksum that finds damage
 * (bundle_can_boot), all others' by the first component, with their hashes.  The reader borrows the
 * bytes and never writes.
 */
#ifndef BASE_BUNDLE_H
#define BASE_BUNDLE_H

#include <abi/boot.h>
#include <abi/message.h>
#include <base/compiler.h>
#include <base/types.h>

enum bundle_error {
    BUNDLE_OK,
    BUNDLE_TRUNCATED,
    BUNDLE_MISALIGNED,
    BUNDLE_BAD_MAGIC,
    BUNDLE_BAD_VERSION,
    BUNDLE_OTHER_MACHINE,
    BUNDLE_OTHER_ABI,
    BUNDLE_BAD_COUNT,
    BUNDLE_BAD_NAME,
    BUNDLE_BAD_PLACE,
};

struct bundle {
    const uint8_t *bytes;
    const struct abi_bundle_entry *entries;
    uint64_t size_bytes;
    uint32_t file_count;
};

struct bundle_file {
    const char *name;
    const uint8_t *bytes; /* page aligned in the bundle */
    uint64_t size_bytes;
    const uint8_t *sha256;
};

/*
 * Checks the bundle at `bytes`, of which `size` can be read and it may need fewer: made for this
 * `machine` (ELF number) and against this ABI.
 */
MUST_CHECK enum bundle_error bundle_open(struct bundle *bundle, const void *bytes, size_t size,
                                         uint32_t machine,
                                         const uint8_t abi_hash[ABI_HASH_BYTES]);
const char *bundle_error_text(enum bundle_error error);

/* False where there is no such file; `file` is left as it was then. */
bool bundle_file(const struct bundle *bundle, uint32_t index, struct bundle_file *file);
bool bundle_find(const struct bundle *bundle, const char *name, struct bundle_file *file);

/* The entries and the first file are as they were written. */
bool bundle_can_boot(const struct bundle *bundle);
uint32_t bundle_boot_crc32(const struct bundle *bundle);

/* The entries, or a file's content, have their hash: in bundle_hash.c. */
bool bundle_entries_are_intact(const struct bundle *bundle);
bool bundle_file_is_intact(const struct bundle_file *file);

#endif

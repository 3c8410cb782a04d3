/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundle reader on any bytes: every file of an accepted bundle lies inside it, apart from others,
 * and what is under checksum and hash can be read.
 */
#include "require.h"
#include <base/bundle.h>
#include <base/memory.h>

enum { MACHINE = 183 };

static const uint8_t abi_hash[ABI_HASH_BYTES];

static void check_files(const struct bundle *bundle, size_t size)
{
    const uint8_t *free_from = bundle->bytes + sizeof(struct abi_bundle_header);
    struct bundle_file found;
    struct bundle_file file;
    uint32_t index = 0;

    for (; bundle_file(bundle, index, &file); index++) {
        require(str_is_terminated(file.name, ABI_BUNDLE_NAME_MAX));
        require(bundle_find(bundle, file.name, &found) && found.name == file.name);
        require(is_aligned((word_t)file.bytes, ABI_PAGE_SIZE));
        require(file.bytes >= free_from);
        require(file.size_bytes <= size - (size_t)(file.bytes - bundle->bytes));
        require_readable(file.bytes, file.size_bytes);
        free_from = file.bytes + file.size_bytes;
    }
    require(index == bundle->file_count && index <= ABI_BUNDLE_FILES_MAX);
    if (bundle_file(bundle, 0, &file))
        bundle_file_is_intact(&file);
    bundle_can_boot(bundle);
    bundle_entries_are_intact(bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle bundle;
    void *bytes;

    if (posix_memalign(&bytes, ABI_PAGE_SIZE, size) != 0)
        return 0;
    mem_copy(bytes, data, size);
    if (bundle_open(&bundle, bytes, size, MACHINE, abi_hash) == BUNDLE_OK)
        check_files(&bundle, size);
    free(bytes);
    return 0;
}

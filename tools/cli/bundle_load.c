/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader wants a bundle to be aligned as in the memory of a machine.
 */
#include "bundle_load.h"
#include "program.h"

#include <abi/boot.h>
#include <abi/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

bool bundle_load(struct bundle *bundle, const char *path, void **memory, uint32_t *machine)
{
    struct abi_bundle_header header;
    struct bytes file;
    enum bundle_error error;

    if (!file_read(path, &file))
        return false;
    if (posix_memalign(memory, ABI_PAGE_SIZE, file.size + 1) != 0)
        out_of_memory();
    memcpy(*memory, file.data, file.size);
    memset(&header, 0, sizeof(header));
    memcpy(&header, file.data, file.size < sizeof(header) ? file.size : sizeof(header));
    *machine = header.machine;
    error = bundle_open(bundle, *memory, file.size, header.machine, abi_hash);
    free(file.data);
    if (error == BUNDLE_OK && bundle_entries_are_intact(bundle))
        return true;
    fprintf(stderr, "%s: %s\n", path,
            error != BUNDLE_OK ? bundle_error_text(error) : "its entries are damaged");
    free(*memory);
    return false;
}

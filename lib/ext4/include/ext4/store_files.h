/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of an ext4 file system as what the store asks for.
 */
#ifndef EXT4_STORE_FILES_H
#define EXT4_STORE_FILES_H

#include <ext4/ext4.h>
#include <store/files.h>

/* The `disk` that the operations take. */
struct ext4_store {
    struct ext4 *ext4;
    uint32_t folder;
};

extern const struct store_files ext4_store_files;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk as a file, its three partitions, and the file systems on them.
 *
 *   boot-a, boot-b   what a boot loader reads: kernel and system.bundle; b is empty until an
 * upgrade store            the store of contents and generations, at the top of the file system
 */
#ifndef CLI_IMAGE_DISK_H
#define CLI_IMAGE_DISK_H

#include "program.h"

#include <block/partition.h>
#include <ext4/store_files.h>
#include <store/store.h>

enum { IMAGE_CACHE_BYTES = 4 * 1024 * 1024 };

/* The file that a disk is; a large thing, made by disk_new. */
struct image_disk {
    const char *path;
    char copy[40]; /* the file is one of its own, to be removed; empty: it is not */
    int file;
    struct block_device device;
    struct partition_table table;

    /* The file system that is mounted. */
    struct block_device part;
    struct ext4 ext4;
    struct ext4_store files;
    struct store store;
    uint8_t cache[IMAGE_CACHE_BYTES];
};

struct image_disk *image_disk_new(void);

/* All of these are false with the reason on stderr. */

/* Opens a copy of a disk, so that nothing that is done changes it, and reads its table. */
bool image_disk_open_copy(struct image_disk *disk, const char *path);
void image_disk_close(struct image_disk *disk);

/*
 * Makes a disk of this size with its partitions and empty file systems.  `seed` makes its
 * identifiers: the same seed gives the same bytes.
 */
bool image_disk_make(struct image_disk *disk, const char *path, uint64_t size_bytes,
                     const uint8_t seed[SHA256_BYTES]);

/* The partition of this name; NULL when there is none. */
const struct partition *image_disk_find(const struct image_disk *disk, const char *name);

bool image_disk_mount(struct image_disk *disk, const struct partition *partition);
bool image_disk_unmount(struct image_disk *disk);

/* Replays the journal of a partition and has e2fsck look at it. */
bool image_disk_fsck(struct image_disk *disk, const struct partition *partition);

/* Writes a file at the top of the mounted file system, or into a folder there, which it makes. */
bool image_disk_put(struct image_disk *disk, const char *name, const void *data, size_t size);

/* Opens the store on the mounted file system. */
bool image_disk_open_store(struct image_disk *disk);

#endif

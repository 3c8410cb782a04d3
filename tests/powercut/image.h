/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disks of the simulation, made and judged by e2fsprogs: mkfs.ext4, e2fsck and debugfs work on a
 * file in a folder of its own.
 */
#ifndef POWERCUT_IMAGE_H
#define POWERCUT_IMAGE_H

#include "disk.h"

struct image_tools {
    const char *mkfs;
    const char *fsck;
    const char *debugfs;
    char folder[64];
};

bool image_tools_open(struct image_tools *tools, const char *mkfs, const char *fsck,
                      const char *debugfs);
void image_tools_close(struct image_tools *tools);

/* `made` becomes a disk with a fresh file system. */
bool image_make(const struct image_tools *tools, struct disk *made, const char *options,
                unsigned mebibytes);

/* e2fsck finds nothing to complain about on the disk as it is. */
bool image_is_sound(const struct image_tools *tools, const struct disk *disk);

/* Someone else's replay of our journal: the disk becomes what e2fsck makes of it, a sound one. */
bool image_is_replayed(const struct image_tools *tools, struct disk *disk);

/* Runs debugfs commands, one a line, on the disk; %s stands for the folder.  False on failure. */
bool image_edit(const struct image_tools *tools, struct disk *disk, const char *commands);

/* Puts bytes into a file of the folder, for debugfs to read. */
bool image_put(const struct image_tools *tools, const char *name, const void *data, size_t size);

/* Runs e2fsck with these options on the disk; returns its exit status. */
int image_fsck(const struct image_tools *tools, struct disk *disk, const char *options);

#endif

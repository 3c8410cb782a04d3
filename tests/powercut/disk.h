/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk in memory with a cache that a loss of power empties.
 *
 * What was written since the last flush survives in any combination of sectors.
 */
#ifndef POWERCUT_DISK_H
#define POWERCUT_DISK_H

#include <block/device.h>

enum { DISK_FLUSHES_NOTED = 1024 };

struct disk {
    uint8_t *now;
    uint8_t *stable;
    bool *is_dirty; /* one a sector */
    uint64_t sector_count;
    unsigned steps;   /* writes and flushes */
    unsigned calls;   /* reads too */
    unsigned cut_at;  /* power goes during this step; 0 never */
    unsigned fail_at; /* this call fails; 0 none */
    bool is_off;
    unsigned flush_count;
    unsigned flush_steps[DISK_FLUSHES_NOTED]; /* which steps were flushes: most is at stake there */
};

extern const struct block_operations disk_operations;

/* Makes a disk of the bytes of a file; false when it cannot be read. */
bool disk_load(struct disk *disk, const char *path);
bool disk_save(const struct disk *disk, const char *path);
void disk_fini(struct disk *disk);

/* `disk` becomes what `from` is, both of one size; `disk` may be empty. */
void disk_copy(struct disk *disk, const struct disk *from);

/*
 * Power comes back: of what was not stable each `unit` of sectors survives with a chance of
 * `survival` / 4.
 */
void disk_restart(struct disk *disk, unsigned survival, unsigned unit, uint64_t *seed);

struct block_device disk_device(struct disk *disk);

#endif

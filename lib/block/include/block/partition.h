/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which parts a disk has: GUID partition tables (UEFI 2.10, chapter 5) and the older master boot
 * record with its chain of extended ones.
 *
 * What a table says is checked whole before any of it is believed: every partition lies on the
 * disk, apart from the table and from the others.
 */
#ifndef BLOCK_PARTITION_H
#define BLOCK_PARTITION_H

#include <block/device.h>

/* Sectors that a written table takes at the beginning and at the end of a disk. */
enum { PARTITION_TABLE_FIRST = 34, PARTITION_TABLE_LAST = 33 };

enum { PARTITIONS_MAX = 32, PARTITION_NAME_UNITS = 36, PARTITION_ID_BYTES = 16 };

enum partition_scheme { PARTITION_SCHEME_NONE, PARTITION_SCHEME_MBR, PARTITION_SCHEME_GPT };

struct partition {
    uint64_t first_sector;
    uint64_t sector_count;
    uint8_t type[PARTITION_ID_BYTES];    /* GPT, as on the disk; MBR: its one byte, then zeros */
    uint8_t id[PARTITION_ID_BYTES];      /* GPT only */
    char name[PARTITION_NAME_UNITS + 1]; /* GPT only; what is not ASCII reads '?' */
};

struct partition_table {
    enum partition_scheme scheme;
    bool is_backup; /* the first copy was no good */
    uint32_t count;
    struct partition partitions[PARTITIONS_MAX];
};

/*
 * ERR_NOT_FOUND: the disk has no table.  ERR_BAD_ARGUMENT: it has one that breaks a rule.
 * ERR_OVER_LIMIT: more than PARTITIONS_MAX partitions.  Otherwise what reading the disk says.
 */
status_t partition_table_read(const struct block_device *disk, struct partition_table *table);

/*
 * Writes both copies of a table and what keeps older programs off; the partitions are as in
 * `table`, names in ASCII.  ERR_BAD_ARGUMENT: one is not within the room that the table
 * leaves, or overlaps.
 */
status_t partition_table_write(const struct block_device *disk, const struct partition_table *table,
                               const uint8_t disk_id[PARTITION_ID_BYTES]);

/* The part of `disk` that a partition is. */
struct block_device partition_device(const struct block_device *disk,
                                     const struct partition *partition);

#endif

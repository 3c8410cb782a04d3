/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GUID partition tables as they lie on the disk, and what readers and writer share.
 */
#ifndef BLOCK_GPT_H
#define BLOCK_GPT_H

#include <block/partition.h>

enum { GPT_ENTRIES_MAX = 1024, GPT_ENTRY_BYTES_MAX = 512, GPT_HEADER_BYTES = 92 };

static const uint64_t GPT_SIGNATURE = UINT64_C(0x5452415020494645); /* "EFI PART" */

struct gpt_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t size_bytes;
    uint32_t crc;
    uint32_t reserved;
    uint64_t sector;
    uint64_t other_sector;
    uint64_t first_usable;
    uint64_t last_usable;
    uint8_t id[PARTITION_ID_BYTES];
    uint64_t entries_sector;
    uint32_t entry_count;
    uint32_t entry_bytes;
    uint32_t entries_crc;
    uint32_t tail;
};

static_assert(sizeof(struct gpt_header) == 96, "four bytes more than the format's own 92");
static_assert(offsetof(struct gpt_header, entries_crc) == 88, "the format's layout");

struct gpt_entry {
    uint8_t type[PARTITION_ID_BYTES];
    uint8_t id[PARTITION_ID_BYTES];
    uint64_t first_sector;
    uint64_t last_sector;
    uint64_t attributes;
    uint16_t name[PARTITION_NAME_UNITS];
};

static_assert(sizeof(struct gpt_entry) == 128, "the format's layout");

/* Of a header in its sector; its own field for it counts as zero. */
uint32_t gpt_header_checksum(const uint8_t *sector, uint32_t size_bytes);

status_t gpt_read(const struct block_device *disk, struct partition_table *table);

/* Adds a partition that lies within [first, last]; refuses one that overlaps another. */
status_t partition_add(struct partition_table *table, const struct partition *partition,
                       uint64_t first, uint64_t last);

#endif

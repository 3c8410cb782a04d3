/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The master boot record, and which of the two kinds of table a disk has.
 */
#include "gpt.h"

#include <base/memory.h>

enum {
    MBR_TABLE = 446,
    MBR_ENTRIES = 4,
    MBR_SIGNATURE = 510,
    TYPE_EXTENDED = 0x05,
    TYPE_EXTENDED_LBA = 0x0f,
    TYPE_GPT = 0xee,
    LOGICAL_MAX = PARTITIONS_MAX + 1,
};

struct mbr_entry {
    uint8_t type;
    uint32_t first_sector;
    uint32_t sector_count;
};

static uint32_t load_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* ERR_NOT_FOUND when the sector does not end as such a record does. */
static status_t record_read(const struct block_device *disk, uint64_t sector,
                            struct mbr_entry entries[MBR_ENTRIES])
{
    uint8_t bytes[BLOCK_SECTOR_BYTES];
    status_t status = block_read(disk, sector, 1, bytes);

    if (status != OK)
        return status;
    if (bytes[MBR_SIGNATURE] != 0x55 || bytes[MBR_SIGNATURE + 1] != 0xaa)
        return ERR_NOT_FOUND;
    for (unsigned i = 0; i < MBR_ENTRIES; i++) {
        const uint8_t *at = bytes + MBR_TABLE + 16 * i;

        entries[i].type = at[4];
        entries[i].first_sector = load_u32(at + 8);
        entries[i].sector_count = load_u32(at + 12);
    }
    return OK;
}

status_t partition_add(struct partition_table *table, const struct partition *partition,
                       uint64_t first, uint64_t last)
{
    if (partition->sector_count == 0 || partition->first_sector < first ||
        !u64_range_fits(partition->first_sector, partition->sector_count, last + 1))
        return ERR_BAD_ARGUMENT;
    for (uint32_t i = 0; i < table->count; i++) {
        if (u64_ranges_overlap(partition->first_sector, partition->sector_count,
                               table->partitions[i].first_sector,
                               table->partitions[i].sector_count))
            return ERR_BAD_ARGUMENT;
    }
    if (table->count == PARTITIONS_MAX)
        return ERR_OVER_LIMIT;
    table->partitions[table->count++] = *partition;
    return OK;
}

static status_t mbr_add(const struct block_device *disk, struct partition_table *table,
                        const struct mbr_entry *entry, uint64_t base)
{
    struct partition partition = {
        .first_sector = base + entry->first_sector,
        .sector_count = entry->sector_count,
        .type = {entry->type},
    };

    return partition_add(table, &partition, 1, disk->sector_count - 1);
}

static bool is_extended(const struct mbr_entry *entry)
{
    return entry->type == TYPE_EXTENDED || entry->type == TYPE_EXTENDED_LBA;
}

/* Each record of the chain holds one partition, relative to itself, and the next, to the first. */
static status_t logical_read(const struct block_device *disk, struct partition_table *table,
                             uint64_t base)
{
    struct mbr_entry entries[MBR_ENTRIES];
    uint64_t at = base;

    for (unsigned links = 0; links < LOGICAL_MAX; links++) {
        status_t status = record_read(disk, at, entries);

        if (status == ERR_NOT_FOUND)
            return ERR_BAD_ARGUMENT;
        if (status == OK && entries[0].type != 0)
            status = mbr_add(disk, table, &entries[0], at);
        if (status != OK || !is_extended(&entries[1]))
            return status;
        at = base + entries[1].first_sector;
    }
    return ERR_OVER_LIMIT;
}

static status_t mbr_read(const struct block_device *disk, struct partition_table *table,
                         const struct mbr_entry entries[MBR_ENTRIES])
{
    status_t status = OK;

    table->scheme = PARTITION_SCHEME_MBR;
    for (unsigned i = 0; i < MBR_ENTRIES && status == OK; i++) {
        if (entries[i].type == 0)
            continue;
        status = is_extended(&entries[i]) ? logical_read(disk, table, entries[i].first_sector)
                                          : mbr_add(disk, table, &entries[i], 0);
    }
    return status;
}

status_t partition_table_read(const struct block_device *disk, struct partition_table *table)
{
    struct mbr_entry entries[MBR_ENTRIES];
    status_t status;

    mem_zero(table, sizeof(*table));
    if (disk->sector_count < 3)
        return ERR_NOT_FOUND;
    status = record_read(disk, 0, entries);
    if (status != OK)
        return status;
    for (unsigned i = 0; i < MBR_ENTRIES; i++) {
        if (entries[i].type == TYPE_GPT)
            return gpt_read(disk, table);
    }
    return mbr_read(disk, table, entries);
}

struct block_device partition_device(const struct block_device *disk,
                                     const struct partition *partition)
{
    struct block_device device = *disk;

    device.first_sector += partition->first_sector;
    device.sector_count = partition->sector_count;
    return device;
}

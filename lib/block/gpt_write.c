/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a GUID partition table: 128 entries, twice, and a record in the first sector that shows
 * the whole disk as taken.
 */
#include "gpt.h"

#include <base/memory.h>
#include <block/crc.h>

enum {
    ENTRIES = 128,
    ENTRY_SECTORS = ENTRIES * sizeof(struct gpt_entry) / BLOCK_SECTOR_BYTES,
    REVISION = 0x10000,
};

static status_t protective_write(const struct block_device *disk)
{
    static const uint8_t entry[8] = {0, 0, 2, 0, 0xee, 0xff, 0xff, 0xff};
    uint8_t sector[BLOCK_SECTOR_BYTES] = {0};
    uint32_t count = (uint32_t)u64_min(disk->sector_count - 1, UINT32_MAX);

    mem_copy(sector + 446, entry, sizeof(entry));
    sector[454] = 1;
    for (unsigned i = 0; i < 4; i++)
        sector[458 + i] = (uint8_t)(count >> 8 * i);
    sector[510] = 0x55;
    sector[511] = 0xaa;
    return block_write(disk, 0, 1, sector);
}

static void entry_make(struct gpt_entry *entry, const struct partition *partition)
{
    mem_zero(entry, sizeof(*entry));
    mem_copy(entry->type, partition->type, sizeof(entry->type));
    mem_copy(entry->id, partition->id, sizeof(entry->id));
    entry->first_sector = partition->first_sector;
    entry->last_sector = partition->first_sector + partition->sector_count - 1;
    for (unsigned i = 0; i < PARTITION_NAME_UNITS && partition->name[i] != '\0'; i++)
        entry->name[i] = (uint8_t)partition->name[i];
}

/* Also gives the entries' checksum. */
static status_t entries_write(const struct block_device *disk, const struct partition_table *table,
                              uint64_t sector, uint32_t *checksum)
{
    struct gpt_entry entries[BLOCK_SECTOR_BYTES / sizeof(struct gpt_entry)];
    uint32_t crc = UINT32_MAX;
    uint32_t index = 0;

    for (uint32_t i = 0; i < ENTRY_SECTORS; i++) {
        status_t status;

        mem_zero(entries, sizeof(entries));
        for (unsigned slot = 0; slot < array_count(entries) && index < table->count; slot++)
            entry_make(&entries[slot], &table->partitions[index++]);
        crc = crc32_add(crc, entries, sizeof(entries));
        status = block_write(disk, sector + i, 1, entries);
        if (status != OK)
            return status;
    }
    *checksum = ~crc;
    return OK;
}

static status_t copy_write(const struct block_device *disk, const struct partition_table *table,
                           const uint8_t disk_id[PARTITION_ID_BYTES], uint64_t sector,
                           uint64_t entries_sector)
{
    uint8_t bytes[BLOCK_SECTOR_BYTES] = {0};
    struct gpt_header header = {
        .signature = GPT_SIGNATURE,
        .revision = REVISION,
        .size_bytes = GPT_HEADER_BYTES,
        .sector = sector,
        .other_sector = sector == 1 ? disk->sector_count - 1 : 1,
        .first_usable = PARTITION_TABLE_FIRST,
        .last_usable = disk->sector_count - PARTITION_TABLE_LAST - 1,
        .entries_sector = entries_sector,
        .entry_count = ENTRIES,
        .entry_bytes = sizeof(struct gpt_entry),
    };
    status_t status = entries_write(disk, table, entries_sector, &header.entries_crc);

    if (status != OK)
        return status;
    mem_copy(header.id, disk_id, sizeof(header.id));
    mem_copy(bytes, &header, GPT_HEADER_BYTES);
    header.crc = gpt_header_checksum(bytes, GPT_HEADER_BYTES);
    mem_copy(bytes, &header, GPT_HEADER_BYTES);
    return block_write(disk, sector, 1, bytes);
}

/* Puts them into a table of its own, which checks them. */
static status_t check(const struct block_device *disk, const struct partition_table *table)
{
    struct partition_table checked = {.count = 0};
    status_t status = OK;

    if (disk->sector_count <= PARTITION_TABLE_FIRST + PARTITION_TABLE_LAST)
        return ERR_BAD_ARGUMENT;
    for (uint32_t i = 0; i < table->count && status == OK; i++)
        status = partition_add(&checked, &table->partitions[i], PARTITION_TABLE_FIRST,
                               disk->sector_count - PARTITION_TABLE_LAST - 1);
    return status;
}

status_t partition_table_write(const struct block_device *disk, const struct partition_table *table,
                               const uint8_t disk_id[PARTITION_ID_BYTES])
{
    uint64_t last = disk->sector_count - 1;
    status_t status = check(disk, table);

    if (status == OK)
        status = copy_write(disk, table, disk_id, last, last - ENTRY_SECTORS);
    if (status == OK)
        status = copy_write(disk, table, disk_id, 1, 2);
    if (status == OK)
        status = protective_write(disk);
    return status == OK ? block_flush(disk) : status;
}

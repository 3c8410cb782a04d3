/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GUID partition tables: a header with a checksum behind the first sector, a copy in the last.
 */
#include "gpt.h"

#include <base/bits.h>
#include <base/memory.h>
#include <block/crc.h>

uint32_t gpt_header_checksum(const uint8_t *sector, uint32_t size_bytes)
{
    static const uint32_t zero;
    uint32_t crc = crc32_add(UINT32_MAX, sector, offsetof(struct gpt_header, crc));

    crc = crc32_add(crc, &zero, sizeof(zero));
    return ~crc32_add(crc, sector + offsetof(struct gpt_header, reserved),
                      size_bytes - offsetof(struct gpt_header, reserved));
}

static status_t header_read(const struct block_device *disk, uint64_t sector,
                            struct gpt_header *header)
{
    uint8_t bytes[BLOCK_SECTOR_BYTES];
    status_t status = block_read(disk, sector, 1, bytes);

    if (status != OK)
        return status;
    mem_copy(header, bytes, sizeof(*header));
    if (header->signature != GPT_SIGNATURE)
        return ERR_NOT_FOUND;
    if (header->size_bytes < GPT_HEADER_BYTES || header->size_bytes > BLOCK_SECTOR_BYTES)
        return ERR_BAD_ARGUMENT;
    return gpt_header_checksum(bytes, header->size_bytes) == header->crc && header->sector == sector
               ? OK
               : ERR_BAD_ARGUMENT;
}

static bool header_is_sound(const struct block_device *disk, const struct gpt_header *header)
{
    uint64_t sectors;

    if (header->entry_count > GPT_ENTRIES_MAX || header->entry_bytes < sizeof(struct gpt_entry) ||
        header->entry_bytes > GPT_ENTRY_BYTES_MAX || !is_power_of_two(header->entry_bytes))
        return false;
    sectors = ((uint64_t)header->entry_count * header->entry_bytes + BLOCK_SECTOR_BYTES - 1) /
              BLOCK_SECTOR_BYTES;
    if (!u64_range_fits(header->entries_sector, sectors, disk->sector_count))
        return false;
    return header->first_usable <= header->last_usable &&
           header->last_usable < disk->sector_count &&
           !u64_ranges_overlap(header->first_usable, header->last_usable - header->first_usable + 1,
                               header->entries_sector, sectors);
}

static void name_read(char name[PARTITION_NAME_UNITS + 1], const uint16_t *units)
{
    unsigned length = 0;

    for (; length < PARTITION_NAME_UNITS && units[length] != 0; length++)
        name[length] = units[length] >= ' ' && units[length] < 127 ? (char)units[length] : '?';
    name[length] = '\0';
}

static status_t entry_add(struct partition_table *table, const struct gpt_header *header,
                          const struct gpt_entry *entry)
{
    static const uint8_t unused[PARTITION_ID_BYTES];
    struct partition partition;

    if (mem_equal(entry->type, unused, sizeof(unused)))
        return OK;
    if (entry->first_sector > entry->last_sector || entry->last_sector == UINT64_MAX)
        return ERR_BAD_ARGUMENT;
    partition.first_sector = entry->first_sector;
    partition.sector_count = entry->last_sector - entry->first_sector + 1;
    mem_copy(partition.type, entry->type, sizeof(partition.type));
    mem_copy(partition.id, entry->id, sizeof(partition.id));
    name_read(partition.name, entry->name);
    return partition_add(table, &partition, header->first_usable, header->last_usable);
}

/* Goes over the entries twice, so that nothing is taken from a list whose checksum is wrong. */
static status_t entries_read(const struct block_device *disk, const struct gpt_header *header,
                             struct partition_table *table, bool is_checked)
{
    uint8_t bytes[BLOCK_SECTOR_BYTES];
    uint64_t left = (uint64_t)header->entry_count * header->entry_bytes;
    uint64_t sector = header->entries_sector;
    uint32_t crc = UINT32_MAX;
    struct gpt_entry entry;

    for (; left > 0; sector++) {
        size_t part = (size_t)u64_min(left, sizeof(bytes));
        status_t status = block_read(disk, sector, 1, bytes);

        crc = crc32_add(crc, bytes, part);
        for (size_t at = 0; status == OK && is_checked && at + header->entry_bytes <= part;
             at += header->entry_bytes) {
            mem_copy(&entry, bytes + at, sizeof(entry));
            status = entry_add(table, header, &entry);
        }
        if (status != OK)
            return status;
        left -= part;
    }
    return ~crc == header->entries_crc ? OK : ERR_BAD_ARGUMENT;
}

static status_t copy_read(const struct block_device *disk, uint64_t sector,
                          struct partition_table *table)
{
    struct gpt_header header;
    status_t status = header_read(disk, sector, &header);

    if (status != OK)
        return status;
    if (!header_is_sound(disk, &header))
        return ERR_BAD_ARGUMENT;
    status = entries_read(disk, &header, table, false);
    return status == OK ? entries_read(disk, &header, table, true) : status;
}

status_t gpt_read(const struct block_device *disk, struct partition_table *table)
{
    status_t status;

    table->scheme = PARTITION_SCHEME_GPT;
    status = copy_read(disk, 1, table);
    if (status == OK)
        return OK;
    table->count = 0;
    table->is_backup = true;
    return copy_read(disk, disk->sector_count - 1, table) == OK ? OK : status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Partition tables of any bytes: what is accepted lies on the disk, apart from the others.
 *
 * The input is the disk.  Checksums are put right first, since no mutation would guess them.
 */
#include "require.h"
#include <base/memory.h>
#include <block/crc.h>
#include <block/partition.h>

enum { HEADER_SECTOR = 1, CRC = 16, ENTRIES_CRC = 88 };

struct image {
    uint8_t *bytes;
    size_t size;
};

static status_t image_read(void *disk, uint64_t sector, uint32_t count, void *data)
{
    const struct image *image = disk;

    require(u64_range_fits(sector, count, image->size / BLOCK_SECTOR_BYTES));
    mem_copy(data, image->bytes + sector * BLOCK_SECTOR_BYTES, (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static uint32_t load(const uint8_t *at)
{
    uint32_t value;

    mem_copy(&value, at, sizeof(value));
    return value;
}

static void store(uint8_t *at, uint32_t value)
{
    mem_copy(at, &value, sizeof(value));
}

static void mend_checksums(struct image *image)
{
    uint8_t *header = image->bytes + HEADER_SECTOR * BLOCK_SECTOR_BYTES;
    uint64_t entries = (uint64_t)load(header + 72) * BLOCK_SECTOR_BYTES;
    uint64_t size = (uint64_t)load(header + 80) * load(header + 84);
    uint32_t header_size = load(header + 12);

    if (u64_range_fits(entries, size, image->size))
        store(header + ENTRIES_CRC, ~crc32_add(UINT32_MAX, image->bytes + entries, (size_t)size));
    store(header + CRC, 0);
    if (header_size <= BLOCK_SECTOR_BYTES)
        store(header + CRC, ~crc32_add(UINT32_MAX, header, header_size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct block_operations operations = {.read = image_read};
    struct image image = {malloc(size + 1), size};
    struct block_device disk = {&operations, &image, 0, size / BLOCK_SECTOR_BYTES};
    struct partition_table table;

    if (size < 3 * BLOCK_SECTOR_BYTES) {
        free(image.bytes);
        return 0;
    }
    mem_copy(image.bytes, data, size);
    mend_checksums(&image);
    if (partition_table_read(&disk, &table) == OK) {
        require(table.count <= PARTITIONS_MAX);
        for (uint32_t i = 0; i < table.count; i++) {
            const struct partition *a = &table.partitions[i];

            require(a->sector_count > 0 && a->first_sector > 0);
            require(u64_range_fits(a->first_sector, a->sector_count, disk.sector_count));
            require(str_is_terminated(a->name, sizeof(a->name)));
            for (uint32_t other = 0; other < i; other++)
                require(!u64_ranges_overlap(a->first_sector, a->sector_count,
                                            table.partitions[other].first_sector,
                                            table.partitions[other].sector_count));
        }
    }
    free(image.bytes);
    return 0;
}

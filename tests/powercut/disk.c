/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *sector_at(uint8_t *bytes, uint64_t sector)
{
    return bytes + sector * BLOCK_SECTOR_BYTES;
}

static bool call_goes(struct disk *disk)
{
    disk->calls++;
    return !disk->is_off && disk->calls != disk->fail_at;
}

static bool step_ends_well(struct disk *disk)
{
    disk->steps++;
    if (disk->steps == disk->cut_at)
        disk->is_off = true;
    return !disk->is_off;
}

static status_t read_sectors(void *context, uint64_t sector, uint32_t count, void *data)
{
    struct disk *disk = context;

    if (!call_goes(disk))
        return ERR_IO_FAILED;
    memcpy(data, sector_at(disk->now, sector), (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static status_t write_sectors(void *context, uint64_t sector, uint32_t count, const void *data)
{
    struct disk *disk = context;

    if (!call_goes(disk))
        return ERR_IO_FAILED;
    memcpy(sector_at(disk->now, sector), data, (size_t)count * BLOCK_SECTOR_BYTES);
    memset(disk->is_dirty + sector, true, count);
    return step_ends_well(disk) ? OK : ERR_IO_FAILED;
}

static status_t flush(void *context)
{
    struct disk *disk = context;

    if (!call_goes(disk) || !step_ends_well(disk))
        return ERR_IO_FAILED;
    if (disk->flush_count < DISK_FLUSHES_NOTED)
        disk->flush_steps[disk->flush_count++] = disk->steps;
    for (uint64_t i = 0; i < disk->sector_count; i++) {
        if (disk->is_dirty[i])
            memcpy(sector_at(disk->stable, i), sector_at(disk->now, i), BLOCK_SECTOR_BYTES);
        disk->is_dirty[i] = false;
    }
    return OK;
}

const struct block_operations disk_operations = {
    .read = read_sectors,
    .write = write_sectors,
    .flush = flush,
};

static void disk_make(struct disk *disk, uint64_t sector_count)
{
    memset(disk, 0, sizeof(*disk));
    disk->sector_count = sector_count;
    disk->now = calloc(sector_count, BLOCK_SECTOR_BYTES);
    disk->stable = calloc(sector_count, BLOCK_SECTOR_BYTES);
    disk->is_dirty = calloc(sector_count, sizeof(bool));
}

void disk_fini(struct disk *disk)
{
    free(disk->now);
    free(disk->stable);
    free(disk->is_dirty);
    memset(disk, 0, sizeof(*disk));
}

bool disk_load(struct disk *disk, const char *path)
{
    FILE *file = fopen(path, "rb");
    bool is_read = false;

    if (file == NULL)
        return false;
    if (fseek(file, 0, SEEK_END) == 0) {
        disk_make(disk, (uint64_t)ftell(file) / BLOCK_SECTOR_BYTES);
        rewind(file);
        is_read =
            fread(disk->now, BLOCK_SECTOR_BYTES, disk->sector_count, file) == disk->sector_count;
        memcpy(disk->stable, disk->now, disk->sector_count * BLOCK_SECTOR_BYTES);
    }
    fclose(file);
    return is_read;
}

bool disk_save(const struct disk *disk, const char *path)
{
    FILE *file = fopen(path, "wb");
    bool is_written;

    if (file == NULL)
        return false;
    is_written =
        fwrite(disk->now, BLOCK_SECTOR_BYTES, disk->sector_count, file) == disk->sector_count;
    return fclose(file) == 0 && is_written;
}

void disk_copy(struct disk *disk, const struct disk *from)
{
    size_t size = from->sector_count * BLOCK_SECTOR_BYTES;

    if (disk->sector_count != from->sector_count) {
        disk_fini(disk);
        disk_make(disk, from->sector_count);
    }
    memcpy(disk->now, from->stable, size);
    memcpy(disk->stable, from->stable, size);
    memset(disk->is_dirty, 0, from->sector_count);
    disk->steps = disk->calls = disk->flush_count = disk->cut_at = disk->fail_at = 0;
    disk->is_off = false;
}

void disk_restart(struct disk *disk, unsigned survival, unsigned unit, uint64_t *seed)
{
    bool survives = false;

    for (uint64_t i = 0; i < disk->sector_count; i++) {
        if (i % unit == 0)
            survives = sim_random(seed) >> 62 < survival;
        if (disk->is_dirty[i] && survives)
            memcpy(sector_at(disk->stable, i), sector_at(disk->now, i), BLOCK_SECTOR_BYTES);
        disk->is_dirty[i] = false;
    }
    memcpy(disk->now, disk->stable, disk->sector_count * BLOCK_SECTOR_BYTES);
    disk->cut_at = disk->fail_at = 0;
    disk->is_off = false;
}

struct block_device disk_device(struct disk *disk)
{
    return (struct block_device){&disk_operations, disk, 0, disk->sector_count};
}

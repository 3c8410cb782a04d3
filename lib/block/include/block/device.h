/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block device, whole or a part of one, as what lies above sees it.
 *
 * What was written is certain to survive a loss of power after the next flush that succeeds; until
 * then any sector of it may.  A sector is written whole or not at all.
 */
#ifndef BLOCK_DEVICE_H
#define BLOCK_DEVICE_H

#include <abi/status.h>
#include <base/checked.h>

enum { BLOCK_SECTOR_BYTES = 512 };

struct block_operations {
    status_t (*read)(void *disk, uint64_t sector, uint32_t count, void *data);
    status_t (*write)(void *disk, uint64_t sector, uint32_t count, const void *data);
    status_t (*flush)(void *disk);
};

struct block_device {
    const struct block_operations *operations;
    void *disk;
    uint64_t first_sector; /* where this part of the disk begins */
    uint64_t sector_count;
};

/* ERR_BAD_ARGUMENT: beyond the device's end. */
static inline status_t block_read(const struct block_device *device, uint64_t sector,
                                  uint32_t count, void *data)
{
    if (!u64_range_fits(sector, count, device->sector_count))
        return ERR_BAD_ARGUMENT;
    return device->operations->read(device->disk, device->first_sector + sector, count, data);
}

static inline status_t block_write(const struct block_device *device, uint64_t sector,
                                   uint32_t count, const void *data)
{
    if (!u64_range_fits(sector, count, device->sector_count))
        return ERR_BAD_ARGUMENT;
    return device->operations->write(device->disk, device->first_sector + sector, count, data);
}

static inline status_t block_flush(const struct block_device *device)
{
    return device->operations->flush(device->disk);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libext2fs's way to the disk: everything it reads and writes goes through the cache, and all it
 * writes is metadata, since files' contents do not pass here.
 *
 * It addresses blocks of a size that it changes at will (the superblock lies 1024 bytes in), so
 * requests are turned into bytes and then into blocks of the cache.
 */
#include "volume.h"

#include <stdio.h>
#include <string.h>

static struct ext4 *ext4_of(io_channel channel)
{
    return channel->private_data;
}

static uint64_t place_of(io_channel channel, unsigned long long block)
{
    return (uint64_t)block * (uint32_t)channel->block_size;
}

/* A negative count is one of bytes. */
static uint64_t size_of(io_channel channel, int count)
{
    return count < 0 ? (uint64_t) - (int64_t)count : place_of(channel, (unsigned)count);
}

/* Splits a request by the cache's blocks. */
static errcode_t transfer(io_channel channel, uint64_t at, uint64_t size, uint8_t *data,
                          bool is_write)
{
    struct cache *cache = &ext4_of(channel)->cache;

    while (size > 0) {
        uint64_t block = at / cache->block_bytes;
        size_t offset = (size_t)(at % cache->block_bytes);
        size_t part = (size_t)u64_min(size, cache->block_bytes - offset);
        status_t status = is_write
                              ? cache_write(cache, block, offset, data, part, CACHE_METADATA, false)
                              : cache_read(cache, block, offset, data, part);

        if (status != OK)
            return is_write ? EXT2_ET_SHORT_WRITE : EXT2_ET_SHORT_READ;
        at += part;
        data += part;
        size -= part;
    }
    return 0;
}

static errcode_t read_blocks(io_channel channel, unsigned long long block, int count, void *data)
{
    return transfer(channel, place_of(channel, block), size_of(channel, count), data, false);
}

static errcode_t write_blocks(io_channel channel, unsigned long long block, int count,
                              const void *data)
{
    return transfer(channel, place_of(channel, block), size_of(channel, count),
                    (uint8_t *)(uintptr_t)data, true);
}

static errcode_t read_blocks_32(io_channel channel, unsigned long block, int count, void *data)
{
    return read_blocks(channel, block, count, data);
}

static errcode_t write_blocks_32(io_channel channel, unsigned long block, int count,
                                 const void *data)
{
    return write_blocks(channel, block, count, data);
}

static errcode_t write_bytes(io_channel channel, unsigned long offset, int count, const void *data)
{
    return transfer(channel, offset, (uint64_t)count, (uint8_t *)(uintptr_t)data, true);
}

static errcode_t set_block_size(io_channel channel, int size)
{
    channel->block_size = size;
    return 0;
}

/* A transaction is committed by ext4_sync, not when the library would like it to be. */
static errcode_t flush_nothing(io_channel channel)
{
    (void)channel;
    return 0;
}

static errcode_t close_channel(io_channel channel)
{
    if (--channel->refcount > 0)
        return 0;
    ext2fs_free_mem(&channel->name);
    return ext2fs_free_mem(&channel);
}

static errcode_t open_channel(const char *name, int flags, io_channel *result);

static struct struct_io_manager manager = {
    .magic = EXT2_ET_MAGIC_IO_MANAGER,
    .name = "cache",
    .open = open_channel,
    .close = close_channel,
    .set_blksize = set_block_size,
    .read_blk = read_blocks_32,
    .write_blk = write_blocks_32,
    .flush = flush_nothing,
    .write_byte = write_bytes,
    .read_blk64 = read_blocks,
    .write_blk64 = write_blocks,
};

/* The library hands on a name and nothing else, so the name says where the volume is. */
static errcode_t open_channel(const char *name, int flags, io_channel *result)
{
    io_channel channel;
    void *ext4;
    errcode_t error;

    (void)flags;
    if (sscanf(name, "%p", &ext4) != 1)
        return EXT2_ET_BAD_DEVICE_NAME;
    error = ext2fs_get_memzero(sizeof(*channel), &channel);
    if (error == 0)
        error = ext2fs_get_memzero(strlen(name) + 1, &channel->name);
    if (error != 0)
        return error;
    memcpy(channel->name, name, strlen(name));
    channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
    channel->manager = &manager;
    channel->block_size = 1024;
    channel->refcount = 1;
    channel->private_data = ext4;
    *result = channel;
    return 0;
}

status_t channel_open(struct ext4 *ext4, int flags)
{
    char name[32];
    errcode_t error;

    snprintf(name, sizeof(name), "%p", (void *)ext4);
    error = ext2fs_open(name, flags | EXT2_FLAG_64BITS, 0, 0, &manager, &ext4->fs);
    if (error == EXT2_ET_BAD_MAGIC)
        return ERR_NOT_FOUND;
    if (error == EXT2_ET_UNSUPP_FEATURE || error == EXT2_ET_RO_UNSUPP_FEATURE)
        return ERR_NOT_SUPPORTED;
    if (error != 0)
        return ERR_IO_FAILED;
    ext4->fs->priv_data = ext4;
    ext4->fs->flags |= EXT2_FLAG_MASTER_SB_ONLY;
    return OK;
}

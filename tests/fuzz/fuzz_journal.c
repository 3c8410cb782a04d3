/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A journal of any bytes: replaying ends, and writes only blocks of the file system.
 *
 * The input is the log of a small file system that lies behind 8 blocks of it.  With its first byte
 * odd the log has checksums, which are then put right in its first blocks, as of control blocks.
 */
#include "require.h"
#include <base/memory.h>
#include <block/crc.h>
#include <journal/journal.h>

enum {
    BLOCK = 1024,
    HOME_BLOCKS = 8,
    LOG_BLOCKS = 17,
    BLOCKS = HOME_BLOCKS + LOG_BLOCKS,
    MENDED = 9, /* more would only be slower */
};

struct image {
    uint8_t bytes[BLOCKS][BLOCK];
    unsigned writes;
};

static status_t image_read(void *disk, uint64_t sector, uint32_t count, void *data)
{
    struct image *image = disk;

    mem_copy(data, &image->bytes[0][0] + sector * BLOCK_SECTOR_BYTES,
             (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static status_t image_write(void *disk, uint64_t sector, uint32_t count, const void *data)
{
    struct image *image = disk;

    require(++image->writes <= 2 * BLOCKS);
    mem_copy(&image->bytes[0][0] + sector * BLOCK_SECTOR_BYTES, data,
             (size_t)count * BLOCK_SECTOR_BYTES);
    return OK;
}

static status_t image_flush(void *disk)
{
    (void)disk;
    return OK;
}

static status_t map(void *context, uint32_t log_block, uint64_t *block)
{
    (void)context;
    *block = HOME_BLOCKS + log_block;
    return log_block < LOG_BLOCKS ? OK : ERR_IO_FAILED;
}

static void put(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Fixed parts of the superblock, and every checksum as if all blocks were good. */
static void mend(struct image *image, bool has_checksums)
{
    uint8_t *super = image->bytes[HOME_BLOCKS];
    uint32_t seed = crc32c_add(UINT32_MAX, super + 0x30, 16);

    put(super, 0xc03b3998);
    put(super + 4, 4);
    put(super + 0x0c, BLOCK);
    put(super + 0x10, LOG_BLOCKS);
    put(super + 0x14, 1);
    put(super + 0x28, has_checksums ? 0x13 : super[0x2b] & 3);
    put(super + 0x2c, 0);
    if (!has_checksums)
        return;
    super[0x50] = 4;
    put(super + 0xfc, 0);
    put(super + 0xfc, crc32c_add(UINT32_MAX, super, 1024));
    for (unsigned i = HOME_BLOCKS + 1; i < HOME_BLOCKS + MENDED; i++) {
        uint8_t *block = image->bytes[i];
        uint8_t *checksum = block + (block[7] == 2 ? 16 : BLOCK - 4);

        put(block, 0xc03b3998);
        put(checksum, 0);
        put(checksum, crc32c_add(seed, block, BLOCK));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct block_operations operations = {image_read, image_write, image_flush};
    static struct journal journal;
    static struct image image;
    struct block_device disk = {&operations, &image, 0, BLOCKS * (BLOCK / BLOCK_SECTOR_BYTES)};
    static const uint8_t home[BLOCK] = {1};
    struct journal_block block = {3, home};

    if (size < 1)
        return 0;
    mem_zero(&image, sizeof(image));
    mem_copy(image.bytes[HOME_BLOCKS], data + 1, word_min(size - 1, LOG_BLOCKS * BLOCK));
    mend(&image, (data[0] & 1) != 0);
    if (journal_open(&journal, &disk, BLOCK, BLOCKS, map, NULL) != OK)
        return 0;
    if (journal_replay(&journal) != OK)
        return 0;
    /* What may have been written over the log's own superblock is another matter. */
    if (journal_attach(&journal) == OK) {
        require(journal_commit(&journal, &block, 1) == OK);
        require(mem_equal(image.bytes[3], home, BLOCK));
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log as blocks, and its superblock.
 */
#include "log.h"

#include <base/memory.h>
#include <block/crc.h>

enum {
    KNOWN_FEATURES = JBD2_FEATURE_REVOKE | JBD2_FEATURE_64BIT | JBD2_FEATURE_CSUM_V3,
    LENGTH_MIN = 16,
};

static uint32_t sectors_per_block(const struct journal *journal)
{
    return journal->block_bytes / BLOCK_SECTOR_BYTES;
}

static status_t block_at(const struct journal *journal, uint64_t block, uint64_t *sector)
{
    if (block >= journal->block_count)
        return ERR_BAD_ARGUMENT;
    *sector = block * sectors_per_block(journal);
    return OK;
}

status_t home_write(struct journal *journal, uint64_t block, const void *data)
{
    uint64_t sector;
    status_t status = block_at(journal, block, &sector);

    if (status != OK)
        return status;
    return block_write(journal->device, sector, sectors_per_block(journal), data);
}

status_t log_read(struct journal *journal, uint32_t log_block, void *data)
{
    uint64_t block;
    uint64_t sector;
    status_t status = journal->map(journal->context, log_block, &block);

    if (status == OK)
        status = block_at(journal, block, &sector);
    if (status != OK)
        return status;
    return block_read(journal->device, sector, sectors_per_block(journal), data);
}

status_t log_write(struct journal *journal, uint32_t log_block, const void *data)
{
    uint64_t block;
    status_t status = journal->map(journal->context, log_block, &block);

    return status == OK ? home_write(journal, block, data) : status;
}

uint32_t log_next(const struct journal *journal, uint32_t log_block)
{
    return log_block + 1 < journal->length ? log_block + 1 : journal->first;
}

bool log_has_checksums(const struct journal *journal)
{
    return (journal->features & JBD2_FEATURE_CSUM_V3) != 0;
}

uint32_t log_block_checksum(const struct journal *journal, uint32_t sequence, const void *data)
{
    uint8_t number[4];
    uint32_t crc;

    put_be32(number, sequence);
    crc = crc32c_add(journal->seed, number, sizeof(number));
    return crc32c_add(crc, data, journal->block_bytes);
}

uint32_t log_control_checksum(const struct journal *journal, uint8_t *control, size_t offset)
{
    static const uint8_t zero[4];
    uint32_t crc = crc32c_add(journal->seed, control, offset);

    crc = crc32c_add(crc, zero, sizeof(zero));
    offset += sizeof(zero);
    return crc32c_add(crc, control + offset, journal->block_bytes - offset);
}

static uint32_t superblock_checksum(const uint8_t *superblock)
{
    static const uint8_t zero[4];
    uint32_t crc = crc32c_add(UINT32_MAX, superblock, JBD2_SB_CHECKSUM);

    crc = crc32c_add(crc, zero, sizeof(zero));
    return crc32c_add(crc, superblock + JBD2_SB_CHECKSUM + 4, JBD2_SB_BYTES - JBD2_SB_CHECKSUM - 4);
}

status_t log_write_superblock(struct journal *journal)
{
    uint8_t *superblock = journal->superblock;

    put_be32(superblock + JBD2_SB_SEQUENCE, journal->sequence);
    put_be32(superblock + JBD2_SB_START, journal->start);
    put_be32(superblock + JBD2_SB_INCOMPATIBLE, journal->features);
    if (log_has_checksums(journal)) {
        superblock[JBD2_SB_CHECKSUM_TYPE] = JBD2_CHECKSUM_CRC32C;
        put_be32(superblock + JBD2_SB_CHECKSUM, superblock_checksum(superblock));
    }
    mem_zero(journal->block, journal->block_bytes);
    mem_copy(journal->block, superblock, JBD2_SB_BYTES);
    return log_write(journal, 0, journal->block);
}

static bool superblock_is_sound(const struct journal *journal)
{
    const uint8_t *superblock = journal->superblock;

    if (get_be32(superblock) != JBD2_MAGIC ||
        get_be32(superblock + JBD2_HEADER_KIND) != JBD2_SUPERBLOCK_V2 ||
        get_be32(superblock + JBD2_SB_BLOCK_BYTES) != journal->block_bytes)
        return false;
    if (journal->length < LENGTH_MIN || journal->first == 0 ||
        journal->first >= journal->length - LENGTH_MIN / 2)
        return false;
    return journal->start == 0 ||
           (journal->start >= journal->first && journal->start < journal->length);
}

static status_t superblock_take(struct journal *journal)
{
    const uint8_t *superblock = journal->superblock;

    journal->length = get_be32(superblock + JBD2_SB_LENGTH);
    journal->first = get_be32(superblock + JBD2_SB_FIRST);
    journal->sequence = get_be32(superblock + JBD2_SB_SEQUENCE);
    journal->start = get_be32(superblock + JBD2_SB_START);
    journal->features = get_be32(superblock + JBD2_SB_INCOMPATIBLE);
    mem_copy(journal->uuid, superblock + JBD2_SB_UUID, JOURNAL_UUID_BYTES);
    journal->seed = crc32c_add(UINT32_MAX, journal->uuid, JOURNAL_UUID_BYTES);
    journal->head = journal->first;
    if (!superblock_is_sound(journal))
        return ERR_IO_FAILED;
    if (journal_feature_text(journal) != NULL)
        return ERR_NOT_SUPPORTED;
    if (log_has_checksums(journal) &&
        (superblock[JBD2_SB_CHECKSUM_TYPE] != JBD2_CHECKSUM_CRC32C ||
         get_be32(superblock + JBD2_SB_CHECKSUM) != superblock_checksum(superblock)))
        return ERR_IO_FAILED;
    return OK;
}

status_t journal_open(struct journal *journal, const struct block_device *device,
                      uint32_t block_bytes, uint64_t block_count, journal_map_fn *map,
                      void *context)
{
    status_t status;

    mem_zero(journal, sizeof(*journal));
    if (block_bytes != 1024 && block_bytes != 2048 && block_bytes != JOURNAL_BLOCK_MAX)
        return ERR_NOT_SUPPORTED;
    if (block_count > device->sector_count / (block_bytes / BLOCK_SECTOR_BYTES))
        return ERR_BAD_ARGUMENT;
    journal->device = device;
    journal->block_bytes = block_bytes;
    journal->block_count = block_count;
    journal->map = map;
    journal->context = context;
    status = log_read(journal, 0, journal->block);
    if (status != OK)
        return status;
    mem_copy(journal->superblock, journal->block, JBD2_SB_BYTES);
    return superblock_take(journal);
}

const char *journal_feature_text(const struct journal *journal)
{
    uint32_t unknown = journal->features & ~(uint32_t)KNOWN_FEATURES;

    if ((unknown & JBD2_FEATURE_ASYNC_COMMIT) != 0)
        return "journal_async_commit";
    if ((unknown & JBD2_FEATURE_CSUM_V2) != 0)
        return "journal_checksum_v2";
    if ((unknown & JBD2_FEATURE_FAST_COMMIT) != 0)
        return "fast_commit";
    if (get_be32(journal->superblock + JBD2_SB_READ_ONLY_COMPATIBLE) != 0)
        return "an unknown read-only compatible feature of the journal";
    return unknown != 0 ? "an unknown feature of the journal" : NULL;
}

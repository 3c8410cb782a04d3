/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JBD2 on the disk: big-endian throughout (Documentation/filesystems/ext4/journal.rst of Linux).
 */
#ifndef JOURNAL_FORMAT_H
#define JOURNAL_FORMAT_H

#include <base/types.h>

static const uint32_t JBD2_MAGIC = 0xc03b3998;

enum {
    JBD2_DESCRIPTOR = 1,
    JBD2_COMMIT = 2,
    JBD2_SUPERBLOCK_V2 = 4,
    JBD2_REVOKE = 5,

    JBD2_FEATURE_REVOKE = 0x01,
    JBD2_FEATURE_64BIT = 0x02,
    JBD2_FEATURE_ASYNC_COMMIT = 0x04,
    JBD2_FEATURE_CSUM_V2 = 0x08,
    JBD2_FEATURE_CSUM_V3 = 0x10,
    JBD2_FEATURE_FAST_COMMIT = 0x20,

    JBD2_CHECKSUM_CRC32C = 4,

    JBD2_TAG_ESCAPED = 1,
    JBD2_TAG_SAME_UUID = 2,
    JBD2_TAG_LAST = 8,

    /* Offsets in the superblock. */
    JBD2_SB_BLOCK_BYTES = 0x0c,
    JBD2_SB_LENGTH = 0x10,
    JBD2_SB_FIRST = 0x14,
    JBD2_SB_SEQUENCE = 0x18,
    JBD2_SB_START = 0x1c,
    JBD2_SB_COMPATIBLE = 0x24,
    JBD2_SB_INCOMPATIBLE = 0x28,
    JBD2_SB_READ_ONLY_COMPATIBLE = 0x2c,
    JBD2_SB_UUID = 0x30,
    JBD2_SB_CHECKSUM_TYPE = 0x50,
    JBD2_SB_CHECKSUM = 0xfc,
    JBD2_SB_BYTES = 1024,

    /* Every block of the log but copies: magic, kind, sequence. */
    JBD2_HEADER_KIND = 4,
    JBD2_HEADER_SEQUENCE = 8,
    JBD2_HEADER_BYTES = 12,
    JBD2_TAIL_BYTES = 4,
    JBD2_UUID_BYTES = 16,
    JBD2_REVOKE_COUNT = 12, /* bytes in use, header included */
    JBD2_REVOKE_FIRST = 16,
    JBD2_COMMIT_CHECKSUM = 16,
    JBD2_TAG3_BYTES = 16,
};

static inline uint16_t get_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get_be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void put_be32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

#endif

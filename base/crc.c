/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32, four bits at a time: its table is one cache line.
 */
#include <base/crc.h>

/* Of the polynomial 0x04c11db7, bits reversed: what four bits that leave the register do to it. */
static const uint32_t remainders[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t crc32(uint32_t before, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    const uint8_t *end = bytes + size;
    uint32_t crc = ~before;

    for (; bytes < end; bytes++) {
        crc ^= *bytes;
        crc = crc >> 4 ^ remainders[crc & 0xf];
        crc = crc >> 4 ^ remainders[crc & 0xf];
    }
    return ~crc;
}

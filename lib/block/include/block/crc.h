/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two cyclic redundancy checks that disks are written with.
 *
 * Both take the value so far, without any inversion: what a format wants at the beginning and the
 * end is its own affair.
 */
#ifndef BLOCK_CRC_H
#define BLOCK_CRC_H

#include <base/types.h>

/* Polynomial 0x04c11db7, reflected (partition tables). */
uint32_t crc32_add(uint32_t crc, const void *data, size_t size);

/* Polynomial 0x1edc6f41, reflected (file systems). */
uint32_t crc32c_add(uint32_t crc, const void *data, size_t size);

#endif

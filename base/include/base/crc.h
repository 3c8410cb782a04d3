/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 (IEEE 802.3): tells damaged bytes from whole ones, at a tenth of what a hash costs.
 *
 * It finds accidents.  Who can write the bytes can make them fit; contents that must be the ones
 * meant are named by hash.h.
 */
#ifndef BASE_CRC_H
#define BASE_CRC_H

#include <base/types.h>

/* Go on from what the bytes before gave; 0 at first. */
uint32_t crc32(uint32_t before, const void *data, size_t size);

#endif

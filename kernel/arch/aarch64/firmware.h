/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that leave the kernel downwards, in firmware.S.  All follow the calling convention
 * of C (Arm DEN 0028: the firmware keeps at least what C expects to be kept).
 */
#ifndef AARCH64_FIRMWARE_H
#define AARCH64_FIRMWARE_H

#include <base/types.h>

int64_t firmware_hvc(uint32_t function, uint64_t a, uint64_t b, uint64_t c);
int64_t firmware_smc(uint32_t function, uint64_t a, uint64_t b, uint64_t c);

/* Arm Semihosting, release 2023Q3.  Returns when nobody hears it. */
void semihosting(uint64_t operation, const uint64_t *parameters);

#endif

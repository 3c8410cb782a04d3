/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: the serial port of the emulated board, a PL011 that the firmware's settings suit.
 */
#ifndef TESTS_RANDOM_SERIAL_H
#define TESTS_RANDOM_SERIAL_H

#include <base/types.h>

static const uint64_t SERIAL_BASE = 0x09000000;

enum { SERIAL_DATA = 0x00 / 4, SERIAL_FLAGS = 0x18 / 4, FLAG_FULL = 1 << 5 };

static inline void serial_put(volatile uint32_t *port, char c)
{
    while ((port[SERIAL_FLAGS] & FLAG_FULL) != 0)
        continue;
    port[SERIAL_DATA] = (uint8_t)c;
}

#endif

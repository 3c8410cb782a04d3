/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: the serial port of the emulated board, an NS16550 that the firmware's settings suit.
 */
#ifndef TESTS_RANDOM_SERIAL_H
#define TESTS_RANDOM_SERIAL_H

#include <base/types.h>

static const uint64_t SERIAL_BASE = 0x10000000;

enum { SERIAL_DATA = 0, SERIAL_STATUS = 5, STATUS_ROOM = 0x20 };

static inline void serial_put(volatile uint32_t *port, char c)
{
    volatile uint8_t *bytes = (volatile uint8_t *)port;

    while ((bytes[SERIAL_STATUS] & STATUS_ROOM) == 0)
        continue;
    bytes[SERIAL_DATA] = (uint8_t)c;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 serial port, output only, as the firmware set it up.
 * Arm PrimeCell UART (PL011) Technical Reference Manual, DDI 0183.
 */
#ifndef DEV_UART_PL011_H
#define DEV_UART_PL011_H

#include <base/types.h>

struct uart_pl011 {
    volatile void *regs;        /* NULL: there is none, output goes nowhere */
};

/* Waits until the port takes the byte; bounded, so a port that hangs cannot hang us. */
void uart_pl011_put(const struct uart_pl011 *uart, uint8_t byte);

#endif

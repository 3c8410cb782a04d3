/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16550 serial port, output only, as the firmware set it up.
 * TI TL16C550D data sheet, "Principles of operation".
 */
#ifndef DEV_UART_NS16550_H
#define DEV_UART_NS16550_H

#include <base/types.h>

struct uart_ns16550 {
    volatile void *regs;        /* NULL: there is none, output goes nowhere */
    unsigned shift;             /* registers stand 1 << shift bytes apart */
    bool is_wide;               /* registers are 32 bits wide */
};

/* Waits until the port takes the byte; bounded, so a port that hangs cannot hang us. */
void uart_ns16550_put(const struct uart_ns16550 *uart, uint8_t byte);

#endif

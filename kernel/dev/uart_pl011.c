/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011: polled output for the debug console.  Speed and format stay the firmware's.
 */
#include "dev/uart_pl011.h"

#include "dev/mmio.h"

enum { UARTDR = 0x0, UARTFR = 0x18 };
enum { FLAG_TRANSMIT_FULL = 1 << 5 };
enum { POLLS_MAX = 100000 };                    /* far more than a byte takes at 9600 baud */

void uart_pl011_put(const struct uart_pl011 *uart, uint8_t byte)
{
    unsigned polls = 0;

    if (uart->regs == NULL)
        return;
    while ((mmio_read32(uart->regs, UARTFR) & FLAG_TRANSMIT_FULL) != 0 && polls < POLLS_MAX)
        polls++;
    mmio_write32(uart->regs, UARTDR, byte);
}

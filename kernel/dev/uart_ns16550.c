/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16550 serial port: polled output for the debug console.  Speed and format stay the firmware's.
 */
#include "dev/uart_ns16550.h"

#include "dev/mmio.h"

enum { TRANSMIT = 0, LINE_STATUS = 5 };         /* registers */
enum { STATUS_TRANSMIT_EMPTY = 1 << 5 };
enum { POLLS_MAX = 100000 };                    /* far more than a byte takes at 9600 baud */

static bool can_transmit(const struct uart_ns16550 *uart)
{
    size_t offset = (size_t)LINE_STATUS << uart->shift;
    uint32_t status = uart->is_wide ? mmio_read32(uart->regs, offset)
                                    : mmio_read8(uart->regs, offset);

    return (status & STATUS_TRANSMIT_EMPTY) != 0;
}

void uart_ns16550_put(const struct uart_ns16550 *uart, uint8_t byte)
{
    unsigned polls = 0;

    if (uart->regs == NULL)
        return;
    while (!can_transmit(uart) && polls < POLLS_MAX)
        polls++;
    if (uart->is_wide)
        mmio_write32(uart->regs, TRANSMIT, byte);
    else
        mmio_write8(uart->regs, TRANSMIT, byte);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16550 serial port (PC16550D) with byte-wide registers.
 *
 * Needs one window and one interrupt.  The transmit interrupt comes whenever the holding register
 * is empty, so it is only on while something waits.
 */
#include "regs.h"

#include <driver/uart.h>

const uint32_t uart_window_bytes = NS16550_BYTES;

void uart_start(const struct driver_window *window)
{
    driver_write8(window, NS16550_IRQ_ENABLE, 0);
    driver_write8(window, NS16550_LINE, LINE_8_BITS);
    driver_write8(window, NS16550_FIFO, FIFO_ENABLE | FIFO_CLEAR_RX);
    driver_write8(window, NS16550_MODEM, MODEM_INTERRUPT);
    uart_want_room(window, false);
}

bool uart_has_byte(const struct driver_window *window)
{
    return (driver_read8(window, NS16550_STATUS) & STATUS_HAS_BYTE) != 0;
}

uint8_t uart_take_byte(const struct driver_window *window)
{
    return driver_read8(window, NS16550_DATA);
}

bool uart_can_send(const struct driver_window *window)
{
    return (driver_read8(window, NS16550_STATUS) & STATUS_CAN_SEND) != 0;
}

void uart_send(const struct driver_window *window, uint8_t byte)
{
    driver_write8(window, NS16550_DATA, byte);
}

void uart_want_room(const struct driver_window *window, bool is_wanted)
{
    driver_write8(window, NS16550_IRQ_ENABLE, is_wanted ? ENABLE_RX | ENABLE_TX : ENABLE_RX);
}

/* Reading which interrupt is pending clears that for room. */
void uart_settle(const struct driver_window *window)
{
    (void)driver_read8(window, NS16550_FIFO);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 serial port (Arm DDI 0183).
 *
 * Needs one window and one interrupt.  The transmit interrupt tells when the FIFO drains past its
 * level, so it is only on while something waits.
 */
#include "regs.h"

#include <driver/uart.h>

const uint32_t uart_window_bytes = PL011_BYTES;

void uart_start(const struct driver_window *window)
{
    driver_write32(window, PL011_IRQ_MASK, 0);
    driver_write32(window, PL011_CONTROL, 0); /* line settings only take while disabled */
    driver_write32(window, PL011_IRQ_CLEAR, IRQ_ALL);
    driver_write32(window, PL011_LINE, LINE_8_BITS | LINE_FIFO);
    driver_write32(window, PL011_IRQ_LEVEL, 0); /* both at an eighth: early for input */
    driver_write32(window, PL011_CONTROL, CONTROL_ENABLE | CONTROL_TX | CONTROL_RX);
    uart_want_room(window, false);
}

bool uart_has_byte(const struct driver_window *window)
{
    return (driver_read32(window, PL011_FLAGS) & FLAGS_RX_EMPTY) == 0;
}

uint8_t uart_take_byte(const struct driver_window *window)
{
    return (uint8_t)driver_read32(window, PL011_DATA);
}

bool uart_can_send(const struct driver_window *window)
{
    return (driver_read32(window, PL011_FLAGS) & FLAGS_TX_FULL) == 0;
}

void uart_send(const struct driver_window *window, uint8_t byte)
{
    driver_write32(window, PL011_DATA, byte);
}

void uart_want_room(const struct driver_window *window, bool is_wanted)
{
    driver_write32(window, PL011_IRQ_MASK,
                   IRQ_RX | IRQ_RX_TIMEOUT | (is_wanted ? (uint32_t)IRQ_TX : 0));
}

/* Input clears its interrupt when it is read; that for room stays until it is cleared. */
void uart_settle(const struct driver_window *window)
{
    driver_write32(window, PL011_IRQ_CLEAR, IRQ_TX);
}

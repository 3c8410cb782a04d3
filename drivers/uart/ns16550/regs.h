/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16550 registers, a byte each: National Semiconductor PC16550D, section 8.
 */
#ifndef NS16550_REGS_H
#define NS16550_REGS_H

enum ns16550_register {
    NS16550_DATA = 0,
    NS16550_IRQ_ENABLE = 1,
    NS16550_FIFO = 2, /* written; read it says which interrupt is pending */
    NS16550_LINE = 3,
    NS16550_MODEM = 4,
    NS16550_STATUS = 5,
    NS16550_BYTES = 8,
};

enum {
    ENABLE_RX = 1 << 0,
    ENABLE_TX = 1 << 1,
    FIFO_ENABLE = 1 << 0,
    FIFO_CLEAR_RX = 1 << 1,
    LINE_8_BITS = 3,
    MODEM_INTERRUPT = 1 << 3, /* lets the interrupt out of the chip */
    STATUS_HAS_BYTE = 1 << 0,
    STATUS_CAN_SEND = 1 << 5,
};

#endif

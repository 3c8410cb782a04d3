/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 registers: Arm DDI 0183, chapter 3.
 */
#ifndef PL011_REGS_H
#define PL011_REGS_H

enum pl011_register {
    PL011_DATA = 0x000,
    PL011_FLAGS = 0x018,
    PL011_LINE = 0x02c,
    PL011_CONTROL = 0x030,
    PL011_IRQ_LEVEL = 0x034,
    PL011_IRQ_MASK = 0x038, /* set bits are enabled */
    PL011_IRQ_CLEAR = 0x044,
    PL011_BYTES = 0x1000,
};

enum {
    FLAGS_RX_EMPTY = 1 << 4,
    FLAGS_TX_FULL = 1 << 5,
    LINE_FIFO = 1 << 4,
    LINE_8_BITS = 3 << 5,
    CONTROL_ENABLE = 1 << 0,
    CONTROL_TX = 1 << 8,
    CONTROL_RX = 1 << 9,
    IRQ_RX = 1 << 4,
    IRQ_TX = 1 << 5,
    IRQ_RX_TIMEOUT = 1 << 6,
    IRQ_ALL = 0x7ff,
};

#endif

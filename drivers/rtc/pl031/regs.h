/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL031 registers: Arm DDI 0224, chapter 3.
 */
#ifndef PL031_REGS_H
#define PL031_REGS_H

enum pl031_register {
    PL031_DATA = 0x000, /* seconds since 1970 */
    PL031_LOAD = 0x008,
    PL031_CONTROL = 0x00c,
    PL031_IRQ_MASK = 0x010, /* set bits are enabled */
    PL031_BYTES = 0x020,
};

enum { PL031_CONTROL_START = 1 }; /* it counts; can only be cleared by a reset */

#endif

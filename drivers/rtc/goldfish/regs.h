/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the goldfish real-time clock: "Goldfish virtual hardware", section on the timer.
 */
#ifndef GOLDFISH_REGS_H
#define GOLDFISH_REGS_H

enum goldfish_register {
    GOLDFISH_TIME_LOW = 0x00,  /* nanoseconds since 1970; reading it takes the time */
    GOLDFISH_TIME_HIGH = 0x04, /* as it was when the low half was read */
    GOLDFISH_IRQ_ENABLED = 0x10,
    GOLDFISH_BYTES = 0x20,
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instructions of firmware.h, as functions.
 */
    .text
    .global firmware_hvc
firmware_hvc:
    hvc     #0
    ret

    .global firmware_smc
firmware_smc:
    smc     #0
    ret

/* Where there is no debugger or emulator that knows it, entry.S skips the trap. */
    .global semihosting
    .global semihosting_call
semihosting:
semihosting_call:
    hlt     #0xf000
    ret

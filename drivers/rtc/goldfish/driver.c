/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goldfish real-time clock, of QEMU and the Android emulator.
 *
 * Needs one window.  Counts nanoseconds.
 */
#include "regs.h"

#include <driver/rtc.h>

const uint32_t rtc_window_bytes = GOLDFISH_BYTES;
const uint64_t rtc_step_ns = 1;

void rtc_start(const struct driver_window *window)
{
    driver_write32(window, GOLDFISH_IRQ_ENABLED, 0);
}

uint64_t rtc_read(const struct driver_window *window)
{
    uint32_t low = driver_read32(window, GOLDFISH_TIME_LOW); /* first: the high half waits */

    return (uint64_t)driver_read32(window, GOLDFISH_TIME_HIGH) << 32 | low;
}

status_t rtc_set(const struct driver_window *window, uint64_t now_ns)
{
    driver_write32(window, GOLDFISH_TIME_HIGH, (uint32_t)(now_ns >> 32));
    driver_write32(window, GOLDFISH_TIME_LOW, (uint32_t)now_ns);
    return OK;
}

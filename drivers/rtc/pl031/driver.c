/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL031 real-time clock (Arm DDI 0224).
 *
 * Needs one window.  Counts whole seconds.
 */
#include "regs.h"

#include <driver/rtc.h>

const uint32_t rtc_window_bytes = PL031_BYTES;
const uint64_t rtc_step_ns = 1000000000;

void rtc_start(const struct driver_window *window)
{
    driver_write32(window, PL031_IRQ_MASK, 0);
    if ((driver_read32(window, PL031_CONTROL) & PL031_CONTROL_START) == 0)
        driver_write32(window, PL031_CONTROL, PL031_CONTROL_START);
}

uint64_t rtc_read(const struct driver_window *window)
{
    return driver_read32(window, PL031_DATA) * rtc_step_ns;
}

status_t rtc_set(const struct driver_window *window, uint64_t now_ns)
{
    uint64_t seconds = now_ns / rtc_step_ns;

    if (seconds > UINT32_MAX)
        return ERR_BAD_ARGUMENT;
    driver_write32(window, PL031_LOAD, (uint32_t)seconds);
    return OK;
}

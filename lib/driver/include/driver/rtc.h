/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service of drivers/rtc needs of a real-time clock; each device's driver.c defines these.
 */
#ifndef DRIVER_RTC_H
#define DRIVER_RTC_H

#include <abi/status.h>
#include <driver/access.h>

/* Bytes of registers the device has at least. */
extern const uint32_t rtc_window_bytes;

/* What the device can tell apart, in nanoseconds. */
extern const uint64_t rtc_step_ns;

void rtc_start(const struct driver_window *window);

/* Nanoseconds since 1970. */
uint64_t rtc_read(const struct driver_window *window);

/* ERR_BAD_ARGUMENT: the device cannot show such a time. */
status_t rtc_set(const struct driver_window *window, uint64_t now_ns);

#endif

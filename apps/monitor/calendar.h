/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seconds since 1970 as a date and a time of day, in UTC.
 */
#ifndef MONITOR_CALENDAR_H
#define MONITOR_CALENDAR_H

#include <base/types.h>

struct calendar {
    unsigned year, month, day, hour, minute, second;
};

struct calendar calendar_of(uint64_t seconds);

#endif

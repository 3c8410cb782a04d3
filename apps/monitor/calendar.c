/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar: years count from March on, so that the leap day is a year's last and months follow
 * one formula; 400 years are a whole number of days.
 */
#include "calendar.h"

enum {
    DAY_SECONDS = 86400,
    DAYS_0_TO_1970 = 719468, /* from 0000-03-01 */
    DAYS_400_YEARS = 146097,
    DAYS_100_YEARS = 36524,
    DAYS_4_YEARS = 1461,
};

struct calendar calendar_of(uint64_t seconds)
{
    uint64_t days = seconds / DAY_SECONDS + DAYS_0_TO_1970;
    unsigned of_day = (unsigned)(seconds % DAY_SECONDS);
    unsigned of_era = (unsigned)(days % DAYS_400_YEARS);
    unsigned year = (of_era - of_era / (DAYS_4_YEARS - 1) + of_era / DAYS_100_YEARS -
                     of_era / (DAYS_400_YEARS - 1)) /
                    365;
    unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    unsigned month = (5 * of_year + 2) / 153; /* 0 is March */
    bool is_next_year = month >= 10;

    return (struct calendar){
        .year = (unsigned)(days / DAYS_400_YEARS * 400) + year + (is_next_year ? 1 : 0),
        .month = is_next_year ? month - 9 : month + 3,
        .day = of_year - (153 * month + 2) / 5 + 1,
        .hour = of_day / 3600,
        .minute = of_day / 60 % 60,
        .second = of_day % 60,
    };
}

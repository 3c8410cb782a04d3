/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar, day by day, against one that counts the days of each month.
 */
#include "calendar.h"

#include <check/check.h>

enum { LAST_YEAR = 2405 };

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

static void every_day_for_400_years_is_the_next_one(void)
{
    uint64_t seconds = 0;

    for (unsigned year = 1970; year <= LAST_YEAR; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            for (unsigned day = 1; day <= days_in(year, month); day++) {
                struct calendar found = calendar_of(seconds);

                if (!CHECK(found.year == year && found.month == month && found.day == day))
                    return;
                seconds += 86400;
            }
        }
    }
}

static void a_time_of_day_is_found(void)
{
    struct calendar found = calendar_of(1700000000);

    CHECK_EQ(found.year, 2023);
    CHECK_EQ(found.month, 11);
    CHECK_EQ(found.day, 14);
    CHECK_EQ(found.hour, 22);
    CHECK_EQ(found.minute, 13);
    CHECK_EQ(found.second, 20);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"every_day_for_400_years_is_the_next_one", every_day_for_400_years_is_the_next_one},
        {"a_time_of_day_is_found", a_time_of_day_is_found},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

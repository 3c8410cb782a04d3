/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Summaries of a few readings.
 */
#include "summary.h"

#include <check/check.h>

static void one_reading_is_all_three(void)
{
    struct summary summary = {0};

    summary_add(&summary, 5, 300);
    CHECK_EQ(summary.lowest, 300);
    CHECK_EQ(summary.highest, 300);
    CHECK_EQ(summary_mean(&summary), 300);
    CHECK_EQ(summary.taken_ns, 5);
}

static void several_readings_are_summed_up(void)
{
    static const uint64_t values[] = {294000, 293000, 295500, 294001};
    struct summary summary = {0};

    for (size_t i = 0; i < array_count(values); i++)
        summary_add(&summary, i + 1, values[i]);
    CHECK_EQ(summary.lowest, 293000);
    CHECK_EQ(summary.highest, 295500);
    CHECK_EQ(summary_mean(&summary), 294125);
    CHECK_EQ(summary.count, 4);
    CHECK_EQ(summary.taken_ns, 4);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"one_reading_is_all_three", one_reading_is_all_three},
        {"several_readings_are_summed_up", several_readings_are_summed_up},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

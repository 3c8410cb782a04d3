/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks on a fake kernel time and a fake machine's clock that rounds as a real one does.
 */
#include "times.h"

#include <check/check.h>

static const uint64_t SECOND = 1000000000;
static const uint64_t NOW = 1800000000123456789; /* true time at boot */

static struct times times;

/* An instance starts; the machine's clock was turned by `turned` since boot. */
static bool begin(uint64_t kernel_ns, uint64_t step_ns, uint64_t turned, uint64_t generation)
{
    struct times_machine machine = {
        .now_ns = (NOW + kernel_ns + turned) / step_ns * step_ns,
        .step_ns = step_ns,
        .turned_ns = turned,
    };

    return times_begin_with(&times, kernel_ns, &machine, generation);
}

static void without_a_clock_it_is_2000_at_boot(void)
{
    times_begin(&times);
    CHECK_EQ(times_wall(&times, 0), TIMES_2000_NS);
    CHECK_EQ(times_wall(&times, 5 * SECOND), TIMES_2000_NS + 5 * SECOND);
    CHECK_EQ(times.source, TIMES_NONE);
}

static void the_machines_clock_is_respected(void)
{
    CHECK(begin(3 * SECOND, 1, 0, 1));
    CHECK_EQ(times_wall(&times, 4 * SECOND), NOW + 4 * SECOND);
    CHECK_EQ(times.source, TIMES_MACHINE);
}

static void a_clock_that_lost_its_power_is_not_believed(void)
{
    static const uint64_t wrong[] = {0, 1, 946684799999999999, UINT64_MAX};

    for (size_t i = 0; i < array_count(wrong); i++) {
        struct times_machine machine = {.now_ns = wrong[i], .step_ns = 1};

        CHECK(!times_begin_with(&times, SECOND, &machine, 1));
        CHECK_EQ(times_wall(&times, SECOND), TIMES_2000_NS + SECOND);
        CHECK_EQ(times.source, TIMES_NONE);
    }
}

static void the_monotonic_clock_never_goes_back_over_restarts(void)
{
    static const uint64_t steps[] = {1, 1000, 1000000000};
    static const uint64_t turns[] = {0, 3600000000000, (uint64_t)-3600000000000};

    for (size_t s = 0; s < array_count(steps); s++) {
        uint64_t kernel = 0, last = 0, turned = 0, random = 7;

        for (uint64_t generation = 1; generation <= 1000; generation++) {
            CHECK(begin(kernel, steps[s], turned, generation));
            if (!CHECK(times_monotonic(&times, kernel) >= last))
                return;
            random = random * 6364136223846793005u + 1442695040888963407u;
            kernel += random >> 33; /* 0 to 2.1 s */
            turned += turns[random % array_count(turns)];
            last = times_monotonic(&times, kernel);
        }
    }
}

static void setting_the_wall_clock_leaves_the_monotonic_one(void)
{
    CHECK(begin(0, 1, 0, 1));
    CHECK_EQ(times_set(&times, 10 * SECOND, NOW - 500 * SECOND), OK);
    CHECK_EQ(times_wall(&times, 11 * SECOND), NOW - 499 * SECOND);
    CHECK_EQ(times_monotonic(&times, 11 * SECOND), NOW + 11 * SECOND);
    CHECK_EQ(times.source, TIMES_SET);
}

static void times_that_cannot_be_are_refused(void)
{
    times_begin(&times);
    CHECK_EQ(times_set(&times, 0, TIMES_2000_NS - 1), ERR_BAD_ARGUMENT);
    CHECK_EQ(times_set(&times, 0, TIMES_2105_NS), ERR_BAD_ARGUMENT);
    CHECK_EQ(times_set(&times, 0, UINT64_MAX), ERR_BAD_ARGUMENT);
    CHECK_EQ(times_wall(&times, 0), TIMES_2000_NS);
    CHECK_EQ(times_set(&times, 0, TIMES_2000_NS), OK);
    CHECK_EQ(times_set(&times, 20 * SECOND, TIMES_2000_NS), OK); /* 20 s after boot it is 2000 */
    CHECK_EQ(times_wall(&times, 21 * SECOND), TIMES_2000_NS + SECOND);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"without_a_clock_it_is_2000_at_boot", without_a_clock_it_is_2000_at_boot},
        {"the_machines_clock_is_respected", the_machines_clock_is_respected},
        {"a_clock_that_lost_its_power_is_not_believed",
         a_clock_that_lost_its_power_is_not_believed},
        {"the_monotonic_clock_never_goes_back_over_restarts",
         the_monotonic_clock_never_goes_back_over_restarts},
        {"setting_the_wall_clock_leaves_the_monotonic_one",
         setting_the_wall_clock_leaves_the_monotonic_one},
        {"times_that_cannot_be_are_refused", times_that_cannot_be_are_refused},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

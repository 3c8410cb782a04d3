/* SPDX-License-Identifier: Apache-2.0 */
/*
 * self_test: asks the services of a running system whether they keep their word.
 *
 * It tests what its manifest entry connects it to and skips the rest, reports in TAP in the
 * system's log, and then sleeps; with control, and POWER_OFF in its environment, it switches the
 * machine off.  With control it also kills the clock, to see that time goes on.
 */
#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>
#include <component/component.h>
#include <component/log.h>
#include <protocol/clock_client.h>
#include <protocol/control_client.h>
#include <protocol/log_client.h>
#include <protocol/rng_client.h>
#include <protocol/timer_client.h>
#include <rt/process.h>

enum { RNG_MAX = 240, LINE_BYTES = 200, TIMERS = 32, TEXT_MAX = 192 };

static const uint64_t MS = 1000000;

static struct {
    struct component self;
    char line[LINE_BYTES]; /* of the report, so far */
    size_t length;
    word_t expired; /* timers that did, and that no test has taken notice of */
} test;

/* A session, or a skipped test. */
static cap_t connect_or_skip(const char *protocol, word_t version)
{
    cap_t session = 0;

    if (!component_is_published(&test.self, "main", protocol) ||
        component_connect(&test.self, "main", protocol, version, &session) != OK)
        check_skip("the manifest does not connect self_test to it");
    return session;
}

/* ---- random numbers ---- */

static void no_two_sessions_of_rng_share_bytes(void)
{
    enum { ROUNDS = 64 };
    static uint8_t bytes[2 * ROUNDS][16];
    uint8_t read[RNG_MAX];
    word_t size = 0;
    cap_t a = connect_or_skip("rng", RNG_VERSION), b;

    if (a == 0)
        return;
    b = connect_or_skip("rng", RNG_VERSION);
    for (unsigned i = 0; i < 2 * ROUNDS; i++) {
        CHECK_EQ(rng_read(i % 2 == 0 ? a : b, sizeof(bytes[i]), read, &size), OK);
        CHECK_EQ(size, sizeof(bytes[i]));
        mem_copy(bytes[i], read, sizeof(bytes[i]));
        for (unsigned k = 0; k < i; k++)
            CHECK(!mem_equal(bytes[i], bytes[k], sizeof(bytes[i])));
    }
    component_drop(&test.self, b);
    component_drop(&test.self, a);
}

static void rng_refuses_what_it_does_not_give(void)
{
    uint8_t read[RNG_MAX];
    word_t size = 0;
    cap_t rng = connect_or_skip("rng", RNG_VERSION);

    if (rng == 0)
        return;
    CHECK_EQ(rng_read(rng, 0, read, &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(rng_read(rng, RNG_MAX + 1, read, &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(rng_read(rng, RNG_MAX, read, &size), OK);
    CHECK_EQ(size, RNG_MAX);
    component_drop(&test.self, rng);
}

/* ---- timers ---- */

static cap_t open_timer(void)
{
    cap_t timer = connect_or_skip("timer", TIMER_VERSION), wake = 0;

    if (timer == 0)
        return 0;
    test.expired = 0;
    CHECK_EQ(timer_set(timer, 0, 1, 0), ERR_BAD_STATE); /* whom to signal? */
    CHECK_EQ(component_make_wake(&test.self, TIMER_EVENT_EXPIRED, &wake), OK);
    CHECK_EQ(timer_open(timer, wake), OK);
    component_drop(&test.self, wake);
    return timer;
}

/* Waits until the timer expired; takes notice of it. */
static void await(cap_t timer, word_t id)
{
    word_t now = 0;

    while ((test.expired >> id & 1) == 0) {
        (void)component_wait(&test.self);
        if (!CHECK_EQ(timer_completed(timer, &now), OK))
            return;
        test.expired |= now;
    }
    test.expired &= ~((word_t)1 << id);
}

static void timers_expire_in_order_and_not_before(void)
{
    cap_t timer = open_timer();
    uint64_t start = rt_time_now_ns();

    if (timer == 0)
        return;
    for (word_t id = 0; id < TIMERS; id++)
        CHECK_EQ(timer_set(timer, id, start + (TIMERS - id) * 2 * MS, 0), OK);
    for (word_t id = TIMERS; id-- > 0;) {
        await(timer, id);
        CHECK(rt_time_now_ns() >= start + (TIMERS - id) * 2 * MS);
    }
    component_drop(&test.self, timer);
}

static void a_periodic_timer_keeps_in_step(void)
{
    cap_t timer = open_timer();
    uint64_t start = rt_time_now_ns(), left, period;
    word_t count = 0;

    if (timer == 0)
        return;
    CHECK_EQ(timer_set(timer, 3, start + 5 * MS, 5 * MS), OK);
    while (count < 6) {
        await(timer, 3);
        CHECK_EQ(timer_get(timer, 3, &left, &period, &count), OK);
        CHECK(rt_time_now_ns() >= start + count * 5 * MS);
        CHECK(left <= 5 * MS);
    }
    CHECK_EQ(timer_cancel(timer, 3), OK);
    CHECK_EQ(timer_cancel(timer, 3), ERR_NOT_FOUND);
    component_drop(&test.self, timer);
}

/* Far enough ahead that a slow emulator cancels in time. */
static void a_cancelled_timer_stays_quiet(void)
{
    cap_t timer = open_timer();
    uint64_t start = rt_time_now_ns();

    if (timer == 0)
        return;
    CHECK_EQ(timer_set(timer, 1, start + 300 * MS, 0), OK);
    CHECK_EQ(timer_set(timer, 2, start + 310 * MS, 0), OK);
    CHECK_EQ(timer_cancel(timer, 1), OK);
    await(timer, 2);
    CHECK_EQ(test.expired, 0);
    CHECK_EQ(timer_set(timer, TIMERS, start, 0), ERR_BAD_ARGUMENT);
    component_drop(&test.self, timer);
}

/* ---- time ---- */

static void the_clock_goes_with_the_kernels(void)
{
    uint64_t kernel[2], monotonic[2], wall[2];
    word_t source;
    cap_t clock = connect_or_skip("clock", CLOCK_VERSION);

    if (clock == 0)
        return;
    CHECK_EQ(clock_now(clock, &kernel[0], &monotonic[0], &wall[0], &source), OK);
    CHECK_EQ(clock_now(clock, &kernel[1], &monotonic[1], &wall[1], &source), OK);
    CHECK(kernel[1] > kernel[0]);
    CHECK_EQ(monotonic[1] - monotonic[0], kernel[1] - kernel[0]);
    CHECK_EQ(wall[1] - wall[0], kernel[1] - kernel[0]);
    CHECK_EQ(clock_set(clock, wall[1]), ERR_NOT_PERMITTED);
    component_drop(&test.self, clock);
}

static void monotonic_time_goes_on_over_restarts_of_the_clock(void)
{
    cap_t control = rt_startup_find(test.self.startup, "control");
    uint64_t kernel, last = 0, monotonic, wall;
    cap_t clock = 0;
    word_t source;

    if (control == 0) {
        check_skip("self_test has no control");
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(component_connect(&test.self, "main", "clock", CLOCK_VERSION, &clock), OK);
        CHECK_EQ(clock_now(clock, &kernel, &monotonic, &wall, &source), OK);
        CHECK(monotonic > last);
        last = monotonic;
        component_drop(&test.self, clock);
        CHECK_EQ(control_restart(control, "clock"), OK);
    }
    CHECK_EQ(component_connect(&test.self, "main", "clock", CLOCK_VERSION, &clock), OK);
    component_drop(&test.self, clock); /* it is back */
}

static void the_clock_can_be_set_by_who_may(void)
{
    uint64_t kernel, monotonic[2], wall[2];
    word_t source = 0;
    cap_t clock = connect_or_skip("clock_control", CLOCK_VERSION);

    if (clock == 0)
        return;
    CHECK_EQ(clock_now(clock, &kernel, &monotonic[0], &wall[0], &source), OK);
    CHECK_EQ(clock_set(clock, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(clock_set(clock, wall[0] - 3600000 * MS), OK);
    CHECK_EQ(clock_now(clock, &kernel, &monotonic[1], &wall[1], &source), OK);
    CHECK(wall[1] < wall[0]);
    CHECK(monotonic[1] > monotonic[0]);
    CHECK_EQ(source, 2);
    CHECK_EQ(clock_set(clock, wall[0]), OK);
    component_drop(&test.self, clock);
}

/* ---- the log ---- */

static void a_flood_of_lines_costs_only_who_makes_it(void)
{
    enum { LINES = 400 };
    cap_t log = connect_or_skip("log", LOG_VERSION);
    unsigned dropped = 0;
    word_t wanted;

    if (log == 0)
        return;
    CHECK_EQ(log_write(log, LOG_DEBUG + 1, "x", 1, &wanted), ERR_BAD_ARGUMENT);
    for (unsigned i = 0; i < LINES; i++) {
        status_t status = log_write(log, LOG_INFO, "flood", 5, &wanted);

        CHECK(status == OK || status == ERR_OVER_LIMIT);
        dropped += status == ERR_OVER_LIMIT;
    }
    CHECK(dropped > 0 && dropped < LINES);
    component_drop(&test.self, log);
}

static void what_was_logged_can_be_read_by_who_may(void)
{
    uint64_t number, time, written, dropped, lost;
    word_t level, size = 0;
    char app[32];
    uint8_t text[TEXT_MAX];
    cap_t log = connect_or_skip("log", LOG_VERSION), reader;

    if (log == 0)
        return;
    CHECK_EQ(log_read(log, "", 0, &number, &time, &level, app, text, &size), ERR_NOT_PERMITTED);
    CHECK_EQ(log_set_level(log, "self_test", LOG_DEBUG), ERR_NOT_PERMITTED);
    reader = connect_or_skip("log_reader", LOG_VERSION);
    if (reader == 0)
        return;
    CHECK_EQ(log_read(reader, "self_test", 0, &number, &time, &level, app, text, &size), OK);
    CHECK(size == 5 && mem_equal(text, "flood", 5));
    CHECK_STR(app, "self_test");
    CHECK_EQ(log_read(reader, "nobody", 0, &number, &time, &level, app, text, &size),
             ERR_NOT_FOUND);
    CHECK_EQ(log_app(reader, 0, &level, &written, &dropped, &lost, app), OK);
    CHECK(written > 0 && dropped > 0);
    component_drop(&test.self, reader);
    component_drop(&test.self, log);
}

/* Lines of the report come in parts. */
static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text != '\n' && test.length < LINE_BYTES - 1)
            test.line[test.length++] = *text;
        if (*text != '\n')
            continue;
        test.line[test.length] = '\0';
        component_say(&test.self, "%s", test.line);
        test.length = 0;
    }
}

int component_main(const struct rt_startup *startup)
{
    static const struct check_test tests[] = {
        {"no_two_sessions_of_rng_share_bytes", no_two_sessions_of_rng_share_bytes},
        {"rng_refuses_what_it_does_not_give", rng_refuses_what_it_does_not_give},
        {"timers_expire_in_order_and_not_before", timers_expire_in_order_and_not_before},
        {"a_periodic_timer_keeps_in_step", a_periodic_timer_keeps_in_step},
        {"a_cancelled_timer_stays_quiet", a_cancelled_timer_stays_quiet},
        {"the_clock_goes_with_the_kernels", the_clock_goes_with_the_kernels},
        {"monotonic_time_goes_on_over_restarts_of_the_clock",
         monotonic_time_goes_on_over_restarts_of_the_clock},
        {"the_clock_can_be_set_by_who_may", the_clock_can_be_set_by_who_may},
        {"a_flood_of_lines_costs_only_who_makes_it", a_flood_of_lines_costs_only_who_makes_it},
        {"what_was_logged_can_be_read_by_who_may", what_was_logged_can_be_read_by_who_may},
    };
    int failed;

    component_init(&test.self, startup);
    component_ready(&test.self);
    failed = check_run(tests, array_count(tests), put);
    component_say(&test.self, "# self test: %d failed", failed);
    if (rt_startup_environment(startup, "POWER_OFF") != NULL)
        (void)control_power_off(rt_startup_find(startup, "control"));
    for (;;)
        (void)component_wait(&test.self);
}

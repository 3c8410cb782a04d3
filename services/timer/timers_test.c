/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers under a clock that the test turns.
 */
#include "timers.h"

#include <check/check.h>

enum { A = 0, B = 1, MS = 1000000 };

static struct timers timers;

/* Lets all that is due expire; how many there were. */
static unsigned expire(uint64_t now_ns)
{
    unsigned count = 0;
    uint32_t client;

    while (timers_expire(&timers, now_ns, &client))
        count++;
    return count;
}

static uint64_t next(void)
{
    uint64_t deadline = 0;

    return timers_next(&timers, &deadline) ? deadline : 0;
}

static uint64_t count_of(uint32_t client, word_t id)
{
    const struct timer *timer = NULL;

    CHECK_EQ(timers_find(&timers, client, id, &timer), OK);
    return timer->count;
}

static void one_that_is_set_once_expires_once(void)
{
    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 3, 10 * MS, 0), OK);
    CHECK_EQ(next(), 10 * MS);
    CHECK_EQ(expire(10 * MS - 1), 0);
    CHECK_EQ(expire(10 * MS), 1);
    CHECK_EQ(timers_completed(&timers, A), 1 << 3);
    CHECK_EQ(timers_completed(&timers, A), 0);
    CHECK_EQ(next(), 0);
    CHECK_EQ(expire(1000 * MS), 0);
    CHECK_EQ(count_of(A, 3), 1);
}

static void they_expire_in_the_order_of_their_deadlines(void)
{
    uint32_t client = 9;

    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 0, 30 * MS, 0), OK);
    CHECK_EQ(timers_set(&timers, B, 0, 10 * MS, 0), OK);
    CHECK_EQ(timers_set(&timers, A, 1, 20 * MS, 0), OK);
    CHECK(timers_expire(&timers, 100 * MS, &client));
    CHECK_EQ(client, B);
    CHECK_EQ(next(), 20 * MS);
    CHECK(timers_expire(&timers, 100 * MS, &client));
    CHECK_EQ(timers_completed(&timers, A), 1 << 1);
    CHECK(timers_expire(&timers, 100 * MS, &client));
    CHECK_EQ(timers_completed(&timers, A), 1 << 0);
}

static void a_periodic_one_keeps_in_step_and_counts_what_was_missed(void)
{
    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 0, 10 * MS, 5 * MS), OK);
    CHECK_EQ(expire(10 * MS), 1);
    CHECK_EQ(next(), 15 * MS);
    CHECK_EQ(expire(32 * MS), 1);
    CHECK_EQ(next(), 35 * MS);
    CHECK_EQ(count_of(A, 0), 1 + 4);
    CHECK_EQ(timers_cancel(&timers, A, 0), OK);
    CHECK_EQ(next(), 0);
}

static void a_cancelled_one_does_not_expire(void)
{
    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 0, 10 * MS, 0), OK);
    CHECK_EQ(timers_cancel(&timers, A, 0), OK);
    CHECK_EQ(timers_cancel(&timers, A, 0), ERR_NOT_FOUND);
    CHECK_EQ(timers_cancel(&timers, A, TIMERS_PER_CLIENT), ERR_NOT_FOUND);
    CHECK_EQ(expire(100 * MS), 0);
}

static void setting_it_anew_forgets_the_old_time_and_what_completed(void)
{
    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 0, 10 * MS, 0), OK);
    CHECK_EQ(expire(10 * MS), 1);
    CHECK_EQ(timers_set(&timers, A, 0, 50 * MS, 0), OK);
    CHECK_EQ(timers_completed(&timers, A), 0);
    CHECK_EQ(timers_set(&timers, A, 0, 40 * MS, 0), OK);
    CHECK_EQ(next(), 40 * MS);
    CHECK_EQ(expire(45 * MS), 1);
    CHECK_EQ(expire(60 * MS), 0);
}

static void clients_do_not_see_each_others_timers(void)
{
    timers_init(&timers);
    CHECK_EQ(timers_set(&timers, A, 5, 10 * MS, 0), OK);
    CHECK_EQ(timers_cancel(&timers, B, 5), ERR_NOT_FOUND);
    CHECK_EQ(expire(10 * MS), 1);
    CHECK_EQ(timers_completed(&timers, B), 0);
    CHECK_EQ(timers_completed(&timers, A), 1 << 5);
}

static void a_client_that_goes_takes_its_timers_along(void)
{
    timers_init(&timers);
    for (word_t id = 0; id < TIMERS_PER_CLIENT; id++) {
        CHECK_EQ(timers_set(&timers, A, id, (10 + id) * MS, 7 * MS), OK);
        CHECK_EQ(timers_set(&timers, B, id, (10 + id) * MS, 0), OK);
    }
    CHECK_EQ(expire(10 * MS), 2);
    timers_forget(&timers, A);
    CHECK_EQ(timers_completed(&timers, A), 0);
    CHECK_EQ(expire(1000 * MS), TIMERS_PER_CLIENT - 1);
    CHECK_EQ(timers_completed(&timers, B), UINT32_MAX);
}

static void arguments_that_make_no_sense_are_refused(void)
{
    static const struct {
        word_t id;
        uint64_t deadline_ns;
        uint64_t period_ns;
    } wrong[] = {
        {TIMERS_PER_CLIENT, MS, 0}, {UINT32_MAX, MS, 0}, {0, TIMERS_END_NS + 1, 0},
        {0, UINT64_MAX, MS},        {0, MS, UINT64_MAX}, {0, MS, TIMERS_PERIOD_MIN_NS - 1},
    };
    const struct timer *timer;

    timers_init(&timers);
    for (size_t i = 0; i < array_count(wrong); i++)
        CHECK_EQ(timers_set(&timers, A, wrong[i].id, wrong[i].deadline_ns, wrong[i].period_ns),
                 ERR_BAD_ARGUMENT);
    CHECK_EQ(timers_find(&timers, A, TIMERS_PER_CLIENT, &timer), ERR_BAD_ARGUMENT);
    CHECK_EQ(next(), 0);
    CHECK_EQ(timers_set(&timers, A, 0, TIMERS_END_NS, TIMERS_END_NS), OK);
    CHECK_EQ(expire(TIMERS_END_NS), 1);
    CHECK_EQ(next(), 2 * TIMERS_END_NS);
}

/* Against a table that is searched from end to end. */
static void random_use_agrees_with_a_plain_table(void)
{
    enum { STEPS = 20000, CLIENTS = 4 };
    static struct {
        uint64_t deadline, period;
        bool is_set;
    } plain[CLIENTS * TIMERS_PER_CLIENT];
    uint64_t random = 1, now = 0;

    timers_init(&timers);
    for (unsigned step = 0; step < STEPS; step++) {
        uint32_t which, client, due = 0;
        uint64_t earliest = UINT64_MAX;

        random = random * 6364136223846793005u + 1442695040888963407u;
        which = (uint32_t)(random >> 33) % array_count(plain);
        now += random >> 50;
        if (random >> 40 & 1) {
            plain[which].deadline = now + (random >> 44);
            plain[which].period = random >> 41 & 1 ? 0 : MS + (random >> 45);
            plain[which].is_set = true;
            CHECK_EQ(timers_set(&timers, which / TIMERS_PER_CLIENT, which % TIMERS_PER_CLIENT,
                                plain[which].deadline, plain[which].period),
                     OK);
        } else {
            CHECK_EQ(timers_cancel(&timers, which / TIMERS_PER_CLIENT, which % TIMERS_PER_CLIENT),
                     plain[which].is_set ? OK : ERR_NOT_FOUND);
            plain[which].is_set = false;
        }
        for (size_t i = 0; i < array_count(plain); i++) {
            if (!plain[i].is_set)
                continue;
            if (plain[i].deadline <= now) {
                due++;
                plain[i].is_set = plain[i].period != 0;
                while (plain[i].is_set && plain[i].deadline <= now)
                    plain[i].deadline += plain[i].period;
            }
            if (plain[i].is_set && plain[i].deadline < earliest)
                earliest = plain[i].deadline;
        }
        while (timers_expire(&timers, now, &client))
            due--;
        if (!CHECK_EQ(due, 0) || !CHECK_EQ(next(), earliest == UINT64_MAX ? 0 : earliest))
            return;
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"one_that_is_set_once_expires_once", one_that_is_set_once_expires_once},
        {"they_expire_in_the_order_of_their_deadlines",
         they_expire_in_the_order_of_their_deadlines},
        {"a_periodic_one_keeps_in_step_and_counts_what_was_missed",
         a_periodic_one_keeps_in_step_and_counts_what_was_missed},
        {"a_cancelled_one_does_not_expire", a_cancelled_one_does_not_expire},
        {"setting_it_anew_forgets_the_old_time_and_what_completed",
         setting_it_anew_forgets_the_old_time_and_what_completed},
        {"clients_do_not_see_each_others_timers", clients_do_not_see_each_others_timers},
        {"a_client_that_goes_takes_its_timers_along", a_client_that_goes_takes_its_timers_along},
        {"arguments_that_make_no_sense_are_refused", arguments_that_make_no_sense_are_refused},
        {"random_use_agrees_with_a_plain_table", random_use_agrees_with_a_plain_table},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

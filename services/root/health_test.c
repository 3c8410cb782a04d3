/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heartbeats: when one is asked for, counts as skipped, and is silence.
 */
#include "health.h"

#include <base/memory.h>
#include <check/check.h>

enum { PERIOD_MS = 100, LIMIT = 3 };

static const uint64_t MS = 1000000;

static const struct manifest_heartbeat heartbeats[] = {{"", PERIOD_MS, LIMIT},
                                                       {"worker", 3 * PERIOD_MS, LIMIT}};
static struct manifest manifest;
static struct health health;

/* Component 1 has its own heartbeat and that of a worker, which is slower. */
static void arrange(void)
{
    manifest = (struct manifest){.component_count = 2};
    manifest.components[1].heartbeats = heartbeats;
    manifest.components[1].heartbeat_count = 2;
    health_init(&health, &manifest);
    health_watch(&health, 1, 1000 * MS);
}

static void nothing_is_due_before_the_first_period_is_over(void)
{
    arrange();
    CHECK_EQ(health_deadline(&health), 1100 * MS);
    CHECK_EQ(health_tick(&health, 1, 0, 1100 * MS - 1), HEALTH_NOTHING);
    CHECK_EQ(health_tick(&health, 1, 0, 1100 * MS), HEALTH_ASK);
    CHECK_EQ(health_deadline(&health), 1200 * MS);
}

static void one_that_answers_is_asked_for_ever(void)
{
    uint32_t which;

    arrange();
    for (uint64_t i = 1; i <= 100; i++) {
        CHECK_EQ(health_tick(&health, 1, 0, (1000 + i * PERIOD_MS) * MS), HEALTH_ASK);
        CHECK_EQ(health_beat(&health, 1, "", &which), OK);
        CHECK_EQ(which, 0);
    }
    CHECK_EQ(health.heartbeats[1][0].missed, 0);
}

static void silence_is_noticed_at_the_limit_and_not_before(void)
{
    arrange();
    CHECK_EQ(health_tick(&health, 1, 0, 1100 * MS), HEALTH_ASK);
    CHECK_EQ(health_tick(&health, 1, 0, 1200 * MS), HEALTH_SKIPPED);
    CHECK_EQ(health_skipped(&health, 1, 0), 1);
    CHECK_EQ(health_tick(&health, 1, 0, 1300 * MS), HEALTH_SKIPPED);
    CHECK_EQ(health_skipped(&health, 1, 0), 2);
    CHECK_EQ(health_tick(&health, 1, 0, 1400 * MS), HEALTH_SILENT);
    CHECK_EQ(health.heartbeats[1][0].missed, LIMIT);
}

static void an_answer_in_the_last_period_settles_everything(void)
{
    uint32_t which;

    arrange();
    for (uint64_t i = 1; i <= LIMIT; i++)
        (void)health_tick(&health, 1, 0, (1000 + i * PERIOD_MS) * MS);
    CHECK_EQ(health_beat(&health, 1, "", &which), OK);
    CHECK_EQ(health_skipped(&health, 1, 0), 0);
    CHECK_EQ(health_tick(&health, 1, 0, 1400 * MS), HEALTH_ASK);
    CHECK_EQ(health.heartbeats[1][0].missed, LIMIT - 1);
}

static void each_name_has_its_own_heartbeat(void)
{
    uint32_t which;

    arrange();
    CHECK_EQ(health_tick(&health, 1, 0, 1300 * MS), HEALTH_ASK);
    CHECK_EQ(health_tick(&health, 1, 1, 1300 * MS), HEALTH_ASK);
    CHECK_EQ(health_beat(&health, 1, "worker", &which), OK);
    CHECK_EQ(which, 1);
    CHECK_EQ(health_tick(&health, 1, 0, 1600 * MS), HEALTH_SKIPPED);
    CHECK_EQ(health_tick(&health, 1, 1, 1600 * MS), HEALTH_ASK);
    CHECK_EQ(health_beat(&health, 1, "nobody", &which), ERR_NOT_FOUND);
    CHECK_EQ(health_beat(&health, 0, "", &which), ERR_NOT_FOUND);
}

static void time_that_root_did_not_see_is_not_counted(void)
{
    arrange();
    CHECK_EQ(health_tick(&health, 1, 0, 9000 * MS), HEALTH_ASK);
    CHECK_EQ(health_tick(&health, 1, 0, 9000 * MS + 1), HEALTH_NOTHING);
    CHECK_EQ(health_tick(&health, 1, 0, 9100 * MS), HEALTH_SKIPPED);
}

static void one_that_is_down_is_not_watched(void)
{
    arrange();
    health_forget(&health, 1);
    CHECK_EQ(health_deadline(&health), 0);
    CHECK_EQ(health_tick(&health, 1, 0, 9000 * MS), HEALTH_NOTHING);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"nothing_is_due_before_the_first_period_is_over",
         nothing_is_due_before_the_first_period_is_over},
        {"one_that_answers_is_asked_for_ever", one_that_answers_is_asked_for_ever},
        {"silence_is_noticed_at_the_limit_and_not_before",
         silence_is_noticed_at_the_limit_and_not_before},
        {"an_answer_in_the_last_period_settles_everything",
         an_answer_in_the_last_period_settles_everything},
        {"each_name_has_its_own_heartbeat", each_name_has_its_own_heartbeat},
        {"time_that_root_did_not_see_is_not_counted", time_that_root_did_not_see_is_not_counted},
        {"one_that_is_down_is_not_watched", one_that_is_down_is_not_watched},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

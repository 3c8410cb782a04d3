/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Supervision on every graph of four components, and what limits it.
 *
 * The graphs' edges go from lower to higher indices, as the manifest reader refuses cycles.
 */
#include "supervise.h"

#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>

enum { COUNT = 4, EDGES = COUNT * (COUNT - 1) / 2, GRAPHS = 1 << EDGES };

static const uint64_t MS = 1000000;

/* Events as text: "-2" is a stop, "+2" a start. */
struct journal {
    char text[512];
    size_t length;
    uint32_t refuses; /* the component that cannot be started, or COUNT */
    bool shows_halts;
    bool is_up[COUNT];
};

static struct manifest manifest;
static struct supervisor supervisor;
static struct journal journal;

static void record(char sign, uint32_t index)
{
    journal.length += format(journal.text + journal.length, sizeof(journal.text) - journal.length,
                             "%c%u", sign, index);
}

static void on_halt(void *state, uint32_t index)
{
    (void)state;
    CHECK(journal.is_up[index]);
    if (journal.shows_halts)
        record('x', index);
}

static void on_stop(void *state, uint32_t index)
{
    (void)state;
    CHECK(journal.is_up[index]);
    journal.is_up[index] = false;
    record('-', index);
}

static status_t on_start(void *state, uint32_t index)
{
    (void)state;
    if (index == journal.refuses)
        return ERR_NOT_FOUND;
    CHECK(!journal.is_up[index]);
    journal.is_up[index] = true;
    record('+', index);
    return OK;
}

static void on_note(void *state, uint32_t index, enum supervise_note note)
{
    (void)state;
    record(note == SUPERVISE_NOTE_LATE ? '~' : '!', index);
}

static const struct supervise_actions actions = {on_halt, on_stop, on_start, on_note};

static void clear_journal(void)
{
    journal.length = 0;
    journal.text[0] = '\0';
}

/* The graph's edge number `bit`, counted from 0>1, is there when the bit is set. */
static void make_manifest(uint32_t graph)
{
    uint32_t bit = 0;

    manifest = (struct manifest){.component_count = COUNT};
    for (uint32_t i = 0; i < COUNT; i++) {
        struct manifest_component *component = &manifest.components[i];

        component->images.count = 1;
        component->ready_timeout_ms = 1000;
        component->minimum_run_ms = 50;
        component->restart_limit = 3;
        component->restart_window_ms = 10000;
        for (uint32_t j = i + 1; j < COUNT; j++) {
            if (graph >> bit++ & 1)
                component->dependants[component->dependant_count++] = j;
        }
    }
    journal = (struct journal){.refuses = COUNT};
    supervisor_init(&supervisor, &manifest, &actions, NULL);
}

static void all_become_ready(uint64_t now)
{
    for (uint32_t round = 0; round < COUNT; round++) {
        for (uint32_t i = 0; i < COUNT; i++)
            supervisor_ready(&supervisor, i, now);
    }
}

static void boot(uint32_t graph)
{
    make_manifest(graph);
    supervisor_boot(&supervisor, 1);
    all_become_ready(1);
    clear_journal();
}

/* Stops of `index` and its dependants, last first, then their starts. */
static void expected_restart(uint32_t index, char *text, size_t size)
{
    const struct manifest_component *component = &manifest.components[index];
    size_t length = 0;

    for (uint32_t i = component->dependant_count; i-- > 0;)
        length += format(text + length, size - length, "-%u", component->dependants[i]);
    length += format(text + length, size - length, "-%u+%u", index, index);
    for (uint32_t i = 0; i < component->dependant_count; i++)
        length += format(text + length, size - length, "+%u", component->dependants[i]);
}

static void boot_starts_each_after_the_one_before_is_ready(void)
{
    make_manifest(0);
    supervisor_boot(&supervisor, 1);
    CHECK_STR(journal.text, "+0");
    supervisor_ready(&supervisor, 0, 2);
    CHECK_STR(journal.text, "+0+1");
    all_become_ready(3);
    CHECK_STR(journal.text, "+0+1+2+3");
    CHECK_EQ(supervisor_deadline(&supervisor), 0);
}

static void a_death_restarts_the_listed_ones_in_order_in_every_graph(void)
{
    char expected[64];

    for (uint32_t graph = 0; graph < GRAPHS; graph++) {
        for (uint32_t index = 0; index < COUNT; index++) {
            boot(graph);
            supervisor_died(&supervisor, index, 1000 * MS);
            all_become_ready(1001 * MS);
            expected_restart(index, expected, sizeof(expected));
            CHECK_STR(journal.text, expected);
        }
    }
}

static void a_second_death_at_any_moment_leaves_all_up_in_every_graph(void)
{
    for (uint32_t graph = 0; graph < GRAPHS; graph++) {
        for (uint32_t pair = 0; pair < COUNT * COUNT * COUNT; pair++) {
            boot(graph);
            supervisor_died(&supervisor, pair % COUNT, 1000 * MS);
            for (uint32_t i = 0; i < pair / COUNT % COUNT; i++)
                supervisor_ready(&supervisor, i, 1001 * MS);
            supervisor_died(&supervisor, pair / COUNT / COUNT, 1002 * MS);
            supervisor_tick(&supervisor, 1100 * MS);
            all_become_ready(1100 * MS);
            for (uint32_t i = 0; i < COUNT; i++)
                CHECK(journal.is_up[i]);
            CHECK_EQ(supervisor_deadline(&supervisor), 0);
        }
    }
}

static void a_death_in_a_recovery_restarts_the_recovery(void)
{
    boot(3); /* 0 has the dependants 1 and 2 */
    supervisor_died(&supervisor, 0, 1000 * MS);
    supervisor_ready(&supervisor, 0, 1001 * MS);
    clear_journal();
    supervisor_died(&supervisor, 1, 1100 * MS);
    all_become_ready(1200 * MS);
    CHECK_STR(journal.text, "-1-0+0+1+2");
}

static void a_death_during_boot_does_not_restart_the_boot(void)
{
    make_manifest(0);
    supervisor_boot(&supervisor, 1);
    supervisor_ready(&supervisor, 0, 1);
    supervisor_died(&supervisor, 0, 500 * MS);
    all_become_ready(501 * MS);
    CHECK_STR(journal.text, "+0+1-0+0+2+3");
}

static void one_that_dies_at_once_waits_before_it_starts_again(void)
{
    boot(0);
    supervisor_died(&supervisor, 2, 1000 * MS);
    supervisor_died(&supervisor, 2, 1010 * MS);
    CHECK_STR(journal.text, "-2+2-2");
    CHECK_EQ(supervisor_deadline(&supervisor), 1050 * MS);
    supervisor_tick(&supervisor, 1049 * MS);
    CHECK_STR(journal.text, "-2+2-2");
    supervisor_tick(&supervisor, 1050 * MS);
    CHECK_STR(journal.text, "-2+2-2+2");
}

static void one_that_dies_too_often_is_left_down_with_its_dependants(void)
{
    boot(1); /* 1 depends on 0 */
    for (uint64_t i = 1; i <= 4; i++) {
        clear_journal();
        supervisor_died(&supervisor, 0, i * 1000 * MS);
        all_become_ready(i * 1000 * MS);
    }
    CHECK_STR(journal.text, "-1-0!0");
    CHECK_EQ(supervisor.children[0].state, ABI_COMPONENT_GIVEN_UP);
    CHECK_EQ(supervisor.children[1].state, ABI_COMPONENT_DOWN);
}

static void restarts_far_apart_are_not_counted_together(void)
{
    boot(0);
    for (uint64_t i = 1; i <= 20; i++) {
        supervisor_died(&supervisor, 3, i * 11000 * MS);
        all_become_ready(i * 11000 * MS);
    }
    CHECK_EQ(supervisor.children[3].state, ABI_COMPONENT_READY);
    CHECK_EQ(supervisor.children[3].starts, 21);
}

static void one_that_is_late_holds_the_others_up_no_longer(void)
{
    make_manifest(0);
    supervisor_boot(&supervisor, 1);
    supervisor_tick(&supervisor, 999 * MS);
    CHECK_STR(journal.text, "+0");
    supervisor_tick(&supervisor, 1001 * MS);
    CHECK_STR(journal.text, "+0~0+1");
    supervisor_ready(&supervisor, 0, 1002 * MS);
    CHECK_EQ(supervisor.children[0].state, ABI_COMPONENT_READY);
}

static void one_that_cannot_be_started_is_given_up(void)
{
    make_manifest(0);
    journal.refuses = 1;
    supervisor_boot(&supervisor, 1);
    all_become_ready(1);
    CHECK_STR(journal.text, "+0!1+2+3");
}

static void what_was_stopped_stays_down_until_it_is_started(void)
{
    boot(1);
    CHECK_EQ(supervisor_stop(&supervisor, 0, 1000 * MS), OK);
    CHECK_STR(journal.text, "-1-0");
    CHECK_EQ(supervisor_stop(&supervisor, 0, 1000 * MS), ERR_BAD_STATE);
    supervisor_died(&supervisor, 3, 2000 * MS);
    clear_journal();
    all_become_ready(2000 * MS);
    CHECK_EQ(supervisor_start(&supervisor, 0, 3000 * MS), OK);
    all_become_ready(3000 * MS);
    CHECK_STR(journal.text, "+0+1");
    CHECK_EQ(supervisor_start(&supervisor, 0, 4000 * MS), ERR_BAD_STATE);
}

/* 1 depends on 0, so it waits until that is ready again. */
static void what_waits_to_be_started_can_be_stopped(void)
{
    boot(1);
    supervisor_died(&supervisor, 0, 1000 * MS);
    CHECK_EQ(supervisor_stop(&supervisor, 1, 1000 * MS), OK);
    clear_journal();
    all_become_ready(1000 * MS);
    CHECK_STR(journal.text, "");
    CHECK_EQ(supervisor.children[0].state, ABI_COMPONENT_READY);
    CHECK_EQ(supervisor.children[1].state, ABI_COMPONENT_DOWN);
}

/* 1 depends on 0, which is kept for 5 ms when it died. */
static void boot_with_diagnosis(void)
{
    boot(1);
    manifest.components[0].diagnosis_ms = 5;
    journal.shows_halts = true;
}

static void one_that_died_is_kept_for_diagnosis(void)
{
    boot_with_diagnosis();
    supervisor_died(&supervisor, 0, 1000 * MS);
    CHECK_STR(journal.text, "x0");
    CHECK_EQ(supervisor.children[0].state, ABI_COMPONENT_DIED);
    CHECK_EQ(supervisor_deadline(&supervisor), 1005 * MS);
    supervisor_tick(&supervisor, 1004 * MS);
    CHECK_STR(journal.text, "x0");
    supervisor_tick(&supervisor, 1005 * MS);
    all_become_ready(1005 * MS);
    CHECK_STR(journal.text, "x0-1-0+0+1");
}

static void another_death_in_the_diagnosis_window_is_recovered_too(void)
{
    boot_with_diagnosis();
    manifest.components[3].diagnosis_ms = 20;
    supervisor_died(&supervisor, 0, 1000 * MS);
    supervisor_died(&supervisor, 3, 1001 * MS);
    supervisor_tick(&supervisor, 1005 * MS);
    all_become_ready(1006 * MS);
    CHECK_EQ(supervisor_deadline(&supervisor), 1021 * MS);
    supervisor_tick(&supervisor, 1021 * MS);
    all_become_ready(1021 * MS);
    CHECK_STR(journal.text, "x0x3-1-0+0+1-3+3");
}

static void a_dependant_that_died_meanwhile_is_recovered_once(void)
{
    boot_with_diagnosis();
    manifest.components[1].diagnosis_ms = 100;
    supervisor_died(&supervisor, 1, 1000 * MS);
    supervisor_died(&supervisor, 0, 1001 * MS);
    supervisor_tick(&supervisor, 1006 * MS);
    all_become_ready(1006 * MS);
    CHECK_STR(journal.text, "x1x0-1-0+0+1");
    CHECK_EQ(supervisor_deadline(&supervisor), 0);
}

static void a_dependant_that_died_meanwhile_takes_its_own_along(void)
{
    boot(9); /* 1 depends on 0, and 2 on 1 */
    manifest.components[1].diagnosis_ms = 100;
    supervisor_died(&supervisor, 1, 1000 * MS);
    supervisor_died(&supervisor, 0, 1001 * MS);
    all_become_ready(1001 * MS);
    CHECK_STR(journal.text, "-2-1-0+0+1+2");
    CHECK_EQ(supervisor_deadline(&supervisor), 0);
}

static void the_restart_limit_holds_to_the_one(void)
{
    for (uint32_t limit = 0; limit < 6; limit++) {
        for (uint32_t deaths = 1; deaths <= limit + 2; deaths++) {
            boot(0);
            manifest.components[2].restart_limit = limit;
            for (uint32_t i = 0; i < deaths; i++) {
                supervisor_died(&supervisor, 2, (1000 + i * 100) * MS);
                all_become_ready((1000 + i * 100) * MS);
            }
            CHECK_EQ(supervisor.children[2].state,
                     deaths <= limit ? ABI_COMPONENT_READY : ABI_COMPONENT_GIVEN_UP);
        }
    }
}

static void a_restart_on_demand_is_not_counted(void)
{
    boot(1);
    for (uint64_t i = 1; i <= 10; i++) {
        clear_journal();
        CHECK_EQ(supervisor_restart(&supervisor, 0, i * 100 * MS), OK);
        all_become_ready(i * 100 * MS);
        CHECK_STR(journal.text, "-1-0+0+1");
    }
    CHECK_EQ(supervisor_stop(&supervisor, 0, 5000 * MS), OK);
    CHECK_EQ(supervisor_restart(&supervisor, 0, 5000 * MS), ERR_BAD_STATE);
}

static void one_without_image_waits_for_it(void)
{
    make_manifest(0);
    manifest.components[2].images.count = 0;
    supervisor_init(&supervisor, &manifest, &actions, NULL);
    supervisor_boot(&supervisor, 1);
    all_become_ready(1);
    CHECK_STR(journal.text, "+0+1+3");
    CHECK_EQ(supervisor_start(&supervisor, 2, 2), ERR_BAD_STATE);
    CHECK_EQ(supervisor_set_image(&supervisor, 2, true), OK);
    CHECK_EQ(supervisor_start(&supervisor, 2, 3), OK);
    CHECK_STR(journal.text, "+0+1+3+2");
    CHECK_EQ(supervisor_set_image(&supervisor, 2, false), ERR_BAD_STATE);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"boot_starts_each_after_the_one_before_is_ready",
         boot_starts_each_after_the_one_before_is_ready},
        {"a_death_restarts_the_listed_ones_in_order_in_every_graph",
         a_death_restarts_the_listed_ones_in_order_in_every_graph},
        {"a_second_death_at_any_moment_leaves_all_up_in_every_graph",
         a_second_death_at_any_moment_leaves_all_up_in_every_graph},
        {"a_death_in_a_recovery_restarts_the_recovery",
         a_death_in_a_recovery_restarts_the_recovery},
        {"a_death_during_boot_does_not_restart_the_boot",
         a_death_during_boot_does_not_restart_the_boot},
        {"one_that_dies_at_once_waits_before_it_starts_again",
         one_that_dies_at_once_waits_before_it_starts_again},
        {"one_that_dies_too_often_is_left_down_with_its_dependants",
         one_that_dies_too_often_is_left_down_with_its_dependants},
        {"restarts_far_apart_are_not_counted_together",
         restarts_far_apart_are_not_counted_together},
        {"one_that_is_late_holds_the_others_up_no_longer",
         one_that_is_late_holds_the_others_up_no_longer},
        {"one_that_cannot_be_started_is_given_up", one_that_cannot_be_started_is_given_up},
        {"what_was_stopped_stays_down_until_it_is_started",
         what_was_stopped_stays_down_until_it_is_started},
        {"what_waits_to_be_started_can_be_stopped", what_waits_to_be_started_can_be_stopped},
        {"one_that_died_is_kept_for_diagnosis", one_that_died_is_kept_for_diagnosis},
        {"another_death_in_the_diagnosis_window_is_recovered_too",
         another_death_in_the_diagnosis_window_is_recovered_too},
        {"a_dependant_that_died_meanwhile_is_recovered_once",
         a_dependant_that_died_meanwhile_is_recovered_once},
        {"a_dependant_that_died_meanwhile_takes_its_own_along",
         a_dependant_that_died_meanwhile_takes_its_own_along},
        {"the_restart_limit_holds_to_the_one", the_restart_limit_holds_to_the_one},
        {"a_restart_on_demand_is_not_counted", a_restart_on_demand_is_not_counted},
        {"one_without_image_waits_for_it", one_without_image_waits_for_it},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

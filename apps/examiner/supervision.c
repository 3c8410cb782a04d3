/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is restarted when, in the graph of the six apps a to f; limits; control; what is given back.
 */
#include "examiner.h"

#include <base/memory.h>
#include <protocol/control_client.h>
#include <protocol/fault_client.h>
#include <protocol/inspect_client.h>

enum { GRAPH = 6, SUBSETS = 1 << GRAPH, LIST_MAX = 64, RESTARTS = 1000, LIMIT = 3, WAIT_MS = 120 };

static const char *const graph[GRAPH] = {"a", "b", "c", "d", "e", "f"};

/* An app and its dependants, in the order of their start. */
struct group {
    word_t list[LIST_MAX];
    word_t count;
};

static struct group group_of(word_t index)
{
    struct group group = {.list = {index}, .count = 1};
    uint64_t servers, dependants;
    uint8_t list[LIST_MAX];
    word_t size = 0;

    CHECK_EQ(inspect_connected(the_examiner()->inspect, index, &servers, &dependants, list, &size),
             OK);
    for (word_t i = 0; i < size && group.count < LIST_MAX; i++)
        group.list[group.count++] = list[i];
    return group;
}

static status_t kill(const char *name)
{
    return control_kill(the_examiner()->control, name);
}

/* The next stop or start in the journal. */
static bool next_change(struct record *record)
{
    while (journal_next(record)) {
        if (record->kind == ABI_JOURNAL_STOP || record->kind == ABI_JOURNAL_START)
            return true;
    }
    return false;
}

/* Long enough after its start that it need not wait to be started again. */
static void settle(void)
{
    CHECK(apps_wait_settled());
    examiner_sleep_ms(WAIT_MS);
    journal_skip();
}

static void each_death_restarts_what_is_listed_in_order(void)
{
    for (uint32_t i = 0; i < GRAPH; i++) {
        struct group group = group_of(app_find(graph[i]));
        struct record record;

        settle();
        CHECK_EQ(kill(graph[i]), OK);
        CHECK(apps_wait_settled());
        for (word_t n = group.count; n-- > 0;)
            CHECK(next_change(&record) && record.kind == ABI_JOURNAL_STOP &&
                  record.app == group.list[n]);
        for (word_t n = 0; n < group.count; n++)
            CHECK(next_change(&record) && record.kind == ABI_JOURNAL_START &&
                  record.app == group.list[n]);
        CHECK(!next_change(&record));
    }
}

/* All that a set of deaths concerns, by index. */
static uint64_t concerned_by(uint32_t subset)
{
    uint64_t all = 0;

    for (uint32_t i = 0; i < GRAPH; i++) {
        struct group group = group_of(app_find(graph[i]));

        for (word_t n = 0; n < group.count && (subset >> i & 1) != 0; n++)
            all |= UINT64_C(1) << group.list[n];
    }
    return all;
}

/* Nobody is up while one that it depends on is not yet started again. */
static void check_order(void)
{
    uint64_t down = 0;
    struct record record;

    while (next_change(&record)) {
        uint64_t bit = UINT64_C(1) << record.app;

        CHECK((down & bit) == (record.kind == ABI_JOURNAL_STOP ? 0 : bit));
        down ^= bit;
    }
    CHECK_EQ(down, 0);
}

static void each_subset_of_deaths_concerns_exactly_what_is_listed(void)
{
    for (uint32_t subset = 1; subset < SUBSETS; subset++) {
        word_t before[APPS_MAX];
        uint32_t killed = 0;
        uint64_t concerned;

        settle();
        for (word_t i = 0; i < the_examiner()->app_count; i++)
            before[i] = app_look(i).instance;
        for (uint32_t i = GRAPH; i-- > 0;) { /* one that is down already is not killed again */
            if ((subset >> i & 1) != 0 && kill(graph[i]) == OK)
                killed |= UINT32_C(1) << i;
        }
        concerned = concerned_by(killed);
        CHECK(apps_wait_settled());
        for (word_t i = 0; i < the_examiner()->app_count; i++)
            CHECK_EQ(app_look(i).instance > before[i], concerned >> i & 1);
        check_order();
    }
}

static void a_death_in_a_recovery_restarts_the_recovery(void)
{
    struct group group = group_of(app_find("a"));
    word_t before = app_look(group.list[0]).instance;

    settle();
    CHECK_EQ(kill("a"), OK);
    CHECK(app_wait_ready(group.list[0], before + 1));
    CHECK_EQ(kill("a"), OK); /* those behind it wait for it, or are being started */
    CHECK(apps_wait_settled());
    CHECK_EQ(app_look(group.list[0]).instance, before + 2);
    check_order();
}

static void the_restart_limit_holds_to_the_one(void)
{
    word_t brittle = app_find("brittle");

    settle();
    for (word_t i = 1; i <= LIMIT; i++) {
        CHECK_EQ(kill("brittle"), OK);
        CHECK(app_wait_ready(brittle, i + 1));
    }
    CHECK_EQ(kill("brittle"), OK);
    CHECK(app_wait_state(brittle, ABI_COMPONENT_GIVEN_UP));
    CHECK_EQ(kill("brittle"), ERR_BAD_STATE);
    CHECK_EQ(control_start(the_examiner()->control, "brittle"), OK);
    CHECK(app_wait_ready(brittle, LIMIT + 2));
}

static void control_says_what_cannot_be_done(void)
{
    cap_t control = the_examiner()->control;

    CHECK_EQ(control_start(control, "a"), ERR_BAD_STATE);
    CHECK_EQ(control_stop(control, "nobody"), ERR_NOT_FOUND);
    CHECK_EQ(control_stop(control, "f"), OK);
    CHECK_EQ(app_look(app_find("f")).state, ABI_COMPONENT_DOWN);
    CHECK_EQ(control_stop(control, "f"), ERR_BAD_STATE);
    CHECK_EQ(control_restart(control, "f"), ERR_BAD_STATE);
    CHECK_EQ(control_start(control, "f"), OK);
    CHECK(apps_wait_settled());
    CHECK_EQ(control_restart(control, "f"), OK);
    CHECK(apps_wait_settled());
    CHECK_EQ(control_uninstall(control, "f"), ERR_NOT_PERMITTED);
}

static void one_that_is_never_ready_holds_nobody_up(void)
{
    CHECK_EQ(app_look(app_find("slow")).state, ABI_COMPONENT_STARTING);
}

/* ---- what is given back ---- */

/* With a client in mid-call each time: its call ends, and with the right status. */
static void restarts_give_everything_back(void)
{
    word_t leaky = app_find("f");
    struct left before, after;

    settle();
    before = examiner_look_left();
    for (unsigned i = 0; i < RESTARTS; i++) {
        word_t instance = app_look(leaky).instance;
        cap_t session = fault_connect("f");

        CHECK_EQ(fault_write_nowhere(session), ERR_PEER_GONE);
        component_drop(&the_examiner()->self, session);
        if (!CHECK(app_wait_ready(leaky, instance + 1)))
            return;
    }
    settle();
    after = examiner_look_left();
    CHECK_EQ(after.bytes, before.bytes);
    CHECK_EQ(after.slots, before.slots);
}

/* ---- apps that come at run time ---- */

extern const uint8_t guest_image[], guest_image_end[];

static void an_app_can_be_installed_within_its_quota(void)
{
    struct examiner *examiner = the_examiner();
    cap_t control = examiner->control;
    word_t size = (word_t)(guest_image_end - guest_image);
    word_t guest = app_find("guest"), value = 0, instance = 0;
    struct left before = examiner_look_left(), after;
    struct ipc_lend lend;
    cap_t session;
    void *memory;

    CHECK_EQ(app_look(guest).state, ABI_COMPONENT_EMPTY);
    CHECK_EQ(control_start(control, "guest"), ERR_BAD_STATE);
    if (!CHECK_EQ(component_take_ring(&examiner->self, 16, &lend, &memory), OK))
        return;
    CHECK_EQ(control_install(control, "guest", 0, 4096), ERR_NOT_SUPPORTED);
    mem_copy(memory, guest_image, size);
    CHECK_EQ(control_install(control, "a", 0, size), ERR_NOT_PERMITTED);
    CHECK_EQ(control_install(control, "guest", 0, 1 << 20), ERR_BAD_ARGUMENT);
    CHECK_EQ(control_install(control, "guest", 0, 0xf001), ERR_OVER_LIMIT);
    CHECK_EQ(control_install(control, "guest", 0, size), OK);
    CHECK_EQ(control_start(control, "guest"), OK);
    CHECK(app_wait_ready(guest, 1));

    session = fault_connect("guest");
    CHECK_EQ(fault_ping(session, 7, &value, &instance), OK);
    CHECK_EQ(value, 7);
    CHECK_EQ(control_uninstall(control, "guest"), ERR_BAD_STATE);
    CHECK_EQ(control_stop(control, "guest"), OK);
    CHECK_EQ(control_uninstall(control, "guest"), OK);
    CHECK_EQ(app_look(guest).state, ABI_COMPONENT_EMPTY);
    component_drop(&examiner->self, session);
    after = examiner_look_left();
    CHECK_EQ(after.bytes, before.bytes);
}

const struct check_test supervision_tests[] = {
    {"one_that_is_never_ready_holds_nobody_up", one_that_is_never_ready_holds_nobody_up},
    {"each_death_restarts_what_is_listed_in_order", each_death_restarts_what_is_listed_in_order},
    {"each_subset_of_deaths_concerns_exactly_what_is_listed",
     each_subset_of_deaths_concerns_exactly_what_is_listed},
    {"a_death_in_a_recovery_restarts_the_recovery", a_death_in_a_recovery_restarts_the_recovery},
    {"the_restart_limit_holds_to_the_one", the_restart_limit_holds_to_the_one},
    {"control_says_what_cannot_be_done", control_says_what_cannot_be_done},
    {"restarts_give_everything_back", restarts_give_everything_back},
    {"an_app_can_be_installed_within_its_quota", an_app_can_be_installed_within_its_quota},
};
const uint32_t supervision_test_count = array_count(supervision_tests);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why something died: each way to fail gets its name, its client an answer, and the app an instance
 * that works.
 */
#include "examiner.h"

#include <protocol/control_client.h>
#include <protocol/fault_client.h>
#include <protocol/inspect_client.h>

enum { EXIT_CODE = 42, IMAGE_START = 0x400000, IMAGE_PAGES_MAX = 64 };

static status_t end(cap_t session)
{
    return fault_end(session, EXIT_CODE);
}

struct way {
    const char *name;
    status_t (*fail)(cap_t session);
    status_t status; /* what the client gets */
    word_t reason;
};

static const struct way ways[] = {
    {"write", fault_write_nowhere, ERR_PEER_GONE, ABI_DEATH_PAGE_FAULT},
    {"jump", fault_jump_nowhere, ERR_PEER_GONE, ABI_DEATH_PAGE_FAULT},
    {"stack", fault_overflow_stack, ERR_PEER_GONE, ABI_DEATH_STACK_OVERFLOW},
    {"panic", fault_panic, ERR_PEER_GONE, ABI_DEATH_ABORT},
    {"exit", end, ERR_PEER_GONE, ABI_DEATH_EXIT},
    {"bad call", fault_call_nowhere, ERR_PEER_GONE, ABI_DEATH_BAD_CALL},
    {"loop", fault_loop, ERR_PEER_GONE, ABI_DEATH_ENDLESS_LOOP},
    {"deadlock", fault_deadlock, ERR_PEER_GONE, ABI_DEATH_DEADLOCK},
    {"silent worker", fault_silence_worker, OK, ABI_DEATH_DEADLOCK},
    {"spinning worker", fault_spin_worker, OK, ABI_DEATH_ENDLESS_LOOP},
    {"crashing worker", fault_crash_worker, OK, ABI_DEATH_PAGE_FAULT},
};

static void fail(const struct way *way)
{
    word_t victim = app_find("victim"), reason, which, access, value, instance;
    word_t before = app_look(victim).instance;
    cap_t session = fault_connect("victim");
    uint64_t address, pc, when;

    check_note("%s", way->name);
    CHECK_EQ(way->fail(session), way->status);
    CHECK(app_wait_ready(victim, before + 1));
    CHECK_EQ(inspect_death(the_examiner()->inspect, victim, &reason, &which, &address, &pc, &access,
                           &when),
             OK);
    CHECK_EQ(reason, way->reason);
    CHECK_EQ(which, before);
    CHECK_EQ(fault_ping(session, 1, &value, &instance), ERR_PEER_GONE);
    component_drop(&the_examiner()->self, session);

    session = fault_connect("victim");
    CHECK_EQ(fault_ping(session, 1, &value, &instance), OK);
    CHECK_EQ(instance, before + 1);
    component_drop(&the_examiner()->self, session);
}

static void each_way_to_fail_gets_its_name(void)
{
    for (uint32_t i = 0; i < array_count(ways); i++)
        fail(&ways[i]);
}

static void what_a_page_fault_was_is_kept(void)
{
    word_t victim = app_find("victim"), reason, which, access;
    word_t before = app_look(victim).instance;
    cap_t session = fault_connect("victim");
    uint64_t address, pc, when;

    CHECK_EQ(fault_write_nowhere(session), ERR_PEER_GONE);
    CHECK(app_wait_ready(victim, before + 1));
    CHECK_EQ(inspect_death(the_examiner()->inspect, victim, &reason, &which, &address, &pc, &access,
                           &when),
             OK);
    CHECK_EQ(address, 8);
    CHECK_EQ(access, 2);
    CHECK(pc >= IMAGE_START);
    component_drop(&the_examiner()->self, session);
}

static void skipped_heartbeats_are_counted_and_shown(void)
{
    word_t victim = app_find("victim"), limit, skipped, missed, later;
    word_t before = app_look(victim).instance;
    cap_t session = fault_connect("victim");
    struct record record;
    char name[NAME_BYTES];
    word_t seen = 0;
    uint64_t period;

    CHECK_EQ(inspect_heartbeat(the_examiner()->inspect, victim, 0, &period, &limit, &skipped,
                               &missed, name),
             OK);
    CHECK_EQ(skipped, 0);
    journal_skip();
    CHECK_EQ(fault_deadlock(session), ERR_PEER_GONE);
    CHECK(app_wait_ready(victim, before + 1));
    while (journal_next(&record)) {
        if (record.kind == ABI_JOURNAL_SKIPPED && record.app == victim)
            CHECK_EQ(record.detail, ++seen);
    }
    CHECK_EQ(seen, limit - 1);
    CHECK_EQ(inspect_heartbeat(the_examiner()->inspect, victim, 0, &period, &limit, &skipped,
                               &later, name),
             OK);
    CHECK_EQ(later, missed + limit);
    component_drop(&the_examiner()->self, session);
}

/* `patient` is kept for a look for a long time. */
static void the_dead_can_be_looked_at(void)
{
    cap_t inspect = the_examiner()->inspect, session = fault_connect("patient");
    word_t patient = app_find("patient"), before = app_look(patient).instance;
    word_t size, value, instance, found = 0;
    uint8_t bytes[128];

    CHECK_EQ(inspect_remains(inspect, patient, IMAGE_START, bytes, &size), ERR_BAD_STATE);
    CHECK_EQ(fault_ping(session, 1, &value, &instance), OK);
    component_drop(&the_examiner()->self, session);
    CHECK_EQ(control_kill(the_examiner()->control, "patient"), OK);
    CHECK(app_wait_state(patient, ABI_COMPONENT_DIED));
    for (word_t page = 0; page < IMAGE_PAGES_MAX; page++)
        found += inspect_remains(inspect, patient, IMAGE_START + page * ABI_PAGE_SIZE, bytes,
                                 &size) == OK;
    CHECK(found > 0);
    CHECK_EQ(inspect_remains(inspect, patient, 0, bytes, &size), ERR_NOT_FOUND);
    CHECK(app_wait_ready(patient, before + 1));
}

const struct check_test death_tests[] = {
    {"each_way_to_fail_gets_its_name", each_way_to_fail_gets_its_name},
    {"what_a_page_fault_was_is_kept", what_a_page_fault_was_is_kept},
    {"skipped_heartbeats_are_counted_and_shown", skipped_heartbeats_are_counted_and_shown},
    {"the_dead_can_be_looked_at", the_dead_can_be_looked_at},
};
const uint32_t death_test_count = array_count(death_tests);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile apps, sessions that are revoked or may not lend, and payloads that are not copied.
 */
#include "examiner.h"

#include <protocol/fault_client.h>
#include <protocol/inspect_client.h>
#include <protocol/names_client.h>

enum { PAYLOAD_PAGES = 16, PAYLOAD_BYTES = PAYLOAD_PAGES * ABI_PAGE_SIZE, LINES = 30 };

static void expect_the_others_well(void)
{
    word_t steady = app_find("steady"), limit, skipped, missed;
    cap_t session = fault_connect("steady");
    word_t value, instance;
    char name[NAME_BYTES];
    uint64_t period;

    CHECK_EQ(fault_ping(session, 5, &value, &instance), OK);
    CHECK_EQ(instance, 1);
    component_drop(&the_examiner()->self, session);
    CHECK_EQ(inspect_heartbeat(the_examiner()->inspect, steady, 0, &period, &limit, &skipped,
                               &missed, name),
             OK);
    CHECK_EQ(missed, 0);
}

/* Restarts what was hostile, so that its memory is whole again. */
static void end_session_and_app(cap_t session)
{
    word_t rogue = app_find("rogue"), before = app_look(rogue).instance;

    CHECK_EQ(fault_panic(session), ERR_PEER_GONE);
    CHECK(app_wait_ready(rogue, before + 1));
    component_drop(&the_examiner()->self, session);
}

static void one_that_hoards_has_its_quota_and_no_more(void)
{
    cap_t session = fault_connect("rogue");
    struct left before = examiner_look_left();
    word_t count = 0;

    CHECK_EQ(fault_hoard(session, &count), OK);
    CHECK(count > 0);
    CHECK_EQ(examiner_look_left().bytes, before.bytes);
    expect_the_others_well();
    end_session_and_app(session);
}

static void garbage_reaches_nobody(void)
{
    cap_t session = fault_connect("rogue");
    word_t answered = 1;

    CHECK_EQ(fault_babble(session, &answered), OK);
    CHECK_EQ(answered, 0);
    expect_the_others_well();
    end_session_and_app(session);
}

static void what_is_not_ones_own_is_out_of_reach(void)
{
    cap_t session = fault_connect("rogue");
    word_t gained = 1;

    CHECK_EQ(fault_reach(session, &gained), OK);
    CHECK_EQ(gained, 0);
    expect_the_others_well();
    end_session_and_app(session);
}

static void a_flood_of_lines_costs_its_maker_alone(void)
{
    cap_t session = fault_connect("rogue");

    CHECK_EQ(fault_flood(session, LINES), OK);
    expect_the_others_well();
    component_drop(&the_examiner()->self, session);
}

static void a_revoked_session_is_refused_by_the_kernel(void)
{
    struct component *self = &the_examiner()->self;
    cap_t session = fault_connect("steady");
    word_t value, instance, type = TYPE_NONE;

    CHECK_EQ(fault_ping(session, 1, &value, &instance), OK);
    CHECK_EQ(fault_revoke_me(session), OK);
    for (uint32_t i = 0; i < 100 && type != TYPE_DEAD; i++) {
        examiner_sleep_ms(1);
        CHECK_EQ(skr_captable_query(self->startup->captable, session, &type, NULL, NULL, NULL), OK);
    }
    CHECK_EQ(type, TYPE_DEAD); /* so nobody but the kernel can answer */
    CHECK_EQ(fault_ping(session, 1, &value, &instance), ERR_PEER_GONE);
    component_drop(self, session);
    expect_the_others_well();
}

static void a_payload_is_worked_on_where_it_lies(void)
{
    struct component *self = &the_examiner()->self;
    cap_t session = fault_connect("rogue");
    struct ipc_lend lend;
    uint64_t sum = 0, expected = 0;
    uint8_t *bytes;
    void *memory;

    if (!CHECK_EQ(component_take_ring(self, PAYLOAD_PAGES, &lend, &memory), OK))
        return;
    bytes = memory;
    for (uint32_t i = 0; i < PAYLOAD_BYTES; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 251);
        expected += bytes[i];
    }
    CHECK_EQ(fault_checksum(session, 0, PAYLOAD_BYTES, &sum), ERR_BAD_STATE);
    CHECK_EQ(fault_lend(session, lend), OK);
    CHECK_EQ(fault_checksum(session, 0, PAYLOAD_BYTES, &sum), OK);
    CHECK_EQ(sum, expected);
    bytes[PAYLOAD_BYTES - 1]++;
    CHECK_EQ(fault_checksum(session, 0, PAYLOAD_BYTES, &sum), OK);
    CHECK_EQ(sum, expected + 1 - (bytes[PAYLOAD_BYTES - 1] == 0 ? 256 : 0));
    CHECK_EQ(fault_checksum(session, 1, PAYLOAD_BYTES, &sum), ERR_BAD_ARGUMENT);
    component_drop(self, session);
}

static void a_session_without_the_flag_lends_nothing(void)
{
    struct component *self = &the_examiner()->self;
    struct ipc_lend lend = {.frame = rt_startup_find(self->startup, "rings"), .page_count = 1};
    word_t token, value, instance;
    cap_t session = 0;

    CHECK_EQ(component_request(self, "main", "steady", FAULT_VERSION, 0, &session, &token), OK);
    CHECK_EQ(fault_ping(session, 1, &value, &instance), OK);
    CHECK_EQ(fault_lend(session, lend), ERR_NO_RIGHT);
    component_drop(self, session);
}

static void the_message_server_answers_a_ping(void)
{
    cap_t names = rt_startup_find(the_examiner()->self.startup, "main");
    word_t value = 0;

    CHECK_EQ(names_ping(names, 99, &value), OK);
    CHECK_EQ(value, 99);
}

static void more_sessions_than_the_limit_are_refused(void)
{
    struct component *self = &the_examiner()->self;
    cap_t sessions[4] = {0}, more = 0;
    word_t token;

    /* The manifest lets the examiner have as many tokens as this, and all others are dropped. */
    examiner_sleep_ms(20);
    for (uint32_t i = 0; i < array_count(sessions); i++)
        CHECK_EQ(component_connect(self, "main", "steady", FAULT_VERSION, &sessions[i]), OK);
    CHECK_EQ(component_request(self, "main", "steady", FAULT_VERSION, 0, &more, &token),
             ERR_OVER_LIMIT);
    for (uint32_t i = 0; i < array_count(sessions); i++)
        component_drop(self, sessions[i]);
    examiner_sleep_ms(20);
    CHECK_EQ(component_connect(self, "main", "steady", FAULT_VERSION, &more), OK);
    component_drop(self, more);
}

const struct check_test hostile_tests[] = {
    {"one_that_hoards_has_its_quota_and_no_more", one_that_hoards_has_its_quota_and_no_more},
    {"garbage_reaches_nobody", garbage_reaches_nobody},
    {"what_is_not_ones_own_is_out_of_reach", what_is_not_ones_own_is_out_of_reach},
    {"a_flood_of_lines_costs_its_maker_alone", a_flood_of_lines_costs_its_maker_alone},
    {"a_revoked_session_is_refused_by_the_kernel", a_revoked_session_is_refused_by_the_kernel},
    {"a_payload_is_worked_on_where_it_lies", a_payload_is_worked_on_where_it_lies},
    {"a_session_without_the_flag_lends_nothing", a_session_without_the_flag_lends_nothing},
    {"the_message_server_answers_a_ping", the_message_server_answers_a_ping},
    {"more_sessions_than_the_limit_are_refused", more_sessions_than_the_limit_are_refused},
};
const uint32_t hostile_test_count = array_count(hostile_tests);

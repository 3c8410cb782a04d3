/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cell of the access matrices of two message servers that never meet: each app tries to
 * publish and to request each protocol at each server, and what comes of it is what root says that
 * the manifest allows.
 */
#include "examiner.h"

#include <base/memory.h>
#include <protocol/inspect_client.h>
#include <protocol/names_client.h>
#include <protocol/zone_client.h>
#include <rt/thread.h>

enum { SERVERS = 2, RULES_MAX = 24, PROTOCOL_BYTES = 32 };

static const char *const servers[SERVERS] = {"left", "right"};
static const char *const zone_apps[] = {"l1", "l2", "l3", "r1", "r2"};

/* Who publishes what two servers both know. */
static const struct {
    const char *server, *protocol, *publisher;
} published[] = {
    {"left", "alpha", "l1"},
    {"left", "beta", "l2"},
    {"right", "alpha", "r1"},
};

static const char *home_of(const char *app)
{
    return app[0] == 'l' ? "left" : "right";
}

static cap_t zone_connect(const char *app)
{
    cap_t session = 0;

    CHECK_EQ(component_connect(&the_examiner()->self, home_of(app), app, ZONE_VERSION, &session),
             OK);
    return session;
}

/* A row of a matrix, as root tells it. */
struct rule {
    char protocol[PROTOCOL_BYTES];
    uint64_t publish;
    uint64_t request;
};

static bool read_rule(const char *server, word_t number, struct rule *rule)
{
    return inspect_access(the_examiner()->inspect, app_find(server), number, &rule->publish,
                          &rule->request, rule->protocol) == OK;
}

static const char *publisher_of(const char *server, const char *protocol)
{
    for (uint32_t i = 0; i < array_count(published); i++) {
        if (str_equal(published[i].server, server) && str_equal(published[i].protocol, protocol))
            return published[i].publisher;
    }
    return protocol; /* each app publishes its own name */
}

static void check_cell(cap_t session, const char *app, const char *server, const struct rule *rule)
{
    bool is_connected = str_equal(home_of(app), server);
    uint64_t bit = UINT64_C(1) << app_find(app);
    word_t status = 0;
    char who[24];

    CHECK_EQ(zone_try_publish(session, server, rule->protocol, &status), OK);
    CHECK_EQ(-(status_t)status, !is_connected                ? ERR_NOT_FOUND
                                : (rule->publish & bit) != 0 ? ERR_EXISTS
                                                             : ERR_NOT_PERMITTED);
    CHECK_EQ(zone_try_request(session, server, rule->protocol, &status, who), OK);
    CHECK_EQ(-(status_t)status, !is_connected                ? ERR_NOT_FOUND
                                : (rule->request & bit) != 0 ? OK
                                                             : ERR_NOT_PERMITTED);
    if (status == 0)
        CHECK_STR(who, publisher_of(server, rule->protocol));
}

static void each_cell_is_what_the_manifest_says(void)
{
    uint32_t cells = 0;

    for (uint32_t a = 0; a < array_count(zone_apps); a++) {
        cap_t session = zone_connect(zone_apps[a]);
        struct rule rule;

        for (uint32_t s = 0; s < SERVERS; s++) {
            for (word_t number = 0; read_rule(servers[s], number, &rule); number++) {
                check_cell(session, zone_apps[a], servers[s], &rule);
                cells++;
            }
        }
        component_drop(&the_examiner()->self, session);
    }
    check_note("%u cells, publish and request each", (unsigned)cells);
    CHECK_EQ(cells, array_count(zone_apps) * (5 + 3));
}

static void equal_names_of_two_zones_never_meet(void)
{
    cap_t left = zone_connect("l3"), right = zone_connect("r2");
    char who[24];
    word_t status;

    CHECK_EQ(zone_try_request(left, "left", "alpha", &status, who), OK);
    CHECK_STR(who, "l1");
    CHECK_EQ(zone_try_request(right, "right", "alpha", &status, who), OK);
    CHECK_STR(who, "r1");
    component_drop(&the_examiner()->self, left);
    component_drop(&the_examiner()->self, right);
}

static void a_protocol_without_rule_does_not_exist(void)
{
    cap_t session = zone_connect("l1");
    word_t status = 0;
    char who[24];

    CHECK_EQ(zone_try_publish(session, "left", "gamma", &status), OK);
    CHECK_EQ(-(status_t)status, ERR_NOT_PERMITTED);
    CHECK_EQ(zone_try_request(session, "left", "gamma", &status, who), OK);
    CHECK_EQ(-(status_t)status, ERR_NOT_PERMITTED);
    component_drop(&the_examiner()->self, session);
}

static void an_app_without_message_servers_reaches_nothing(void)
{
    word_t reason, instance, code;
    uint64_t address, pc, when;

    CHECK_EQ(inspect_death(the_examiner()->inspect, app_find("loner"), &reason, &instance, &address,
                           &pc, &code, &when),
             OK);
    CHECK_EQ(reason, ABI_DEATH_EXIT);
    CHECK_EQ(code, 0); /* its own verdict */
}

static void the_active_server_is_meant_where_none_is_named(void)
{
    cap_t session = zone_connect("l3");
    word_t status = 1;
    char who[24];

    CHECK_EQ(zone_try_request(session, "", "alpha", &status, who), OK);
    CHECK_STR(who, "l1");
    CHECK_EQ(zone_select(session, "right", &status), OK);
    CHECK_EQ(-(status_t)status, ERR_NOT_FOUND);
    CHECK_EQ(zone_try_request(session, "", "alpha", &status, who), OK);
    CHECK_STR(who, "l1");
    CHECK_EQ(zone_select(session, "left", &status), OK);
    CHECK_EQ(status, 0);
    component_drop(&the_examiner()->self, session);
}

/* l3 passes a session with l1 on to the examiner. */
static void a_token_can_be_passed_on(void)
{
    struct component *self = &the_examiner()->self;
    cap_t names = rt_startup_find(self->startup, "left"), app = zone_connect("l3");
    cap_t session = component_take_slot(self);
    char name[PROTOCOL_BYTES], from[PROTOCOL_BYTES], who[24];
    word_t token, status = 1;

    CHECK_EQ(zone_pass_on(app, "left", "alpha", "examiner"), OK);
    CHECK_EQ(names_accept(names, &token, name, from, session), OK);
    CHECK_STR(name, "alpha");
    CHECK_STR(from, "l3");
    CHECK_EQ(zone_who(session, who), OK);
    CHECK_STR(who, "l1");
    CHECK_EQ(zone_passed(app, &status), OK);
    CHECK_EQ(status, 0);
    component_drop(self, session);
    component_drop(self, app);
}

static void a_token_is_not_passed_to_whom_the_matrix_refuses(void)
{
    cap_t app = zone_connect("l3");
    word_t status = 0;

    CHECK_EQ(zone_pass_on(app, "left", "alpha", "l2"), OK);
    CHECK_EQ(zone_passed(app, &status), OK);
    CHECK_EQ(-(status_t)status, ERR_NOT_PERMITTED);
    component_drop(&the_examiner()->self, app);
}

static void tokens_and_publishers_can_be_seen(void)
{
    struct component *self = &the_examiner()->self;
    cap_t names = rt_startup_find(self->startup, "left"), app = zone_connect("l1");
    char protocol[PROTOCOL_BYTES], publisher[PROTOCOL_BYTES], client[PROTOCOL_BYTES];
    word_t position = 0, token, flags, version = 0, seen = 0;

    CHECK_EQ(names_wait(names, "l1", &version), OK);
    CHECK_EQ(version, ZONE_VERSION);
    while (names_connection(names, position, &position, &token, &flags, protocol, publisher,
                            client) == OK)
        seen += str_equal(protocol, "l1") && str_equal(publisher, "l1") &&
                str_equal(client, "examiner");
    CHECK(seen >= 1);
    component_drop(self, app);
}

static void run_on_second_budget(void *argument)
{
    (void)skr_signal(*(const cap_t *)argument, 1);
}

/* The manifest lists two cores for the examiner, which may be one and the same. */
static void a_thread_runs_on_the_budget_of_a_further_core(void)
{
    struct component *self = &the_examiner()->self;
    cap_t wake = self->wake;
    const struct rt_thread_options options = {
        .run = run_on_second_budget,
        .argument = &wake,
        .budget = rt_startup_find(self->startup, "budget-1"),
        .fault = self->faults,
        .priority = 1,
        .ceiling = 1,
    };
    uint64_t amount = 0, period = 0;
    struct rt_worker worker;

    CHECK_EQ(skr_budget_info(options.budget, &amount, &period, NULL, NULL), OK);
    CHECK(amount > 0 && amount <= period);
    if (!CHECK_EQ(rt_thread_create(&self->maker, &self->addresses, &options, &worker), OK))
        return;
    CHECK_EQ(component_wait(self), 1);
    rt_thread_destroy(&self->maker, &self->addresses, &worker);
}

const struct check_test zone_tests[] = {
    {"each_cell_is_what_the_manifest_says", each_cell_is_what_the_manifest_says},
    {"equal_names_of_two_zones_never_meet", equal_names_of_two_zones_never_meet},
    {"a_protocol_without_rule_does_not_exist", a_protocol_without_rule_does_not_exist},
    {"an_app_without_message_servers_reaches_nothing",
     an_app_without_message_servers_reaches_nothing},
    {"the_active_server_is_meant_where_none_is_named",
     the_active_server_is_meant_where_none_is_named},
    {"a_token_can_be_passed_on", a_token_can_be_passed_on},
    {"a_token_is_not_passed_to_whom_the_matrix_refuses",
     a_token_is_not_passed_to_whom_the_matrix_refuses},
    {"tokens_and_publishers_can_be_seen", tokens_and_publishers_can_be_seen},
    {"a_thread_runs_on_the_budget_of_a_further_core",
     a_thread_runs_on_the_budget_of_a_further_core},
};
const uint32_t zone_test_count = array_count(zone_tests);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 57: a thread whose time is up is told to its timeout handler.
 */
#include "groups.h"
#include "spending.h"

/* ---- 57: a timeout fault reaches its handler ---- */

static cap_t timed_thread(cap_t budget, cap_t timeout, struct counter *counter)
{
    struct rt_thread_options options = {
        .run = count_on,
        .argument = counter,
        .budget = budget,
        .timeout = timeout,
        .priority = LOW,
        .ceiling = LOW,
    };

    return test_thread_with(&options)->thread.cap;
}

/* Receives a budget fault with this badge. */
static void receive_timeout(cap_t endpoint, cap_t reply, word_t badge, uint64_t consumed_min_ns)
{
    struct skr_message message;

    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_FAULT);
    CHECK_EQ(skr_info_label(message.info), FAULT_BUDGET);
    CHECK_EQ(message.badge, badge);
    CHECK(message.words[0] >= consumed_min_ns);
}

static void answer_timeout(cap_t reply)
{
    struct skr_message message = {0};

    CHECK_EQ(skr_reply(reply, &message), OK);
}

static void b57_timeout_reaches_its_handler(void)
{
    enum { BADGE = 5 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), budget, thread;
    struct counter counter = {0};
    unsigned before;

    test_share_core();
    budget = test_budget(0, 2 * UNIT, LONG_PERIOD_NS);
    thread = timed_thread(budget, test_copy(endpoint, RIGHTS_ALL, BADGE), &counter);
    for (unsigned round = 0; round < 2; round++) {
        receive_timeout(endpoint, reply, BADGE, 2 * UNIT);
        before = counter.count;
        CHECK(before > 0);
        CHECK_EQ(test_thread_state(thread), THREAD_CALLING);
        CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 2 * UNIT, LONG_PERIOD_NS, NULL), OK);
        answer_timeout(reply);
    }
    CHECK(await_count(&counter.count, before + 1));
}

/* Answered without time, it is told again, and nothing has run meanwhile. */
static void b57_timeout_answered_without_time_comes_again(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct counter counter = {0};
    unsigned before;

    test_share_core();
    timed_thread(test_budget(0, 2 * UNIT, LONG_PERIOD_NS), endpoint, &counter);
    receive_timeout(endpoint, reply, 0, 2 * UNIT);
    before = counter.count;
    answer_timeout(reply);
    receive_timeout(endpoint, reply, 0, 2 * UNIT);
    CHECK_EQ(counter.count, before);
}

/* The server in the middle of a chain that finds the client's time used up. */
static void b57_timeout_in_a_nested_server(void)
{
    enum { INNER = 11, OUTER = 12 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), budget;
    struct server inner = {.timeout = test_copy(endpoint, RIGHTS_ALL, INNER)};
    struct server outer = {.timeout = test_copy(endpoint, RIGHTS_ALL, OUTER)};
    struct actor client;

    test_share_core();
    server_start(&inner, test_budget(0, 2 * UNIT, 100 * UNIT), 6 * UNIT);
    outer.next = inner.endpoint;
    server_start(&outer, test_budget(0, 2 * UNIT, 100 * UNIT), 1 * UNIT);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, inner.reserve), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, outer.reserve), OK);
    budget = test_budget(0, 3 * UNIT, LONG_PERIOD_NS);
    client_start(&client, outer.endpoint, budget);
    receive_timeout(endpoint, reply, INNER, 3 * UNIT);
    CHECK_EQ(inner.served, 0);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 20 * UNIT, 100 * UNIT, NULL), OK);
    answer_timeout(reply);
    actor_ended(&client, OK);
    CHECK_EQ(inner.served, 1);
    CHECK_EQ(outer.next_status, OK);
}

struct timeout_handler {
    cap_t endpoint;
    cap_t reply;
    volatile unsigned handled;
};

/* Spends more than it has on what it handles, so that it needs a handler itself. */
static void handle_slowly(void *argument)
{
    struct timeout_handler *handler = argument;
    struct skr_message message;

    while (skr_receive(handler->endpoint, handler->reply, &message) == OK) {
        spin_ns(4 * UNIT);
        handler->handled++;
    }
}

static void b57_timeout_of_a_timeout_handler(void)
{
    enum { THREAD = 21, HANDLER = 22 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), budget;
    struct timeout_handler handler = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0};
    struct counter counter = {0};
    struct rt_thread_options options = {
        .run = handle_slowly,
        .argument = &handler,
        .priority = HIGH,
        .ceiling = HIGH,
    };

    test_share_core();
    options.budget = budget = test_budget(0, 2 * UNIT, LONG_PERIOD_NS);
    options.timeout = test_copy(endpoint, RIGHTS_ALL, HANDLER);
    test_thread_with(&options);
    timed_thread(test_budget(0, 2 * UNIT, LONG_PERIOD_NS),
                 test_copy(handler.endpoint, RIGHTS_ALL, THREAD), &counter);
    receive_timeout(endpoint, reply, HANDLER, 2 * UNIT);
    CHECK_EQ(handler.handled, 0);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 20 * UNIT, 100 * UNIT, NULL), OK);
    answer_timeout(reply);
    CHECK(await_count(&handler.handled, 1));
}

static void b57_timeout_without_a_live_handler_waits_for_the_refill(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct counter counter = {0};

    test_share_core();
    timed_thread(test_budget(0, 2 * UNIT, 20 * UNIT), endpoint, &counter);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, endpoint), OK);
    test_sleep_ns(10 * UNIT);
    CHECK(await_count(&counter.count, counter.count + 1));
}

static const struct check_test tests[] = {
    {"b57_timeout_reaches_its_handler", b57_timeout_reaches_its_handler},
    {"b57_timeout_answered_without_time_comes_again",
     b57_timeout_answered_without_time_comes_again},
    {"b57_timeout_in_a_nested_server", b57_timeout_in_a_nested_server},
    {"b57_timeout_of_a_timeout_handler", b57_timeout_of_a_timeout_handler},
    {"b57_timeout_without_a_live_handler_waits_for_the_refill",
     b57_timeout_without_a_live_handler_waits_for_the_refill},
};

const struct test_group timeout_tests = {tests, array_count(tests)};

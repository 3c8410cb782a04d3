/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 55: passive servers run on their clients' time and give it back, however the call ends.
 */
#include "groups.h"
#include "spending.h"

/* ---- 55: passive servers run on their clients' time ---- */

static void b55_server_runs_on_its_clients_time(void)
{
    struct server server = {0};
    struct actor client;
    uint64_t reserve_before;
    cap_t budget;

    test_share_core();
    budget = test_budget(0, 20 * UNIT, 100 * UNIT);
    server_start(&server, test_budget(0, 10 * UNIT, 100 * UNIT), 4 * UNIT);
    reserve_before = consumed_ns(server.reserve);
    client_start(&client, server.endpoint, budget);
    actor_ended(&client, OK);
    CHECK(consumed_ns(budget) >= 2 * UNIT); /* the test itself takes some of the work's time */
    CHECK(consumed_ns(server.reserve) - reserve_before < 1 * UNIT);
    CHECK_EQ(client.message.words[0], 11);
}

static void b55_nested_servers_run_on_the_clients_time(void)
{
    enum { DEPTH = 4 };
    struct server servers[DEPTH] = {0};
    struct actor client;
    uint64_t reserves = 0;
    cap_t budget;

    test_share_core();
    budget = test_budget(0, 20 * UNIT, 100 * UNIT);
    for (unsigned i = 0; i < DEPTH; i++) {
        servers[i].next = i > 0 ? servers[i - 1].endpoint : 0;
        server_start(&servers[i], test_budget(0, 5 * UNIT, 100 * UNIT), 2 * UNIT);
        reserves += consumed_ns(servers[i].reserve);
    }
    client_start(&client, servers[DEPTH - 1].endpoint, budget);
    actor_ended(&client, OK);
    CHECK(consumed_ns(budget) >= DEPTH * UNIT);
    for (unsigned i = 0; i < DEPTH; i++) {
        CHECK_EQ(servers[i].served, 1);
        reserves -= consumed_ns(servers[i].reserve);
        CHECK(test_await_state(servers[i].thread, THREAD_RECEIVING));
    }
    CHECK(-reserves < 2 * UNIT);
}

/* The client's budget is its own again: without it, the server serves the next one. */
static void b55_time_is_given_back_with_the_reply(void)
{
    struct server server = {0};
    struct actor client, second;
    cap_t budget;

    test_share_core();
    budget = test_budget(0, 10 * UNIT, 100 * UNIT);
    server_start(&server, test_budget(0, 5 * UNIT, 100 * UNIT), 1 * UNIT);
    client_start(&client, server.endpoint, budget);
    actor_ended(&client, OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    CHECK_EQ(test_thread_state(server.thread), THREAD_RECEIVING);
    budget = test_budget(0, 10 * UNIT, 100 * UNIT);
    client_start(&second, server.endpoint, budget);
    actor_ended(&second, OK);
    CHECK(consumed_ns(budget) >= UNIT / 2);
}

/* Answers at once, and works on. */
static void reply_and_work(void *argument)
{
    struct server *server = argument;
    struct skr_message message;

    if (skr_receive(server->endpoint, server->reply, &message) != OK)
        return;
    server->begun++;
    message = message_of(SPEND_LABEL, 1, message.words[0] + 1);
    (void)skr_reply(server->reply, &message);
    spin_ns(server->work_ns);
    server->served++;
}

static void b55_work_after_the_reply_is_the_servers_own(void)
{
    struct server server = {.work_ns = 4 * UNIT};
    struct rt_thread_options options = {
        .run = reply_and_work,
        .argument = &server,
        .options = PASSIVE,
        .priority = SERVER,
        .ceiling = SERVER,
    };
    struct actor client;
    uint64_t before;
    cap_t budget;

    test_share_core();
    server.endpoint = test_make(TYPE_ENDPOINT, 0);
    server.reply = test_make(TYPE_REPLY, 0);
    options.budget = server.reserve = test_budget(0, 10 * UNIT, 50 * UNIT);
    server.thread = test_thread_with(&options)->thread.cap;
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
    before = consumed_ns(server.reserve);
    budget = test_budget(0, 10 * UNIT, 50 * UNIT);
    client_start(&client, server.endpoint, budget);
    actor_ended(&client, OK);
    CHECK(await_count(&server.served, 1));
    CHECK(consumed_ns(server.reserve) - before >= 2 * UNIT);
    CHECK(consumed_ns(budget) < 2 * UNIT);
}

/* Leaves its call unanswered, and works when it is told to; `next` is what it waits for. */
static void receive_and_wait(void *argument)
{
    struct server *server = argument;
    struct skr_message message;
    word_t bits;

    if (skr_receive(server->endpoint, server->reply, &message) != OK)
        return;
    server->begun++;
    if (skr_wait(server->next, &bits) != OK)
        return;
    spin_ns(server->work_ns);
    server->served++;
}

/* Whoever answers: the server has no call in hand any more, and pays for itself. */
static void b55_time_is_given_back_when_another_thread_replies(void)
{
    struct server server = {.work_ns = 4 * UNIT};
    struct rt_thread_options options = {
        .run = receive_and_wait,
        .argument = &server,
        .options = PASSIVE,
        .priority = SERVER,
        .ceiling = SERVER,
    };
    struct skr_message message = message_of(SPEND_LABEL, 1, 7);
    struct actor client;
    uint64_t reserve_before, budget_before;
    cap_t budget;

    test_share_core();
    server.endpoint = test_make(TYPE_ENDPOINT, 0);
    server.reply = test_make(TYPE_REPLY, 0);
    server.next = test_make(TYPE_NOTIFICATION, 0);
    options.budget = server.reserve = test_budget(0, 10 * UNIT, 50 * UNIT);
    server.thread = test_thread_with(&options)->thread.cap;
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
    budget = test_budget(0, 10 * UNIT, 50 * UNIT);
    client_start(&client, server.endpoint, budget);
    CHECK(await_count(&server.begun, 1));
    CHECK(test_await_state(server.thread, THREAD_WAITING));
    CHECK_EQ(skr_reply(server.reply, &message), OK);
    actor_ended(&client, OK);
    CHECK_EQ(client.message.words[0], 7);
    reserve_before = consumed_ns(server.reserve);
    budget_before = consumed_ns(budget);
    CHECK_EQ(skr_signal(server.next, 1), OK);
    CHECK(await_count(&server.served, 1));
    CHECK(consumed_ns(server.reserve) - reserve_before >= 2 * UNIT);
    CHECK(consumed_ns(budget) - budget_before < 1 * UNIT);
}

static void b55_time_is_given_back_when_the_server_dies(void)
{
    struct server server = {0};
    struct actor client;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 100 * UNIT), FOREVER_NS);
    client_start(&client, server.endpoint, test_budget(0, 20 * UNIT, 100 * UNIT));
    server_await_begun(&server);
    CHECK_EQ(client.ended, 0);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, server.thread), OK);
    actor_ended(&client, ERR_PEER_GONE);
}

static void b55_time_is_given_back_when_an_inner_server_dies(void)
{
    struct server inner = {0}, outer = {0};
    struct actor client;

    test_share_core();
    server_start(&inner, test_budget(0, 5 * UNIT, 100 * UNIT), FOREVER_NS);
    outer.next = inner.endpoint;
    server_start(&outer, test_budget(0, 5 * UNIT, 100 * UNIT), 1 * UNIT);
    client_start(&client, outer.endpoint, test_budget(0, 20 * UNIT, 100 * UNIT));
    server_await_begun(&inner);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, inner.thread), OK);
    actor_ended(&client, OK);
    CHECK_EQ(outer.next_status, ERR_PEER_GONE);
    CHECK_EQ(outer.served, 1);
}

static void b55_time_is_given_back_when_the_reply_is_revoked(void)
{
    struct server server = {0};
    struct actor client, second;
    cap_t copy;
    word_t killed = 0;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 20 * UNIT), 5 * UNIT);
    copy = test_copy(server.reply, RIGHTS_ALL, 0);
    client_start(&client, server.endpoint, test_budget(0, 5 * UNIT, 50 * UNIT));
    server_await_begun(&server);
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, server.reply, &killed), OK);
    CHECK_EQ(killed, 1);
    CHECK_EQ(test_type(copy), TYPE_DEAD);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, server.reply), OK);
    actor_ended(&client, ERR_PEER_GONE);
    CHECK(test_await_state(server.thread, THREAD_STOPPED)); /* its next reply failed */
    client_start(&second, server.endpoint, test_budget(0, 2 * UNIT, 50 * UNIT));
    CHECK(test_await_state(second.thread, THREAD_SENDING));
}

/* What the client can't pay the server takes from its reserve, and the client owes it. */
static void b55_reserve_ends_what_the_client_cannot_pay(void)
{
    enum { PERIOD_NS = 100 * UNIT, AMOUNT_NS = 3 * UNIT, OVERRUN_NS = 4 * UNIT };
    struct server server = {.overrun_ns = OVERRUN_NS};
    struct actor client;
    uint64_t filled_at;
    cap_t budget;

    test_share_core();
    server_start(&server, test_budget(0, 20 * UNIT, PERIOD_NS), 0);
    filled_at = rt_time_now_ns();
    budget = test_budget(0, AMOUNT_NS, PERIOD_NS);
    client_start(&client, server.endpoint, budget);
    CHECK(await_count(&server.served, 1));
    CHECK(server.served_at_ns < filled_at + PERIOD_NS); /* it did not wait for a refill */
    CHECK(consumed_ns(budget) >= AMOUNT_NS);
    CHECK_EQ(left_ns(budget), 0);
    CHECK_EQ(client.ended, 0);
    actor_ended(&client, OK);
    CHECK(rt_time_now_ns() >= filled_at + 2 * PERIOD_NS); /* the first refill paid the debt */
}

/* However many periods pass meanwhile: each pays its amount, and no more. */
static void b55_debt_is_carried_until_it_is_paid(void)
{
    enum { PERIOD_NS = 5 * UNIT, AMOUNT_NS = 1 * UNIT, OVERRUN_NS = 12 * UNIT };
    struct server server = {.overrun_ns = OVERRUN_NS};
    struct actor client;
    uint64_t filled_at;
    cap_t budget;

    test_share_core();
    server_start(&server, test_budget(0, 30 * UNIT, 100 * UNIT), 0);
    filled_at = rt_time_now_ns();
    budget = test_budget(0, AMOUNT_NS, PERIOD_NS);
    client_start(&client, server.endpoint, budget);
    CHECK(await_count(&server.served, 1));
    actor_ended(&client, OK);
    CHECK(rt_time_now_ns() >= filled_at + OVERRUN_NS / AMOUNT_NS * PERIOD_NS);
}

/* Two clients of one budget are served at once: an answer to the first takes nothing from the
 * second, whom the server received last. */
static void answer_the_first_and_work(void *argument)
{
    struct server *server = argument;
    struct skr_message message;

    if (skr_receive(server->endpoint, server->reply, &message) != OK)
        return;
    server->begun++;
    if (skr_receive(server->endpoint, server->next, &message) != OK)
        return;
    server->begun++;
    message = message_of(SPEND_LABEL, 1, 11);
    (void)skr_reply(server->reply, &message);
    spin_ns(server->work_ns);
    server->served++;
    (void)skr_reply(server->next, &message);
}

static void b55_answer_to_one_client_leaves_the_others_time(void)
{
    struct server server = {.work_ns = 4 * UNIT};
    struct rt_thread_options options = {
        .run = answer_the_first_and_work,
        .argument = &server,
        .options = PASSIVE,
        .priority = SERVER,
        .ceiling = SERVER,
    };
    struct actor first, second;
    uint64_t before;
    cap_t budget;

    test_share_core();
    server.endpoint = test_make(TYPE_ENDPOINT, 0);
    server.reply = test_make(TYPE_REPLY, 0);
    server.next = test_make(TYPE_REPLY, 0);
    options.budget = server.reserve = test_budget(0, 10 * UNIT, 50 * UNIT);
    server.thread = test_thread_with(&options)->thread.cap;
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
    before = consumed_ns(server.reserve);
    budget = test_budget(0, 10 * UNIT, 50 * UNIT);
    client_start(&first, server.endpoint, budget);
    CHECK(await_count(&server.begun, 1));
    client_start(&second, server.endpoint, budget);
    actor_ended(&first, OK);
    actor_ended(&second, OK);
    CHECK_EQ(server.served, 1);
    CHECK(consumed_ns(budget) >= 2 * UNIT);
    CHECK(consumed_ns(server.reserve) - before < 2 * UNIT);
}

static void b55_reserve_serves_events_without_a_client(void)
{
    struct server server = {0};
    struct skr_message message = message_of(SPEND_LABEL, 1, 1);
    uint64_t before;

    test_share_core();
    server_start(&server, test_budget(0, 10 * UNIT, 50 * UNIT), 4 * UNIT);
    before = consumed_ns(server.reserve);
    CHECK_EQ(skr_send(server.endpoint, &message), OK);
    CHECK(await_count(&server.begun, 1));
    CHECK(test_await_state(server.thread, THREAD_STOPPED)); /* it has nothing to reply to */
    CHECK(consumed_ns(server.reserve) - before >= 2 * UNIT);
}

/* ---- minimum ---- */

struct spender {
    cap_t endpoint;
    cap_t budget;
    uint64_t keep_ns;
    volatile status_t status;
    volatile unsigned ended;
};

static void spend_and_call(void *argument)
{
    struct spender *spender = argument;
    struct skr_message message = message_of(SPEND_LABEL, 1, 1);
    uint64_t left = 0;

    while (skr_budget_info(spender->budget, NULL, NULL, &left, NULL) == OK &&
           left > spender->keep_ns)
        continue;
    spender->status = skr_call(spender->endpoint, &message);
    spender->ended++;
}

static void b55_call_waits_for_the_servers_minimum(void)
{
    enum { PERIOD_NS = 100 * UNIT };
    struct server server = {0};
    struct spender spender = {.keep_ns = 4 * UNIT};
    uint64_t filled_at;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, PERIOD_NS), 1 * UNIT);
    CHECK_EQ(skr_thread_set_minimum(server.thread, 5 * UNIT), OK);
    spender.endpoint = server.endpoint;
    filled_at = rt_time_now_ns();
    spender.budget = test_budget(0, 10 * UNIT, PERIOD_NS);
    thread_on(spender.budget, spend_and_call, &spender, LOW);
    CHECK(await_count(&spender.ended, 1));
    CHECK_EQ(spender.status, OK);
    CHECK(server.begun_at_ns >= filled_at + PERIOD_NS);
}

static void b55_call_that_never_has_the_minimum_is_refused(void)
{
    struct server server = {0};
    struct actor early, late;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 100 * UNIT), 1 * UNIT);
    CHECK_EQ(skr_thread_set_minimum(server.thread, 5 * UNIT), OK);
    client_start(&early, server.endpoint, test_budget(0, 4 * UNIT, 100 * UNIT));
    actor_ended(&early, ERR_OVER_LIMIT); /* the server was waiting already */
    CHECK_EQ(skr_thread_stop(server.thread), OK);
    client_start(&late, server.endpoint, test_budget(0, 4 * UNIT, 100 * UNIT));
    CHECK(test_await_state(late.thread, THREAD_SENDING));
    CHECK_EQ(skr_thread_resume(server.thread), OK);
    actor_ended(&late, ERR_OVER_LIMIT); /* it was taken from the queue */
    CHECK_EQ(server.begun, 0);
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
}

static const struct check_test tests[] = {
    {"b55_server_runs_on_its_clients_time", b55_server_runs_on_its_clients_time},
    {"b55_nested_servers_run_on_the_clients_time", b55_nested_servers_run_on_the_clients_time},
    {"b55_time_is_given_back_with_the_reply", b55_time_is_given_back_with_the_reply},
    {"b55_work_after_the_reply_is_the_servers_own", b55_work_after_the_reply_is_the_servers_own},
    {"b55_time_is_given_back_when_another_thread_replies",
     b55_time_is_given_back_when_another_thread_replies},
    {"b55_time_is_given_back_when_the_server_dies", b55_time_is_given_back_when_the_server_dies},
    {"b55_time_is_given_back_when_an_inner_server_dies",
     b55_time_is_given_back_when_an_inner_server_dies},
    {"b55_time_is_given_back_when_the_reply_is_revoked",
     b55_time_is_given_back_when_the_reply_is_revoked},
    {"b55_reserve_ends_what_the_client_cannot_pay", b55_reserve_ends_what_the_client_cannot_pay},
    {"b55_debt_is_carried_until_it_is_paid", b55_debt_is_carried_until_it_is_paid},
    {"b55_answer_to_one_client_leaves_the_others_time",
     b55_answer_to_one_client_leaves_the_others_time},
    {"b55_reserve_serves_events_without_a_client", b55_reserve_serves_events_without_a_client},
    {"b55_call_waits_for_the_servers_minimum", b55_call_waits_for_the_servers_minimum},
    {"b55_call_that_never_has_the_minimum_is_refused",
     b55_call_that_never_has_the_minimum_is_refused},
};

const struct test_group lending_tests = {tests, array_count(tests)};

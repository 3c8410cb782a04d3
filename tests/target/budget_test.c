/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 53 and 55 to 57: processor time is given, spent, lent to servers, and ends.
 *
 * Each test takes half of core 0 for itself (test_share_core) and gives the rest to others.  Times
 * are those of the guest, which an emulator may let stand still; so bounds are generous, and what
 * measures a share has several tries.
 */
#include "actor.h"
#include "groups.h"

enum {
    LABEL = 80,
    HIGH = TEST_PRIORITY + 4,
    LOW = TEST_PRIORITY - 4,
    SERVER = LOW + 1, /* below the test, above its clients */
    UNIT = 4 * TEST_NS_PER_MS, /* all times are this coarse, so that short pauses do not matter */
    FOREVER_NS = 500 * UNIT, /* does not end within a test */
    PASSIVE = 1,
    TRIES = 3,
};

static const uint64_t LONG_PERIOD_NS = (uint64_t)15000 * UNIT;

struct counter {
    volatile unsigned count;
    volatile bool is_over;
};

static void count_on(void *argument)
{
    struct counter *counter = argument;

    while (!counter->is_over)
        counter->count++;
}

static cap_t thread_on(cap_t budget, rt_thread_fn *run, void *argument, word_t priority)
{
    struct rt_thread_options options = {
        .run = run,
        .argument = argument,
        .budget = budget,
        .priority = priority,
        .ceiling = priority,
    };

    return test_thread_with(&options)->thread.cap;
}

static uint64_t consumed_ns(cap_t budget)
{
    uint64_t consumed = 0;

    CHECK_EQ(skr_budget_info(budget, NULL, NULL, NULL, &consumed), OK);
    return consumed;
}

static uint64_t left_ns(cap_t budget)
{
    uint64_t left = 0;

    CHECK_EQ(skr_budget_info(budget, NULL, NULL, &left, NULL), OK);
    return left;
}

/* ---- 53: an exhausted budget stops its thread ---- */

static void b53_thread_gets_its_amount_per_period(void)
{
    enum { RUN_NS = 200 * UNIT };
    struct counter counter = {0};
    uint64_t start, elapsed, consumed;
    cap_t budget;

    test_share_core();
    budget = test_budget(0, 2 * UNIT, 20 * UNIT);
    start = rt_time_now_ns();
    thread_on(budget, count_on, &counter, HIGH);
    test_sleep_ns(RUN_NS);
    consumed = consumed_ns(budget);
    elapsed = rt_time_now_ns() - start;
    CHECK(consumed * 20 >= elapsed);    /* a tenth, give or take a period at the ends */
    CHECK(consumed * 10 <= elapsed * 2);
    CHECK(counter.count > 0);
}

static void b53_resume_does_not_beat_an_exhausted_budget(void)
{
    struct counter counter = {0};
    cap_t budget, thread;
    unsigned before;

    test_share_core();
    budget = test_budget(0, 2 * UNIT, LONG_PERIOD_NS);
    thread = thread_on(budget, count_on, &counter, HIGH);
    CHECK(test_await_state(thread, THREAD_OUT_OF_TIME));
    CHECK_EQ(left_ns(budget), 0);
    before = counter.count;
    CHECK(before > 0);
    CHECK_EQ(skr_thread_resume(thread), ERR_BAD_STATE);
    CHECK_EQ(skr_thread_set_priority(thread, HIGH + 1, HIGH + 1, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(skr_thread_stop(thread), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    test_sleep_ns(5 * UNIT);
    CHECK_EQ(test_thread_state(thread), THREAD_OUT_OF_TIME);
    CHECK_EQ(counter.count, before);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 2 * UNIT, LONG_PERIOD_NS, NULL), OK);
    test_sleep_ns(5 * UNIT);
    CHECK(counter.count > before);
}

static void b53_thread_without_a_budget_waits(void)
{
    struct counter counter = {0};
    cap_t empty = test_make(TYPE_BUDGET, 0), without, with_empty;

    test_share_core();
    without = thread_on(0, count_on, &counter, HIGH);
    with_empty = thread_on(empty, count_on, &counter, HIGH);
    test_sleep_ns(2 * UNIT);
    CHECK_EQ(test_thread_state(without), THREAD_OUT_OF_TIME);
    CHECK_EQ(test_thread_state(with_empty), THREAD_OUT_OF_TIME);
    CHECK_EQ(counter.count, 0);
    counter.is_over = true;
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, empty, 2 * UNIT, 20 * UNIT, NULL), OK);
    CHECK(test_await_state(with_empty, THREAD_STOPPED));
}

static void b53_time_is_given_away_once(void)
{
    word_t left = 0;
    cap_t budget = test_make(TYPE_BUDGET, 0);

    test_share_core();
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 6 * UNIT, 10 * UNIT, &left), ERR_OVER_LIMIT);
    CHECK_EQ(left, 500000);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 5 * UNIT, 10 * UNIT, NULL), OK);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 5 * UNIT, 50000, NULL), ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 11 * UNIT, 10 * UNIT, NULL),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 0, 10 * UNIT, NULL), OK); /* given back */
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, test_make(TYPE_BUDGET, 0), 5 * UNIT, 10 * UNIT,
                                   NULL), OK);
}

/*
 * Among many others that never sleep, of lower and of the same priority, it gets at least 95 of
 * 100 parts of what it was given.
 */
static void b53_budget_holds_among_hogs(void)
{
    enum { HOGS = 64, PERIODS = 20, PERIOD_NS = 10 * TEST_NS_PER_MS, AMOUNT_NS = PERIOD_NS / 5 };
    struct counter counter = {0}, hog = {0};
    uint64_t best = 0;
    cap_t budget, others;

    test_share_core();
    budget = test_budget(0, AMOUNT_NS, PERIOD_NS);
    others = test_budget(0, PERIOD_NS / 4, PERIOD_NS);
    for (unsigned i = 0; i < HOGS; i++)
        thread_on(others, count_on, &hog, i % 2 == 0 ? LOW : LOW - 1);
    thread_on(budget, count_on, &counter, LOW);
    for (unsigned try = 0; try < TRIES && best < 95; try++) {
        uint64_t start = rt_time_now_ns(), before = consumed_ns(budget), expected;

        test_sleep_ns(PERIODS * PERIOD_NS);
        expected = (rt_time_now_ns() - start) / (PERIOD_NS / AMOUNT_NS);
        best = u64_max(best, (consumed_ns(budget) - before) * 100 / expected);
    }
    check_note("share of its budget: %u%%", (unsigned)best);
    CHECK(best >= 95);
    CHECK(hog.count > 0);
}

/* ---- 55: passive servers run on their clients' time ---- */

/* Works a while for each call, and calls the next server meanwhile if there is one. */
struct server {
    cap_t endpoint;
    cap_t reply;
    cap_t reserve;
    cap_t timeout;
    cap_t next;
    uint64_t work_ns;
    uint64_t overrun_ns; /* works until its reserve has paid this much */
    cap_t thread;
    volatile unsigned begun;
    volatile unsigned served;
    volatile uint64_t begun_at_ns;
    volatile uint64_t served_at_ns;
    volatile status_t next_status;
};

static void overrun(const struct server *server)
{
    uint64_t start = 0, consumed = 0;

    (void)skr_budget_info(server->reserve, NULL, NULL, NULL, &start);
    do
        (void)skr_budget_info(server->reserve, NULL, NULL, NULL, &consumed);
    while (consumed - start < server->overrun_ns);
}

static void serve(void *argument)
{
    struct server *server = argument;
    struct skr_message message, inner = message_of(LABEL, 1, 1);
    status_t status = skr_receive(server->endpoint, server->reply, &message);

    while (status == OK) {
        server->begun_at_ns = rt_time_now_ns();
        server->begun++;
        spin_ns(server->work_ns);
        overrun(server);
        if (server->next != 0)
            server->next_status = skr_call(server->next, &inner);
        server->served_at_ns = rt_time_now_ns();
        server->served++;
        message = message_of(LABEL, 1, message.words[0] + 1);
        status = skr_reply_receive(server->endpoint, server->reply, &message);
    }
}

/* Starts it and waits until it waits; `reserve` is what it has of its own. */
static void server_start(struct server *server, cap_t reserve, uint64_t work_ns)
{
    struct rt_thread_options options = {
        .run = serve,
        .argument = server,
        .budget = reserve,
        .timeout = server->timeout,
        .options = PASSIVE,
        .priority = SERVER,
        .ceiling = SERVER,
    };

    server->reserve = reserve;
    server->work_ns = work_ns;
    server->endpoint = test_make(TYPE_ENDPOINT, 0);
    server->reply = test_make(TYPE_REPLY, 0);
    server->thread = test_thread_with(&options)->thread.cap;
    CHECK(test_await_state(server->thread, THREAD_RECEIVING));
}

/* A client of its own on this budget. */
static void client_start(struct actor *client, cap_t endpoint, cap_t budget)
{
    *client = (struct actor){.cap = endpoint, .message = message_of(LABEL, 1, 10)};
    actor_start_on(client, LOW, budget);
}

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

static void await_begun(const struct server *server)
{
    CHECK(await_count(&server->begun, 1));
}

static void b55_time_is_given_back_when_the_server_dies(void)
{
    struct server server = {0};
    struct actor client;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 100 * UNIT), FOREVER_NS);
    client_start(&client, server.endpoint, test_budget(0, 20 * UNIT, 100 * UNIT));
    await_begun(&server);
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
    await_begun(&inner);
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
    await_begun(&server);
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

static void b55_reserve_serves_events_without_a_client(void)
{
    struct server server = {0};
    struct skr_message message = message_of(LABEL, 1, 1);
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
    struct skr_message message = message_of(LABEL, 1, 1);
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

/* ---- 56: deleting a budget in each state ---- */

/* A thread whose budget is gone goes on with another one. */
static void check_goes_on(cap_t thread)
{
    CHECK_EQ(skr_thread_stop(thread), OK);
    CHECK_EQ(skr_thread_configure(thread, 0, 0, ABI_ROOT_BUDGET, 0, 0, 0, 0, 0), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
}

static void b56_budget_deleted_under_a_ready_thread(void)
{
    struct counter counter = {0};
    cap_t budget, thread;
    unsigned before;

    test_share_core();
    budget = test_budget(0, 2 * UNIT, 10 * UNIT);
    thread = thread_on(budget, count_on, &counter, LOW);
    test_sleep_ns(1 * UNIT);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    CHECK_EQ(test_thread_state(thread), THREAD_OUT_OF_TIME);
    before = counter.count;
    test_sleep_ns(15 * UNIT);
    CHECK_EQ(counter.count, before);
    counter.is_over = true;
    check_goes_on(thread);
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

static void b56_budget_deleted_under_an_exhausted_thread(void)
{
    struct counter counter = {0};
    cap_t budget, thread;

    test_share_core();
    budget = test_budget(0, 1 * UNIT, 20 * UNIT);
    thread = thread_on(budget, count_on, &counter, HIGH);
    CHECK(test_await_state(thread, THREAD_OUT_OF_TIME));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    test_sleep_ns(30 * UNIT); /* a refill that was awaited does not come */
    CHECK_EQ(test_thread_state(thread), THREAD_OUT_OF_TIME);
    counter.is_over = true;
    check_goes_on(thread);
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

static void b56_budget_deleted_under_a_blocked_thread(void)
{
    static const struct {
        enum actor_act act;
        word_t state;
    } cases[] = {
        {ACT_SEND, THREAD_SENDING}, {ACT_RECEIVE, THREAD_RECEIVING}, {ACT_WAIT, THREAD_WAITING},
    };

    test_share_core();
    for (size_t i = 0; i < array_count(cases); i++) {
        bool is_wait = cases[i].act == ACT_WAIT;
        cap_t budget = test_budget(0, 1 * UNIT, 10 * UNIT), reply = test_make(TYPE_REPLY, 0);
        struct actor actor = {
            .act = cases[i].act,
            .cap = test_make(is_wait ? TYPE_NOTIFICATION : TYPE_ENDPOINT, 0),
            .reply = reply,
            .message = message_of(LABEL, 1, 1),
        };
        struct skr_message message = message_of(LABEL, 1, 1);

        actor_start_on(&actor, HIGH, budget);
        CHECK(test_await_state(actor.thread, cases[i].state));
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
        CHECK_EQ(test_thread_state(actor.thread), cases[i].state);
        if (is_wait)
            CHECK_EQ(skr_signal(actor.cap, 1), OK);
        else if (cases[i].act == ACT_SEND)
            CHECK_EQ(skr_receive_nowait(actor.cap, reply, &message), OK);
        else
            CHECK_EQ(skr_send_nowait(actor.cap, &message), OK);
        CHECK_EQ(test_thread_state(actor.thread), THREAD_OUT_OF_TIME);
        CHECK_EQ(actor.ended, 0);
        check_goes_on(actor.thread);
        actor_ended(&actor, OK);
    }
}

/* The server goes on with its reserve; its caller has its answer, but no time to read it. */
static void b56_budget_deleted_under_a_server(void)
{
    struct server server = {0};
    struct actor client;
    cap_t budget;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 20 * UNIT), 4 * UNIT);
    budget = test_budget(0, 5 * UNIT, 20 * UNIT);
    client_start(&client, server.endpoint, budget);
    await_begun(&server);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    CHECK(await_count(&server.served, 1));
    CHECK(test_await_state(client.thread, THREAD_OUT_OF_TIME));
    check_goes_on(client.thread);
    actor_ended(&client, OK);
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
}

/* Both budgets go, the lent one first: the server stands until it is given time again. */
static void b56_reserve_deleted_with_the_clients_budget(void)
{
    struct server server = {0};
    struct actor client;
    cap_t budget;

    test_share_core();
    server_start(&server, test_budget(0, 5 * UNIT, 20 * UNIT), 4 * UNIT);
    budget = test_budget(0, 5 * UNIT, 20 * UNIT);
    client_start(&client, server.endpoint, budget);
    await_begun(&server);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, server.reserve), OK);
    test_sleep_ns(10 * UNIT);
    if (server.served == 0) { /* it may have been quicker */
        CHECK_EQ(test_thread_state(server.thread), THREAD_OUT_OF_TIME);
        check_goes_on(server.thread);
    }
    CHECK(await_count(&server.served, 1));
}

/* A debt to a budget that is gone is nobody's. */
static void b56_debtor_deleted(void)
{
    struct server server = {0};
    struct actor client;
    cap_t budget;

    test_share_core();
    server_start(&server, test_budget(0, 20 * UNIT, 50 * UNIT), 8 * UNIT);
    budget = test_budget(0, 2 * UNIT, LONG_PERIOD_NS);
    client_start(&client, server.endpoint, budget);
    await_begun(&server);
    while (left_ns(budget) != 0)
        test_sleep_ns(1 * UNIT / 10);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    CHECK(await_count(&server.served, 1));
    CHECK(test_await_state(server.thread, THREAD_RECEIVING));
}

static void b56_budget_deleted_under_a_thread_on_another_core(void)
{
    struct counter counter = {0};
    cap_t budget, thread;
    unsigned before;

    if (test_cores() < 2) {
        check_skip("one core");
        return;
    }
    budget = test_budget(1, 10 * UNIT, 10 * UNIT);
    thread = thread_on(budget, count_on, &counter, LOW);
    CHECK(test_await_state(thread, THREAD_RUNNING));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    test_sleep_ns(1 * UNIT);
    before = counter.count;
    test_sleep_ns(5 * UNIT);
    CHECK_EQ(counter.count, before);
    CHECK_EQ(test_thread_state(thread), THREAD_OUT_OF_TIME);
    counter.is_over = true;
    check_goes_on(thread);
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

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
    test_sleep_ns(1 * UNIT);
    CHECK(counter.count > before);
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
    {"b53_thread_gets_its_amount_per_period", b53_thread_gets_its_amount_per_period},
    {"b53_resume_does_not_beat_an_exhausted_budget", b53_resume_does_not_beat_an_exhausted_budget},
    {"b53_thread_without_a_budget_waits", b53_thread_without_a_budget_waits},
    {"b53_time_is_given_away_once", b53_time_is_given_away_once},
    {"b53_budget_holds_among_hogs", b53_budget_holds_among_hogs},
    {"b55_server_runs_on_its_clients_time", b55_server_runs_on_its_clients_time},
    {"b55_nested_servers_run_on_the_clients_time", b55_nested_servers_run_on_the_clients_time},
    {"b55_time_is_given_back_with_the_reply", b55_time_is_given_back_with_the_reply},
    {"b55_time_is_given_back_when_the_server_dies", b55_time_is_given_back_when_the_server_dies},
    {"b55_time_is_given_back_when_an_inner_server_dies",
     b55_time_is_given_back_when_an_inner_server_dies},
    {"b55_time_is_given_back_when_the_reply_is_revoked",
     b55_time_is_given_back_when_the_reply_is_revoked},
    {"b55_reserve_ends_what_the_client_cannot_pay", b55_reserve_ends_what_the_client_cannot_pay},
    {"b55_reserve_serves_events_without_a_client", b55_reserve_serves_events_without_a_client},
    {"b55_call_waits_for_the_servers_minimum", b55_call_waits_for_the_servers_minimum},
    {"b55_call_that_never_has_the_minimum_is_refused",
     b55_call_that_never_has_the_minimum_is_refused},
    {"b56_budget_deleted_under_a_ready_thread", b56_budget_deleted_under_a_ready_thread},
    {"b56_budget_deleted_under_an_exhausted_thread", b56_budget_deleted_under_an_exhausted_thread},
    {"b56_budget_deleted_under_a_blocked_thread", b56_budget_deleted_under_a_blocked_thread},
    {"b56_budget_deleted_under_a_server", b56_budget_deleted_under_a_server},
    {"b56_reserve_deleted_with_the_clients_budget", b56_reserve_deleted_with_the_clients_budget},
    {"b56_debtor_deleted", b56_debtor_deleted},
    {"b56_budget_deleted_under_a_thread_on_another_core",
     b56_budget_deleted_under_a_thread_on_another_core},
    {"b57_timeout_reaches_its_handler", b57_timeout_reaches_its_handler},
    {"b57_timeout_answered_without_time_comes_again",
     b57_timeout_answered_without_time_comes_again},
    {"b57_timeout_in_a_nested_server", b57_timeout_in_a_nested_server},
    {"b57_timeout_of_a_timeout_handler", b57_timeout_of_a_timeout_handler},
    {"b57_timeout_without_a_live_handler_waits_for_the_refill",
     b57_timeout_without_a_live_handler_waits_for_the_refill},
};

const struct test_group budget_tests = {tests, array_count(tests)};

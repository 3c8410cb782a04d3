/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 53 and 56: a budget bounds its threads, holds among others, and can be deleted in each
 * state.  What measures a share has several tries.
 */
#include "groups.h"
#include "spending.h"

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
    CHECK(await_count(&counter.count, before + 1));
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
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, budget, 6 * UNIT, 10 * UNIT, &left),
             ERR_OVER_LIMIT);
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
    enum { TRIES = 3, HOGS = 64, PERIODS = 20 };
    enum { PERIOD_NS = 10 * TEST_NS_PER_MS, AMOUNT_NS = PERIOD_NS / 5 };
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

/* Its threads are let go one by one, and the refill that they wait for comes meanwhile. */
static void b56_budget_deleted_while_it_is_refilled(void)
{
    enum { HOGS = 24, TRIES = 24, AMOUNT_NS = 20000, PERIOD_NS = 200000, STEP_NS = 9000 };
    struct counter counter = {0};
    cap_t threads[HOGS];

    test_share_core();
    for (unsigned i = 0; i < HOGS; i++)
        threads[i] = thread_on(ABI_ROOT_BUDGET, count_on, &counter, LOW);
    for (unsigned try = 0; try < TRIES; try++) {
        cap_t budget = test_budget(0, AMOUNT_NS, PERIOD_NS);

        for (unsigned i = 0; i < HOGS; i++) {
            CHECK_EQ(skr_thread_stop(threads[i]), OK);
            CHECK_EQ(skr_thread_configure(threads[i], 0, 0, budget, 0, 0, 0, 0, 0), OK);
            CHECK_EQ(skr_thread_resume(threads[i]), OK);
        }
        test_sleep_ns(PERIOD_NS + try * STEP_NS);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
        CHECK_EQ(test_type(budget), TYPE_NONE);
        for (unsigned i = 0; i < HOGS; i++)
            CHECK_EQ(test_thread_state(threads[i]), THREAD_OUT_OF_TIME);
    }
    counter.is_over = true;
    for (unsigned i = 0; i < HOGS; i++)
        check_goes_on(threads[i]);
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
            .message = message_of(SPEND_LABEL, 1, 1),
        };
        struct skr_message message = message_of(SPEND_LABEL, 1, 1);

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
    server_await_begun(&server);
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
    server_await_begun(&server);
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
    server_await_begun(&server);
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

static const struct check_test tests[] = {
    {"b53_thread_gets_its_amount_per_period", b53_thread_gets_its_amount_per_period},
    {"b53_resume_does_not_beat_an_exhausted_budget", b53_resume_does_not_beat_an_exhausted_budget},
    {"b53_thread_without_a_budget_waits", b53_thread_without_a_budget_waits},
    {"b53_time_is_given_away_once", b53_time_is_given_away_once},
    {"b53_budget_holds_among_hogs", b53_budget_holds_among_hogs},
    {"b56_budget_deleted_under_a_ready_thread", b56_budget_deleted_under_a_ready_thread},
    {"b56_budget_deleted_under_an_exhausted_thread", b56_budget_deleted_under_an_exhausted_thread},
    {"b56_budget_deleted_while_it_is_refilled", b56_budget_deleted_while_it_is_refilled},
    {"b56_budget_deleted_under_a_blocked_thread", b56_budget_deleted_under_a_blocked_thread},
    {"b56_budget_deleted_under_a_server", b56_budget_deleted_under_a_server},
    {"b56_reserve_deleted_with_the_clients_budget", b56_reserve_deleted_with_the_clients_budget},
    {"b56_debtor_deleted", b56_debtor_deleted},
    {"b56_budget_deleted_under_a_thread_on_another_core",
     b56_budget_deleted_under_a_thread_on_another_core},
};

const struct test_group budget_tests = {tests, array_count(tests)};

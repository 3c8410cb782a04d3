/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that spend time: one loop for hogs, one for passive servers.
 */
#include "spending.h"

void count_on(void *argument)
{
    struct counter *counter = argument;

    while (!counter->is_over)
        counter->count++;
}

cap_t thread_on(cap_t budget, rt_thread_fn *run, void *argument, word_t priority)
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

uint64_t consumed_ns(cap_t budget)
{
    uint64_t consumed = 0;

    CHECK_EQ(skr_budget_info(budget, NULL, NULL, NULL, &consumed), OK);
    return consumed;
}

uint64_t left_ns(cap_t budget)
{
    uint64_t left = 0;

    CHECK_EQ(skr_budget_info(budget, NULL, NULL, &left, NULL), OK);
    return left;
}

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
    struct skr_message message, inner = message_of(SPEND_LABEL, 1, 1);
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
        message = message_of(SPEND_LABEL, 1, message.words[0] + 1);
        status = skr_reply_receive(server->endpoint, server->reply, &message);
    }
}

void server_start(struct server *server, cap_t reserve, uint64_t work_ns)
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

void client_start(struct actor *client, cap_t endpoint, cap_t budget)
{
    *client = (struct actor){.cap = endpoint, .message = message_of(SPEND_LABEL, 1, 10)};
    actor_start_on(client, LOW, budget);
}

void server_await_begun(const struct server *server)
{
    CHECK(await_count(&server->begun, 1));
}

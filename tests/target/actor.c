/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actors: one body for all, which does what its structure says.
 */
#include "actor.h"

enum { AWAIT_STEP_NS = 200000, AWAIT_STEPS = 20000 };

static void act(void *argument)
{
    struct actor *actor = argument;
    status_t status = OK;

    switch (actor->act) {
    case ACT_CALL:
        status = skr_call(actor->cap, &actor->message);
        break;
    case ACT_SEND:
        status = skr_send(actor->cap, &actor->message);
        break;
    case ACT_RECEIVE:
        status = skr_receive(actor->cap, actor->reply, &actor->message);
        break;
    case ACT_WAIT:
        status = skr_wait(actor->cap, &actor->message.words[0]);
        break;
    }
    actor->status = status;
    actor->ended++;
}

void actor_start_on(struct actor *actor, word_t priority, cap_t budget)
{
    struct rt_thread_options options = {
        .run = act,
        .argument = actor,
        .budget = budget,
        .priority = priority,
        .ceiling = priority,
    };

    actor->thread = test_thread_with(&options)->thread.cap;
}

void actor_start(struct actor *actor, word_t priority)
{
    actor_start_on(actor, priority, ABI_ROOT_BUDGET);
}

bool actor_block(struct actor *actor, word_t priority, word_t state)
{
    actor_start(actor, priority);
    return CHECK(test_await_state(actor->thread, state));
}

bool actor_ended(const struct actor *actor, status_t status)
{
    if (!CHECK(await_count(&actor->ended, 1)))
        return false;
    CHECK_EQ(actor->ended, 1);
    return CHECK_EQ(actor->status, status);
}

struct skr_message message_of(word_t label, word_t length, word_t first)
{
    struct skr_message message = {.info = skr_info(label, length, 0)};

    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        message.words[i] = first + i;
    return message;
}

void spin_ns(uint64_t duration_ns)
{
    uint64_t end = rt_time_now_ns() + duration_ns;

    while (rt_time_now_ns() < end)
        continue;
}

bool await_count(const volatile unsigned *flag, unsigned value)
{
    for (unsigned i = 0; i < AWAIT_STEPS && *flag < value; i++)
        test_sleep_ns(AWAIT_STEP_NS);
    return *flag >= value;
}

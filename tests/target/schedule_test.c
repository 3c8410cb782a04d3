/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 48 to 52 and 54: who runs, and who is served, when.
 *
 * All of it happens on core 0; the test's own thread is one of those that take part.
 */
#include "actor.h"
#include "groups.h"

enum {
    LABEL = 79,
    TOP = ABI_PRIORITIES - 1,
    HIGH = TEST_PRIORITY + 4,
    LOW = TEST_PRIORITY - 4,
};

/* ---- 48: suspend and resume ---- */

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

struct self_stopper {
    volatile unsigned steps;
};

static void stop_itself(void *argument)
{
    struct self_stopper *stopper = argument;

    stopper->steps = 1;
    (void)skr_thread_stop(rt_self()->thread);
    stopper->steps = 2;
}

static void b48_thread_stops_itself(void)
{
    struct self_stopper stopper = {0};
    cap_t thread = test_thread(stop_itself, &stopper, HIGH)->thread.cap;

    CHECK_EQ(stopper.steps, 1);
    CHECK_EQ(test_thread_state(thread), THREAD_STOPPED);
    CHECK_EQ(skr_thread_resume(thread), OK);
    CHECK_EQ(stopper.steps, 2); /* of higher priority: at once */
}

static void b48_thread_stops_another(void)
{
    struct counter counter = {0};
    cap_t thread = test_thread(count_on, &counter, LOW)->thread.cap;
    unsigned before;

    CHECK(await_count(&counter.count, 1));
    CHECK_EQ(skr_thread_stop(thread), OK);
    before = counter.count;
    test_sleep_ns(2 * TEST_NS_PER_MS);
    CHECK_EQ(counter.count, before);
    CHECK_EQ(skr_thread_stop(thread), OK); /* again changes nothing */
    CHECK_EQ(skr_thread_resume(thread), OK);
    CHECK(await_count(&counter.count, before + 1));
    counter.is_over = true;
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

static void b48_resume_needs_a_stopped_thread(void)
{
    struct counter counter = {0};
    cap_t thread = test_thread(count_on, &counter, LOW)->thread.cap;

    CHECK_EQ(skr_thread_resume(thread), ERR_BAD_STATE);
    CHECK_EQ(skr_thread_resume(ABI_ROOT_THREAD), ERR_BAD_STATE);
    CHECK_EQ(skr_thread_resume(test_make(TYPE_THREAD, 0)), ERR_BAD_STATE); /* it has no space */
    counter.is_over = true;
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

/* ---- 49: all priorities run in order ---- */

struct order {
    cap_t finished;
    volatile unsigned count;
    volatile uint8_t priority[ABI_PRIORITIES];
};

struct runner {
    struct order *order;
    uint8_t priority;
};

static void note_turn(void *argument)
{
    const struct runner *runner = argument;
    struct order *order = runner->order;

    order->priority[order->count++] = runner->priority;
    if (runner->priority == 0)
        (void)skr_signal(order->finished, 1);
}

static void set_own_priority(word_t priority)
{
    CHECK_EQ(skr_thread_set_priority(ABI_ROOT_THREAD, priority, TOP, ABI_ROOT_PRIORITY), OK);
}

static void b49_all_priorities_run_in_order(void)
{
    struct order order = {.finished = test_make(TYPE_NOTIFICATION, 0)};
    struct runner runners[TOP];
    word_t bits = 0;

    set_own_priority(TOP);
    for (unsigned i = 0; i < TOP; i++) {
        /* Neither rising nor falling: 37 and 63 have no common divisor. */
        runners[i] = (struct runner){&order, (uint8_t)(i * 37 % TOP)};
        test_thread(note_turn, &runners[i], runners[i].priority);
    }
    CHECK_EQ(order.count, 0);
    CHECK_EQ(skr_wait(order.finished, &bits), OK);
    CHECK_EQ(order.count, TOP);
    for (unsigned i = 0; i < order.count; i++)
        CHECK_EQ(order.priority[i], TOP - 1 - i);
    set_own_priority(TEST_PRIORITY);
}

/* ---- 50: a new priority acts at once ---- */

static void b50_raised_thread_runs_at_once(void)
{
    struct order order = {.finished = test_make(TYPE_NOTIFICATION, 0)};
    struct runner runner = {&order, LOW};
    cap_t thread = test_thread(note_turn, &runner, LOW)->thread.cap;

    CHECK_EQ(order.count, 0);
    CHECK_EQ(skr_thread_set_priority(thread, HIGH, HIGH, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(order.count, 1);
}

static void b50_lowering_oneself_lets_others_run(void)
{
    struct order order = {.finished = test_make(TYPE_NOTIFICATION, 0)};
    struct runner runner = {&order, LOW};

    test_thread(note_turn, &runner, LOW);
    CHECK_EQ(order.count, 0);
    set_own_priority(LOW - 1);
    CHECK_EQ(order.count, 1);
    set_own_priority(TEST_PRIORITY);
}

/* Lowered while it is ready, it stays behind the others. */
static void b50_lowered_thread_waits(void)
{
    struct order order = {.finished = test_make(TYPE_NOTIFICATION, 0)};
    struct runner runners[] = {{&order, 1}, {&order, 0}};
    cap_t first = test_thread(note_turn, &runners[0], LOW)->thread.cap;
    word_t bits;

    test_thread(note_turn, &runners[1], LOW - 1);
    CHECK_EQ(skr_thread_set_priority(first, LOW - 2, LOW - 2, 0), OK); /* down: no leave */
    CHECK_EQ(skr_wait(order.finished, &bits), OK);
    CHECK(test_await_state(first, THREAD_STOPPED));
    CHECK_EQ(order.count, 2);
    CHECK_EQ(order.priority[0], 0);
    CHECK_EQ(order.priority[1], 1);
}

struct ambitious {
    cap_t leave;
    volatile status_t above, at, with_leave, no_leave;
};

static void climb(void *argument)
{
    struct ambitious *self = argument;
    cap_t thread = rt_self()->thread;

    self->above = skr_thread_set_priority(thread, HIGH + 1, HIGH + 1, 0);
    self->at = skr_thread_set_priority(thread, HIGH - 1, HIGH, 0);
    self->no_leave = skr_thread_set_priority(thread, HIGH, HIGH, ABI_ROOT_POWER);
    self->with_leave = skr_thread_set_priority(thread, HIGH, HIGH + 2, self->leave);
}

static void b50_ceiling_holds_without_leave(void)
{
    struct ambitious ambitious = {.leave = ABI_ROOT_PRIORITY};
    cap_t thread = test_thread(climb, &ambitious, HIGH)->thread.cap;

    CHECK(test_await_state(thread, THREAD_STOPPED));
    CHECK_EQ(ambitious.above, ERR_OVER_LIMIT);
    CHECK_EQ(ambitious.at, OK);
    CHECK_EQ(ambitious.no_leave, ERR_WRONG_TYPE);
    CHECK_EQ(ambitious.with_leave, OK);
    CHECK_EQ(skr_thread_set_priority(thread, ABI_PRIORITIES, TOP, ABI_ROOT_PRIORITY),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_thread_set_priority(thread, 5, 4, ABI_ROOT_PRIORITY), ERR_BAD_ARGUMENT);
}

/* ---- 51: waiters are served by priority ---- */

enum { WAITERS = 4 };

/* Blocked in the order of this list; equals are served as they came. */
static const uint8_t waiting_priorities[WAITERS] = {HIGH, HIGH + 2, HIGH, HIGH + 1};
static const uint8_t served_order[WAITERS] = {1, 3, 0, 2};

static void block_all(struct actor actors[WAITERS], enum actor_act act, cap_t cap, word_t state)
{
    for (unsigned i = 0; i < WAITERS; i++) {
        actors[i] = (struct actor){
            .act = act,
            .cap = cap,
            .reply = act == ACT_RECEIVE ? test_make(TYPE_REPLY, 0) : 0,
            .message = message_of(LABEL, 1, i),
        };
        actor_block(&actors[i], waiting_priorities[i], state);
    }
}

static void b51_senders_are_served_by_priority(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct actor actors[WAITERS];
    struct skr_message message;

    block_all(actors, ACT_SEND, endpoint, THREAD_SENDING);
    for (unsigned i = 0; i < WAITERS; i++) {
        CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
        CHECK_EQ(message.words[0], served_order[i]);
    }
}

static void b51_receivers_are_served_by_priority(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct actor actors[WAITERS];

    block_all(actors, ACT_RECEIVE, endpoint, THREAD_RECEIVING);
    for (unsigned i = 0; i < WAITERS; i++) {
        struct skr_message message = message_of(LABEL, 1, 100 + i);

        CHECK_EQ(skr_send_nowait(endpoint, &message), OK);
        CHECK_EQ(actors[served_order[i]].message.words[0], 100 + i);
    }
}

static void b51_notification_waiters_are_served_by_priority(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor actors[WAITERS];

    block_all(actors, ACT_WAIT, notification, THREAD_WAITING);
    for (unsigned i = 0; i < WAITERS; i++) {
        CHECK_EQ(skr_signal(notification, 1u << i), OK);
        CHECK_EQ(actors[served_order[i]].ended, 1);
        CHECK_EQ(actors[served_order[i]].message.words[0], 1u << i);
    }
}

static void b51_order_follows_a_change(void)
{
    static const uint8_t changed_order[WAITERS] = {2, 3, 0, 1};
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor senders[WAITERS], waiters[WAITERS];
    struct skr_message message;

    block_all(senders, ACT_SEND, endpoint, THREAD_SENDING);
    block_all(waiters, ACT_WAIT, notification, THREAD_WAITING);
    CHECK_EQ(skr_thread_set_priority(senders[2].thread, TOP, TOP, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(skr_thread_set_priority(senders[1].thread, 1, 1, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(skr_thread_set_priority(waiters[2].thread, TOP, TOP, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(skr_thread_set_priority(waiters[1].thread, 1, 1, ABI_ROOT_PRIORITY), OK);
    for (unsigned i = 0; i < WAITERS; i++) {
        CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
        CHECK_EQ(message.words[0], changed_order[i]);
        CHECK_EQ(skr_signal(notification, 1), OK);
        actor_ended(&waiters[changed_order[i]], OK);
    }
}

/* ---- 52: round robin among equals ---- */

static void b52_equals_share_the_core(void)
{
    enum { EQUALS = 4, RUN_NS = 400 * TEST_NS_PER_MS };
    struct counter counters[EQUALS] = {0};
    word_t sum = 0;

    set_own_priority(HIGH);
    for (unsigned i = 0; i < EQUALS; i++)
        test_thread(count_on, &counters[i], LOW);
    test_sleep_ns(RUN_NS);
    for (unsigned i = 0; i < EQUALS; i++) {
        counters[i].is_over = true;
        sum += counters[i].count;
    }
    for (unsigned i = 0; i < EQUALS; i++) { /* a quarter each, within the slices at the ends */
        CHECK(counters[i].count > sum / EQUALS / 2);
        CHECK(counters[i].count < sum / EQUALS * 2);
    }
    test_sleep_ns(TEST_NS_PER_MS);
    set_own_priority(TEST_PRIORITY);
}

/* One that gives its turn away goes behind its equals, and no further. */
static void b52_yield_goes_round(void)
{
    enum { ROUNDS = 3, EQUALS = 3 };
    struct order order = {.finished = test_make(TYPE_NOTIFICATION, 0)};
    struct runner runners[EQUALS];

    for (unsigned i = 0; i < EQUALS; i++) {
        runners[i] = (struct runner){&order, (uint8_t)(i + 1)};
        test_thread(note_turn, &runners[i], TEST_PRIORITY);
    }
    skr_yield();
    CHECK_EQ(order.count, EQUALS);
    for (unsigned i = 0; i < order.count; i++)
        CHECK_EQ(order.priority[i], i + 1);
}

/* ---- 54: periodic threads hit their periods ---- */

enum { TRIES = 5, PERIODS = 10, PERIOD_NS = 20 * TEST_NS_PER_MS, MISSES_ALLOWED = PERIODS / 2 };

struct periodic {
    cap_t timer;
    cap_t notification;
    volatile unsigned early;
    volatile unsigned late;
    volatile unsigned ended;
};

static void keep_periods(void *argument)
{
    struct periodic *periodic = argument;
    uint64_t deadline = rt_time_now_ns();

    for (unsigned i = 0; i < PERIODS; i++) {
        word_t bits;
        uint64_t now;

        deadline += PERIOD_NS;
        (void)skr_timer_set(periodic->timer, deadline, periodic->notification, 1);
        (void)skr_wait(periodic->notification, &bits);
        now = rt_time_now_ns();
        periodic->early += now < deadline;
        periodic->late += now > deadline + PERIOD_NS / 2;
    }
    periodic->ended = 1;
}

/* Two of them at once; how often they were late. */
static unsigned late_periods(void)
{
    struct periodic periodic[2];
    unsigned late = 0;

    for (unsigned i = 0; i < array_count(periodic); i++) {
        periodic[i] = (struct periodic){
            .timer = test_make(TYPE_TIMER, 0),
            .notification = test_make(TYPE_NOTIFICATION, 0),
        };
        test_thread(keep_periods, &periodic[i], HIGH + i);
    }
    for (unsigned i = 0; i < array_count(periodic); i++) {
        CHECK(await_count(&periodic[i].ended, 1));
        CHECK_EQ(periodic[i].early, 0);
        late += periodic[i].late;
    }
    return late;
}

/*
 * Above a thread that never sleeps.  An emulator that has to wait for its own turn makes them late
 * now and then; a scheduler that forgets them makes them late always.
 */
static void b54_periodic_threads_hit_their_periods(void)
{
    struct counter counter = {0};
    unsigned late = ~0u;

    test_thread(count_on, &counter, LOW);
    for (unsigned try = 0; try < TRIES && late > MISSES_ALLOWED; try++)
        late = late_periods();
    CHECK(late <= MISSES_ALLOWED);
    CHECK(counter.count > 0);
    counter.is_over = true;
}

static void b54_timer_fires_once_and_can_be_cancelled(void)
{
    cap_t timer = test_make(TYPE_TIMER, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    uint64_t now = rt_time_now_ns();
    word_t bits = 0;

    CHECK_EQ(skr_timer_cancel(timer), ERR_BAD_STATE);
    CHECK_EQ(skr_timer_set(timer, now - 1, notification, 4), OK); /* the past: at once */
    CHECK_EQ(skr_poll(notification, &bits), OK);
    CHECK_EQ(bits, 4);
    CHECK_EQ(skr_timer_set(timer, now + 5 * TEST_NS_PER_MS, notification, 1), OK);
    CHECK_EQ(skr_timer_cancel(timer), OK);
    CHECK_EQ(skr_timer_cancel(timer), ERR_BAD_STATE);
    test_sleep_ns(8 * TEST_NS_PER_MS);
    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
    now = rt_time_now_ns();
    CHECK_EQ(skr_timer_set(timer, now + 900 * TEST_NS_PER_MS, notification, 1), OK);
    CHECK_EQ(skr_timer_set(timer, now + TEST_NS_PER_MS, notification, 2), OK); /* armed again */
    CHECK_EQ(skr_wait(notification, &bits), OK);
    CHECK_EQ(bits, 2);
    CHECK(rt_time_now_ns() >= now + TEST_NS_PER_MS);
    CHECK_EQ(skr_timer_cancel(timer), ERR_BAD_STATE);
}

static const struct check_test tests[] = {
    {"b48_thread_stops_itself", b48_thread_stops_itself},
    {"b48_thread_stops_another", b48_thread_stops_another},
    {"b48_resume_needs_a_stopped_thread", b48_resume_needs_a_stopped_thread},
    {"b49_all_priorities_run_in_order", b49_all_priorities_run_in_order},
    {"b50_raised_thread_runs_at_once", b50_raised_thread_runs_at_once},
    {"b50_lowering_oneself_lets_others_run", b50_lowering_oneself_lets_others_run},
    {"b50_lowered_thread_waits", b50_lowered_thread_waits},
    {"b50_ceiling_holds_without_leave", b50_ceiling_holds_without_leave},
    {"b51_senders_are_served_by_priority", b51_senders_are_served_by_priority},
    {"b51_receivers_are_served_by_priority", b51_receivers_are_served_by_priority},
    {"b51_notification_waiters_are_served_by_priority",
     b51_notification_waiters_are_served_by_priority},
    {"b51_order_follows_a_change", b51_order_follows_a_change},
    {"b52_equals_share_the_core", b52_equals_share_the_core},
    {"b52_yield_goes_round", b52_yield_goes_round},
    {"b54_periodic_threads_hit_their_periods", b54_periodic_threads_hit_their_periods},
    {"b54_timer_fires_once_and_can_be_cancelled", b54_timer_fires_once_and_can_be_cancelled},
};

const struct test_group schedule_tests = {tests, array_count(tests)};

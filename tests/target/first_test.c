/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 1 to 7: components come and go, every call works in its simplest form.
 */
#include "child.h"
#include "frame.h"
#include "groups.h"
#include "registers.h"

#include <rt/print.h>

enum {
    UNKNOWN_CALL = 999,
    ROUNDS = 20,
    BIG_PAGES = 256,
};

/* ---- 1: the test environment can create and destroy a component ---- */

static void child_says_it_ran(void *argument)
{
    struct child_shared *shared = argument;

    shared->words[1] = shared->words[0] + 1;
}

static void b01_component_created_and_destroyed(void)
{
    word_t free_before = rt_ranges_free_bytes(test_maker()->offsets);

    for (word_t round = 0; round < ROUNDS; round++) {
        struct child child;

        if (child_create(&child, NULL)) {
            child.shared->words[0] = round;
            child_start(&child, child_says_it_ran, child.shared);
            child_wait_end(&child);
            CHECK_EQ(child.shared->words[1], round + 1);
        }
        child_destroy(&child);
    }
    CHECK_EQ(rt_ranges_free_bytes(test_maker()->offsets), free_before);
}

/* Deleting the memory is enough: what was in it answers that it is gone. */
static void b01_component_dies_with_its_memory(void)
{
    struct child child;
    word_t state = 0;

    if (child_create(&child, NULL)) {
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, child.memory.cap), OK);
        CHECK_EQ(test_type(child.thread.cap), TYPE_DEAD);
        CHECK_EQ(test_type(child.space.cap), TYPE_DEAD);
        CHECK_EQ(skr_thread_info(child.thread.cap, &state, NULL, NULL), ERR_PEER_GONE);
    }
    child_destroy(&child);
}

/* ---- 2: memory is taken from and returned to the root supply repeatedly ---- */

static void b02_memory_taken_and_returned(void)
{
    struct rt_object frame, memory;
    word_t first_offset = 0;

    for (word_t round = 0; round < ROUNDS; round++) {
        if (!CHECK_EQ(rt_make(test_maker(), TYPE_FRAME, BIG_PAGES, 1, &frame), OK))
            return;
        if (!CHECK_EQ(rt_make(test_maker(), TYPE_MEMORY, BIG_PAGES, 1, &memory), OK))
            return;
        if (round == 0)
            first_offset = frame.offset;
        CHECK_EQ(frame.offset, first_offset); /* the same place again: it was given back */
        rt_unmake(test_maker(), &memory);
        rt_unmake(test_maker(), &frame);
    }
}

static void b02_taken_memory_is_refused(void)
{
    struct rt_object frame;
    cap_t slot = test_slot();
    word_t done = 1;

    if (!CHECK_EQ(rt_make(test_maker(), TYPE_FRAME, 2, 1, &frame), OK))
        return;
    CHECK_EQ(skr_memory_make(test_maker()->memory, TYPE_FRAME, frame.offset + ABI_PAGE_SIZE, 1, 1,
                             slot, &done), ERR_IN_USE);
    CHECK_EQ(done, 0);
    CHECK_EQ(test_type(slot), TYPE_NONE);
    rt_unmake(test_maker(), &frame);
}

/* ---- 3 and 6: each call, and what its forms return ---- */

/* A server: answers calls with the sum of two words until the first word is 0. */
struct server {
    cap_t endpoint;
    cap_t reply;
    volatile unsigned served;
};

static void serve_sums(void *argument)
{
    struct server *server = argument;
    struct skr_message message;
    status_t status = skr_receive(server->endpoint, server->reply, &message);

    while (status == OK) {
        bool is_last = message.words[0] == 0;

        server->served++;
        message.words[0] += message.words[1];
        message.info = skr_info(0, 1, 0);
        if (is_last) {
            (void)skr_reply(server->reply, &message);
            return;
        }
        status = skr_reply_receive(server->endpoint, server->reply, &message);
    }
}

static struct skr_message two_words(word_t a, word_t b)
{
    return (struct skr_message){.info = skr_info(7, 2, 0), .words = {a, b}};
}

static void b03_call_receive_reply(void)
{
    struct server server = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0};
    struct skr_message message;

    test_thread(serve_sums, &server, TEST_PRIORITY);
    for (word_t i = 1; i < 10; i++) {
        message = two_words(i, 100);
        CHECK_EQ(skr_call(server.endpoint, &message), OK);
        CHECK_EQ(message.words[0], i + 100);
        CHECK_EQ(skr_info_length(message.info), 1);
    }
    message = two_words(0, 5);
    CHECK_EQ(skr_call(server.endpoint, &message), OK);
    CHECK_EQ(message.words[0], 5);
    CHECK_EQ(server.served, 10);
}

struct listener {
    cap_t endpoint;
    cap_t reply;
    struct skr_message got;
    volatile status_t status;
    volatile bool is_done;
};

static struct listener listener_make(void)
{
    return (struct listener){
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
    };
}

static void receive_one(void *argument)
{
    struct listener *listener = argument;

    listener->status = skr_receive(listener->endpoint, listener->reply, &listener->got);
    listener->is_done = true;
}

static void check_listened(const struct listener *listener, word_t first)
{
    uint64_t end = rt_time_now_ns() + 1000 * (uint64_t)TEST_NS_PER_MS;

    while (!listener->is_done && rt_time_now_ns() < end)
        skr_yield();
    CHECK(listener->is_done);
    CHECK_EQ(listener->status, OK);
    CHECK_EQ(skr_info_event(listener->got.info), EVENT_SEND);
    CHECK_EQ(skr_info_label(listener->got.info), 7);
    CHECK_EQ(skr_info_length(listener->got.info), 2);
    CHECK_EQ(listener->got.words[0], first);
}

static void b03_send_waits_for_a_receiver(void)
{
    struct listener listener = listener_make();
    struct skr_message message = two_words(11, 12);

    test_thread(receive_one, &listener, TEST_PRIORITY);
    CHECK_EQ(skr_send(listener.endpoint, &message), OK);
    check_listened(&listener, 11);
}

static void b03_send_nowait_needs_a_receiver(void)
{
    struct listener listener = listener_make();
    struct skr_message message = two_words(21, 22);
    struct rt_worker *worker;

    CHECK_EQ(skr_send_nowait(listener.endpoint, &message), ERR_WOULD_BLOCK);
    worker = test_thread(receive_one, &listener, TEST_PRIORITY + 1);
    CHECK(test_await_state(worker->thread.cap, THREAD_RECEIVING));
    CHECK_EQ(skr_send_nowait(listener.endpoint, &message), OK);
    check_listened(&listener, 21);
}

static void b03_signal_wait_poll(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    word_t bits = 0;

    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_signal(notification, 5), OK);
    CHECK_EQ(skr_signal(notification, 8), OK);
    CHECK_EQ(skr_wait(notification, &bits), OK);
    CHECK_EQ(bits, 13);
    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_signal(notification, 2), OK);
    CHECK_EQ(skr_poll(notification, &bits), OK);
    CHECK_EQ(bits, 2);
}

static void b03_invoke(void)
{
    word_t size = 0, kind = 0;

    CHECK_EQ(skr_memory_info(test_maker()->memory, &size, &kind), OK);
    CHECK(size > 0);
    CHECK_EQ(kind & 3, 3);
}

/* ---- 4: an unknown number is delivered as a fault ---- */

static void call_unknown(void *argument)
{
    struct child_shared *shared = argument;
    word_t words[ABI_REGISTER_WORDS] = {1, 2, 3, 4, 5, 6, 7, 8};
    word_t cap = 0, info = 0, aux = 0;

    (void)skr_trap(UNKNOWN_CALL, &cap, &info, &aux, words);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        shared->words[i] = words[i];
}

static void b04_unknown_call_is_a_fault_with_its_words(void)
{
    static const word_t answer[ABI_REGISTER_WORDS] = {10, 20, 30, 40, 50, 60, 70, 80};
    struct child_fault fault = {0};
    struct child child;

    if (child_create(&child, NULL)) {
        child_start(&child, call_unknown, child.shared);
        CHECK(child_wait(&child, &fault));
        CHECK_EQ(fault.kind, FAULT_UNKNOWN_CALL);
        CHECK_EQ(fault.aux, UNKNOWN_CALL);
        for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
            CHECK_EQ(fault.words[i], i + 1);
        child_answer(&child, 0, answer);
        child_wait_end(&child);
        for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
            CHECK_EQ(child.shared->words[i], answer[i]);
    }
    child_destroy(&child);
}

/* ---- 5: registers not named by the ABI survive, the others are cleared ---- */

static void b05_registers_survive_a_call(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);

    CHECK_EQ(registers_changed_by_call(ABI_CALL_YIELD, 0), 0);
    CHECK_EQ(registers_changed_by_call(ABI_CALL_SIGNAL, notification), 0);
    CHECK_EQ(registers_changed_by_call(ABI_CALL_POLL, notification), 0);
    CHECK_EQ(registers_changed_by_call(ABI_CALL_INVOKE, notification), 0);
}

struct server_registers {
    struct server server;
    volatile uint64_t changed;
    volatile bool is_done;
};

/* The call blocks, and another thread that uses the same registers runs in between. */
static void call_with_patterns(void *argument)
{
    struct server_registers *test = argument;

    test->changed = registers_changed_by_call(ABI_CALL_CALL, test->server.endpoint);
    test->is_done = true;
}

static void b05_registers_survive_a_switch(void)
{
    struct server_registers test = {
        .server = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0},
    };
    struct skr_message message;
    struct rt_worker *caller = test_thread(call_with_patterns, &test, TEST_PRIORITY + 1);

    CHECK(test_await_state(caller->thread.cap, THREAD_SENDING));
    CHECK_EQ(skr_receive(test.server.endpoint, test.server.reply, &message), OK);
    CHECK_EQ(registers_changed_by_call(ABI_CALL_YIELD, 0), 0);
    message.info = 0;
    CHECK_EQ(skr_reply(test.server.reply, &message), OK);
    CHECK(test_await_state(caller->thread.cap, THREAD_STOPPED));
    CHECK(test.is_done);
    CHECK_EQ(test.changed, 0);
}

static void b05_other_registers_are_cleared(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);

    CHECK_EQ(registers_left_by_call(ABI_CALL_YIELD, 0), 0);
    CHECK_EQ(registers_left_by_call(ABI_CALL_SIGNAL, notification), 0);
    CHECK_EQ(registers_left_by_call(ABI_CALL_INVOKE, notification), 0);
}

/* ---- 6: blocking, non-blocking and combined forms ---- */

static void b06_receive_nowait_on_empty_and_full(void)
{
    struct server_registers test = {
        .server = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0},
    };
    cap_t endpoint = test.server.endpoint, reply = test.server.reply;
    struct skr_message message;
    struct rt_worker *caller;

    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    caller = test_thread(call_with_patterns, &test, TEST_PRIORITY + 1);
    CHECK(test_await_state(caller->thread.cap, THREAD_SENDING));
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_CALL);
    CHECK_EQ(test_thread_state(caller->thread.cap), THREAD_CALLING);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_BAD_STATE); /* it is in use */
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), OK);
    CHECK(test_await_state(caller->thread.cap, THREAD_STOPPED));
    CHECK_EQ(test.changed, 0);
}

static void b06_reply_without_a_call_is_refused(void)
{
    cap_t reply = test_make(TYPE_REPLY, 0);
    struct skr_message message = {0};

    CHECK(skr_reply(reply, &message) != OK);
}

static void b06_event_says_send_or_call(void)
{
    struct listener listener = listener_make();
    struct skr_message message = two_words(31, 32);
    struct rt_worker *worker = test_thread(receive_one, &listener, TEST_PRIORITY + 1);

    CHECK(test_await_state(worker->thread.cap, THREAD_RECEIVING));
    CHECK_EQ(skr_send(listener.endpoint, &message), OK);
    check_listened(&listener, 31);
    CHECK_EQ(listener.got.badge, 0);
}

/* ---- 7: yield returns ---- */

static volatile word_t yields_seen;

static void count_and_yield(void *argument)
{
    const volatile bool *is_over = argument;

    while (!*is_over) {
        yields_seen++;
        skr_yield();
    }
}

static void b07_yield_returns(void)
{
    volatile bool is_over = false;
    struct rt_worker *worker;
    word_t before;

    skr_yield(); /* alone */
    yields_seen = 0;
    worker = test_thread(count_and_yield, (void *)&is_over, TEST_PRIORITY);
    for (unsigned i = 0; i < 100 && yields_seen == 0; i++)
        skr_yield();
    before = yields_seen;
    CHECK(before > 0);
    skr_yield();
    CHECK(yields_seen > before); /* the other one had its turn */
    is_over = true;
    CHECK(test_await_state(worker->thread.cap, THREAD_STOPPED));
}

static const struct check_test tests[] = {
    {"b01_component_created_and_destroyed", b01_component_created_and_destroyed},
    {"b01_component_dies_with_its_memory", b01_component_dies_with_its_memory},
    {"b02_memory_taken_and_returned", b02_memory_taken_and_returned},
    {"b02_taken_memory_is_refused", b02_taken_memory_is_refused},
    {"b03_call_receive_reply", b03_call_receive_reply},
    {"b03_send_waits_for_a_receiver", b03_send_waits_for_a_receiver},
    {"b03_send_nowait_needs_a_receiver", b03_send_nowait_needs_a_receiver},
    {"b03_signal_wait_poll", b03_signal_wait_poll},
    {"b03_invoke", b03_invoke},
    {"b04_unknown_call_is_a_fault_with_its_words", b04_unknown_call_is_a_fault_with_its_words},
    {"b05_registers_survive_a_call", b05_registers_survive_a_call},
    {"b05_registers_survive_a_switch", b05_registers_survive_a_switch},
    {"b05_other_registers_are_cleared", b05_other_registers_are_cleared},
    {"b06_receive_nowait_on_empty_and_full", b06_receive_nowait_on_empty_and_full},
    {"b06_reply_without_a_call_is_refused", b06_reply_without_a_call_is_refused},
    {"b06_event_says_send_or_call", b06_event_says_send_or_call},
    {"b07_yield_returns", b07_yield_returns},
};

const struct test_group first_tests = {tests, array_count(tests)};

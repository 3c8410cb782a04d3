/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 38, 44, 46 and 47: what arrives, whatever happens to either side meanwhile.
 *
 * A call ends exactly once, however it ends: actors count how often theirs came back.
 */
#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    LABEL = 77,
    LENGTHS = ABI_MESSAGE_WORDS + 1,
    HIGH = TEST_PRIORITY + 1,
    LOW = TEST_PRIORITY - 1,
};

/* ---- 38: send, receive, call and reply, all length pairs ---- */

/* Word `index` of a message of this length. */
static word_t pattern(word_t length, word_t index)
{
    return length << 32 | (index + 1) << 8 | (length ^ index);
}

static void fill(struct skr_message *message, word_t length)
{
    for (word_t i = 0; i < ABI_REGISTER_WORDS; i++)
        message->words[i] = pattern(length, i);
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        rt_buffer()->words[i] = pattern(length, i);
}

static word_t wrong_words(const struct skr_message *message, word_t length)
{
    word_t wrong = skr_info_length(message->info) != length;

    for (word_t i = 0; i < length && i < ABI_REGISTER_WORDS; i++)
        wrong += message->words[i] != pattern(length, i);
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        wrong += rt_buffer()->words[i] != pattern(length, i);
    return wrong;
}

struct echo {
    cap_t endpoint;
    cap_t reply;
    volatile word_t wrong;
};

/* The label says how long the answer shall be. */
static void echo_lengths(void *argument)
{
    struct echo *echo = argument;
    struct skr_message message;
    status_t status = skr_receive(echo->endpoint, echo->reply, &message);

    while (status == OK) {
        word_t answer = skr_info_label(message.info);

        echo->wrong += wrong_words(&message, skr_info_length(message.info));
        fill(&message, answer);
        message.info = skr_info(LABEL, answer, 0);
        status = skr_reply_receive(echo->endpoint, echo->reply, &message);
    }
}

/* Calls with every pair of lengths; returns how much was wrong. */
static word_t call_all_lengths(cap_t endpoint)
{
    word_t wrong = 0;

    for (word_t out = 0; out < LENGTHS; out++) {
        for (word_t back = 0; back < LENGTHS; back++) {
            struct skr_message message = {.info = skr_info(back, out, 0)};

            fill(&message, out);
            wrong += skr_call(endpoint, &message) != OK;
            wrong += wrong_words(&message, back);
            wrong += skr_info_label(message.info) != LABEL;
        }
    }
    return wrong;
}

static void b38_all_length_pairs_in_a_space(void)
{
    struct echo echo = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0};

    test_thread(echo_lengths, &echo, HIGH);
    CHECK_EQ(call_all_lengths(echo.endpoint), 0);
    CHECK_EQ(echo.wrong, 0);
}

enum { CHILD_ENDPOINT = CHILD_FIRST_FREE };

static void call_all_lengths_in_child(void *argument)
{
    struct child_shared *shared = argument;

    shared->words[0] = 1 + call_all_lengths(CHILD_ENDPOINT);
}

static void b38_all_length_pairs_across_spaces(void)
{
    struct echo echo = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0), 0};
    struct child child;

    test_thread(echo_lengths, &echo, HIGH);
    if (child_create(&child, NULL)) {
        child_give(&child, CHILD_ENDPOINT, echo.endpoint, RIGHTS_ALL, 0);
        child_start(&child, call_all_lengths_in_child, child.shared);
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[0], 1);
        CHECK_EQ(echo.wrong, 0);
    }
    child_destroy(&child);
}

static void send_in_child(void *argument)
{
    struct child_shared *shared = argument;

    for (word_t length = 0; length < LENGTHS; length++) {
        struct skr_message message = {.info = skr_info(length, length, 0)};

        fill(&message, length);
        shared->words[0] += skr_send(CHILD_ENDPOINT, &message) != OK;
    }
}

static void b38_send_across_spaces(void)
{
    enum { BADGE = 4711 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct child child;

    if (child_create(&child, NULL)) {
        child_give(&child, CHILD_ENDPOINT, endpoint, RIGHT_SEND, BADGE);
        child_start(&child, send_in_child, child.shared);
        for (word_t length = 0; length < LENGTHS; length++) {
            struct skr_message message;

            CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
            CHECK_EQ(skr_info_event(message.info), EVENT_SEND);
            CHECK_EQ(message.badge, BADGE);
            CHECK_EQ(wrong_words(&message, length), 0);
        }
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[0], 0);
    }
    child_destroy(&child);
}

static void b38_impossible_messages_are_refused(void)
{
    static const word_t refused[] = {
        ABI_MESSAGE_WORDS + 1,
        (word_t)(ABI_MESSAGE_CAPS + 1) << ABI_INFO_CAPS_SHIFT,
        (word_t)EVENT_FAULT << ABI_INFO_EVENT_SHIFT, /* nobody can pretend to be the kernel */
        (word_t)1 << 40,
    };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);

    for (size_t i = 0; i < array_count(refused); i++) {
        struct skr_message message = {.info = refused[i]};

        CHECK_EQ(skr_send_nowait(endpoint, &message), ERR_BAD_ARGUMENT);
        CHECK_EQ(skr_call(endpoint, &message), ERR_BAD_ARGUMENT);
    }
}

/* ---- a thread without a message buffer ---- */

/* No thread pointer either, so it does nothing but its one call. */
static noreturn void bare_receive(struct actor *actor)
{
    actor->status = skr_receive(actor->cap, actor->reply, &actor->message);
    actor->ended++;
    for (;;)
        (void)skr_thread_stop(actor->thread);
}

static noreturn void bare_send(struct actor *actor)
{
    actor->status = skr_send(actor->cap, &actor->message);
    actor->ended++;
    for (;;)
        (void)skr_thread_stop(actor->thread);
}

static void start_without_buffer(struct actor *actor, void (*run)(struct actor *))
{
    void *stack;

    test_frame(1, &stack);
    actor->thread = test_make(TYPE_THREAD, 0);
    CHECK_EQ(skr_thread_configure(actor->thread, ABI_ROOT_CAPTABLE, ABI_ROOT_SPACE,
                                  ABI_ROOT_BUDGET, 0, 0, 0, 0, 0), OK);
    CHECK_EQ(skr_thread_set_priority(actor->thread, HIGH, HIGH, ABI_ROOT_PRIORITY), OK);
    CHECK_EQ(skr_thread_start(actor->thread, (word_t)run, (word_t)stack + ABI_PAGE_SIZE,
                              (word_t)actor, 0), OK);
}

static void b38_long_message_needs_buffers(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct actor receiver = {.cap = endpoint, .reply = test_make(TYPE_REPLY, 0)};
    struct actor sender = {.cap = endpoint, .message = message_of(LABEL, 9, 100)};
    struct skr_message message = message_of(LABEL, 20, 500);

    start_without_buffer(&receiver, bare_receive);
    CHECK(test_await_state(receiver.thread, THREAD_RECEIVING));
    CHECK_EQ(skr_send(endpoint, &message), OK);
    actor_ended(&receiver, OK);
    CHECK_EQ(skr_info_length(receiver.message.info), ABI_REGISTER_WORDS); /* cut, and it says so */
    CHECK_EQ(receiver.message.words[7], 507);
    start_without_buffer(&sender, bare_send);
    actor_ended(&sender, ERR_BAD_ARGUMENT);
}

/* ---- 44: abort in the middle of a call ---- */

/* A call that the test has received and not answered. */
struct half_call {
    struct actor caller;
    cap_t endpoint;
    cap_t reply;
};

static bool half_call_begin(struct half_call *call)
{
    struct skr_message message;

    *call = (struct half_call){
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
    };
    call->caller.cap = call->endpoint;
    call->caller.message = message_of(LABEL, 3, 10);
    if (!actor_block(&call->caller, HIGH, THREAD_SENDING))
        return false;
    CHECK_EQ(skr_receive(call->endpoint, call->reply, &message), OK);
    CHECK_EQ(message.words[2], 12);
    return CHECK_EQ(test_thread_state(call->caller.thread), THREAD_CALLING);
}

/* Endpoint and reply object work as if nothing had been. */
static void half_call_check_again(const struct half_call *call)
{
    struct actor again = {.cap = call->endpoint, .message = message_of(LABEL, 1, 30)};
    struct skr_message message;

    if (!actor_block(&again, HIGH, THREAD_SENDING))
        return;
    CHECK_EQ(skr_receive(call->endpoint, call->reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_CALL);
    message = message_of(LABEL, 1, 40);
    CHECK_EQ(skr_reply(call->reply, &message), OK);
    actor_ended(&again, OK);
    CHECK_EQ(again.message.words[0], 40);
}

static void b44_caller_deleted_in_a_call(void)
{
    struct skr_message message = message_of(LABEL, 0, 0);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, call.caller.thread), OK);
    CHECK_EQ(skr_reply(call.reply, &message), ERR_PEER_GONE);
    CHECK_EQ(call.caller.ended, 0);
    half_call_check_again(&call);
}

static void b44_caller_deleted_before_reply_receive(void)
{
    struct actor sender = {.act = ACT_SEND, .message = message_of(LABEL, 1, 60)};
    struct skr_message message = message_of(LABEL, 0, 0);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, call.caller.thread), OK);
    sender.cap = call.endpoint;
    actor_block(&sender, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_reply_receive(call.endpoint, call.reply, &message), OK); /* the receive goes on */
    CHECK_EQ(message.words[0], 60);
    actor_ended(&sender, OK);
}

static void b44_caller_cancelled_in_a_call(void)
{
    struct skr_message message = message_of(LABEL, 0, 0);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_thread_cancel(call.caller.thread), OK);
    actor_ended(&call.caller, ERR_CANCELLED);
    CHECK_EQ(skr_reply(call.reply, &message), ERR_PEER_GONE);
    half_call_check_again(&call);
    CHECK_EQ(call.caller.ended, 1);
}

static void b44_reply_object_deleted_in_a_call(void)
{
    struct skr_message message = message_of(LABEL, 0, 0);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, call.reply), OK);
    actor_ended(&call.caller, ERR_PEER_GONE);
    CHECK_EQ(skr_reply(call.reply, &message), ERR_BAD_CAPABILITY);
    call.reply = test_make(TYPE_REPLY, 0);
    half_call_check_again(&call);
}

/* A reply object lives on without the endpoint. */
static void b44_endpoint_deleted_in_a_call(void)
{
    struct skr_message message = message_of(LABEL, 1, 90);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, call.endpoint), OK);
    CHECK_EQ(skr_reply(call.reply, &message), OK);
    actor_ended(&call.caller, OK);
    CHECK_EQ(call.caller.message.words[0], 90);
}

static void b44_one_reply_per_call(void)
{
    struct skr_message message = message_of(LABEL, 1, 95);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_reply(call.reply, &message), OK);
    CHECK_EQ(skr_reply(call.reply, &message), ERR_BAD_STATE);
    actor_ended(&call.caller, OK);
    CHECK_EQ(call.caller.message.words[0], 95);
}

/* Its server dies with the call in hand. */
static void b44_server_deleted_in_a_call(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct actor server = {
        .act = ACT_RECEIVE, .cap = endpoint, .reply = test_make(TYPE_REPLY, 0),
    };
    struct actor caller = {.cap = endpoint, .message = message_of(LABEL, 1, 1)};

    if (!actor_block(&server, HIGH, THREAD_RECEIVING) ||
        !actor_block(&caller, HIGH, THREAD_CALLING))
        return;
    actor_ended(&server, OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, server.thread), OK);
    actor_ended(&caller, ERR_PEER_GONE);
}

static void b44_endpoint_deleted_while_they_wait(void)
{
    cap_t queued = test_make(TYPE_ENDPOINT, 0), awaited = test_make(TYPE_ENDPOINT, 0);
    struct actor caller = {.cap = queued, .message = message_of(LABEL, 1, 1)};
    struct actor sender = {.act = ACT_SEND, .cap = queued, .message = message_of(LABEL, 1, 1)};
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = awaited, .reply = test_make(TYPE_REPLY, 0),
    };
    struct skr_message message = message_of(LABEL, 0, 0);

    actor_block(&caller, HIGH, THREAD_SENDING);
    actor_block(&sender, LOW, THREAD_SENDING);
    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, queued), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, awaited), OK);
    actor_ended(&caller, ERR_PEER_GONE);
    actor_ended(&sender, ERR_PEER_GONE);
    actor_ended(&receiver, ERR_PEER_GONE);
    CHECK_EQ(skr_reply(receiver.reply, &message), ERR_BAD_STATE); /* alive and free */
}

static void b44_reply_object_deleted_while_receiving(void)
{
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = test_make(TYPE_ENDPOINT, 0), .reply = test_make(TYPE_REPLY, 0),
    };

    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, receiver.reply), OK);
    actor_ended(&receiver, ERR_PEER_GONE);
}

static void b44_waiters_deleted_leave_the_queues(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor sender = {.act = ACT_SEND, .cap = endpoint, .message = message_of(LABEL, 1, 1)};
    struct actor waiter = {.act = ACT_WAIT, .cap = notification};
    struct skr_message message;
    word_t bits = 0;

    actor_block(&sender, HIGH, THREAD_SENDING);
    actor_block(&waiter, HIGH, THREAD_WAITING);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, sender.thread), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, waiter.thread), OK);
    CHECK_EQ(skr_receive_nowait(endpoint, test_make(TYPE_REPLY, 0), &message), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_signal(notification, 4), OK);
    CHECK_EQ(skr_poll(notification, &bits), OK); /* nobody else took it */
    CHECK_EQ(bits, 4);
}

static void b44_cancel_in_every_state(void)
{
    static const struct {
        enum actor_act act;
        word_t state;
    } cases[] = {
        {ACT_CALL, THREAD_SENDING},
        {ACT_SEND, THREAD_SENDING},
        {ACT_RECEIVE, THREAD_RECEIVING},
        {ACT_WAIT, THREAD_WAITING},
    };

    for (size_t i = 0; i < array_count(cases); i++) {
        bool is_wait = cases[i].act == ACT_WAIT;
        struct actor actor = {
            .act = cases[i].act,
            .cap = test_make(is_wait ? TYPE_NOTIFICATION : TYPE_ENDPOINT, 0),
            .reply = test_make(TYPE_REPLY, 0),
            .message = message_of(LABEL, 2, 1),
        };

        actor_block(&actor, HIGH, cases[i].state);
        CHECK_EQ(skr_thread_cancel(actor.thread), OK);
        actor_ended(&actor, ERR_CANCELLED);
        CHECK(test_await_state(actor.thread, THREAD_STOPPED));
        CHECK_EQ(skr_thread_cancel(actor.thread), ERR_BAD_STATE);
    }
}

/* Its message was checked when it queued: what arrives is that one. */
static void b44_registers_of_a_queued_sender_stay(void)
{
    static const enum actor_act acts[] = {ACT_SEND, ACT_CALL};

    for (size_t i = 0; i < array_count(acts); i++) {
        cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
        struct actor sender = {
            .act = acts[i], .cap = endpoint, .message = message_of(LABEL, 3, 90)};
        struct skr_message message;

        actor_block(&sender, HIGH, THREAD_SENDING);
        CHECK_EQ(skr_thread_read(sender.thread), OK);
        rt_buffer()->list[processor_w0] = 0;
        CHECK_EQ(skr_thread_write(sender.thread), ERR_BAD_STATE);
        CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
        CHECK_EQ(message.words[0], 90);
        CHECK_EQ(skr_info_length(message.info), 3);
    }
}

/* What a thread was blocked in when it was stopped it does again when it goes on. */
static void b44_stopped_send_is_made_again(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct actor sender = {.act = ACT_SEND, .cap = endpoint, .message = message_of(LABEL, 3, 70)};
    struct skr_message message;

    actor_block(&sender, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_thread_stop(sender.thread), OK);
    CHECK_EQ(test_thread_state(sender.thread), THREAD_STOPPED);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_thread_resume(sender.thread), OK);
    CHECK(test_await_state(sender.thread, THREAD_SENDING));
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
    CHECK_EQ(message.words[2], 72);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    actor_ended(&sender, OK);
}

static void b44_stopped_receive_is_made_again(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = endpoint, .reply = test_make(TYPE_REPLY, 0),
    };
    struct actor waiter = {.act = ACT_WAIT, .cap = test_make(TYPE_NOTIFICATION, 0)};
    struct skr_message message = message_of(LABEL, 1, 5);

    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    actor_block(&waiter, HIGH, THREAD_WAITING);
    CHECK_EQ(skr_thread_stop(receiver.thread), OK);
    CHECK_EQ(skr_thread_stop(waiter.thread), OK);
    CHECK_EQ(skr_send_nowait(endpoint, &message), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_signal(waiter.cap, 2), OK);
    CHECK_EQ(skr_thread_resume(receiver.thread), OK);
    CHECK_EQ(skr_thread_resume(waiter.thread), OK);
    CHECK(test_await_state(receiver.thread, THREAD_RECEIVING));
    CHECK_EQ(skr_send_nowait(endpoint, &message), OK);
    actor_ended(&receiver, OK);
    actor_ended(&waiter, OK);
    CHECK_EQ(waiter.message.words[0], 2);
}

/* An answer that comes while the caller is stopped is there when it goes on. */
static void b44_stopped_caller_keeps_its_answer(void)
{
    struct skr_message message = message_of(LABEL, 1, 80);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_thread_stop(call.caller.thread), OK);
    CHECK_EQ(skr_reply(call.reply, &message), OK);
    CHECK_EQ(test_thread_state(call.caller.thread), THREAD_STOPPED);
    test_sleep_ns(TEST_NS_PER_MS);
    CHECK_EQ(call.caller.ended, 0);
    CHECK_EQ(skr_thread_resume(call.caller.thread), OK);
    actor_ended(&call.caller, OK);
    CHECK_EQ(call.caller.message.words[0], 80);
}

static void b44_caller_stopped_and_resumed_before_its_answer(void)
{
    struct skr_message message = message_of(LABEL, 1, 81);
    struct half_call call;

    if (!half_call_begin(&call))
        return;
    CHECK_EQ(skr_thread_stop(call.caller.thread), OK);
    CHECK_EQ(skr_thread_resume(call.caller.thread), OK);
    CHECK_EQ(test_thread_state(call.caller.thread), THREAD_CALLING);
    CHECK_EQ(skr_reply(call.reply, &message), OK);
    actor_ended(&call.caller, OK);
}

/* ---- 46: bound notifications, and closed sessions ---- */

static void b46_signal_arrives_while_receiving(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = endpoint, .reply = test_make(TYPE_REPLY, 0),
    };

    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_thread_bind(receiver.thread, notification), OK);
    CHECK_EQ(skr_signal(notification, 0x12), OK);
    actor_ended(&receiver, OK);
    CHECK_EQ(skr_info_event(receiver.message.info), EVENT_SIGNAL);
    CHECK_EQ(receiver.message.words[0], 0x12);
}

static void b46_signal_is_there_before_receive(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor sender = {.act = ACT_SEND, .cap = endpoint, .message = message_of(LABEL, 1, 3)};
    struct skr_message message;

    actor_block(&sender, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_signal(notification, 5), OK);
    CHECK_EQ(skr_thread_bind(ABI_ROOT_THREAD, notification), OK);
    CHECK_EQ(skr_signal(notification, 8), OK);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK); /* bits come before senders */
    CHECK_EQ(skr_info_event(message.info), EVENT_SIGNAL);
    CHECK_EQ(message.words[0], 13);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_SEND);
    actor_ended(&sender, OK);
    CHECK_EQ(skr_thread_bind(ABI_ROOT_THREAD, 0), OK);
    CHECK_EQ(skr_signal(notification, 1), OK);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK); /* unbound */
}

static void b46_bits_signalled_before_bind_arrive_at_a_receiver(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = test_make(TYPE_ENDPOINT, 0), .reply = test_make(TYPE_REPLY, 0),
    };

    CHECK_EQ(skr_signal(notification, 6), OK);
    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_thread_bind(receiver.thread, notification), OK);
    actor_ended(&receiver, OK);
    CHECK_EQ(receiver.message.words[0], 6);
}

static void b46_one_thread_per_notification(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t first = test_make(TYPE_THREAD, 0), second = test_make(TYPE_THREAD, 0);

    CHECK_EQ(skr_thread_bind(first, notification), OK);
    CHECK_EQ(skr_thread_bind(second, notification), ERR_IN_USE);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, first), OK);
    CHECK_EQ(skr_thread_bind(second, notification), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, notification), OK);
    CHECK_EQ(skr_thread_bind(second, test_make(TYPE_NOTIFICATION, 0)), OK);
}

/* A badged copy that opens a session, and a copy of that one: the session itself. */
static cap_t open_session(cap_t endpoint, word_t badge, cap_t *root)
{
    *root = test_slot();
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, *root, ABI_ROOT_CAPTABLE, endpoint, RIGHTS_ALL,
                               badge, 1), OK);
    return test_copy(*root, RIGHT_SEND, 0);
}

static void b46_closed_session_is_told_while_receiving(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), root;
    cap_t session = open_session(endpoint, 31, &root), second = test_copy(session, RIGHT_SEND, 0);
    struct actor receiver = {
        .act = ACT_RECEIVE, .cap = endpoint, .reply = test_make(TYPE_REPLY, 0),
    };

    actor_block(&receiver, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, session), OK);
    CHECK_EQ(test_thread_state(receiver.thread), THREAD_RECEIVING); /* one is left */
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, second), OK);
    actor_ended(&receiver, OK);
    CHECK_EQ(skr_info_event(receiver.message.info), EVENT_CLOSED);
    CHECK_EQ(receiver.message.badge, 31);
}

static void b46_closed_sessions_are_told_once_each(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), roots[2];
    cap_t sessions[] = {open_session(endpoint, 1, &roots[0]), open_session(endpoint, 2, &roots[1])};
    struct skr_message message;

    for (word_t i = 0; i < array_count(sessions); i++)
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, sessions[i]), OK);
    for (word_t i = 0; i < array_count(sessions); i++) {
        CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
        CHECK_EQ(skr_info_event(message.info), EVENT_CLOSED);
        CHECK_EQ(message.badge, i + 1);
    }
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
}

static void b46_session_root_deleted_tells_nothing(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), root, other;
    cap_t session = open_session(endpoint, 9, &root);
    struct skr_message message;

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, root), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, session), OK);
    session = open_session(endpoint, 10, &other);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, session), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, other), OK); /* with its event pending */
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
}

static void b46_session_reopened_takes_its_event_back(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), root;
    cap_t session = open_session(endpoint, 12, &root);
    struct skr_message message;

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, session), OK);
    session = test_copy(root, RIGHT_SEND, 0);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, session), OK);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
    CHECK_EQ(message.badge, 12);
}

/* ---- 47: non-blocking receive ---- */

static void b47_receive_nowait_on_empty_changes_nothing(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct skr_message message;

    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK); /* still free */
    CHECK_EQ(skr_receive_nowait(endpoint, 0, &message), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_send_nowait(endpoint, &message), ERR_WOULD_BLOCK); /* it left no receiver behind */
}

static void b47_receive_nowait_takes_what_is_there(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct actor sender = {.act = ACT_SEND, .cap = endpoint, .message = message_of(LABEL, 1, 21)};
    struct actor caller = {.act = ACT_CALL, .cap = endpoint, .message = message_of(LABEL, 1, 22)};
    struct skr_message message;

    actor_block(&sender, HIGH, THREAD_SENDING);
    actor_block(&caller, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
    CHECK_EQ(message.words[0], 21);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
    CHECK_EQ(message.words[0], 22);
    CHECK_EQ(skr_reply(reply, &message), ERR_BAD_ARGUMENT); /* info still says it is an event */
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), OK);
    actor_ended(&sender, OK);
    actor_ended(&caller, OK);
}

static const struct check_test tests[] = {
    {"b38_all_length_pairs_in_a_space", b38_all_length_pairs_in_a_space},
    {"b38_all_length_pairs_across_spaces", b38_all_length_pairs_across_spaces},
    {"b38_send_across_spaces", b38_send_across_spaces},
    {"b38_impossible_messages_are_refused", b38_impossible_messages_are_refused},
    {"b38_long_message_needs_buffers", b38_long_message_needs_buffers},
    {"b44_caller_deleted_in_a_call", b44_caller_deleted_in_a_call},
    {"b44_caller_deleted_before_reply_receive", b44_caller_deleted_before_reply_receive},
    {"b44_caller_cancelled_in_a_call", b44_caller_cancelled_in_a_call},
    {"b44_reply_object_deleted_in_a_call", b44_reply_object_deleted_in_a_call},
    {"b44_endpoint_deleted_in_a_call", b44_endpoint_deleted_in_a_call},
    {"b44_one_reply_per_call", b44_one_reply_per_call},
    {"b44_server_deleted_in_a_call", b44_server_deleted_in_a_call},
    {"b44_endpoint_deleted_while_they_wait", b44_endpoint_deleted_while_they_wait},
    {"b44_reply_object_deleted_while_receiving", b44_reply_object_deleted_while_receiving},
    {"b44_waiters_deleted_leave_the_queues", b44_waiters_deleted_leave_the_queues},
    {"b44_cancel_in_every_state", b44_cancel_in_every_state},
    {"b44_registers_of_a_queued_sender_stay", b44_registers_of_a_queued_sender_stay},
    {"b44_stopped_send_is_made_again", b44_stopped_send_is_made_again},
    {"b44_stopped_receive_is_made_again", b44_stopped_receive_is_made_again},
    {"b44_stopped_caller_keeps_its_answer", b44_stopped_caller_keeps_its_answer},
    {"b44_caller_stopped_and_resumed_before_its_answer",
     b44_caller_stopped_and_resumed_before_its_answer},
    {"b46_signal_arrives_while_receiving", b46_signal_arrives_while_receiving},
    {"b46_signal_is_there_before_receive", b46_signal_is_there_before_receive},
    {"b46_bits_signalled_before_bind_arrive_at_a_receiver",
     b46_bits_signalled_before_bind_arrive_at_a_receiver},
    {"b46_one_thread_per_notification", b46_one_thread_per_notification},
    {"b46_closed_session_is_told_while_receiving", b46_closed_session_is_told_while_receiving},
    {"b46_closed_sessions_are_told_once_each", b46_closed_sessions_are_told_once_each},
    {"b46_session_root_deleted_tells_nothing", b46_session_root_deleted_tells_nothing},
    {"b46_session_reopened_takes_its_event_back", b46_session_reopened_takes_its_event_back},
    {"b47_receive_nowait_on_empty_changes_nothing", b47_receive_nowait_on_empty_changes_nothing},
    {"b47_receive_nowait_takes_what_is_there", b47_receive_nowait_takes_what_is_there},
};

const struct test_group message_tests = {tests, array_count(tests)};

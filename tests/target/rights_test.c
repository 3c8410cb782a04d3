/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 39 to 43 and 45: what each right is needed for, and what travels with a message.
 */
#include "actor.h"
#include "groups.h"

enum {
    LABEL = 78,
    HIGH = TEST_PRIORITY + 1,
    BADGE = 99,
};

static const word_t IS_BADGE = (word_t)1 << (WORD_BITS - 1);

/* ---- 39: send needs the send right ---- */

static void b39_send_needs_the_right(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t cap = test_copy(endpoint, RIGHTS_ALL & ~(word_t)RIGHT_SEND, 0);
    struct skr_message message = message_of(LABEL, 1, 1);

    CHECK_EQ(skr_send(cap, &message), ERR_NO_RIGHT);
    CHECK_EQ(skr_send_nowait(cap, &message), ERR_NO_RIGHT);
    CHECK_EQ(skr_call(cap, &message), ERR_NO_RIGHT);
    CHECK_EQ(skr_receive_nowait(endpoint, test_make(TYPE_REPLY, 0), &message), ERR_WOULD_BLOCK);
}

static void b39_signal_needs_the_right(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    word_t bits;

    CHECK_EQ(skr_signal(test_copy(notification, RIGHT_RECEIVE, 0), 1), ERR_NO_RIGHT);
    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
    CHECK_EQ(skr_signal(test_copy(notification, RIGHT_SEND, 6), 0xf), OK);
    CHECK_EQ(skr_poll(notification, &bits), OK);
    CHECK_EQ(bits, 6); /* only those in its badge */
}

static void b39_wrong_objects_are_refused(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    struct skr_message message = message_of(LABEL, 1, 1);

    CHECK_EQ(skr_send(notification, &message), ERR_WRONG_TYPE);
    CHECK_EQ(skr_signal(test_make(TYPE_ENDPOINT, 0), 1), ERR_WRONG_TYPE);
    CHECK_EQ(skr_send(test_slot(), &message), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_send(0, &message), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_send(~(word_t)0, &message), ERR_BAD_CAPABILITY);
}

/* ---- 40: receive needs the receive right ---- */

static void b40_receive_needs_the_right(void)
{
    cap_t cap = test_copy(test_make(TYPE_ENDPOINT, 0), RIGHTS_ALL & ~(word_t)RIGHT_RECEIVE, 0);
    cap_t reply = test_make(TYPE_REPLY, 0);
    struct skr_message message;

    CHECK_EQ(skr_receive(cap, reply, &message), ERR_NO_RIGHT);
    CHECK_EQ(skr_receive_nowait(cap, reply, &message), ERR_NO_RIGHT);
}

static void b40_wait_needs_the_right(void)
{
    cap_t cap = test_copy(test_make(TYPE_NOTIFICATION, 0), RIGHT_SEND, 0);
    word_t bits;

    CHECK_EQ(skr_signal(cap, 1), OK);
    CHECK_EQ(skr_wait(cap, &bits), ERR_NO_RIGHT);
    CHECK_EQ(skr_poll(cap, &bits), ERR_NO_RIGHT);
}

/* A reply_receive that can't receive does not answer either: the caller is not lost. */
static void b40_refused_receive_keeps_the_reply(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    cap_t send_only = test_copy(endpoint, RIGHT_SEND, 0);
    struct actor caller = {.cap = endpoint, .message = message_of(LABEL, 1, 1)};
    struct skr_message message;

    actor_block(&caller, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    message = message_of(LABEL, 1, 7);
    CHECK_EQ(skr_reply_receive(send_only, reply, &message), ERR_NO_RIGHT);
    CHECK_EQ(caller.ended, 0);
    message = message_of(LABEL, 1, 7);
    CHECK_EQ(skr_reply(reply, &message), OK);
    actor_ended(&caller, OK);
    CHECK_EQ(caller.message.words[0], 7);
}

/* ---- 41: capabilities travel with grant ---- */

/* Sends with `count` capabilities, which stand in its own buffer. */
struct cap_sender {
    cap_t endpoint;
    cap_t caps[ABI_MESSAGE_CAPS];
    word_t count;
    bool is_call;
    struct skr_message message;
    volatile status_t status;
    volatile unsigned ended;
};

static void send_caps(void *argument)
{
    struct cap_sender *sender = argument;

    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++)
        rt_buffer()->caps[i] = sender->caps[i];
    sender->message = message_of(LABEL, 1, 1);
    sender->message.info = skr_info(LABEL, 1, sender->count);
    sender->status = sender->is_call ? skr_call(sender->endpoint, &sender->message)
                                     : skr_send(sender->endpoint, &sender->message);
    sender->ended++;
}

static void clear_receive_slots(void)
{
    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++)
        rt_buffer()->receive_slots[i] = 0;
}

/* Receives what the sender sends; how many capabilities came. */
static word_t receive_caps(struct cap_sender *sender, cap_t endpoint)
{
    struct skr_message message = {0};

    test_thread(send_caps, sender, HIGH);
    CHECK_EQ(skr_receive(endpoint, test_make(TYPE_REPLY, 0), &message), OK);
    clear_receive_slots();
    if (!sender->is_call && CHECK(await_count(&sender->ended, 1)))
        CHECK_EQ(sender->status, OK);
    return skr_info_caps(message.info);
}

static void b41_caps_need_grant(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct cap_sender sender = {
        .endpoint = test_copy(endpoint, RIGHT_SEND | RIGHT_GRANT_REPLY, 0),
        .caps = {endpoint},
        .count = 1,
    };

    test_thread(send_caps, &sender, HIGH);
    CHECK(await_count(&sender.ended, 1));
    CHECK_EQ(sender.status, ERR_NO_RIGHT);
}

static void b41_caps_arrive_in_the_named_slots(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct cap_sender sender = {.endpoint = endpoint, .count = ABI_MESSAGE_CAPS};
    cap_t slots[ABI_MESSAGE_CAPS];

    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++) {
        sender.caps[i] = test_copy(notification, RIGHT_SEND, 1u << i);
        slots[i] = rt_buffer()->receive_slots[i] = test_slot();
    }
    CHECK_EQ(receive_caps(&sender, endpoint), ABI_MESSAGE_CAPS);
    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++) {
        word_t bits = 0;

        CHECK_EQ(rt_buffer()->caps[i], slots[i]);
        CHECK_EQ(test_rights(slots[i]), RIGHT_SEND);
        CHECK_EQ(skr_signal(slots[i], ~(word_t)0), OK);
        CHECK_EQ(skr_poll(notification, &bits), OK);
        CHECK_EQ(bits, 1u << i);
    }
}

/* Without a slot, or with one that is taken, a capability is dropped and not counted. */
static void b41_caps_without_a_slot_are_dropped(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct cap_sender none = {.endpoint = endpoint, .caps = {notification}, .count = 1};
    struct cap_sender taken = none;
    word_t children = 1;

    clear_receive_slots();
    CHECK_EQ(receive_caps(&none, endpoint), 0);
    rt_buffer()->receive_slots[0] = endpoint;
    CHECK_EQ(receive_caps(&taken, endpoint), 0);
    CHECK_EQ(test_type(endpoint), TYPE_ENDPOINT);
    CHECK_EQ(skr_captable_query(ABI_ROOT_CAPTABLE, notification, NULL, NULL, NULL, &children), OK);
    CHECK_EQ(children, 0);
}

static void b41_empty_slots_of_the_sender_are_dropped(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct cap_sender sender = {
        .endpoint = endpoint,
        .caps = {test_slot(), ~(word_t)0, notification, 0},
        .count = ABI_MESSAGE_CAPS,
    };
    cap_t slot = test_slot();

    clear_receive_slots();
    rt_buffer()->receive_slots[0] = slot;
    CHECK_EQ(receive_caps(&sender, endpoint), 1);
    CHECK_EQ(test_type(slot), TYPE_NOTIFICATION);
}

/* A server is shown its own badge instead of getting a capability to itself. */
static void b41_own_badged_cap_arrives_as_its_badge(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), slot = test_slot();
    struct cap_sender sender = {
        .endpoint = endpoint,
        .caps = {test_copy(endpoint, RIGHT_SEND, BADGE)},
        .count = 1,
    };

    rt_buffer()->receive_slots[0] = slot;
    CHECK_EQ(receive_caps(&sender, endpoint), 1);
    CHECK_EQ(rt_buffer()->caps[0], BADGE | IS_BADGE);
    CHECK_EQ(test_type(slot), TYPE_NONE);
}

/* ---- 42: call needs grant or grant-reply ---- */

static void b42_call_needs_grant_or_grant_reply(void)
{
    static const struct {
        word_t rights;
        status_t status;
    } cases[] = {
        {RIGHT_SEND, ERR_NO_RIGHT},
        {RIGHT_GRANT | RIGHT_GRANT_REPLY, ERR_NO_RIGHT},
        {RIGHT_SEND | RIGHT_GRANT_REPLY, OK},
        {RIGHT_SEND | RIGHT_GRANT, OK},
    };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);

    for (size_t i = 0; i < array_count(cases); i++) {
        struct actor caller = {
            .cap = test_copy(endpoint, cases[i].rights, 0),
            .message = message_of(LABEL, 1, 1),
        };
        struct skr_message message;

        actor_start(&caller, HIGH);
        if (cases[i].status == OK) {
            CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
            message.info = 0;
            CHECK_EQ(skr_reply(reply, &message), OK);
        }
        actor_ended(&caller, cases[i].status);
    }
}

/* ---- 43: a reply's power to grant follows the receive side ---- */

static void b43_reply_grants_as_the_receiver_may(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    cap_t weak = test_copy(endpoint, RIGHT_RECEIVE, 0), slot = test_slot();
    struct actor caller = {
        .cap = test_copy(endpoint, RIGHT_SEND | RIGHT_GRANT, 0),
        .message = message_of(LABEL, 1, 1),
    };
    struct skr_message message;

    actor_block(&caller, HIGH, THREAD_SENDING);
    CHECK_EQ(skr_receive(weak, reply, &message), OK);
    message.info = skr_info(LABEL, 0, 1);
    rt_buffer()->caps[0] = endpoint;
    CHECK_EQ(skr_reply(reply, &message), ERR_NO_RIGHT);
    CHECK_EQ(caller.ended, 0);
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), OK);
    actor_ended(&caller, OK);
    CHECK_EQ(test_type(slot), TYPE_NONE);
}

struct granting {
    cap_t endpoint;
    cap_t reply;
    cap_t gift;
};

static void grant_in_reply(void *argument)
{
    const struct granting *granting = argument;
    struct skr_message message;

    if (skr_receive(granting->endpoint, granting->reply, &message) != OK)
        return;
    message.info = skr_info(LABEL, 0, 1);
    rt_buffer()->caps[0] = granting->gift;
    (void)skr_reply(granting->reply, &message);
}

static void b43_reply_carries_caps_to_a_grant_reply_caller(void)
{
    struct granting granting = {
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
        .gift = test_make(TYPE_NOTIFICATION, 0),
    };
    cap_t cap = test_copy(granting.endpoint, RIGHT_SEND | RIGHT_GRANT_REPLY, 0);
    cap_t slot = test_slot();
    struct skr_message message = message_of(LABEL, 1, 1);

    test_thread(grant_in_reply, &granting, HIGH);
    rt_buffer()->receive_slots[0] = slot;
    CHECK_EQ(skr_call(cap, &message), OK);
    clear_receive_slots();
    CHECK_EQ(skr_info_caps(message.info), 1);
    CHECK_EQ(rt_buffer()->caps[0], slot);
    CHECK_EQ(test_type(slot), TYPE_NOTIFICATION);
}

/* ---- 45: cancel of badged sends ---- */

static void b45_cancel_ends_the_sends_of_one_badge(void)
{
    enum { SENDERS = 6 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    cap_t caps[] = {test_copy(endpoint, RIGHTS_ALL, 1), test_copy(endpoint, RIGHTS_ALL, 2)};
    struct actor senders[SENDERS];
    struct skr_message message;
    word_t cancelled = 0;

    for (unsigned i = 0; i < SENDERS; i++) {
        senders[i] = (struct actor){
            .act = i < SENDERS / 2 ? ACT_SEND : ACT_CALL,
            .cap = caps[i % 2],
            .message = message_of(LABEL, 1, i),
        };
        actor_block(&senders[i], HIGH, THREAD_SENDING);
    }
    CHECK_EQ(skr_endpoint_cancel_badge(endpoint, 1, &cancelled), OK);
    CHECK_EQ(cancelled, SENDERS / 2);
    for (unsigned i = 0; i < SENDERS; i += 2)
        actor_ended(&senders[i], ERR_CANCELLED);
    for (unsigned i = 1; i < SENDERS; i += 2) {
        CHECK_EQ(senders[i].ended, 0);
        CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), OK);
        CHECK_EQ(message.badge, 2);
        CHECK_EQ(message.words[0], i);
        message.info = 0;
        if (senders[i].act == ACT_CALL)
            CHECK_EQ(skr_reply(reply, &message), OK);
        actor_ended(&senders[i], OK);
    }
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
}

static void b45_cancelled_send_drops_its_caps(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct cap_sender sender = {
        .endpoint = test_copy(endpoint, RIGHTS_ALL, BADGE),
        .caps = {notification},
        .count = 1,
    };
    struct rt_worker *worker = test_thread(send_caps, &sender, HIGH);
    word_t cancelled = 0, children = 1;

    CHECK(test_await_state(worker->thread.cap, THREAD_SENDING));
    CHECK_EQ(skr_endpoint_cancel_badge(endpoint, BADGE, &cancelled), OK);
    CHECK_EQ(cancelled, 1);
    CHECK(await_count(&sender.ended, 1));
    CHECK_EQ(sender.status, ERR_CANCELLED);
    CHECK_EQ(skr_captable_query(ABI_ROOT_CAPTABLE, notification, NULL, NULL, NULL, &children), OK);
    CHECK_EQ(children, 0);
}

static void b45_cancel_needs_control(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t weak = test_copy(endpoint, RIGHTS_ALL & ~(word_t)RIGHT_CONTROL, 0);
    word_t cancelled = 0;

    CHECK_EQ(skr_endpoint_cancel_badge(weak, 1, &cancelled), ERR_NO_RIGHT);
    CHECK_EQ(skr_endpoint_cancel_badge(endpoint, 1, &cancelled), OK);
    CHECK_EQ(cancelled, 0);
}

static const struct check_test tests[] = {
    {"b39_send_needs_the_right", b39_send_needs_the_right},
    {"b39_signal_needs_the_right", b39_signal_needs_the_right},
    {"b39_wrong_objects_are_refused", b39_wrong_objects_are_refused},
    {"b40_receive_needs_the_right", b40_receive_needs_the_right},
    {"b40_wait_needs_the_right", b40_wait_needs_the_right},
    {"b40_refused_receive_keeps_the_reply", b40_refused_receive_keeps_the_reply},
    {"b41_caps_need_grant", b41_caps_need_grant},
    {"b41_caps_arrive_in_the_named_slots", b41_caps_arrive_in_the_named_slots},
    {"b41_caps_without_a_slot_are_dropped", b41_caps_without_a_slot_are_dropped},
    {"b41_empty_slots_of_the_sender_are_dropped", b41_empty_slots_of_the_sender_are_dropped},
    {"b41_own_badged_cap_arrives_as_its_badge", b41_own_badged_cap_arrives_as_its_badge},
    {"b42_call_needs_grant_or_grant_reply", b42_call_needs_grant_or_grant_reply},
    {"b43_reply_grants_as_the_receiver_may", b43_reply_grants_as_the_receiver_may},
    {"b43_reply_carries_caps_to_a_grant_reply_caller",
     b43_reply_carries_caps_to_a_grant_reply_caller},
    {"b45_cancel_ends_the_sends_of_one_badge", b45_cancel_ends_the_sends_of_one_badge},
    {"b45_cancelled_send_drops_its_caps", b45_cancelled_send_drops_its_caps},
    {"b45_cancel_needs_control", b45_cancel_needs_control},
};

const struct test_group rights_tests = {tests, array_count(tests)};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 13 to 15, 19 and 20: the end of capabilities, by delete and by revoke, and reply
 * capabilities that are kept.
 */
#include "child.h"
#include "groups.h"
#include "refusal.h"

enum { DEEP = 100, WIDE = 100 };

/* Both capabilities lead to one notification: what one signals, the other one sees. */
static bool is_same_notification(cap_t a, cap_t b)
{
    word_t bits = 0;

    return skr_signal(a, 4) == OK && skr_poll(b, &bits) == OK && bits == 4;
}

static bool is_empty(cap_t slot)
{
    return test_type(slot) == TYPE_NONE;
}

static word_t revoke(cap_t slot)
{
    word_t killed = 0;

    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, slot, &killed), OK);
    return killed;
}

/* ---- 13: delete empties and frees ---- */

static void b13_delete_empties_the_slot(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(is_empty(copy));
    CHECK_EQ(skr_signal(copy, 1), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_signal(notification, 1), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK); /* an empty one: nothing to do */
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, copy, ABI_ROOT_CAPTABLE, notification, RIGHT_SEND,
                               0, 0),
             OK);
}

static void b13_deleted_object_frees_its_memory(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 4);
    cap_t slot = test_slot();

    for (unsigned round = 0; round < 3; round++) {
        CHECK_EQ(skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, 3, 1, slot, NULL), OK);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
        CHECK_EQ(skr_memory_make(memory, TYPE_THREAD, ABI_PAGE_SIZE, 0, 1, slot, NULL), OK);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
    }
}

/* What was derived from a deleted copy goes on, as its parent's. */
static void b13_delete_of_a_copy_keeps_what_it_gave(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);
    cap_t below = test_copy(copy, RIGHT_SEND, 0);
    word_t killed = 0;

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(is_same_notification(below, notification));
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, notification, &killed), OK);
    CHECK_EQ(killed, 1);
    CHECK_EQ(test_type(below), TYPE_DEAD);
}

static void b13_dead_slot_is_emptied_by_delete(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);
    cap_t to = test_slot();

    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, notification, NULL), OK);
    CHECK_EQ(test_type(copy), TYPE_DEAD);
    CHECK_EQ(skr_signal(copy, 1), ERR_PEER_GONE);
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, copy, RIGHTS_ALL, 0, 0),
             ERR_PEER_GONE);
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, copy, ABI_ROOT_CAPTABLE, notification, RIGHTS_ALL,
                               0, 0),
             ERR_SLOT_IN_USE);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(is_empty(copy));
}

/* ---- 14: revoke removes all descendants and not siblings ---- */

static void b14_revoke_kills_descendants_only(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t branch = test_copy(notification, RIGHTS_ALL, 0);
    cap_t sibling = test_copy(notification, RIGHTS_ALL, 0);
    cap_t of_sibling = test_copy(sibling, RIGHT_SEND, 0);
    cap_t below[] = {test_copy(branch, RIGHTS_ALL, 0), test_copy(branch, RIGHT_SEND, 0), 0};

    below[2] = test_copy(below[0], RIGHT_SEND, 1);
    CHECK_EQ(revoke(branch), array_count(below));
    for (unsigned i = 0; i < array_count(below); i++) {
        CHECK_EQ(test_type(below[i]), TYPE_DEAD);
        CHECK_EQ(skr_signal(below[i], 1), ERR_PEER_GONE);
    }
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, branch).children, 0);
    CHECK(is_same_notification(branch, notification));
    CHECK(is_same_notification(of_sibling, sibling));
    CHECK_EQ(revoke(branch), 0);
}

/* The whole of a long chain, and of a wide family, in tables of their own. */
static void b14_revoke_of_large_trees(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t slots = test_slots(DEEP + WIDE);

    for (cap_t i = 0; i < DEEP; i++)
        CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, slots + i, ABI_ROOT_CAPTABLE,
                                   i == 0 ? notification : slots + i - 1, RIGHTS_ALL, 0, 0),
                 OK);
    for (cap_t i = DEEP; i < DEEP + WIDE; i++)
        CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, slots + i, ABI_ROOT_CAPTABLE,
                                   slots + DEEP / 2, RIGHT_SEND, 0, 0),
                 OK);
    CHECK_EQ(revoke(slots + DEEP / 2), DEEP - DEEP / 2 - 1 + WIDE);
    CHECK(is_same_notification(slots + DEEP / 2, notification));
    CHECK_EQ(revoke(notification), DEEP / 2 + 1);
    for (cap_t i = 0; i < DEEP + WIDE; i++)
        CHECK_EQ(test_type(slots + i), TYPE_DEAD);
    CHECK_EQ(skr_signal(notification, 1), OK);
}

enum { CHILD_NOTIFICATION = CHILD_FIRST_FREE };

static void use_twice(void *argument)
{
    struct child_shared *shared = argument;
    word_t words[ABI_REGISTER_WORDS] = {0};
    word_t cap = 0, info = 0, aux = 0;

    shared->words[0] = (word_t)skr_signal(CHILD_NOTIFICATION, 1);
    (void)skr_trap(~(word_t)0, &cap, &info, &aux, words); /* tells the test, and waits for it */
    shared->words[1] = (word_t)skr_signal(CHILD_NOTIFICATION, 1);
}

/* What another component, on another core where there is one, was given is taken back. */
static void b14_revoke_reaches_other_components(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    static const word_t nothing[ABI_REGISTER_WORDS];
    const struct child_options options = {
        .budget = test_cores() > 1 ? test_budget(1, TEST_NS_PER_MS, TEST_NS_PER_MS) : 0,
    };
    struct child_fault fault;
    struct child child;

    if (child_create(&child, &options)) {
        child_give(&child, CHILD_NOTIFICATION, notification, RIGHT_SEND, 0);
        child_start(&child, use_twice, child.shared);
        CHECK(child_wait(&child, &fault));
        CHECK_EQ(child.shared->words[0], OK);
        CHECK_EQ(revoke(notification), 1);
        child_answer(&child, 0, nothing);
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[1], (word_t)ERR_PEER_GONE);
        CHECK_EQ(held_in(child.captable.cap, CHILD_NOTIFICATION).type, TYPE_DEAD);
    }
    child_destroy(&child);
}

/* What was made with a copy of a memory dies with its revocation, what was made beside it lives. */
static void b14_revoke_of_a_memory_kills_what_was_made(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 4);
    cap_t copy = test_copy(memory, RIGHTS_ALL, 0);
    cap_t slots = test_slots(3);

    CHECK_EQ(skr_memory_make(copy, TYPE_NOTIFICATION, ABI_PAGE_SIZE, 0, 1, slots, NULL), OK);
    CHECK_EQ(skr_memory_make(copy, TYPE_FRAME, (word_t)2 * ABI_PAGE_SIZE, 1, 1, slots + 1, NULL),
             OK);
    CHECK_EQ(skr_memory_make(memory, TYPE_NOTIFICATION, (word_t)3 * ABI_PAGE_SIZE, 0, 1, slots + 2,
                             NULL),
             OK);
    CHECK_EQ(revoke(copy), 2);
    CHECK_EQ(test_type(slots), TYPE_DEAD);
    CHECK_EQ(test_type(slots + 1), TYPE_DEAD);
    CHECK_EQ(skr_signal(slots + 2, 1), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slots), OK);
    CHECK_EQ(skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, 2, 1, slots, NULL), OK);
}

static void b14_revoke_of_a_frame_kills_copies_and_mappings(void)
{
    void *address;
    cap_t frame = test_frame(1, &address);
    cap_t copy = test_copy(frame, RIGHT_READ | RIGHT_WRITE, 0);
    vaddr_t other = test_address(1);
    word_t mapped_before = 0, mapped_after = 0;

    CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, map_entry(copy, other, 0, 1, MAP_READ)), OK);
    CHECK_EQ(skr_space_info(ABI_ROOT_SPACE, NULL, &mapped_before), OK);
    CHECK_EQ(revoke(frame), 1);
    CHECK_EQ(skr_space_info(ABI_ROOT_SPACE, NULL, &mapped_after), OK);
    CHECK_EQ(mapped_before - mapped_after, 2);
    CHECK_EQ(test_type(copy), TYPE_DEAD);
    CHECK_EQ(skr_frame_info(frame, NULL, NULL), OK);
}

/* ---- 15: a reply capability is saved and used later ---- */

struct call {
    cap_t endpoint;
    word_t sent;
    volatile word_t answer;
    volatile status_t status;
    struct rt_worker *worker;
};

static void call_once(void *argument)
{
    struct call *call = argument;
    struct skr_message message = {.info = skr_info(1, 1, 0), .words = {call->sent}};

    call->status = skr_call(call->endpoint, &message);
    call->answer = message.words[0];
}

static void start_call(struct call *call, cap_t endpoint, word_t sent)
{
    *call = (struct call){.endpoint = endpoint, .sent = sent, .status = ERR_BAD_STATE};
    call->worker = test_thread(call_once, call, TEST_PRIORITY);
}

static void answer_call(cap_t reply, word_t answer)
{
    const struct skr_message message = {.info = skr_info(0, 1, 0), .words = {answer}};

    CHECK_EQ(skr_reply(reply, &message), OK);
}

static void check_answered(const struct call *call, word_t answer)
{
    CHECK(test_await_state(call->worker->thread.cap, THREAD_STOPPED));
    CHECK_EQ(call->status, OK);
    CHECK_EQ(call->answer, answer);
}

/* Calls are answered in any order: a reply object keeps its call for as long as it takes. */
static void b15_reply_saved_and_used_later(void)
{
    enum { CALLS = 3 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t reply[CALLS];
    struct call call[CALLS];
    struct skr_message message;

    for (unsigned i = 0; i < CALLS; i++) {
        reply[i] = test_make(TYPE_REPLY, 0);
        start_call(&call[i], endpoint, 100 + i);
        CHECK_EQ(skr_receive(endpoint, reply[i], &message), OK);
        CHECK_EQ(message.words[0], 100 + i);
        CHECK_EQ(test_thread_state(call[i].worker->thread.cap), THREAD_CALLING);
    }
    for (unsigned i = CALLS; i-- > 0;) {
        answer_call(reply[i], 200 + i);
        check_answered(&call[i], 200 + i);
    }
}

/* The capability to a bound reply object moves like any other. */
static void b15_reply_moved_to_another_slot_and_used(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t reply = test_make(TYPE_REPLY, 0);
    cap_t saved = test_slot();
    struct skr_message message;
    struct call call;

    start_call(&call, endpoint, 1);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, saved, ABI_ROOT_CAPTABLE, reply), OK);
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), ERR_BAD_CAPABILITY);
    CHECK_EQ(test_thread_state(call.worker->thread.cap), THREAD_CALLING);
    answer_call(saved, 55);
    check_answered(&call, 55);
}

static void b15_bound_reply_takes_no_second_call(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t reply = test_make(TYPE_REPLY, 0);
    struct skr_message message;
    struct call call;

    start_call(&call, endpoint, 1);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_BAD_STATE);
    answer_call(reply, 7);
    check_answered(&call, 7);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
}

static void b15_deleted_reply_ends_its_call(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t reply = test_make(TYPE_REPLY, 0);
    struct skr_message message;
    struct call call;

    start_call(&call, endpoint, 1);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, reply), OK);
    CHECK(test_await_state(call.worker->thread.cap, THREAD_STOPPED));
    CHECK_EQ(call.status, ERR_PEER_GONE);
}

/* ---- 19: a copy does not gain the right to revoke ---- */

static void b19_copy_without_the_right_cannot_revoke(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL & ~(word_t)RIGHT_REVOKE, 0);
    cap_t again = test_copy(copy, RIGHTS_ALL, 0); /* asks for everything */
    uint64_t before = state_digest();

    CHECK_EQ(test_rights(again) & RIGHT_REVOKE, 0);
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_REVOKE, (struct args){{copy}}),
             blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_REVOKE, (struct args){{again}}),
             blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(state_digest(), before);
}

/* Even with the right, a copy reaches what was derived from it and nothing else. */
static void b19_copy_revokes_only_its_own(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);
    cap_t sibling = test_copy(notification, RIGHTS_ALL, 0);

    CHECK_EQ(revoke(copy), 0);
    CHECK(is_same_notification(sibling, notification));
    CHECK(is_same_notification(copy, notification));
}

/* ---- 20: the original revokes its copies but not another original ---- */

static void b20_original_does_not_revoke_another_original(void)
{
    cap_t pair = test_make_many(TYPE_NOTIFICATION, 0, 2);
    cap_t copy_of_first = test_copy(pair, RIGHTS_ALL, 0);
    cap_t copy_of_second = test_copy(pair + 1, RIGHTS_ALL, 0);

    CHECK_EQ(revoke(pair), 1);
    CHECK_EQ(test_type(copy_of_first), TYPE_DEAD);
    CHECK(is_same_notification(copy_of_second, pair + 1));
    CHECK_EQ(skr_signal(pair, 1), OK);
}

static void b20_frame_does_not_revoke_another_frame(void)
{
    cap_t pair = test_make_many(TYPE_FRAME, 1, 2);
    cap_t copy_of_first = test_copy(pair, RIGHTS_ALL, 0);
    cap_t copy_of_second = test_copy(pair + 1, RIGHTS_ALL, 0);

    CHECK_EQ(revoke(pair), 1);
    CHECK_EQ(test_type(copy_of_first), TYPE_DEAD);
    CHECK_EQ(test_type(copy_of_second), TYPE_FRAME);
    CHECK_EQ(test_type(pair + 1), TYPE_FRAME);
}

static const struct check_test tests[] = {
    {"b13_delete_empties_the_slot", b13_delete_empties_the_slot},
    {"b13_deleted_object_frees_its_memory", b13_deleted_object_frees_its_memory},
    {"b13_delete_of_a_copy_keeps_what_it_gave", b13_delete_of_a_copy_keeps_what_it_gave},
    {"b13_dead_slot_is_emptied_by_delete", b13_dead_slot_is_emptied_by_delete},
    {"b14_revoke_kills_descendants_only", b14_revoke_kills_descendants_only},
    {"b14_revoke_of_large_trees", b14_revoke_of_large_trees},
    {"b14_revoke_reaches_other_components", b14_revoke_reaches_other_components},
    {"b14_revoke_of_a_memory_kills_what_was_made", b14_revoke_of_a_memory_kills_what_was_made},
    {"b14_revoke_of_a_frame_kills_copies_and_mappings",
     b14_revoke_of_a_frame_kills_copies_and_mappings},
    {"b15_reply_saved_and_used_later", b15_reply_saved_and_used_later},
    {"b15_reply_moved_to_another_slot_and_used", b15_reply_moved_to_another_slot_and_used},
    {"b15_bound_reply_takes_no_second_call", b15_bound_reply_takes_no_second_call},
    {"b15_deleted_reply_ends_its_call", b15_deleted_reply_ends_its_call},
    {"b19_copy_without_the_right_cannot_revoke", b19_copy_without_the_right_cannot_revoke},
    {"b19_copy_revokes_only_its_own", b19_copy_revokes_only_its_own},
    {"b20_original_does_not_revoke_another_original",
     b20_original_does_not_revoke_another_original},
    {"b20_frame_does_not_revoke_another_frame", b20_frame_does_not_revoke_another_frame},
};

const struct test_group derivation_tests = {tests, array_count(tests)};

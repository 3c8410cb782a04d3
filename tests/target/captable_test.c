/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 8 to 12, 16 and 18: slots, and what can be done to them.
 *
 * A capability is shown to work by using it, not only by what captable.query says of it.
 */
#include "child.h"
#include "groups.h"
#include "refusal.h"

enum {
    TABLE_CHUNKS = 2,
    LAST_SLOT = TABLE_CHUNKS * ABI_CHUNK_SLOTS - 1,
    BADGE = 77,
    SLOT_BEYOND = ABI_ROOT_SLOTS,
};

static const word_t BADGE_MAX = ((word_t)1 << 63) - 1;

/* A table of two chunks beside root's own. */
static cap_t make_table(void)
{
    cap_t table = test_make(TYPE_CAPTABLE, TABLE_CHUNKS);

    for (word_t position = 0; position < TABLE_CHUNKS; position++)
        CHECK_EQ(skr_captable_attach(table, position, test_make(TYPE_CHUNK, 0)), OK);
    return table;
}

static bool is_empty(cap_t table, cap_t slot)
{
    return held_in(table, slot).type == TYPE_NONE;
}

/* Both capabilities lead to one notification: what one signals, the other one sees. */
static bool is_same_notification(cap_t a, cap_t b)
{
    word_t bits = 0;

    return skr_signal(a, 4) == OK && skr_poll(b, &bits) == OK && bits == 4;
}

/* ---- 8: copy ---- */

static void b08_copy_works_like_its_source(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);

    CHECK_EQ(test_type(copy), TYPE_NOTIFICATION);
    CHECK_EQ(test_rights(copy), test_rights(notification));
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, notification).children, 1);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, copy).children, 0);
    CHECK(is_same_notification(copy, notification));
    CHECK(is_same_notification(notification, copy));
}

static void b08_copy_between_tables(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t back = test_slot();
    cap_t table = make_table();

    for (cap_t slot = 1; slot <= LAST_SLOT; slot += LAST_SLOT - 1) {
        CHECK_EQ(skr_captable_copy(table, slot, ABI_ROOT_CAPTABLE, notification, RIGHTS_ALL, 0, 0),
                 OK);
        CHECK_EQ(held_in(table, slot).type, TYPE_NOTIFICATION);
    }
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, back, table, LAST_SLOT, RIGHTS_ALL, 0, 0), OK);
    CHECK(is_same_notification(back, notification));
}

/* Every type of object can be copied; a copy of a copy too. */
static void b08_copy_of_every_type(void)
{
    static const struct {
        uint8_t type;
        uint8_t size;
    } kinds[] = {
        {TYPE_MEMORY, 1},   {TYPE_FRAME, 1}, {TYPE_SPACE, 2},        {TYPE_POOL, 1},
        {TYPE_CAPTABLE, 1}, {TYPE_CHUNK, 0}, {TYPE_THREAD, 0},       {TYPE_BUDGET, 0},
        {TYPE_ENDPOINT, 0}, {TYPE_REPLY, 0}, {TYPE_NOTIFICATION, 0}, {TYPE_INTERRUPT, 0},
        {TYPE_TIMER, 0},
    };

    for (unsigned i = 0; i < array_count(kinds); i++) {
        cap_t object = test_make(kinds[i].type, kinds[i].size);
        cap_t second = test_copy(test_copy(object, RIGHTS_ALL, 0), RIGHTS_ALL, 0);

        CHECK_EQ(test_type(second), kinds[i].type);
        CHECK_EQ(test_rights(second), test_rights(object));
    }
    for (cap_t control = ABI_ROOT_INTERRUPTS; control <= ABI_ROOT_SPACE_CONTROL; control++)
        CHECK_EQ(test_type(test_copy(control, RIGHTS_ALL, 0)), test_type(control));
}

/* ---- 9: reduced rights and badge ---- */

static void b09_copy_has_only_the_rights_asked_for(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    word_t all = test_rights(endpoint);
    cap_t copy = test_slot();

    for (word_t right = 1; right <= RIGHTS_ALL; right <<= 1) {
        CHECK_EQ(
            skr_captable_copy(ABI_ROOT_CAPTABLE, copy, ABI_ROOT_CAPTABLE, endpoint, right, 0, 0),
            OK);
        CHECK_EQ(test_rights(copy), all & right);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    }
    CHECK_EQ(test_rights(test_copy(endpoint, 0, 0)), 0);
}

static void b09_copy_of_a_copy_gains_nothing(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t sender = test_copy(notification, RIGHT_SEND, 0);
    cap_t again = test_copy(sender, RIGHTS_ALL, 0);
    word_t bits = 0;

    CHECK_EQ(test_rights(again), RIGHT_SEND);
    CHECK_EQ(skr_poll(again, &bits), ERR_NO_RIGHT);
    CHECK(is_same_notification(again, notification));
}

static void send_one(void *argument)
{
    const struct skr_message message = {.info = skr_info(5, 1, 0), .words = {9}};

    (void)skr_send(*(cap_t *)argument, &message);
}

/* Sends through one capability from another thread, and tells which badge came with it. */
static word_t badge_of_message(cap_t sender, cap_t receiver)
{
    struct skr_message message = {.badge = ~(word_t)0};
    cap_t reply = test_make(TYPE_REPLY, 0);

    test_thread(send_one, &sender, TEST_PRIORITY);
    CHECK_EQ(skr_receive(receiver, reply, &message), OK);
    CHECK_EQ(message.words[0], 9);
    return message.badge;
}

static void b09_badge_comes_with_each_message(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t badged = test_copy(endpoint, RIGHT_SEND, BADGE);
    cap_t largest = test_copy(endpoint, RIGHT_SEND, BADGE_MAX);
    cap_t of_badged = test_copy(badged, RIGHT_SEND, 0);

    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, badged).badge, BADGE);
    CHECK_EQ(badge_of_message(badged, endpoint), BADGE);
    CHECK_EQ(badge_of_message(largest, endpoint), BADGE_MAX);
    CHECK_EQ(badge_of_message(of_badged, endpoint), BADGE); /* a copy keeps it */
    CHECK_EQ(badge_of_message(endpoint, endpoint), 0);
}

/* The badge of a notification says which bits may be signalled. */
static void b09_notification_badge_limits_its_bits(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t badged = test_copy(notification, RIGHT_SEND, 6);
    word_t bits = 0;

    CHECK_EQ(skr_signal(badged, 0xffff), OK);
    CHECK_EQ(skr_poll(notification, &bits), OK);
    CHECK_EQ(bits, 6);
    CHECK_EQ(skr_signal(badged, 0x9), OK);
    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
}

static void b09_badge_is_refused_where_it_has_no_meaning(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t unbadgeable = test_copy(endpoint, RIGHTS_ALL & ~(word_t)RIGHT_BADGE, 0);
    cap_t thread = test_make(TYPE_THREAD, 0);
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t to = test_slot();
    uint64_t before = state_digest();

    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, unbadgeable, RIGHTS_ALL, 1}}),
             blames(ERR_NO_RIGHT, 5));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, thread, RIGHTS_ALL, 1}}),
             blames(ERR_NO_RIGHT, 5));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, endpoint, RIGHTS_ALL, BADGE_MAX + 1}}),
             blames(ERR_BAD_ARGUMENT, 5));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, endpoint, RIGHTS_ALL, 1, 2}}),
             blames(ERR_BAD_ARGUMENT, 6));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, endpoint, RIGHTS_ALL, 0, 1}}),
             blames(ERR_BAD_ARGUMENT, 6));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, notification, RIGHTS_ALL, 1, 1}}),
             blames(ERR_BAD_ARGUMENT, 6));
    CHECK_EQ(state_digest(), before);
}

/* ---- 10 and 11: move ---- */

static void b10_move_changes_only_the_place(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHT_SEND | RIGHT_REVOKE, 0);
    cap_t below = test_copy(copy, RIGHT_SEND, 0);
    cap_t to = test_slot();
    struct held before = held_in(ABI_ROOT_CAPTABLE, copy);
    word_t killed = 0;

    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(is_empty(ABI_ROOT_CAPTABLE, copy));
    CHECK(held_equal(held_in(ABI_ROOT_CAPTABLE, to), before));
    CHECK(is_same_notification(to, notification));
    CHECK_EQ(skr_signal(copy, 1), ERR_BAD_CAPABILITY);

    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, to, &killed), OK);
    CHECK_EQ(killed, 1);
    CHECK_EQ(test_type(below), TYPE_DEAD); /* it was still derived from what moved */
}

/* The first capability stays the one that the object dies with. */
static void b10_moved_original_is_still_the_original(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHTS_ALL, 0);
    cap_t to = test_slot();

    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, notification), OK);
    CHECK(is_same_notification(to, copy));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, to), OK);
    CHECK_EQ(test_type(copy), TYPE_DEAD);
}

static void b10_moved_frame_keeps_range_and_mapping(void)
{
    void *address;
    cap_t frame = test_frame(2, &address);
    cap_t copy = test_copy(frame, RIGHT_READ, 0);
    cap_t to = test_slot();

    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, frame), OK);
    *(volatile word_t *)address = 1234;
    CHECK_EQ(*(volatile word_t *)address, 1234);
    CHECK_EQ(test_type(copy), TYPE_FRAME);
    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, frame, ABI_ROOT_CAPTABLE, to), OK);
    CHECK_EQ(test_type(frame), TYPE_FRAME);
}

static void b10_move_between_tables(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t copy = test_copy(notification, RIGHT_SEND, 0);
    cap_t table = make_table();

    CHECK_EQ(skr_captable_move(table, LAST_SLOT, ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(is_empty(ABI_ROOT_CAPTABLE, copy));
    CHECK_EQ(held_in(table, LAST_SLOT).type, TYPE_NOTIFICATION);
    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, copy, table, LAST_SLOT), OK);
    CHECK(is_empty(table, LAST_SLOT));
    CHECK(is_same_notification(copy, notification));
}

static void b11_moved_capability_keeps_its_badge(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t badged = test_copy(endpoint, RIGHT_SEND, BADGE);
    cap_t to = test_slot();

    CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, badged), OK);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, to).badge, BADGE);
    CHECK_EQ(badge_of_message(to, endpoint), BADGE);
}

/* ---- 12: rotate ---- */

static void b12_rotate_three_slots(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t slot[3];

    for (unsigned i = 0; i < 3; i++)
        slot[i] = test_copy(endpoint, RIGHT_SEND, BADGE + i);
    CHECK_EQ(skr_captable_rotate(ABI_ROOT_CAPTABLE, slot[0], slot[1], slot[2]), OK);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, slot[(i + 1) % 3]).badge, BADGE + i);
    CHECK_EQ(badge_of_message(slot[1], endpoint), BADGE);
}

static void b12_rotate_with_empty_slots(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t slot[3] = {test_slot(), test_slot(), test_slot()};

    CHECK_EQ(skr_captable_rotate(ABI_ROOT_CAPTABLE, slot[0], slot[1], slot[2]), OK);
    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, slot[0], ABI_ROOT_CAPTABLE, endpoint, RIGHT_SEND,
                               BADGE, 0),
             OK);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, slot[i]).badge, BADGE);
        CHECK_EQ(skr_captable_rotate(ABI_ROOT_CAPTABLE, slot[0], slot[1], slot[2]), OK);
        CHECK(is_empty(ABI_ROOT_CAPTABLE, slot[i]));
    }
    CHECK_EQ(badge_of_message(slot[0], endpoint), BADGE);
}

/* A parent and its child change places without becoming strangers. */
static void b12_rotate_keeps_the_derivation(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t parent = test_copy(notification, RIGHT_SEND | RIGHT_REVOKE, 0);
    cap_t child = test_copy(parent, RIGHT_SEND, 0);
    cap_t other = test_copy(notification, RIGHT_SEND, 0);
    word_t killed = 0;

    CHECK_EQ(skr_captable_rotate(ABI_ROOT_CAPTABLE, parent, child, other), OK);
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, child, &killed), OK); /* holds the parent */
    CHECK_EQ(killed, 1);
    CHECK_EQ(test_type(other), TYPE_DEAD); /* held the child */
    CHECK(is_same_notification(parent, notification));
}

static void b12_rotate_refuses_the_same_slot_twice(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t a = test_copy(endpoint, RIGHT_SEND, 1), b = test_copy(endpoint, RIGHT_SEND, 2);
    uint64_t before = state_digest();

    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE, (struct args){{a, a, b}}),
             blames(ERR_BAD_ARGUMENT, 2));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE, (struct args){{a, b, b}}),
             blames(ERR_BAD_ARGUMENT, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE, (struct args){{a, b, a}}),
             blames(ERR_BAD_ARGUMENT, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE, (struct args){{0, a, b}}),
             blames(ERR_BAD_CAPABILITY, 1));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE, (struct args){{a, b, SLOT_BEYOND}}),
             blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(state_digest(), before);
}

/* ---- 16: occupied or wrong slots ---- */

static void b16_occupied_destination_is_refused(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t taken = test_copy(endpoint, RIGHT_SEND, BADGE);
    cap_t from = test_copy(endpoint, RIGHT_SEND, BADGE + 1);
    uint64_t before = state_digest();

    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{taken, ABI_ROOT_CAPTABLE, from, RIGHTS_ALL}}),
             blames(ERR_SLOT_IN_USE, 1));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_MOVE,
                     (struct args){{taken, ABI_ROOT_CAPTABLE, from}}),
             blames(ERR_SLOT_IN_USE, 1));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_MOVE,
                     (struct args){{taken, ABI_ROOT_CAPTABLE, taken}}),
             blames(ERR_SLOT_IN_USE, 1));
    CHECK_EQ(outcome(test_maker()->memory, OP_MEMORY_MAKE,
                     (struct args){{TYPE_ENDPOINT, 0x1000000, 0, 1, taken}}),
             blames(ERR_SLOT_IN_USE, 5));
    CHECK_EQ(state_digest(), before);
}

/* Indexes that name no slot: 0, behind the directory, in a part without a chunk, enormous. */
static void b16_wrong_slot_is_refused(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t table = test_make(TYPE_CAPTABLE, TABLE_CHUNKS);
    cap_t to = test_slot();
    const word_t wrong[] = {0,          ABI_CHUNK_SLOTS,     2 * ABI_CHUNK_SLOTS,
                            ~(word_t)0, (word_t)1 << 32 | 1, (word_t)1 << 63 | 1};
    uint64_t before;

    CHECK_EQ(skr_captable_attach(table, 0, test_make(TYPE_CHUNK, 0)), OK);
    before = state_digest();
    for (unsigned i = 0; i < array_count(wrong); i++) {
        CHECK_EQ(outcome(table, OP_CAPTABLE_COPY,
                         (struct args){{wrong[i], ABI_ROOT_CAPTABLE, endpoint, RIGHTS_ALL}}),
                 blames(ERR_BAD_CAPABILITY, 1));
        CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                         (struct args){{to, table, wrong[i], RIGHTS_ALL}}),
                 blames(ERR_BAD_CAPABILITY, 3));
        CHECK_EQ(outcome(table, OP_CAPTABLE_MOVE,
                         (struct args){{wrong[i], ABI_ROOT_CAPTABLE, endpoint}}),
                 blames(ERR_BAD_CAPABILITY, 1));
        CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_MOVE, (struct args){{to, table, wrong[i]}}),
                 blames(ERR_BAD_CAPABILITY, 3));
        CHECK_EQ(outcome(table, OP_CAPTABLE_DELETE, (struct args){{wrong[i]}}),
                 blames(ERR_BAD_CAPABILITY, 1));
        CHECK_EQ(outcome(table, OP_CAPTABLE_REVOKE, (struct args){{wrong[i]}}),
                 blames(ERR_BAD_CAPABILITY, 1));
        CHECK_EQ(outcome(table, OP_CAPTABLE_QUERY, (struct args){{wrong[i]}}),
                 blames(ERR_BAD_CAPABILITY, 1));
    }
    CHECK_EQ(state_digest(), before);
}

static void b16_empty_source_is_refused(void)
{
    cap_t empty = test_slot(), to = test_slot();
    uint64_t before = state_digest();

    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{to, ABI_ROOT_CAPTABLE, empty, RIGHTS_ALL}}),
             blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(
        outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_MOVE, (struct args){{to, ABI_ROOT_CAPTABLE, empty}}),
        blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_REVOKE, (struct args){{empty}}),
             blames(ERR_BAD_CAPABILITY, 1));
    CHECK_EQ(state_digest(), before);
}

static void b16_attach_refuses_what_is_taken(void)
{
    cap_t table = test_make(TYPE_CAPTABLE, TABLE_CHUNKS);
    cap_t chunk = test_make(TYPE_CHUNK, 0), other = test_make(TYPE_CHUNK, 0);

    CHECK_EQ(skr_captable_attach(table, 0, chunk), OK);
    CHECK_EQ(outcome(table, OP_CAPTABLE_ATTACH, (struct args){{0, other}}), blames(ERR_IN_USE, 1));
    CHECK_EQ(outcome(table, OP_CAPTABLE_ATTACH, (struct args){{1, chunk}}), blames(ERR_IN_USE, 2));
    CHECK_EQ(outcome(table, OP_CAPTABLE_ATTACH, (struct args){{TABLE_CHUNKS, other}}),
             blames(ERR_BAD_ARGUMENT, 1));
    CHECK_EQ(outcome(table, OP_CAPTABLE_ATTACH, (struct args){{1, table}}),
             blames(ERR_WRONG_TYPE, 2));
    CHECK_EQ(skr_captable_attach(table, 1, other), OK); /* nothing above took it */
}

/* Storage that dies takes the capabilities in it along, and the table has a gap there. */
static void b16_slots_of_a_dead_chunk_are_gone(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t table = test_make(TYPE_CAPTABLE, 1);
    cap_t chunk = test_make(TYPE_CHUNK, 0);

    CHECK_EQ(skr_captable_attach(table, 0, chunk), OK);
    CHECK_EQ(skr_captable_copy(table, 5, ABI_ROOT_CAPTABLE, notification, RIGHTS_ALL, 0, 0), OK);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, notification).children, 1);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, chunk), OK);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, notification).children, 0);
    CHECK_EQ(skr_captable_query(table, 5, NULL, NULL, NULL, NULL), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_captable_attach(table, 0, test_make(TYPE_CHUNK, 0)), OK);
    CHECK(is_empty(table, 5));
}

/* ---- 18: a badged capability cannot be badged again ---- */

static void b18_badged_again_is_refused(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);
    cap_t badged = test_copy(endpoint, RIGHTS_ALL, BADGE);
    cap_t sources[] = {badged, test_copy(badged, RIGHTS_ALL, 0),
                       test_copy(notification, RIGHTS_ALL, 3)};
    cap_t to = test_slot();
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(sources); i++)
        CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                         (struct args){{to, ABI_ROOT_CAPTABLE, sources[i], RIGHTS_ALL, 99}}),
                 blames(ERR_NO_RIGHT, 5));
    CHECK_EQ(state_digest(), before);
}

static const struct check_test tests[] = {
    {"b08_copy_works_like_its_source", b08_copy_works_like_its_source},
    {"b08_copy_between_tables", b08_copy_between_tables},
    {"b08_copy_of_every_type", b08_copy_of_every_type},
    {"b09_copy_has_only_the_rights_asked_for", b09_copy_has_only_the_rights_asked_for},
    {"b09_copy_of_a_copy_gains_nothing", b09_copy_of_a_copy_gains_nothing},
    {"b09_badge_comes_with_each_message", b09_badge_comes_with_each_message},
    {"b09_notification_badge_limits_its_bits", b09_notification_badge_limits_its_bits},
    {"b09_badge_is_refused_where_it_has_no_meaning", b09_badge_is_refused_where_it_has_no_meaning},
    {"b10_move_changes_only_the_place", b10_move_changes_only_the_place},
    {"b10_moved_original_is_still_the_original", b10_moved_original_is_still_the_original},
    {"b10_moved_frame_keeps_range_and_mapping", b10_moved_frame_keeps_range_and_mapping},
    {"b10_move_between_tables", b10_move_between_tables},
    {"b11_moved_capability_keeps_its_badge", b11_moved_capability_keeps_its_badge},
    {"b12_rotate_three_slots", b12_rotate_three_slots},
    {"b12_rotate_with_empty_slots", b12_rotate_with_empty_slots},
    {"b12_rotate_keeps_the_derivation", b12_rotate_keeps_the_derivation},
    {"b12_rotate_refuses_the_same_slot_twice", b12_rotate_refuses_the_same_slot_twice},
    {"b16_occupied_destination_is_refused", b16_occupied_destination_is_refused},
    {"b16_wrong_slot_is_refused", b16_wrong_slot_is_refused},
    {"b16_empty_source_is_refused", b16_empty_source_is_refused},
    {"b16_attach_refuses_what_is_taken", b16_attach_refuses_what_is_taken},
    {"b16_slots_of_a_dead_chunk_are_gone", b16_slots_of_a_dead_chunk_are_gone},
    {"b18_badged_again_is_refused", b18_badged_again_is_refused},
};

const struct test_group captable_tests = {tests, array_count(tests)};

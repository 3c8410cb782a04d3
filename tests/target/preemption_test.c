/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long calls that are interrupted: what others see meanwhile, and what they can spoil.
 *
 * A thread of higher priority is woken by a timer in the middle of a call.  When exactly that is
 * can't be said, so each test tries with later and later deadlines until it hit a few times.
 */
#include <base/memory.h>
#include <rt/map.h>

#include "actor.h"
#include "groups.h"
#include "refusal.h"

enum {
    PAGES = 2048,
    TRIES = 400,
    HITS = 3,
    STEP_NS = 2000,
    PATTERN = 0x5a,
    MANY = 120,
};

/* The thread that comes in between, and what it does then to a slot. */
struct intruder {
    void (*act)(struct intruder *intruder);
    cap_t notification, timer;
    cap_t slot;
    cap_t spare;                 /* an empty slot */
    struct abi_map_entry *entry; /* in the list of whoever makes the call */
    word_t mapped;               /* what the space held before it */
    volatile bool hit;           /* what it was to meet was there */
    struct rt_worker *worker;
};

static void intrude(void *argument)
{
    struct intruder *intruder = argument;
    word_t bits;

    while (skr_wait(intruder->notification, &bits) == OK)
        intruder->act(intruder);
}

static void intruder_start(struct intruder *intruder, void (*act)(struct intruder *), cap_t slot)
{
    *intruder = (struct intruder){
        .act = act,
        .notification = test_make(TYPE_NOTIFICATION, 0),
        .timer = test_make(TYPE_TIMER, 0),
        .slot = slot,
        .spare = test_slot(),
    };
    intruder->worker = test_thread(intrude, intruder, TEST_PRIORITY + 1);
}

static void intruder_arm(struct intruder *intruder, unsigned try)
{
    uint64_t deadline = rt_time_now_ns() + (uint64_t)(try + 1) * STEP_NS;

    intruder->hit = false;
    CHECK_EQ(skr_timer_set(intruder->timer, deadline, intruder->notification, 1), OK);
}

/* Until the timer has fired, also where it came after the call. */
static void intruder_await(const struct intruder *intruder)
{
    while (skr_timer_cancel(intruder->timer) == OK) {
        CHECK_EQ(skr_timer_set(intruder->timer, 0, intruder->notification, 1), OK);
        test_sleep_ns(TEST_NS_PER_MS);
    }
}

/* ---- a capability that is taken away ---- */

static void take_away(struct intruder *intruder)
{
    intruder->hit = skr_captable_move(ABI_ROOT_CAPTABLE, intruder->spare, ABI_ROOT_CAPTABLE,
                                      intruder->slot) == OK;
}

static word_t count_made(cap_t slots)
{
    word_t count = 0;

    while (count < MANY && test_type(slots + count) == TYPE_REPLY)
        count++;
    return count;
}

static void delete_made(cap_t slots)
{
    for (cap_t i = 0; i < MANY; i++)
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slots + i), OK);
}

/* What a call had done before it failed does not count for the next one. */
static void failed_call_leaves_no_progress_behind(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 8), copy = test_copy(memory, RIGHTS_ALL, 0);
    cap_t slots = test_slots(MANY);
    struct intruder intruder;
    unsigned hits = 0;

    intruder_start(&intruder, take_away, copy);
    for (unsigned try = 0; try < TRIES && hits < HITS; try++) {
        word_t done = 0;

        intruder_arm(&intruder, try);
        (void)skr_memory_make(copy, TYPE_REPLY, ABI_PAGE_SIZE, 0, MANY, slots, NULL);
        intruder_await(&intruder);
        CHECK_EQ(skr_captable_move(ABI_ROOT_CAPTABLE, copy, ABI_ROOT_CAPTABLE, intruder.spare), OK);
        if (count_made(slots) > 0 && count_made(slots) < MANY) {
            hits++;
            delete_made(slots);
            CHECK_EQ(skr_memory_make(memory, TYPE_REPLY, ABI_PAGE_SIZE, 0, MANY, slots, &done), OK);
            CHECK_EQ(done, MANY);
            CHECK_EQ(count_made(slots), MANY);
        }
        delete_made(slots);
    }
    CHECK(hits > 0);
}

/* ---- a batch under way ---- */

static void look_at_batch(struct intruder *intruder)
{
    word_t made = count_made(intruder->slot);

    intruder->hit = made > 0 && made < MANY;
}

/* Interrupted between two of them, a call makes each object once, and all of them. */
static void b66_interrupted_batch_goes_on_where_it_was(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 8), slots = test_slots(MANY);
    struct intruder intruder;
    unsigned hits = 0;

    intruder_start(&intruder, look_at_batch, slots);
    for (unsigned try = 0; try < TRIES && hits < HITS; try++) {
        word_t done = 0;

        intruder_arm(&intruder, try);
        CHECK_EQ(skr_memory_make(memory, TYPE_REPLY, ABI_PAGE_SIZE, 0, MANY, slots, &done), OK);
        hits += intruder.hit;
        intruder_await(&intruder);
        CHECK_EQ(done, MANY);
        CHECK_EQ(count_made(slots), MANY);
        delete_made(slots);
    }
    CHECK(hits > 0);
}

/* ---- a list under way ---- */

static word_t mapped_pages(void)
{
    word_t mapped = 0;

    CHECK_EQ(skr_space_info(ABI_ROOT_SPACE, NULL, &mapped), OK);
    return mapped;
}

/* Some of the entry's mappings are gone: now it is about the first page only. */
static void shorten_entry(struct intruder *intruder)
{
    word_t mapped = mapped_pages();

    if (mapped == intruder->mapped || mapped <= intruder->mapped - MANY)
        return;
    intruder->hit = true;
    intruder->entry->count_attributes = (word_t)1 << 8;
}

/* A call that finds its list changed ends at the entry's new end, or at once. */
static void b29_list_shortened_under_way_ends_the_call(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1);
    vaddr_t address = test_address(MANY);
    struct intruder intruder;
    unsigned hits = 0;

    intruder_start(&intruder, shorten_entry, frame);
    intruder.entry = (struct abi_map_entry *)(void *)rt_buffer()->list;
    for (unsigned try = 0; try < TRIES && hits < HITS; try++) {
        word_t before = mapped_pages();

        for (word_t i = 0; i < MANY; i++)
            CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP,
                                 map_entry(frame, address + i * ABI_PAGE_SIZE, 0, 1, MAP_READ)),
                     OK);
        intruder.mapped = mapped_pages();
        intruder_arm(&intruder, try);
        CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_UNMAP, map_entry(0, address, 0, MANY, 0)),
                 OK);
        hits += intruder.hit;
        CHECK(!intruder.hit || mapped_pages() > before);
        intruder_await(&intruder);
        CHECK_EQ(rt_unmap(ABI_ROOT_SPACE, address, MANY), OK);
        CHECK_EQ(mapped_pages(), before);
    }
    CHECK(hits > 0);
}

/* ---- a frame under way ---- */

static bool is_under_way(cap_t slot)
{
    return test_type(slot) == TYPE_FRAME && skr_frame_info(slot, NULL, NULL) == ERR_BAD_CAPABILITY;
}

/* Everything but delete is refused. */
static void use_frame(struct intruder *intruder)
{
    cap_t slot = intruder->slot;

    if (!is_under_way(slot))
        return;
    intruder->hit = true;
    CHECK_EQ(test_rights(slot), 0);
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_COPY,
                     (struct args){{intruder->spare, ABI_ROOT_CAPTABLE, slot, RIGHTS_ALL}}),
             blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_MOVE,
                     (struct args){{intruder->spare, ABI_ROOT_CAPTABLE, slot}}),
             blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_ROTATE,
                     (struct args){{intruder->spare, ABI_ROOT_MEMORY, slot}}),
             blames(ERR_BAD_CAPABILITY, 3));
    CHECK_EQ(outcome(ABI_ROOT_CAPTABLE, OP_CAPTABLE_REVOKE, (struct args){{slot}}),
             blames(ERR_BAD_CAPABILITY, 1));
    CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, map_entry(slot, 0, 0, 1, MAP_READ)),
             blames(ERR_BAD_CAPABILITY, 1));
}

static void delete_frame(struct intruder *intruder)
{
    if (!is_under_way(intruder->slot))
        return;
    intruder->hit = true;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, intruder->slot), OK);
}

/* Deletes it, and has another one, of half the size, made in its place; that one stays. */
static void replace_frame(struct intruder *intruder)
{
    if (!is_under_way(intruder->slot))
        return;
    intruder->hit = true;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, intruder->slot), OK);
    CHECK_EQ(skr_memory_make(intruder->spare, TYPE_FRAME, ABI_PAGE_SIZE, PAGES / 2, 1,
                             intruder->slot, NULL),
             OK);
}

/* Fills a memory's pages with a pattern. */
static void dirty(cap_t memory, cap_t slot, vaddr_t address)
{
    CHECK_EQ(skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, PAGES, 1, slot, NULL), OK);
    for (word_t page = 0; page < PAGES; page += 512) {
        struct rt_mapping mapping = {.frame = slot,
                                     .address = address,
                                     .page = page,
                                     .pages = 512,
                                     .attributes = MAP_READ | MAP_WRITE};

        if (!CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK))
            break;
        mem_set((void *)address, PATTERN, (size_t)512 * ABI_PAGE_SIZE);
        CHECK_EQ(rt_unmap(ABI_ROOT_SPACE, address, 512), OK);
    }
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
}

/* The first word of every page. */
static bool is_zeroed(cap_t frame, vaddr_t address, word_t pages)
{
    bool is_zero = true;

    for (word_t page = 0; page < pages; page += 512) {
        struct rt_mapping mapping = {
            .frame = frame, .address = address, .page = page, .pages = 512, .attributes = MAP_READ};

        if (rt_map(ABI_ROOT_SPACE, &mapping) != OK)
            return false;
        for (word_t i = 0; i < 512; i++)
            is_zero = is_zero && *(volatile word_t *)(address + i * ABI_PAGE_SIZE) == 0;
        CHECK_EQ(rt_unmap(ABI_ROOT_SPACE, address, 512), OK);
    }
    return is_zero;
}

/* Makes dirty pages a frame while someone acts on it; a few hits. */
static void make_interrupted(void (*act)(struct intruder *), status_t expected, word_t pages)
{
    cap_t memory = test_make(TYPE_MEMORY, PAGES + 1), slot = test_slot();
    vaddr_t address = test_address(512);
    struct intruder intruder;
    unsigned hits = 0;

    intruder_start(&intruder, act, slot);
    if (act == replace_frame)
        CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, intruder.spare, ABI_ROOT_CAPTABLE, memory,
                                   RIGHTS_ALL, 0, 0),
                 OK);
    dirty(memory, slot, address);
    for (unsigned try = 0; try < TRIES && hits < HITS; try++) {
        status_t status;

        intruder_arm(&intruder, try);
        status = skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, PAGES, 1, slot, NULL);
        intruder_await(&intruder);
        CHECK_EQ(status, intruder.hit ? expected : OK);
        if (intruder.hit) {
            hits++;
            CHECK(is_zeroed(slot, address, pages));
            CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
            dirty(memory, slot, address);
        } else {
            CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
        }
    }
    CHECK(hits > 0);
}

static void b25_frame_under_way_can_not_be_used(void)
{
    make_interrupted(use_frame, OK, PAGES);
}

/* The call begins again, and leaves no page out. */
static void b25_frame_deleted_under_way_is_made_again(void)
{
    make_interrupted(delete_frame, OK, PAGES);
}

static void b25_frame_replaced_under_way_stays_replaced(void)
{
    make_interrupted(replace_frame, ERR_SLOT_IN_USE, PAGES / 2);
}

/* ---- a delete under way ---- */

/* In the middle of somebody's delete: one of our own, in another memory. */
struct bystander {
    struct intruder intruder;
    cap_t own;              /* what it deletes */
    struct actor waiting;   /* ends when the endpoint it sends to is cleaned up, which comes last */
    bool has_paid;
};

static void delete_own(struct intruder *intruder)
{
    struct bystander *bystander = container_of(intruder, struct bystander, intruder);
    cap_t waiting = bystander->waiting.thread;

    if (test_type(intruder->slot) != TYPE_NONE || test_thread_state(waiting) != THREAD_SENDING)
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, bystander->own), OK);
    intruder->hit = true;
    bystander->has_paid = test_thread_state(waiting) != THREAD_SENDING;
}

/* False when the deadline did not fall into the delete. */
static bool is_met_by_a_bystander(struct bystander *bystander, unsigned try)
{
    cap_t doomed = test_make(TYPE_MEMORY, 8), other = test_make(TYPE_MEMORY, 2);
    cap_t endpoint = test_slot(), slots = test_slots(MANY);

    bystander->own = test_slot();
    CHECK_EQ(skr_memory_make(other, TYPE_ENDPOINT, ABI_PAGE_SIZE, 0, 1, bystander->own, NULL), OK);
    CHECK_EQ(skr_memory_make(doomed, TYPE_REPLY, ABI_PAGE_SIZE, 0, MANY, slots, NULL), OK);
    CHECK_EQ(skr_memory_make(doomed, TYPE_ENDPOINT, 7 * ABI_PAGE_SIZE, 0, 1, endpoint, NULL), OK);
    bystander->waiting = (struct actor){.act = ACT_SEND, .cap = endpoint};
    CHECK(actor_block(&bystander->waiting, TEST_PRIORITY - 1, THREAD_SENDING));
    intruder_start(&bystander->intruder, delete_own, doomed);
    intruder_arm(&bystander->intruder, try);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, doomed), OK);
    intruder_await(&bystander->intruder);
    CHECK(actor_ended(&bystander->waiting, ERR_PEER_GONE));
    return bystander->intruder.hit;
}

static void delete_does_not_clean_what_others_killed(void)
{
    enum { TRIES_OF_LARGE_STEPS = 8, STEPS = 4 };
    struct bystander bystander = {.has_paid = false};
    bool is_met = false;

    if (test_cores() > 1) {
        check_skip("idle cores clean up as well");
        return;
    }
    for (unsigned try = 0; try < TRIES_OF_LARGE_STEPS && !is_met; try++)
        is_met = is_met_by_a_bystander(&bystander, STEPS * try);
    CHECK(is_met);
    CHECK(!bystander.has_paid);
}

static const struct check_test tests[] = {
    {"failed_call_leaves_no_progress_behind", failed_call_leaves_no_progress_behind},
    {"b66_interrupted_batch_goes_on_where_it_was", b66_interrupted_batch_goes_on_where_it_was},
    {"b29_list_shortened_under_way_ends_the_call", b29_list_shortened_under_way_ends_the_call},
    {"b25_frame_under_way_can_not_be_used", b25_frame_under_way_can_not_be_used},
    {"b25_frame_deleted_under_way_is_made_again", b25_frame_deleted_under_way_is_made_again},
    {"b25_frame_replaced_under_way_stays_replaced", b25_frame_replaced_under_way_stays_replaced},
    {"delete_does_not_clean_what_others_killed", delete_does_not_clean_what_others_killed},
};

const struct test_group preemption_tests = {tests, array_count(tests)};

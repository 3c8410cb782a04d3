/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 21 to 26: what can be made of memory, where, and what it holds at first.
 *
 * Most tests take a memory of their own and know what lies where in it.
 */
#include <abi/registers.h>
#include <abi/sizes.h>
#include <base/memory.h>
#include <rt/map.h>

#include "groups.h"
#include "refusal.h"

enum {
    MEMORY_PAGES = 32,
    MEMORY_BYTES = MEMORY_PAGES * ABI_PAGE_SIZE,
    SMALL_PAGES = 6,
    NESTING_MAX = 15,
    PATTERN = 0xa5,
};

/* Every type that can be made, in several sizes. */
static const struct {
    uint8_t type;
    uint8_t size;
} kinds[] = {
    {TYPE_MEMORY, 1},       {TYPE_MEMORY, 7},    {TYPE_FRAME, 1},     {TYPE_FRAME, 13},
    {TYPE_SPACE, 2},        {TYPE_SPACE, 9},     {TYPE_POOL, 1},      {TYPE_POOL, 5},
    {TYPE_CAPTABLE, 1},     {TYPE_CAPTABLE, 8},  {TYPE_CAPTABLE, 77}, {TYPE_CHUNK, 0},
    {TYPE_THREAD, 0},       {TYPE_BUDGET, 0},    {TYPE_ENDPOINT, 0},  {TYPE_REPLY, 0},
    {TYPE_NOTIFICATION, 0}, {TYPE_INTERRUPT, 0}, {TYPE_TIMER, 0},
};

static word_t make_outcome(cap_t memory, word_t type, word_t at, word_t size, word_t count,
                           cap_t slot)
{
    return outcome(memory, OP_MEMORY_MAKE, (struct args){{type, at, size, count, slot}});
}

static void delete_slot(cap_t slot)
{
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
}

static bool is_sized(word_t type)
{
    return type == TYPE_CAPTABLE || rt_object_alignment(type) == ABI_PAGE_SIZE;
}

/* ---- 21: each type and size ---- */

static void b21_each_type_and_size_is_made(void)
{
    cap_t memory = test_make(TYPE_MEMORY, MEMORY_PAGES);
    cap_t slot = test_slot();

    for (unsigned i = 0; i < array_count(kinds); i++) {
        word_t bytes = rt_object_bytes(kinds[i].type, kinds[i].size);
        word_t align = rt_object_alignment(kinds[i].type);
        word_t last = align_down(MEMORY_BYTES - bytes, align);

        CHECK_EQ(make_outcome(memory, kinds[i].type, ABI_PAGE_SIZE, kinds[i].size, 1, slot), OK);
        CHECK_EQ(test_type(slot), kinds[i].type);
        CHECK(test_rights(slot) & RIGHT_REVOKE);
        delete_slot(slot);
        CHECK_EQ(make_outcome(memory, kinds[i].type, last, kinds[i].size, 1, slot), OK);
        delete_slot(slot);
    }
}

static void b21_place_and_size_are_checked(void)
{
    cap_t memory = test_make(TYPE_MEMORY, MEMORY_PAGES);
    cap_t slot = test_slot();
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(kinds); i++) {
        word_t type = kinds[i].type, size = kinds[i].size;
        word_t align = rt_object_alignment(type);
        word_t past = align_down(MEMORY_BYTES - rt_object_bytes(type, size), align) + align;

        CHECK_EQ(make_outcome(memory, type, past, size, 1, slot), blames(ERR_NO_MEMORY, 2));
        CHECK_EQ(make_outcome(memory, type, MEMORY_BYTES, size, 1, slot), blames(ERR_NO_MEMORY, 2));
        CHECK_EQ(make_outcome(memory, type, -align, size, 1, slot), blames(ERR_NO_MEMORY, 2));
        CHECK_EQ(make_outcome(memory, type, 0, size, 1, slot), blames(ERR_NO_MEMORY, 2));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE + align / 2, size, 1, slot),
                 blames(ERR_MISALIGNED, 2));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE + 1, size, 1, slot),
                 blames(ERR_MISALIGNED, 2));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, size, 0, slot),
                 blames(ERR_BAD_ARGUMENT, 4));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, size, ~(word_t)0, slot),
                 blames(ERR_NO_MEMORY, 2));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, is_sized(type) ? 0 : 1, 1, slot),
                 blames(ERR_BAD_ARGUMENT, 3));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, ~(word_t)0, 1, slot),
                 blames(ERR_BAD_ARGUMENT, 3));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, size, 1, 0),
                 blames(ERR_BAD_CAPABILITY, 5));
        CHECK_EQ(make_outcome(memory, type, ABI_PAGE_SIZE, size, 1, ABI_ROOT_SLOTS),
                 blames(ERR_BAD_CAPABILITY, 5));
    }
    CHECK_EQ(make_outcome(memory, TYPE_SPACE, ABI_PAGE_SIZE, ABI_SPACE_PAGES_MIN - 1, 1, slot),
             blames(ERR_BAD_ARGUMENT, 3));
    CHECK_EQ(state_digest(), before);
}

static void b21_what_is_no_object_is_refused(void)
{
    static const word_t types[] = {
        TYPE_NONE,          TYPE_DEAD,
        TYPE_TIME_CONTROL,  TYPE_POWER_CONTROL,
        TYPE_SPACE_CONTROL, TYPE_SPACE_CONTROL + 1,
        0x100 + TYPE_FRAME, (word_t)1 << 32 | TYPE_FRAME,
        ~(word_t)0,
    };
    cap_t memory = test_make(TYPE_MEMORY, 4);
    cap_t slot = test_slot();
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(types); i++)
        CHECK_EQ(make_outcome(memory, types[i], ABI_PAGE_SIZE, 1, 1, slot),
                 blames(ERR_BAD_ARGUMENT, 1));
    CHECK_EQ(state_digest(), before);
}

static void b21_memory_in_memory_down_to_the_limit(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 2 * NESTING_MAX);
    cap_t slots = test_slots(NESTING_MAX);
    word_t size = 0, kind = 0;
    unsigned depth = 1;

    for (cap_t outer = memory; depth < NESTING_MAX; outer = slots + depth, depth++)
        if (!CHECK_EQ(make_outcome(outer, TYPE_MEMORY, ABI_PAGE_SIZE, 2 * NESTING_MAX - depth, 1,
                                   slots + depth),
                      OK))
            return;
    CHECK_EQ(make_outcome(slots + depth - 1, TYPE_MEMORY, ABI_PAGE_SIZE, 1, 1, slots),
             blames(ERR_OVER_LIMIT, 0));
    CHECK_EQ(make_outcome(slots + depth - 1, TYPE_FRAME, ABI_PAGE_SIZE, 1, 1, slots), OK);
    CHECK_EQ(skr_memory_info(slots + depth - 1, &size, &kind), OK);
    CHECK_EQ(size, (word_t)(NESTING_MAX + 1) * ABI_PAGE_SIZE);
    CHECK_EQ(kind, ABI_MEMORY_RAM | ABI_MEMORY_KERNEL_USABLE);
    delete_slot(memory);
    CHECK_EQ(test_type(slots), TYPE_DEAD);
}

/* ---- 22: never overlapping ---- */

struct range {
    word_t start, end;
};

static const struct range *find_overlap(const struct range *ranges, unsigned count, word_t start,
                                        word_t end)
{
    for (unsigned i = 0; i < count; i++) {
        if (start < ranges[i].end && ranges[i].start < end)
            return &ranges[i];
    }
    return NULL;
}

/* Objects with gaps between them; returns how many. */
static unsigned scatter(cap_t memory, cap_t slots, struct range *ranges)
{
    static const struct {
        uint8_t type, size;
        uint16_t at;
    } places[] = {
        {TYPE_ENDPOINT, 0, ABI_MEMORY_HEADER_BYTES},
        {TYPE_REPLY, 0, 512},
        {TYPE_BUDGET, 0, 1024},
        {TYPE_THREAD, 0, 1280},
        {TYPE_FRAME, 1, 4096},
        {TYPE_TIMER, 0, 8192 + 64},
        {TYPE_CAPTABLE, 3, 8192 + 512},
        {TYPE_CHUNK, 0, 12288},
        {TYPE_NOTIFICATION, 0, 20416},
    };

    for (unsigned i = 0; i < array_count(places); i++) {
        CHECK_EQ(make_outcome(memory, places[i].type, places[i].at, places[i].size, 1, slots + i),
                 OK);
        ranges[i].start = places[i].at;
        ranges[i].end = places[i].at + rt_object_bytes(places[i].type, places[i].size);
    }
    return array_count(places);
}

/* Every place in a memory is tried for one object: it is made exactly where nothing lies. */
static void try_everywhere(cap_t memory, const struct range *ranges, unsigned count, word_t type,
                           word_t size, cap_t slot)
{
    word_t bytes = rt_object_bytes(type, size);
    word_t memory_bytes = SMALL_PAGES * ABI_PAGE_SIZE;

    for (word_t at = 0; at < memory_bytes; at += rt_object_alignment(type)) {
        bool is_outside = at < ABI_MEMORY_HEADER_BYTES || at + bytes > memory_bytes;
        bool is_taken = find_overlap(ranges, count, at, at + bytes) != NULL;
        word_t expected = is_outside ? blames(ERR_NO_MEMORY, 2)
                          : is_taken ? blames(ERR_IN_USE, 2)
                                     : 0;

        if (!CHECK_EQ(make_outcome(memory, type, at, size, 1, slot), expected))
            check_note("type %lu at %lu", (unsigned long)type, (unsigned long)at);
        delete_slot(slot);
    }
}

static void b22_objects_never_overlap(void)
{
    cap_t memory = test_make(TYPE_MEMORY, SMALL_PAGES);
    cap_t slots = test_slots(16), slot = test_slot();
    struct range ranges[16];
    unsigned count = scatter(memory, slots, ranges);

    try_everywhere(memory, ranges, count, TYPE_ENDPOINT, 0, slot);
    try_everywhere(memory, ranges, count, TYPE_NOTIFICATION, 0, slot);
    try_everywhere(memory, ranges, count, TYPE_CHUNK, 0, slot);
    try_everywhere(memory, ranges, count, TYPE_FRAME, 1, slot);
    try_everywhere(memory, ranges, count, TYPE_FRAME, 2, slot);
    try_everywhere(memory, ranges, count, TYPE_MEMORY, 1, slot);
    for (unsigned i = 0; i < count; i++)
        CHECK(test_type(slots + i) > TYPE_DEAD); /* all still there */
}

/* Many made at once lie one behind the other, each by itself. */
static void b22_frames_made_together_are_apart(void)
{
    enum { FRAMES = 8 };
    cap_t frames = test_make_many(TYPE_FRAME, 2, FRAMES);
    vaddr_t address = test_address(2 * FRAMES);
    volatile word_t *words = (volatile word_t *)address;
    const word_t step = ABI_PAGE_SIZE / sizeof(word_t);

    for (word_t i = 0; i < FRAMES; i++)
        CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP,
                             map_entry(frames + i, address + 2 * i * ABI_PAGE_SIZE, 0, 2,
                                       MAP_READ | MAP_WRITE)),
                 OK);
    for (word_t page = 0; page < 2 * FRAMES; page++)
        words[page * step] = page + 1;
    for (word_t page = 0; page < 2 * FRAMES; page++)
        CHECK_EQ(words[page * step], page + 1);
}

/* ---- 23: reusable only when all children are gone ---- */

static void b23_range_is_free_again_after_the_last_child(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 8);
    cap_t inner = test_slot(), slot = test_slot(), objects = test_slots(2);

    CHECK_EQ(make_outcome(memory, TYPE_MEMORY, ABI_PAGE_SIZE, 4, 1, inner), OK);
    CHECK_EQ(make_outcome(inner, TYPE_ENDPOINT, ABI_MEMORY_HEADER_BYTES, 0, 1, objects), OK);
    CHECK_EQ(make_outcome(inner, TYPE_FRAME, ABI_PAGE_SIZE, 2, 1, objects + 1), OK);

    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 4, 1, slot), blames(ERR_IN_USE, 2));
    delete_slot(objects);
    delete_slot(objects + 1);
    CHECK_EQ(make_outcome(inner, TYPE_FRAME, ABI_PAGE_SIZE, 3, 1, objects), OK);
    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 4, 1, slot), blames(ERR_IN_USE, 2));
    delete_slot(inner); /* with what is left in it */
    CHECK_EQ(test_type(objects), TYPE_DEAD);
    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 4, 1, slot), OK);
}

/* Copies keep nothing alive: the first capability alone says whether the range is taken. */
static void b23_range_follows_the_original_not_copies(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 4);
    cap_t original = test_slot(), slot = test_slot(), copy;

    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 2, 1, original), OK);
    copy = test_copy(original, RIGHTS_ALL, 0);
    delete_slot(copy);
    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 2, 1, slot), blames(ERR_IN_USE, 2));
    CHECK_EQ(
        skr_captable_copy(ABI_ROOT_CAPTABLE, copy, ABI_ROOT_CAPTABLE, original, RIGHTS_ALL, 0, 0),
        OK);
    delete_slot(original);
    CHECK_EQ(test_type(copy), TYPE_DEAD);
    CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, 2, 1, slot), OK);
}

/* ---- 24: exhausted memory ---- */

static void b24_full_memory_refuses_cleanly(void)
{
    enum { FIT = (ABI_PAGE_SIZE - ABI_MEMORY_HEADER_BYTES) / ABI_ENDPOINT_BYTES };
    cap_t memory = test_make(TYPE_MEMORY, 1);
    cap_t slots = test_slots(FIT + 1);
    const word_t first = ABI_MEMORY_HEADER_BYTES, step = ABI_ENDPOINT_BYTES;
    uint64_t before;

    CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, first, 0, FIT + 1, slots),
             blames(ERR_NO_MEMORY, 2));
    CHECK_EQ(test_type(slots), TYPE_NONE); /* not even those that would fit */
    CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, first, 0, FIT, slots), OK);
    before = state_digest();
    CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, first + FIT * step, 0, 1, slots + FIT),
             blames(ERR_NO_MEMORY, 2));
    for (word_t i = 0; i < FIT; i++)
        CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, first + i * step, 0, 1, slots + FIT),
                 blames(ERR_IN_USE, 2));
    CHECK_EQ(state_digest(), before);
    delete_slot(slots + FIT / 2);
    CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, first + FIT / 2 * step, 0, 1, slots + FIT), OK);
}

/* A batch stops at the first one that cannot be made, and says how many there are. */
static void b24_batch_says_how_many_were_made(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 2);
    cap_t slots = test_slots(4);
    word_t done = 99;

    CHECK_EQ(make_outcome(memory, TYPE_REPLY, ABI_PAGE_SIZE + 2 * ABI_REPLY_BYTES, 0, 1, slots + 3),
             OK);
    CHECK_EQ(skr_memory_make(memory, TYPE_REPLY, ABI_PAGE_SIZE, 0, 3, slots, &done), ERR_IN_USE);
    CHECK_EQ(done, 2);
    CHECK_EQ(test_type(slots + 1), TYPE_REPLY);
    CHECK_EQ(test_type(slots + 2), TYPE_NONE);
    delete_slot(slots);
    delete_slot(slots + 1);
    CHECK_EQ(skr_memory_make(memory, TYPE_TIMER, ABI_MEMORY_HEADER_BYTES, 0, 4, slots, &done),
             ERR_SLOT_IN_USE);
    CHECK_EQ(done, 3);
    CHECK_EQ(test_type(slots + 2), TYPE_TIMER);
    CHECK_EQ(test_type(slots + 3), TYPE_REPLY);
}

/* ---- 25: new objects are zeroed ---- */

/* Fills pages of a memory with a pattern, then gives them back. */
static void dirty(cap_t memory, word_t at, word_t pages)
{
    struct rt_mapping mapping = {
        .frame = test_slot(),
        .address = test_address(pages),
        .pages = pages,
        .attributes = MAP_READ | MAP_WRITE,
    };

    CHECK_EQ(make_outcome(memory, TYPE_FRAME, at, pages, 1, mapping.frame), OK);
    if (CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK))
        mem_set((void *)mapping.address, PATTERN, pages * ABI_PAGE_SIZE);
    delete_slot(mapping.frame);
}

static bool is_zero(const void *start, size_t bytes)
{
    const word_t *words = start;

    for (size_t i = 0; i < bytes / sizeof(word_t); i++) {
        if (words[i] != 0)
            return false;
    }
    return true;
}

static void b25_new_frame_is_zeroed(void)
{
    static const word_t sizes[] = {1, 5, 64, 511, 512};
    cap_t memory = test_make(TYPE_MEMORY, 513);

    for (unsigned i = 0; i < array_count(sizes); i++) {
        struct rt_mapping mapping = {
            .frame = test_slot(),
            .address = test_address(sizes[i]),
            .pages = sizes[i],
            .attributes = MAP_READ,
        };

        dirty(memory, ABI_PAGE_SIZE, sizes[i]);
        CHECK_EQ(make_outcome(memory, TYPE_FRAME, ABI_PAGE_SIZE, sizes[i], 1, mapping.frame), OK);
        if (CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK))
            CHECK(is_zero((const void *)mapping.address, sizes[i] * ABI_PAGE_SIZE));
        delete_slot(mapping.frame);
    }
}

static void check_new_storage(cap_t memory)
{
    cap_t slots = test_slots(2);

    CHECK_EQ(make_outcome(memory, TYPE_CAPTABLE, ABI_PAGE_SIZE, 4, 1, slots), OK);
    CHECK_EQ(make_outcome(memory, TYPE_CHUNK, (word_t)2 * ABI_PAGE_SIZE, 0, 1, slots + 1), OK);
    for (word_t index = 1; index < (word_t)4 * ABI_CHUNK_SLOTS; index++)
        CHECK_EQ(skr_captable_query(slots, index, NULL, NULL, NULL, NULL), ERR_BAD_CAPABILITY);
    CHECK_EQ(skr_captable_attach(slots, 3, slots + 1), OK);
    for (word_t index = 0; index < ABI_CHUNK_SLOTS; index++)
        CHECK_EQ(held_in(slots, (cap_t)3 * ABI_CHUNK_SLOTS + index).type, TYPE_NONE);
    delete_slot(slots + 1);
    delete_slot(slots);
}

static void check_new_thread(cap_t memory)
{
    cap_t thread = test_slot();
    word_t state = 99, core = 99, priority = 99;

    CHECK_EQ(make_outcome(memory, TYPE_THREAD, ABI_PAGE_SIZE, 0, 1, thread), OK);
    CHECK_EQ(skr_thread_info(thread, &state, &core, &priority), OK);
    CHECK_EQ(state, THREAD_STOPPED);
    CHECK_EQ(priority, 0);
    CHECK_EQ(skr_thread_read(thread), OK);
    CHECK(is_zero(rt_buffer()->list, 31 * sizeof(word_t))); /* the general registers */
    CHECK_EQ(skr_thread_resume(thread), ERR_BAD_STATE);     /* it has no space to run in */
    delete_slot(thread);
}

static void check_new_small_objects(cap_t memory)
{
    uint64_t amount = 9, period = 9, left = 9, consumed = 9;
    cap_t reply = test_make(TYPE_REPLY, 0), slot = test_slot();
    struct skr_message message;
    word_t bits = 0;

    CHECK_EQ(make_outcome(memory, TYPE_BUDGET, ABI_PAGE_SIZE, 0, 1, slot), OK);
    CHECK_EQ(skr_budget_info(slot, &amount, &period, &left, &consumed), OK);
    CHECK_EQ(amount | left | consumed, 0);
    delete_slot(slot);
    CHECK_EQ(make_outcome(memory, TYPE_NOTIFICATION, ABI_PAGE_SIZE, 0, 1, slot), OK);
    CHECK_EQ(skr_poll(slot, &bits), ERR_WOULD_BLOCK);
    delete_slot(slot);
    CHECK_EQ(make_outcome(memory, TYPE_ENDPOINT, ABI_PAGE_SIZE, 0, 1, slot), OK);
    CHECK_EQ(skr_receive_nowait(slot, reply, &message), ERR_WOULD_BLOCK);
    delete_slot(slot);
    CHECK_EQ(make_outcome(memory, TYPE_TIMER, ABI_PAGE_SIZE, 0, 1, slot), OK);
    CHECK_EQ(skr_timer_cancel(slot), ERR_BAD_STATE);
    delete_slot(slot);
    CHECK_EQ(make_outcome(memory, TYPE_INTERRUPT, ABI_PAGE_SIZE, 0, 1, slot), OK);
    CHECK_EQ(skr_interrupt_acknowledge(slot), ERR_BAD_STATE);
    delete_slot(slot);
}

/* Kernel objects start empty wherever their memory has been before. */
static void b25_new_kernel_objects_are_empty(void)
{
    cap_t memory = test_make(TYPE_MEMORY, 6);

    dirty(memory, ABI_PAGE_SIZE, 5);
    check_new_storage(memory);
    dirty(memory, ABI_PAGE_SIZE, 5);
    check_new_thread(memory);
    dirty(memory, ABI_PAGE_SIZE, 5);
    check_new_small_objects(memory);
}

/* Tables of a new space are made of dirty pages, and only what is mapped is there. */
static void b25_new_space_is_empty(void)
{
    enum { TABLES = 10 };
    cap_t memory = test_make(TYPE_MEMORY, 17);
    cap_t frame = test_make(TYPE_FRAME, 1), space = test_slot(), pool = test_slot();
    word_t mapped = 99;

    dirty(memory, ABI_PAGE_SIZE, 16);
    CHECK_EQ(make_outcome(memory, TYPE_SPACE, ABI_PAGE_SIZE, 8, 1, space), OK);
    CHECK_EQ(make_outcome(memory, TYPE_POOL, (word_t)9 * ABI_PAGE_SIZE, 8, 1, pool), OK);
    CHECK_EQ(skr_space_give(space, pool), OK);
    CHECK_EQ(skr_space_info(space, NULL, &mapped), OK);
    CHECK_EQ(mapped, 0);
    for (word_t table = 0; table < TABLES; table++)
        CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame, table << 24, 0, 1, MAP_READ)),
                 OK);
    CHECK_EQ(skr_space_info(space, NULL, &mapped), OK);
    CHECK_EQ(mapped, TABLES);
}

/* ---- 26: device memory ---- */

static const struct abi_boot_memory *find_device_memory(void)
{
    for (uint32_t i = 0; i < test_boot()->memory_count; i++) {
        if ((test_boot()->memory[i].kind & ABI_MEMORY_RAM) == 0)
            return &test_boot()->memory[i];
    }
    return NULL;
}

static void b26_device_memory_is_no_message_buffer(void)
{
    const struct abi_boot_memory *device = find_device_memory();
    cap_t thread = test_make(TYPE_THREAD, 0);
    cap_t frame = test_slot();
    word_t kind = 99;
    uint64_t before;

    if (!CHECK(device != NULL) ||
        !CHECK_EQ(make_outcome(device->slot, TYPE_FRAME, 0, 1, 1, frame), OK))
        return;
    CHECK_EQ(skr_frame_info(frame, NULL, &kind), OK);
    CHECK_EQ(kind, 0);
    CHECK_EQ(test_rights(frame) & RIGHT_EXECUTE, 0);
    before = state_digest();
    CHECK_EQ(outcome(thread, OP_THREAD_CONFIGURE, (struct args){{0, 0, 0, 0, 0, frame, 0, 0}}),
             blames(ERR_WRONG_TYPE, 6));
    CHECK_EQ(state_digest(), before);
}

static void b26_device_memory_holds_only_frames(void)
{
    const struct abi_boot_memory *device = find_device_memory();
    cap_t slot = test_slot();
    uint64_t before = state_digest();

    if (!CHECK(device != NULL))
        return;
    for (unsigned i = 0; i < array_count(kinds); i++) {
        if (kinds[i].type != TYPE_FRAME)
            CHECK_EQ(make_outcome(device->slot, kinds[i].type, 0, kinds[i].size, 1, slot),
                     blames(ERR_WRONG_TYPE, 1));
    }
    CHECK_EQ(state_digest(), before);
}

static const struct check_test tests[] = {
    {"b21_each_type_and_size_is_made", b21_each_type_and_size_is_made},
    {"b21_place_and_size_are_checked", b21_place_and_size_are_checked},
    {"b21_what_is_no_object_is_refused", b21_what_is_no_object_is_refused},
    {"b21_memory_in_memory_down_to_the_limit", b21_memory_in_memory_down_to_the_limit},
    {"b22_objects_never_overlap", b22_objects_never_overlap},
    {"b22_frames_made_together_are_apart", b22_frames_made_together_are_apart},
    {"b23_range_is_free_again_after_the_last_child", b23_range_is_free_again_after_the_last_child},
    {"b23_range_follows_the_original_not_copies", b23_range_follows_the_original_not_copies},
    {"b24_full_memory_refuses_cleanly", b24_full_memory_refuses_cleanly},
    {"b24_batch_says_how_many_were_made", b24_batch_says_how_many_were_made},
    {"b25_new_frame_is_zeroed", b25_new_frame_is_zeroed},
    {"b25_new_kernel_objects_are_empty", b25_new_kernel_objects_are_empty},
    {"b25_new_space_is_empty", b25_new_space_is_empty},
    {"b26_device_memory_is_no_message_buffer", b26_device_memory_is_no_message_buffer},
    {"b26_device_memory_holds_only_frames", b26_device_memory_holds_only_frames},
};

const struct test_group memory_tests = {tests, array_count(tests)};

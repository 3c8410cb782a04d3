/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 33 and 35 to 37: execution, first accesses, and caches of mapped memory.
 */
#include <rt/map.h>

#include "groups.h"
#include "probe.h"
#include "refusal.h"

enum {
    LARGE_PAGES = 512,
    LARGE_BYTES = LARGE_PAGES * ABI_PAGE_SIZE,
    READ_WRITE = MAP_READ | MAP_WRITE,
    READ_EXECUTE = MAP_READ | MAP_EXECUTE,
};

static volatile word_t *word_at(vaddr_t address)
{
    return (volatile word_t *)address;
}

static word_t map_here(cap_t frame, vaddr_t address, word_t page, word_t pages, word_t attributes)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP,
                       map_entry(frame, address, page, pages, attributes));
}

static word_t protect_here(vaddr_t address, word_t pages, word_t attributes)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_PROTECT,
                       map_entry(0, address, 0, pages, attributes));
}

/* ---- 33: no-execute ---- */

/* The same code runs where it is mapped executable, and only there. */
static void check_execution(struct probe *probe, vaddr_t address, word_t pages)
{
    vaddr_t last = address + (pages - 1) * ABI_PAGE_SIZE;

    *(volatile uint32_t *)address = probe_return_instruction();
    *(volatile uint32_t *)last = probe_return_instruction();
    CHECK(probe_faults(probe, MAP_EXECUTE, address));
    CHECK(probe_faults(probe, MAP_EXECUTE, last));
    CHECK_EQ(protect_here(address, pages, READ_EXECUTE), OK);
    CHECK(probe_try(probe, MAP_EXECUTE, address));
    CHECK(probe_try(probe, MAP_EXECUTE, last));
    CHECK(probe_faults(probe, MAP_WRITE, address));
    CHECK_EQ(protect_here(address, pages, MAP_READ), OK);
    CHECK(probe_faults(probe, MAP_EXECUTE, address));
    CHECK(probe_faults(probe, MAP_EXECUTE, last));
    CHECK(probe_try(probe, MAP_READ, address));
}

static void b33_no_execute_in_small_pages(void)
{
    cap_t frame = test_make(TYPE_FRAME, 3);
    vaddr_t address = test_address(3);
    struct probe probe;

    if (probe_start(&probe, 0) && CHECK_EQ(map_here(frame, address, 0, 3, READ_WRITE), OK))
        check_execution(&probe, address, 3);
}

static void b33_no_execute_in_large_pages(void)
{
    cap_t frame = test_make(TYPE_FRAME, (word_t)2 * LARGE_PAGES);
    vaddr_t address = align_up(test_address((word_t)2 * LARGE_PAGES), LARGE_BYTES);
    uint64_t physical = 0;
    struct probe probe;
    word_t page;

    CHECK_EQ(skr_dma_control_address(ABI_ROOT_DMA, frame, 0, &physical), OK);
    page = (align_up((word_t)physical, LARGE_BYTES) - (word_t)physical) / ABI_PAGE_SIZE;
    if (probe_start(&probe, 0) &&
        CHECK_EQ(map_here(frame, address, page, LARGE_PAGES, READ_WRITE), OK))
        check_execution(&probe, address, LARGE_PAGES);
}

static void b33_execution_needs_the_right(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1);
    cap_t data = test_copy(frame, RIGHT_READ | RIGHT_WRITE, 0);
    vaddr_t address = test_address(1);

    CHECK_EQ(map_here(data, address, 0, 1, READ_EXECUTE), blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(map_here(data, address, 0, 1, READ_WRITE), OK);
    CHECK_EQ(protect_here(address, 1, READ_EXECUTE), blames(ERR_NO_RIGHT, 1));
}

/* Writable and executable at once needs leave, and then works. */
static void b33_write_and_execute_need_leave(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1);
    vaddr_t address = test_address(1);
    struct probe probe;

    if (!probe_start(&probe, 0))
        return;
    CHECK_EQ(map_here(frame, address, 0, 1, READ_WRITE | MAP_EXECUTE), blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(
        outcome(ABI_ROOT_SPACE_CONTROL, OP_SPACE_CONTROL_ALLOW, (struct args){{ABI_ROOT_SPACE, 2}}),
        blames(ERR_BAD_ARGUMENT, 2));
    CHECK_EQ(skr_space_control_allow(ABI_ROOT_SPACE_CONTROL, ABI_ROOT_SPACE, 1), OK);
    CHECK_EQ(map_here(frame, address, 0, 1, READ_WRITE | MAP_EXECUTE), OK);
    CHECK_EQ(skr_space_control_allow(ABI_ROOT_SPACE_CONTROL, ABI_ROOT_SPACE, 0), OK);
    *(volatile uint32_t *)address = probe_return_instruction();
    CHECK_EQ(skr_frame_clean(frame, 0, 1), OK);
    CHECK(probe_try(&probe, MAP_EXECUTE, address));
    CHECK_EQ(protect_here(address, 1, READ_WRITE | MAP_EXECUTE), blames(ERR_NO_RIGHT, 1));
}

/* ---- 35: dirty and accessed bits ---- */

/* Whatever the machine keeps, no first access is noticed by the thread that makes it. */
static void b35_first_accesses_just_work(void)
{
    cap_t frame = test_make(TYPE_FRAME, 8);
    vaddr_t address = test_address(8);
    struct probe probe;

    if (!probe_start(&probe, 0))
        return;
    CHECK_EQ(map_here(frame, address, 0, 8, READ_WRITE), OK);
    probe.value = 5;
    CHECK(probe_try(&probe, MAP_WRITE, address)); /* the first access writes */
    CHECK(probe_try(&probe, MAP_READ, address + ABI_PAGE_SIZE));
    CHECK(probe_try(&probe, MAP_WRITE, address + ABI_PAGE_SIZE)); /* the first write */
    CHECK_EQ(protect_here(address, 8, MAP_READ), OK);
    CHECK(probe_faults(&probe, MAP_WRITE, address)); /* dirty does not mean writable */
    CHECK(probe_faults(&probe, MAP_WRITE, address + (vaddr_t)2 * ABI_PAGE_SIZE));
    CHECK_EQ(protect_here(address, 8, READ_WRITE), OK);
    CHECK(probe_try(&probe, MAP_WRITE, address));
    CHECK(probe_try(&probe, MAP_WRITE, address + (vaddr_t)2 * ABI_PAGE_SIZE));
    CHECK_EQ(probe.fault.kind, 0);
}

/* ---- 36 and 37: caches ---- */

static void b36_cache_by_page_and_by_frame(void)
{
    enum { PAGES = 600 };
    cap_t frame = test_make(TYPE_FRAME, PAGES);
    vaddr_t address = test_address(LARGE_PAGES);

    CHECK_EQ(map_here(frame, address, 0, LARGE_PAGES, READ_WRITE), OK);
    for (word_t page = 0; page < LARGE_PAGES; page += 7) {
        *word_at(address + page * ABI_PAGE_SIZE) = page + 9;
        CHECK_EQ(skr_frame_clean(frame, page, 1), OK);
        CHECK_EQ(skr_frame_invalidate(frame, page, 1), OK);
    }
    CHECK_EQ(skr_frame_clean(frame, 0, PAGES), OK); /* all of it, with its tables' worth of pages */
    CHECK_EQ(skr_frame_invalidate(frame, 0, PAGES), OK);
    for (word_t page = 0; page < LARGE_PAGES; page += 7)
        CHECK_EQ(*word_at(address + page * ABI_PAGE_SIZE), page + 9);
}

static void b36_cache_operations_refuse_what_is_wrong(void)
{
    cap_t frame = test_make(TYPE_FRAME, 4);
    cap_t reader = test_copy(frame, RIGHT_READ, 0), writer = test_copy(frame, RIGHT_WRITE, 0);
    uint64_t before = state_digest();

    for (word_t op = OP_FRAME_CLEAN; op <= OP_FRAME_INVALIDATE; op++) {
        CHECK_EQ(outcome(frame, op, (struct args){{4, 1}}), blames(ERR_BAD_ARGUMENT, 1));
        CHECK_EQ(outcome(frame, op, (struct args){{~(word_t)0, 2}}), blames(ERR_BAD_ARGUMENT, 1));
        CHECK_EQ(outcome(frame, op, (struct args){{0, 5}}), blames(ERR_BAD_ARGUMENT, 2));
        CHECK_EQ(outcome(frame, op, (struct args){{3, 2}}), blames(ERR_BAD_ARGUMENT, 2));
        CHECK_EQ(outcome(frame, op, (struct args){{1, ~(word_t)0}}), blames(ERR_BAD_ARGUMENT, 2));
    }
    CHECK_EQ(outcome(writer, OP_FRAME_CLEAN, (struct args){{0, 1}}), blames(ERR_NO_RIGHT, 0));
    CHECK_EQ(outcome(reader, OP_FRAME_INVALIDATE, (struct args){{0, 1}}), blames(ERR_NO_RIGHT, 0));
    CHECK_EQ(state_digest(), before);
}

static void b37_uncached_alias_sees_what_was_cleaned(void)
{
    enum { ROUNDS = 50 };
    cap_t frame = test_make(TYPE_FRAME, 1);
    vaddr_t cached = test_address(1), uncached = test_address(1);

    CHECK_EQ(map_here(frame, cached, 0, 1, READ_WRITE), OK);
    *word_at(cached) = 1;
    CHECK_EQ(map_here(frame, uncached, 0, 1, READ_WRITE | MAP_UNCACHED), OK);
    CHECK_EQ(*word_at(uncached), 1); /* mapping it uncached wrote the caches back */
    for (word_t i = 2; i < ROUNDS; i += 2) {
        *word_at(cached) = i;
        CHECK_EQ(skr_frame_clean(frame, 0, 1), OK);
        CHECK_EQ(*word_at(uncached), i);
        CHECK_EQ(skr_frame_invalidate(frame, 0, 1), OK);
        *word_at(uncached) = i + 1;
        CHECK_EQ(*word_at(cached), i + 1);
    }
}

static const struct check_test tests[] = {
    {"b33_no_execute_in_small_pages", b33_no_execute_in_small_pages},
    {"b33_no_execute_in_large_pages", b33_no_execute_in_large_pages},
    {"b33_execution_needs_the_right", b33_execution_needs_the_right},
    {"b33_write_and_execute_need_leave", b33_write_and_execute_need_leave},
    {"b35_first_accesses_just_work", b35_first_accesses_just_work},
    {"b36_cache_by_page_and_by_frame", b36_cache_by_page_and_by_frame},
    {"b36_cache_operations_refuse_what_is_wrong", b36_cache_operations_refuse_what_is_wrong},
    {"b37_uncached_alias_sees_what_was_cleaned", b37_uncached_alias_sees_what_was_cleaned},
};

const struct test_group memory_use_tests = {tests, array_count(tests)};

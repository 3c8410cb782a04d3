/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 27 to 31: what address spaces map, what they refuse, and how mappings end.
 *
 * Whether a page is there is asked by a probe, which survives the fault if it is not.
 */
#include <abi/sizes.h>
#include <rt/map.h>

#include "groups.h"
#include "probe.h"
#include "refusal.h"

enum {
    LARGE_PAGES = 512,
    LARGE_BYTES = LARGE_PAGES * ABI_PAGE_SIZE,
    READ_WRITE = MAP_READ | MAP_WRITE,
};

static volatile word_t *word_at(vaddr_t address)
{
    return (volatile word_t *)address;
}

static vaddr_t page_at(vaddr_t address, word_t page)
{
    return address + page * ABI_PAGE_SIZE;
}

static word_t map_here(cap_t frame, vaddr_t address, word_t page, word_t pages, word_t attributes)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP,
                       map_entry(frame, address, page, pages, attributes));
}

static word_t unmap_here(vaddr_t address, word_t pages)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_UNMAP, map_entry(0, address, 0, pages, 0));
}

static word_t protect_here(vaddr_t address, word_t pages, word_t attributes)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_PROTECT,
                       map_entry(0, address, 0, pages, attributes));
}

static word_t mapped_pages(cap_t space)
{
    word_t mapped = ~(word_t)0;

    CHECK_EQ(skr_space_info(space, NULL, &mapped), OK);
    return mapped;
}

static word_t free_pages(cap_t space)
{
    word_t pages = ~(word_t)0;

    CHECK_EQ(skr_space_info(space, &pages, NULL), OK);
    return pages;
}

/* ---- 27: every declared frame size maps and is reachable ---- */

/* Each page has a number of its own and keeps it. */
static void check_pages(vaddr_t address, word_t pages)
{
    for (word_t page = 0; page < pages; page++)
        *word_at(page_at(address, page)) = page + 1;
    for (word_t page = 0; page < pages; page++) {
        if (!CHECK_EQ(*word_at(page_at(address, page)), page + 1))
            return;
    }
}

static void b27_every_frame_size_is_reachable(void)
{
    static const word_t sizes[] = {1, 2, 3, 64, 511, 512, 513, 1000, 2048};

    for (unsigned i = 0; i < array_count(sizes); i++) {
        cap_t frame = test_make(TYPE_FRAME, sizes[i]);
        vaddr_t address = test_address(sizes[i]);
        word_t page = 0, size = 0;

        CHECK_EQ(skr_frame_info(frame, &size, NULL), OK);
        CHECK_EQ(size, sizes[i]);
        while (page < sizes[i]) {
            word_t count = sizes[i] - page < LARGE_PAGES ? sizes[i] - page : LARGE_PAGES;

            if (!CHECK_EQ(map_here(frame, page_at(address, page), page, count, READ_WRITE), OK))
                return;
            page += count;
        }
        check_pages(address, sizes[i]);
    }
}

/* A frame that holds `count` large pages; its first page where one begins in *page. */
static cap_t make_large(word_t count, word_t *page, vaddr_t *address)
{
    cap_t frame = test_make(TYPE_FRAME, (count + 1) * LARGE_PAGES);
    uint64_t physical = 0;

    CHECK_EQ(skr_dma_control_address(ABI_ROOT_DMA, frame, 0, &physical), OK);
    *page = (align_up((word_t)physical, LARGE_BYTES) - (word_t)physical) / ABI_PAGE_SIZE;
    *address = align_up(test_address((count + 1) * LARGE_PAGES), LARGE_BYTES);
    return frame;
}

static void b27_large_pages_are_reachable(void)
{
    static const word_t counts[] = {1, 2, 5};

    for (unsigned i = 0; i < array_count(counts); i++) {
        word_t page, pages = counts[i] * LARGE_PAGES;
        vaddr_t address;
        cap_t frame = make_large(counts[i], &page, &address);

        if (CHECK_EQ(map_here(frame, address, page, pages, READ_WRITE), OK))
            check_pages(address, pages);
    }
}

/* They are mapped as such: without tables for small pages. */
static void b27_large_pages_need_no_tables(void)
{
    word_t page, before;
    vaddr_t address;
    cap_t frame = make_large(4, &page, &address);

    CHECK_EQ(map_here(frame, address, page, LARGE_PAGES, MAP_READ), OK);
    before = free_pages(ABI_ROOT_SPACE);
    CHECK_EQ(map_here(frame, address + LARGE_BYTES, page + LARGE_PAGES, (word_t)2 * LARGE_PAGES,
                      MAP_READ),
             OK);
    CHECK_EQ(free_pages(ABI_ROOT_SPACE), before);
}

/* A hole in a large page leaves its other pages where they are. */
static void b27_large_page_is_split_where_needed(void)
{
    enum { HOLE = 100, READ_ONLY = 200 };
    word_t page, before = mapped_pages(ABI_ROOT_SPACE);
    vaddr_t address;
    cap_t frame = make_large(2, &page, &address);
    struct probe probe;

    if (!probe_start(&probe, 0) ||
        !CHECK_EQ(map_here(frame, address, page, (word_t)2 * LARGE_PAGES, READ_WRITE), OK))
        return;
    check_pages(address, (word_t)2 * LARGE_PAGES);
    before = mapped_pages(ABI_ROOT_SPACE);
    CHECK_EQ(unmap_here(page_at(address, HOLE), 1), OK);
    CHECK_EQ(protect_here(page_at(address, READ_ONLY), 1, MAP_READ), OK);
    CHECK_EQ(before - mapped_pages(ABI_ROOT_SPACE), 1);
    for (word_t i = 0; i < (word_t)2 * LARGE_PAGES; i++) {
        vaddr_t at = page_at(address, i);

        if (i == HOLE)
            CHECK(probe_faults(&probe, MAP_READ, at));
        else
            CHECK_EQ(probe_word(&probe, at), i + 1);
    }
    CHECK(probe_faults(&probe, MAP_WRITE, page_at(address, READ_ONLY)));
    CHECK(probe_try(&probe, MAP_WRITE, page_at(address, READ_ONLY + 1)));
}

/* ---- 28: mapping over an existing mapping ---- */

static void b28_mapping_over_another_is_refused(void)
{
    static const struct {
        uint8_t first, pages;
    } over[] = {{2, 4}, {0, 3}, {5, 3}, {0, 8}, {3, 1}, {2, 1}, {5, 1}};
    cap_t below = test_make(TYPE_FRAME, 8), above = test_make(TYPE_FRAME, 8);
    vaddr_t address = test_address(8);
    uint64_t before;

    CHECK_EQ(map_here(below, page_at(address, 2), 0, 4, READ_WRITE), OK);
    check_pages(page_at(address, 2), 4);
    before = state_digest();
    for (unsigned i = 0; i < array_count(over); i++)
        CHECK_EQ(map_here(above, page_at(address, over[i].first), 0, over[i].pages, READ_WRITE),
                 blames(ERR_IN_USE, 1));
    CHECK_EQ(state_digest(), before);
    for (word_t page = 0; page < 4; page++)
        CHECK_EQ(*word_at(page_at(address, 2 + page)), page + 1);
    CHECK_EQ(map_here(above, address, 0, 2, READ_WRITE), OK); /* right before and behind */
    CHECK_EQ(map_here(above, page_at(address, 6), 2, 2, READ_WRITE), OK);
}

static void b28_mapping_over_a_large_page_is_refused(void)
{
    word_t page;
    vaddr_t address;
    cap_t frame = make_large(1, &page, &address), other = test_make(TYPE_FRAME, 1);
    uint64_t before;

    CHECK_EQ(map_here(frame, address, page, LARGE_PAGES, READ_WRITE), OK);
    before = state_digest();
    CHECK_EQ(map_here(other, address, 0, 1, READ_WRITE), blames(ERR_IN_USE, 1));
    CHECK_EQ(map_here(other, page_at(address, LARGE_PAGES - 1), 0, 1, READ_WRITE),
             blames(ERR_IN_USE, 1));
    CHECK_EQ(map_here(frame, address, page, LARGE_PAGES, READ_WRITE), blames(ERR_IN_USE, 1));
    CHECK_EQ(state_digest(), before);
}

/* ---- 29: misaligned, foreign, table missing ---- */

static void b29_bad_entries_are_refused(void)
{
    cap_t frame = test_make(TYPE_FRAME, 600);
    cap_t reader = test_copy(frame, RIGHT_READ, 0), nothing = test_copy(frame, 0, 0);
    cap_t empty = test_slot();
    vaddr_t address = test_address(600);
    const vaddr_t foreign = (vaddr_t)1 << 39; /* above what user addresses either machine has */
    const struct {
        struct abi_map_entry entry;
        status_t status;
    } cases[] = {
        {map_entry(frame, address + 1, 0, 1, MAP_READ), ERR_MISALIGNED},
        {map_entry(frame, address + 2048, 0, 1, MAP_READ), ERR_MISALIGNED},
        {map_entry(frame, address, 0, 0, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, LARGE_PAGES + 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 601, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 599, 2, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 600, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, ~(word_t)0, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, ~(word_t)0, 2, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, ~(word_t)0 >> 8, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, foreign, 0, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, foreign << 8, 0, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, -foreign, 0, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, -(vaddr_t)ABI_PAGE_SIZE, 0, 1, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, -(vaddr_t)ABI_PAGE_SIZE, 0, 2, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, foreign - ABI_PAGE_SIZE, 0, 2, MAP_READ), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, 0), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, MAP_WRITE), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, MAP_EXECUTE), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, MAP_READ | 16), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, MAP_READ | 128), ERR_BAD_ARGUMENT},
        {map_entry(frame, address, 0, 1, READ_WRITE | MAP_EXECUTE), ERR_NO_RIGHT},
        {map_entry(reader, address, 0, 1, READ_WRITE), ERR_NO_RIGHT},
        {map_entry(reader, address, 0, 1, MAP_READ | MAP_EXECUTE), ERR_NO_RIGHT},
        {map_entry(nothing, address, 0, 1, MAP_READ), ERR_NO_RIGHT},
        {map_entry(0, address, 0, 1, MAP_READ), ERR_BAD_CAPABILITY},
        {map_entry(empty, address, 0, 1, MAP_READ), ERR_BAD_CAPABILITY},
        {map_entry(ABI_ROOT_SLOTS, address, 0, 1, MAP_READ), ERR_BAD_CAPABILITY},
        {map_entry(ABI_ROOT_CAPTABLE, address, 0, 1, MAP_READ), ERR_WRONG_TYPE},
    };
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(cases); i++) {
        if (!CHECK_EQ(map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, cases[i].entry),
                      blames(cases[i].status, 1)))
            check_note("case %u", i);
    }
    CHECK_EQ(state_digest(), before);
}

static void b29_bad_ranges_are_refused_by_unmap_and_protect(void)
{
    const vaddr_t foreign = (vaddr_t)1 << 39;
    const struct {
        vaddr_t address;
        word_t pages;
        status_t status;
    } cases[] = {
        {1, 1, ERR_MISALIGNED},          {2048, 1, ERR_MISALIGNED},
        {0, 0, ERR_BAD_ARGUMENT},        {0, ~(word_t)0 >> 8, ERR_BAD_ARGUMENT},
        {foreign, 1, ERR_BAD_ARGUMENT},  {-(vaddr_t)ABI_PAGE_SIZE, 1, ERR_BAD_ARGUMENT},
        {-foreign, 1, ERR_BAD_ARGUMENT}, {foreign - ABI_PAGE_SIZE, 2, ERR_BAD_ARGUMENT},
    };
    uint64_t before = state_digest();

    for (unsigned i = 0; i < array_count(cases); i++) {
        CHECK_EQ(unmap_here(cases[i].address, cases[i].pages), blames(cases[i].status, 1));
        CHECK_EQ(protect_here(cases[i].address, cases[i].pages, MAP_READ),
                 blames(cases[i].status, 1));
    }
    CHECK_EQ(state_digest(), before);
}

static void b29_protect_gives_no_more_than_the_capability(void)
{
    cap_t frame = test_make(TYPE_FRAME, 2);
    cap_t reader = test_copy(frame, RIGHT_READ, 0);
    vaddr_t address = test_address(2);
    struct probe probe;

    CHECK_EQ(map_here(reader, address, 0, 2, MAP_READ), OK);
    CHECK_EQ(protect_here(address, 2, READ_WRITE), blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(protect_here(address, 2, MAP_READ | MAP_EXECUTE), blames(ERR_NO_RIGHT, 1));
    CHECK_EQ(protect_here(address, 2, 0), blames(ERR_BAD_ARGUMENT, 1));
    if (probe_start(&probe, 0)) {
        CHECK(probe_try(&probe, MAP_READ, address));
        CHECK(probe_faults(&probe, MAP_WRITE, address));
    }
}

/* Lists: how many entries fit, and that one stops at its first bad entry. */
static void b29_list_stops_at_the_first_bad_entry(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1);
    vaddr_t address = test_address(3);
    const struct rt_mapping good = {
        .frame = frame, .address = address, .pages = 1, .attributes = MAP_READ};
    const struct rt_mapping bad = {
        .frame = frame, .address = address + 1, .pages = 1, .attributes = MAP_READ};
    const struct rt_mapping last = {
        .frame = frame, .address = page_at(address, 2), .pages = 1, .attributes = MAP_READ};
    word_t before = mapped_pages(ABI_ROOT_SPACE);
    struct rt_map_list list;

    CHECK_EQ(outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, (struct args){{0}}), OK);
    CHECK_EQ(outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, (struct args){{ABI_LIST_MAX + 1}}),
             blames(ERR_BAD_ARGUMENT, 1));
    CHECK_EQ(outcome(ABI_ROOT_SPACE, OP_SPACE_UNMAP, (struct args){{~(word_t)0}}),
             blames(ERR_BAD_ARGUMENT, 1));
    CHECK_EQ(outcome(ABI_ROOT_SPACE, OP_SPACE_PROTECT, (struct args){{(word_t)1 << 32}}),
             blames(ERR_BAD_ARGUMENT, 1));
    CHECK_EQ(mapped_pages(ABI_ROOT_SPACE), before);

    rt_map_begin(&list, ABI_ROOT_SPACE, OP_SPACE_MAP);
    rt_map_add(&list, &good);
    rt_map_add(&list, &bad);
    rt_map_add(&list, &last);
    CHECK_EQ(rt_map_end(&list), ERR_MISALIGNED);
    CHECK_EQ(list.done, 1);
    CHECK_EQ(mapped_pages(ABI_ROOT_SPACE), before + 1);
}

/* Without pages for tables nothing is mapped; the answer says how many are missing, and that many
 * are enough. */
static void b29_missing_tables_are_counted(void)
{
    cap_t space = test_make(TYPE_SPACE, ABI_SPACE_PAGES_MIN);
    cap_t frame = test_make(TYPE_FRAME, 2), pool;
    const vaddr_t address = (vaddr_t)5 << 30;
    const struct rt_mapping mapping = {
        .frame = frame, .address = address, .pages = 2, .attributes = MAP_READ};
    word_t words[ABI_REGISTER_WORDS] = {1}, missing;

    CHECK_EQ(free_pages(space), 0);
    CHECK_EQ(rt_map(space, &mapping), ERR_NO_MEMORY);
    *(struct abi_map_entry *)(void *)rt_buffer()->list = map_entry(frame, address, 0, 2, MAP_READ);
    CHECK_EQ(skr_invoke(space, skr_info(OP_SPACE_MAP, 1, 0), words, NULL), ERR_NO_MEMORY);
    missing = words[1];
    CHECK_EQ(words[0], 0);
    CHECK(missing > 0 && missing <= 3);
    CHECK_EQ(mapped_pages(space), 0);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, frame).children, 0);

    pool = test_make(TYPE_POOL, 1 + missing); /* its first page is the pool's own */
    CHECK_EQ(skr_space_give(space, pool), OK);
    CHECK_EQ(free_pages(space), missing);
    CHECK_EQ(rt_map(space, &mapping), OK);
    CHECK_EQ(free_pages(space), 0);
    CHECK_EQ(mapped_pages(space), 2);
}

/* Takes a space's last free pages, each for the table of one page more. */
static void use_up(cap_t space, cap_t frame)
{
    for (vaddr_t i = 2; free_pages(space) > 0 && i < 100; i++)
        (void)map_outcome(space, OP_SPACE_MAP, map_entry(frame, i * LARGE_BYTES, 0, 1, MAP_READ));
    CHECK_EQ(free_pages(space), 0);
}

/* A large page that can't be split stays whole. */
static void b29_split_without_pages_is_refused(void)
{
    const struct abi_map_entry hole = map_entry(0, LARGE_BYTES + 5 * ABI_PAGE_SIZE, 0, 1, MAP_READ);
    word_t page, mapped, words[ABI_REGISTER_WORDS] = {1};
    vaddr_t unused;
    cap_t frame = make_large(1, &page, &unused), space = test_make(TYPE_SPACE, 6), pool;

    CHECK_EQ(map_outcome(space, OP_SPACE_MAP,
                         map_entry(frame, LARGE_BYTES, page, LARGE_PAGES, READ_WRITE)),
             OK);
    use_up(space, frame);
    mapped = mapped_pages(space);
    CHECK_EQ(map_outcome(space, OP_SPACE_PROTECT, hole), blames(ERR_NO_MEMORY, 1));
    CHECK_EQ(map_outcome(space, OP_SPACE_UNMAP, hole), blames(ERR_NO_MEMORY, 1));
    CHECK_EQ(skr_invoke(space, skr_info(OP_SPACE_UNMAP, 1, 0), words, NULL), ERR_NO_MEMORY);
    CHECK_EQ(words[0], 0);
    CHECK(words[1] == 1 || words[1] == 2); /* a table, and perhaps one for records */
    CHECK_EQ(mapped_pages(space), mapped);

    pool = test_make(TYPE_POOL, 1 + words[1]);
    CHECK_EQ(skr_space_give(space, pool), OK);
    CHECK_EQ(map_outcome(space, OP_SPACE_UNMAP, hole), OK);
    CHECK_EQ(mapped_pages(space), mapped - 1);
    /* All of it goes without a page, whatever is left. */
    CHECK_EQ(map_outcome(space, OP_SPACE_UNMAP, map_entry(0, LARGE_BYTES, 0, LARGE_PAGES, 0)), OK);
    CHECK_EQ(mapped_pages(space), mapped - LARGE_PAGES);
}

static void b29_pool_belongs_to_one_space(void)
{
    cap_t spaces = test_make_many(TYPE_SPACE, ABI_SPACE_PAGES_MIN, 2);
    cap_t pool = test_make(TYPE_POOL, 3);

    CHECK_EQ(outcome(spaces, OP_SPACE_GIVE, (struct args){{spaces + 1}}),
             blames(ERR_WRONG_TYPE, 1));
    CHECK_EQ(skr_space_give(spaces, pool), OK);
    CHECK_EQ(outcome(spaces, OP_SPACE_GIVE, (struct args){{pool}}), blames(ERR_IN_USE, 1));
    CHECK_EQ(outcome(spaces + 1, OP_SPACE_GIVE, (struct args){{pool}}), blames(ERR_IN_USE, 1));
    CHECK_EQ(free_pages(spaces), 2);
    CHECK_EQ(free_pages(spaces + 1), 0);
}

/* Tables that became empty serve again: a small space can map one page anywhere, for ever. */
static void b29_empty_tables_are_used_again(void)
{
    cap_t space = test_make(TYPE_SPACE, ABI_SPACE_PAGES_MIN + 2);
    cap_t frame = test_make(TYPE_FRAME, 1);

    for (word_t i = 0; i < 100; i++) {
        vaddr_t address = i << 30;

        if (!CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame, address, 0, 1, MAP_READ)),
                      OK))
            return;
        CHECK_EQ(map_outcome(space, OP_SPACE_UNMAP, map_entry(0, address, 0, 1, 0)), OK);
    }
    CHECK_EQ(mapped_pages(space), 0);
}

/* ---- 30: delete of a frame capability unmaps ---- */

static void b30_delete_of_a_copy_unmaps_its_own(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1), copy = test_copy(frame, RIGHTS_ALL, 0);
    cap_t below = test_copy(copy, RIGHTS_ALL, 0);
    vaddr_t through_frame = test_address(1), through_copy = test_address(1);
    vaddr_t through_below = test_address(1);
    struct probe probe;

    CHECK_EQ(map_here(frame, through_frame, 0, 1, READ_WRITE), OK);
    CHECK_EQ(map_here(copy, through_copy, 0, 1, READ_WRITE), OK);
    CHECK_EQ(map_here(below, through_below, 0, 1, READ_WRITE), OK);
    if (!probe_start(&probe, 0))
        return;
    *word_at(through_frame) = 42;
    CHECK_EQ(probe_word(&probe, through_copy), 42);

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    CHECK(probe_faults(&probe, MAP_READ, through_copy));
    CHECK(probe_faults(&probe, MAP_WRITE, through_copy));
    CHECK_EQ(probe_word(&probe, through_frame), 42);
    CHECK_EQ(probe_word(&probe, through_below), 42);

    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, frame), OK);
    CHECK(probe_faults(&probe, MAP_READ, through_frame));
    CHECK(probe_faults(&probe, MAP_READ, through_below));
}

/* Mappings in every space go, small and large, split or not. */
static void b30_delete_unmaps_everywhere(void)
{
    word_t page, before = mapped_pages(ABI_ROOT_SPACE);
    vaddr_t address;
    cap_t frame = make_large(2, &page, &address);
    cap_t space = test_make(TYPE_SPACE, 16);
    struct probe probe;

    before = mapped_pages(ABI_ROOT_SPACE);
    CHECK_EQ(map_here(frame, address, page, (word_t)2 * LARGE_PAGES, READ_WRITE), OK);
    CHECK_EQ(unmap_here(page_at(address, 7), 1), OK);
    CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame, ABI_PAGE_SIZE, 0, 300, MAP_READ)),
             OK);
    if (!probe_start(&probe, 0))
        return;
    before = mapped_pages(ABI_ROOT_SPACE) - (2 * LARGE_PAGES - 1);
    CHECK(probe_try(&probe, MAP_READ, address));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, frame), OK);
    CHECK_EQ(mapped_pages(ABI_ROOT_SPACE), before);
    CHECK_EQ(mapped_pages(space), 0);
    CHECK(probe_faults(&probe, MAP_READ, address));
    CHECK(probe_faults(&probe, MAP_READ, page_at(address, 2 * LARGE_PAGES - 1)));
}

/* ---- 31: unmap after the space was deleted ---- */

static void b31_unmap_in_a_dead_space_is_safe(void)
{
    cap_t space = test_make(TYPE_SPACE, 8), copy = test_copy(space, RIGHTS_ALL, 0);
    cap_t frame = test_make(TYPE_FRAME, 4), frame_copy = test_copy(frame, RIGHTS_ALL, 0);

    CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame, 0, 0, 4, MAP_READ)), OK);
    CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame_copy, 1 << 30, 0, 4, MAP_READ)), OK);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, frame_copy).children, 1);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, space), OK);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, frame_copy).children, 0);

    CHECK_EQ(map_outcome(copy, OP_SPACE_UNMAP, map_entry(0, 0, 0, 4, 0)), blames(ERR_PEER_GONE, 0));
    CHECK_EQ(map_outcome(copy, OP_SPACE_MAP, map_entry(frame, 0, 0, 4, MAP_READ)),
             blames(ERR_PEER_GONE, 0));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, frame_copy), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, frame), OK);
}

static void b31_space_dies_with_its_pool(void)
{
    cap_t space = test_make(TYPE_SPACE, ABI_SPACE_PAGES_MIN), pool = test_make(TYPE_POOL, 8);
    cap_t frame = test_make(TYPE_FRAME, 1);

    CHECK_EQ(skr_space_give(space, pool), OK);
    CHECK_EQ(map_outcome(space, OP_SPACE_MAP, map_entry(frame, 0, 0, 1, MAP_READ)), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, pool), OK);
    CHECK_EQ(test_type(space), TYPE_DEAD);
    CHECK_EQ(held_in(ABI_ROOT_CAPTABLE, frame).children, 0);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, frame), OK);
}

static void count_for_ever(void *argument)
{
    struct child_shared *shared = argument;

    for (;;)
        shared->words[0]++;
}

/* A thread whose space is deleted under it, on another core where there is one, runs no more. */
static void b31_thread_in_a_dead_space_stops(void)
{
    const struct child_options options = {
        .budget = test_cores() > 1 ? test_budget(1, TEST_NS_PER_MS, TEST_NS_PER_MS) : 0,
    };
    struct child child;
    word_t count;

    if (child_create(&child, &options)) {
        child_start(&child, count_for_ever, child.shared);
        while (child.shared->words[0] == 0)
            test_sleep_ns(TEST_NS_PER_MS);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, child.space.cap), OK);
        count = child.shared->words[0];
        test_sleep_ns(5 * TEST_NS_PER_MS);
        CHECK_EQ(child.shared->words[0], count);
    }
    child_destroy(&child);
}

static const struct check_test tests[] = {
    {"b27_every_frame_size_is_reachable", b27_every_frame_size_is_reachable},
    {"b27_large_pages_are_reachable", b27_large_pages_are_reachable},
    {"b27_large_pages_need_no_tables", b27_large_pages_need_no_tables},
    {"b27_large_page_is_split_where_needed", b27_large_page_is_split_where_needed},
    {"b28_mapping_over_another_is_refused", b28_mapping_over_another_is_refused},
    {"b28_mapping_over_a_large_page_is_refused", b28_mapping_over_a_large_page_is_refused},
    {"b29_bad_entries_are_refused", b29_bad_entries_are_refused},
    {"b29_bad_ranges_are_refused_by_unmap_and_protect",
     b29_bad_ranges_are_refused_by_unmap_and_protect},
    {"b29_protect_gives_no_more_than_the_capability",
     b29_protect_gives_no_more_than_the_capability},
    {"b29_list_stops_at_the_first_bad_entry", b29_list_stops_at_the_first_bad_entry},
    {"b29_missing_tables_are_counted", b29_missing_tables_are_counted},
    {"b29_split_without_pages_is_refused", b29_split_without_pages_is_refused},
    {"b29_pool_belongs_to_one_space", b29_pool_belongs_to_one_space},
    {"b29_empty_tables_are_used_again", b29_empty_tables_are_used_again},
    {"b30_delete_of_a_copy_unmaps_its_own", b30_delete_of_a_copy_unmaps_its_own},
    {"b30_delete_unmaps_everywhere", b30_delete_unmaps_everywhere},
    {"b31_unmap_in_a_dead_space_is_safe", b31_unmap_in_a_dead_space_is_safe},
    {"b31_space_dies_with_its_pool", b31_space_dies_with_its_pool},
    {"b31_thread_in_a_dead_space_stops", b31_thread_in_a_dead_space_stops},
};

const struct test_group space_tests = {tests, array_count(tests)};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load.  Every step leaves captable and memory as it found them, and every call in it succeeds.
 */
#include "bench.h"
#include "load.h"

#include <abi/sizes.h>
#include <rt/map.h>

enum {
    FIRST_OFFSET = ABI_PAGE_SIZE, /* behind the memory's own header */
    ALL_RIGHTS = 0x3ff,
    MADE_MAX = 64,
    COPIES_MAX = 300,
    THREADS_MAX = 16,
    SIGNALS = 32,
    PART_PAGES = 200,      /* a component */
    PART_SPACE_PAGES = 16,
    PART_MAPPED_PAGES = 64,
    PART_THREADS = 8,
};

static const word_t SCATTER_BYTES = (word_t)1 << 21; /* a table of its own for each page */

uint32_t lot_draw(uint32_t *lot)
{
    *lot ^= *lot << 13;
    *lot ^= *lot >> 17;
    *lot ^= *lot << 5;
    return *lot;
}

static void must(status_t status)
{
    rt_assert(status == OK);
}

static void empty_slots(word_t first, word_t count)
{
    for (word_t i = 0; i < count; i++)
        must(skr_captable_delete(PEER_CAPTABLE, first + i));
}

/* Zeroing, one big mapping in three states, and a frame that ends with its mapping. */
static void use_big_frame(uint32_t lot)
{
    word_t pages = 1 + lot % FRAME_PAGES;
    struct rt_mapping mapping = {
        .frame = PEER_FREE_SLOTS,
        .address = WINDOW_ADDRESS + (lot >> 16 & 1) * ABI_PAGE_SIZE,
        .pages = pages,
        .attributes = MAP_READ | MAP_WRITE,
    };

    must(skr_memory_make(PEER_MEMORY, TYPE_FRAME, FIRST_OFFSET, pages, 1, PEER_FREE_SLOTS, NULL));
    must(rt_map(PEER_SPACE, &mapping));
    must(rt_protect(PEER_SPACE, mapping.address, pages, MAP_READ));
    must(rt_unmap(PEER_SPACE, mapping.address, 1 + pages / 2));
    empty_slots(PEER_FREE_SLOTS, 1);
}

static void revoke_frames(uint32_t lot)
{
    word_t count = 1 + lot % MADE_MAX;

    must(skr_memory_make(PEER_MEMORY, TYPE_FRAME, FIRST_OFFSET, 1 + lot % 4, count,
                         PEER_FREE_SLOTS, NULL));
    must(skr_captable_revoke(PEER_CAPTABLE, PEER_MEMORY, NULL));
    empty_slots(PEER_FREE_SLOTS, count);
}

/* A tree of copies: a chain, a bush, or something between. */
static void revoke_copies(uint32_t lot)
{
    word_t count = 2 + lot % COPIES_MAX;
    word_t step = 1 + (lot >> 16) % count;

    must(skr_captable_copy(PEER_CAPTABLE, PEER_FREE_SLOTS, PEER_CAPTABLE, PEER_ENDPOINT,
                           ALL_RIGHTS, 0, 0));
    for (word_t i = 1; i < count; i++)
        must(skr_captable_copy(PEER_CAPTABLE, PEER_FREE_SLOTS + i, PEER_CAPTABLE,
                               PEER_FREE_SLOTS + (i > step ? i - step : 0), ALL_RIGHTS, 0, 0));
    must(skr_captable_revoke(PEER_CAPTABLE, PEER_FREE_SLOTS, NULL));
    empty_slots(PEER_FREE_SLOTS, count);
}

/* As many entries as a call takes, each in a place of its own. */
static void map_scattered(uint32_t lot)
{
    static const word_t operations[] = {OP_SPACE_MAP, OP_SPACE_UNMAP};

    for (size_t i = 0; i < array_count(operations); i++) {
        struct rt_mapping mapping = {
            .frame = PEER_FRAME,
            .pages = 1,
            .attributes = MAP_READ | MAP_WRITE,
        };
        struct rt_map_list list;

        rt_map_begin(&list, PEER_SPACE, operations[i]);
        for (word_t n = 0; n < 1 + lot % ABI_LIST_MAX; n++) {
            mapping.address = WINDOW_ADDRESS + n % 16 * SCATTER_BYTES + n * ABI_PAGE_SIZE * 2;
            mapping.page = n;
            rt_map_add(&list, &mapping);
        }
        must(rt_map_end(&list));
    }
}

static void clean_frame(uint32_t lot)
{
    word_t pages = 1 + lot % FRAME_PAGES;

    must(skr_frame_clean(PEER_FRAME, 0, pages));
    must(skr_frame_invalidate(PEER_FRAME, FRAME_PAGES - pages, pages));
}

static void start_threads(uint32_t lot)
{
    word_t count = 1 + lot % THREADS_MAX;

    must(skr_memory_make(PEER_MEMORY, TYPE_THREAD, FIRST_OFFSET, 0, count, PEER_FREE_SLOTS, NULL));
    for (word_t i = 0; i < count; i++) {
        cap_t thread = PEER_FREE_SLOTS + i;

        must(skr_thread_configure(thread, PEER_CAPTABLE, PEER_SPACE, PEER_BUDGET, PEER_ENDPOINT, 0,
                                  PEER_FRAME, 0, 0));
        must(skr_thread_start(thread, 0, 0, 0, 0));
    }
    for (word_t i = 0; i < count; i++)
        must(skr_thread_stop(PEER_FREE_SLOTS + i));
    empty_slots(PEER_FREE_SLOTS, count);
}

static void signal_and_poll(uint32_t lot)
{
    word_t bits;

    for (unsigned i = 0; i < SIGNALS; i++) {
        must(skr_signal(PEER_ANSWER, 1 + lot % 2));
        (void)skr_poll(PEER_ANSWER, &bits); /* loads on other cores poll it, too */
    }
}

/* What a component is made of, ended by the deletion of the memory it lies in. */
static void end_component(uint32_t lot)
{
    enum { MEMORY = PEER_FREE_SLOTS, SPACE, FRAME, CAPTABLE, CHUNK, THREADS };
    struct rt_mapping mapping = {
        .frame = FRAME,
        .address = WINDOW_ADDRESS,
        .pages = 1 + lot % PART_MAPPED_PAGES,
        .attributes = MAP_READ,
    };
    word_t at = ABI_PAGE_SIZE;

    must(skr_memory_make(PEER_MEMORY, TYPE_MEMORY, FIRST_OFFSET, PART_PAGES, 1, MEMORY, NULL));
    must(skr_memory_make(MEMORY, TYPE_SPACE, at, PART_SPACE_PAGES, 1, SPACE, NULL));
    at += PART_SPACE_PAGES * ABI_PAGE_SIZE;
    must(skr_memory_make(MEMORY, TYPE_FRAME, at, PART_MAPPED_PAGES, 1, FRAME, NULL));
    at += PART_MAPPED_PAGES * ABI_PAGE_SIZE;
    must(skr_memory_make(MEMORY, TYPE_CAPTABLE, at, 1, 1, CAPTABLE, NULL));
    at += ABI_PAGE_SIZE;
    must(skr_memory_make(MEMORY, TYPE_CHUNK, at, 0, 1, CHUNK, NULL));
    at += 2 * ABI_PAGE_SIZE;
    must(skr_memory_make(MEMORY, TYPE_THREAD, at, 0, PART_THREADS, THREADS, NULL));
    must(skr_captable_attach(CAPTABLE, 0, CHUNK));
    for (word_t i = 1; i < ABI_CHUNK_SLOTS; i++)
        must(skr_captable_copy(CAPTABLE, i, PEER_CAPTABLE, FRAME, ALL_RIGHTS, 0, 0));
    must(rt_map(SPACE, &mapping));
    empty_slots(MEMORY, THREADS + PART_THREADS - MEMORY);
}

void load_forever(void *seed)
{
    static void (*const steps[])(uint32_t) = {
        use_big_frame, revoke_frames,   revoke_copies, map_scattered,
        clean_frame,   signal_and_poll, start_threads, end_component,
    };
    uint32_t lot = 1 + (uint32_t)(word_t)seed;

    for (;;) {
        uint32_t step = lot_draw(&lot) % array_count(steps);

        steps[step](lot_draw(&lot));
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping and unmapping, and a fork: share pages copy-on-write, then break one.
 */
#include "bench.h"

#include <base/memory.h>
#include <rt/print.h>

enum { FORK_PAGES = 256, BROKEN_PAGE = 77, ATTRIBUTE_BITS = 8 };

ALWAYS_INLINE void put_entry(cap_t frame, vaddr_t address, word_t page, word_t pages,
                             word_t attributes)
{
    struct abi_map_entry *entry = (struct abi_map_entry *)(void *)rt_buffer()->list;

    entry->frame = frame;
    entry->address = address;
    entry->page = page;
    entry->count_attributes = pages << ATTRIBUTE_BITS | attributes;
}

/* Unmapping takes address and count from the same entry. */
ALWAYS_INLINE status_t map_unmap(word_t pages)
{
    status_t status;

    put_entry(PEER_FRAME, WINDOW_ADDRESS, 0, pages, MAP_READ | MAP_WRITE);
    status = skr_space_map(PEER_SPACE, 1, NULL, NULL);
    return status | skr_space_unmap(PEER_SPACE, 1, NULL, NULL);
}

static inline status_t map_unmap_1(void)
{
    return map_unmap(1);
}

static inline status_t map_unmap_64(void)
{
    return map_unmap(64);
}

void map_client(void *unused)
{
    (void)unused;
    measure(map_unmap_1);
}

void map_64_client(void *unused)
{
    (void)unused;
    measure(map_unmap_64);
}

static void fork_map(cap_t space, cap_t frame, vaddr_t address, word_t pages, word_t attributes)
{
    put_entry(frame, address, 0, pages, attributes);
    rt_assert(skr_space_map(space, 1, NULL, NULL) == OK);
}

static void fork_unmap(cap_t space, vaddr_t address, word_t pages)
{
    put_entry(0, address, 0, pages, 0);
    rt_assert(skr_space_unmap(space, 1, NULL, NULL) == OK);
}

static void fork_protect(word_t attributes)
{
    put_entry(0, WINDOW_ADDRESS, 0, FORK_PAGES, attributes);
    rt_assert(skr_space_protect(PEER_FIRST_SPACE, 1, NULL, NULL) == OK);
}

/* The faulting page gets a copy that can be written. */
static void break_sharing(vaddr_t address)
{
    vaddr_t page = align_down(address, ABI_PAGE_SIZE);

    mem_copy((void *)SECOND_WINDOW_ADDRESS, (const void *)page, ABI_PAGE_SIZE);
    fork_unmap(PEER_SERVER_SPACE, page, 1);
    fork_map(PEER_SERVER_SPACE, PEER_SPARE_FRAME, page, 1, MAP_READ | MAP_WRITE);
}

/*
 * Both spaces' keeper, who sees the pages at the same address.  `message` is the second space's
 * call from before its write, and becomes the one from behind it.
 */
static void fork_once(struct skr_message *message)
{
    fork_protect(MAP_READ);
    fork_map(PEER_SERVER_SPACE, PEER_FRAME, WINDOW_ADDRESS, FORK_PAGES, MAP_READ);
    message->info = 0;
    (void)skr_reply_receive(PEER_ENDPOINT, PEER_REPLY, message);
    rt_assert(skr_info_event(message->info) == EVENT_FAULT);
    break_sharing(message->words[0]);
    message->info = 0;
    (void)skr_reply_receive(PEER_ENDPOINT, PEER_REPLY, message);
}

void fork_client(void *unused)
{
    struct skr_message message;

    (void)unused;
    fork_map(PEER_SPACE, PEER_FRAME, WINDOW_ADDRESS, FORK_PAGES, MAP_READ);
    fork_map(PEER_SPACE, PEER_SPARE_FRAME, SECOND_WINDOW_ADDRESS, 1, MAP_READ | MAP_WRITE);
    fork_map(PEER_FIRST_SPACE, PEER_FRAME, WINDOW_ADDRESS, FORK_PAGES, MAP_READ | MAP_WRITE);
    (void)skr_receive(PEER_ENDPOINT, PEER_REPLY, &message);
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        uint64_t start = instructions_now();

        fork_once(&message);
        bench_shared()->samples[sample] = instructions_now() - start;
        fork_unmap(PEER_SERVER_SPACE, WINDOW_ADDRESS, FORK_PAGES);
        fork_protect(MAP_READ | MAP_WRITE);
    }
    trace_begin();
    fork_once(&message);
    trace_end();
}

/* The second process. */
void fork_server(void *unused)
{
    volatile word_t *word = (volatile word_t *)(WINDOW_ADDRESS + BROKEN_PAGE * ABI_PAGE_SIZE);
    struct skr_message message = {0};

    (void)unused;
    for (;;) {
        message.info = 0;
        (void)skr_call(PEER_ENDPOINT, &message);
        *word = 1;
    }
}

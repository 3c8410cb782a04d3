/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the stage and the peers.  Memory is taken from its start upwards; what ends is made again
 * in the same place.  A failure here is a bug of ours: it ends the run.
 */
#include "stage.h"

#include <abi/sizes.h>
#include <base/memory.h>
#include <rt/image.h>
#include <rt/map.h>
#include <rt/object.h>
#include <rt/print.h>

enum {
    SPACE_PAGES = 32,
    STACK_PAGES = 4,
    BUFFER_PAGES = 1,
    PEER_PAGES = 128,
    OWN_POOL_PAGES = 32,
    CHUNKS = PEER_SLOTS / ABI_CHUNK_SLOTS,
    ALL_RIGHTS = 0x3ff,
    IS_DONE = 1,
    HAS_FAULTED = 2,
};

/* In every peer, apart from the image and the shared page. */
static const vaddr_t STACK_ADDRESS = (word_t)0x28 << 32;

/* Of a second; the kernel's own first budget is the whole, which is never charged. */
static const uint64_t PERIOD_NS = 1000000000;
static const uint64_t ROOT_NS = 100000000;
static const uint64_t PEER_NS = 400000000;

/* Offsets and slots that were never used, from here on up. */
struct supply {
    cap_t memory;
    word_t offset;
};

struct peer {
    struct supply supply;
    cap_t space, captable, thread, stack, budget;
};

static struct {
    struct supply supply;
    cap_t next_slot;
    cap_t first_peer_slot; /* and offset: where peers are made, again and again */
    word_t first_peer_offset;
    cap_t image;
    cap_t shared[PEER_FREE_SLOTS]; /* what peers are given, by their slot */
    cap_t client_budget, server_budget;
} stage;

static void must(status_t status, const char *what)
{
    if (status == OK)
        return;
    rt_printf("bench: %s: %d\n", what, (int)status);
    (void)skr_power_control_fail(ABI_ROOT_POWER, 1);
}

static cap_t make_many(struct supply *supply, word_t type, word_t size, word_t count)
{
    word_t at = align_up(supply->offset, rt_object_alignment(type));
    cap_t slot = stage.next_slot;

    must(skr_memory_make(supply->memory, type, at, size, count, slot, NULL), "making objects");
    supply->offset = at + rt_object_bytes(type, size) * count;
    stage.next_slot += count;
    return slot;
}

static cap_t make(struct supply *supply, word_t type, word_t size)
{
    return make_many(supply, type, size, 1);
}

static void map(cap_t space, cap_t frame, vaddr_t address, word_t page, word_t pages,
                word_t attributes)
{
    struct rt_mapping mapping = {frame, address, page, pages, attributes};

    must(rt_map(space, &mapping), "mapping");
}

/* ---- what is made once ---- */

static const struct abi_boot_memory *largest_memory(const struct abi_boot_info *boot)
{
    const struct abi_boot_memory *largest = NULL;

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];
        bool is_usable = (memory->kind & ABI_MEMORY_KERNEL_USABLE) != 0;

        if (is_usable && (largest == NULL || memory->size_bytes > largest->size_bytes))
            largest = memory;
    }
    rt_assert(largest != NULL);
    return largest;
}

static word_t image_pages(void)
{
    return (word_t)(rt_constants_end - rt_image_start) / ABI_PAGE_SIZE;
}

/* The first component has no capability to its own code, so peers run a copy. */
static void copy_image(void)
{
    word_t pages = image_pages();

    stage.image = make(&stage.supply, TYPE_FRAME, pages);
    map(ABI_ROOT_SPACE, stage.image, WINDOW_ADDRESS, 0, pages, MAP_READ | MAP_WRITE);
    mem_copy((void *)WINDOW_ADDRESS, rt_image_start, pages * ABI_PAGE_SIZE);
    must(skr_frame_clean(stage.image, 0, pages), "cleaning the image");
    must(rt_unmap(ABI_ROOT_SPACE, WINDOW_ADDRESS, pages), "unmapping the image");
}

static cap_t make_budget(uint64_t amount_ns)
{
    cap_t budget = make(&stage.supply, TYPE_BUDGET, 0);

    must(skr_time_control_fill(ABI_ROOT_TIME, budget, amount_ns, PERIOD_NS, NULL), "budget");
    return budget;
}

static void make_budgets(void)
{
    must(skr_time_control_fill(ABI_ROOT_TIME, ABI_ROOT_BUDGET, ROOT_NS, PERIOD_NS, NULL),
         "own budget");
    stage.client_budget = make_budget(PEER_NS);
    stage.server_budget = make_budget(PEER_NS);
}

static void make_shared_objects(void)
{
    struct supply *supply = &stage.supply;
    cap_t *shared = stage.shared;

    shared[PEER_LOG] = ABI_ROOT_LOG;
    shared[PEER_DONE] = make(supply, TYPE_NOTIFICATION, 0);
    shared[PEER_ENDPOINT] = make(supply, TYPE_ENDPOINT, 0);
    shared[PEER_REPLY] = make(supply, TYPE_REPLY, 0);
    shared[PEER_REQUEST] = make(supply, TYPE_NOTIFICATION, 0);
    shared[PEER_ANSWER] = make(supply, TYPE_NOTIFICATION, 0);
    shared[PEER_TIMER] = make(supply, TYPE_TIMER, 0);
    shared[PEER_FRAME] = make(supply, TYPE_FRAME, FRAME_PAGES);
    shared[PEER_SPARE_FRAME] = make(supply, TYPE_FRAME, 1);
    shared[PEER_MEMORY] = make(supply, TYPE_MEMORY, MEMORY_PAGES);
    shared[PEER_FIRST_SPACE] = make(supply, TYPE_SPACE, SPACE_PAGES);
    must(skr_log_control_watch(ABI_ROOT_LOG, shared[PEER_DONE], HAS_FAULTED), "watching faults");
}

static cap_t shared_page;

static void make_shared_page(uint64_t time_frequency)
{
    shared_page = make(&stage.supply, TYPE_FRAME, 1);
    map(ABI_ROOT_SPACE, shared_page, SHARED_ADDRESS, 0, 1, MAP_READ | MAP_WRITE);
    bench_shared()->time_frequency = time_frequency;
}

void stage_init(const struct abi_boot_info *boot)
{
    const struct abi_boot_memory *memory = largest_memory(boot);

    stage.supply = (struct supply){memory->slot, (word_t)memory->first_free};
    stage.next_slot = ABI_ROOT_FIRST_FREE;
    must(skr_space_give(ABI_ROOT_SPACE, make(&stage.supply, TYPE_POOL, OWN_POOL_PAGES)),
         "pages for our own space");
    make_budgets();
    make_shared_page(boot->time_frequency);
    copy_image();
    make_shared_objects();
    stage.first_peer_slot = stage.next_slot;
    stage.first_peer_offset = stage.supply.offset;
}

/* ---- peers ---- */

/* A peer's first instructions.  What the runtime needs to know lives on its stack. */
static noreturn void peer_entry(rt_thread_fn *run)
{
    struct rt_process process = {
        .time_frequency = bench_shared()->time_frequency,
        .captable = PEER_CAPTABLE,
        .space = PEER_SPACE,
        .log = PEER_LOG,
    };
    struct rt_thread thread = {
        .process = &process,
        .buffer = (struct abi_buffer *)(STACK_ADDRESS + STACK_PAGES * ABI_PAGE_SIZE),
        .thread = PEER_THREAD,
    };

    rt_set_thread_pointer((word_t)&thread);
    run(NULL);
    (void)skr_signal(PEER_DONE, IS_DONE);
    for (;;)
        (void)skr_thread_stop(PEER_THREAD);
}

static void map_peer(const struct peer *peer)
{
    word_t text_pages = (word_t)(rt_text_end - rt_image_start) / ABI_PAGE_SIZE;

    map(peer->space, stage.image, (vaddr_t)rt_image_start, 0, text_pages, MAP_READ | MAP_EXECUTE);
    map(peer->space, stage.image, (vaddr_t)rt_text_end, text_pages, image_pages() - text_pages,
        MAP_READ);
    map(peer->space, peer->stack, STACK_ADDRESS, 0, STACK_PAGES + BUFFER_PAGES,
        MAP_READ | MAP_WRITE);
    map(peer->space, shared_page, SHARED_ADDRESS, 0, 1, MAP_READ | MAP_WRITE);
}

static void make_captable(struct peer *peer)
{
    cap_t chunks;

    peer->captable = make(&peer->supply, TYPE_CAPTABLE, CHUNKS);
    chunks = make_many(&peer->supply, TYPE_CHUNK, 0, CHUNKS);
    for (word_t i = 0; i < CHUNKS; i++)
        must(skr_captable_attach(peer->captable, i, chunks + i), "attaching a chunk");
}

static void give(const struct peer *peer, word_t slot, cap_t cap)
{
    must(skr_captable_copy(peer->captable, slot, ABI_ROOT_CAPTABLE, cap, ALL_RIGHTS, 0, 0),
         "giving a capability");
}

static void fill_captable(const struct peer *peer, const struct peer *server)
{
    give(peer, PEER_CAPTABLE, peer->captable);
    give(peer, PEER_SPACE, peer->space);
    give(peer, PEER_THREAD, peer->thread);
    give(peer, PEER_BUDGET, peer->budget);
    give(peer, PEER_SERVER_SPACE, server->space);
    for (word_t slot = 0; slot < PEER_FREE_SLOTS; slot++) {
        if (stage.shared[slot] != 0)
            give(peer, slot, stage.shared[slot]);
    }
}

static void peer_make(struct peer *peer, const struct role *role, cap_t budget)
{
    cap_t fault = role->has_faults ? stage.shared[PEER_ENDPOINT] : 0;

    peer->supply.memory = make(&stage.supply, TYPE_MEMORY, PEER_PAGES);
    peer->supply.offset = ABI_PAGE_SIZE;
    peer->budget = budget;
    peer->space = make(&peer->supply, TYPE_SPACE, SPACE_PAGES);
    peer->stack = make(&peer->supply, TYPE_FRAME, STACK_PAGES + BUFFER_PAGES);
    peer->thread = make(&peer->supply, TYPE_THREAD, 0);
    make_captable(peer);
    map_peer(peer);
    must(skr_thread_configure(peer->thread, peer->captable, peer->space, budget, fault, 0,
                              peer->stack, STACK_PAGES, role->options), "configuring a peer");
    must(skr_thread_set_priority(peer->thread, role->priority, role->priority, ABI_ROOT_PRIORITY),
         "a peer's priority");
}

static void peer_start(const struct peer *peer, const struct role *role)
{
    if (role->run != NULL)
        must(skr_thread_start(peer->thread, (word_t)peer_entry,
                              STACK_ADDRESS + STACK_PAGES * ABI_PAGE_SIZE, (word_t)role->run, 0),
             "starting a peer");
}

/* With everything in it; slots of ours that led there are emptied, too. */
static void peers_end(const struct peer *client, const struct peer *server)
{
    must(skr_captable_delete(ABI_ROOT_CAPTABLE, client->supply.memory), "ending a peer");
    must(skr_captable_delete(ABI_ROOT_CAPTABLE, server->supply.memory), "ending a peer");
    for (cap_t slot = stage.first_peer_slot; slot < stage.next_slot; slot++) {
        if (slot != client->supply.memory && slot != server->supply.memory)
            must(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), "emptying a slot");
    }
    stage.next_slot = stage.first_peer_slot;
    stage.supply.offset = stage.first_peer_offset;
}

void stage_run(const struct role *client, const struct role *server)
{
    struct peer client_peer;
    struct peer server_peer;
    word_t bits = 0;

    peer_make(&server_peer, server, stage.server_budget);
    peer_make(&client_peer, client, stage.client_budget);
    fill_captable(&server_peer, &server_peer);
    fill_captable(&client_peer, &server_peer);
    peer_start(&server_peer, server);
    peer_start(&client_peer, client);
    must(skr_wait(stage.shared[PEER_DONE], &bits), "waiting for the peers");
    if ((bits & HAS_FAULTED) != 0)
        must(ERR_BAD_STATE, "a peer faulted");
    peers_end(&client_peer, &server_peer);
}

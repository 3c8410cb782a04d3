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
    SHARED_PAGES = (sizeof(struct bench_shared) + ABI_PAGE_SIZE - 1) / ABI_PAGE_SIZE,
    CHUNKS = PEER_SLOTS / ABI_CHUNK_SLOTS,
    ALL_RIGHTS = 0x3ff,
    IS_DONE = 1,
    HAS_FAULTED = 2,
};

/* In every peer, apart from the image and the shared page. */
static const vaddr_t STACK_ADDRESS = (word_t)0x28 << 32;

/*
 * Limited budgets, which cost what budgets cost; the whole of a core's time is never charged.  Our
 * own is given in small parts: an emulator that runs cores in turn switches at the next deadline,
 * and until then the others do not answer when they are told to forget a mapping.
 */
static const uint64_t PEER_PERIOD_NS = 1000000000;
static const uint64_t PEER_NS = 400000000;
static const uint64_t OWN_PERIOD_NS = 1000000;
static const uint64_t OWN_NS = 100000;

/* Offsets and slots that were never used, from here on up. */
struct supply {
    cap_t memory;
    word_t offset;
};

struct peer {
    const struct role *role;
    word_t number;
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
    cap_t shared_pages;
    cap_t second_budget; /* on the first core */
    cap_t budgets[ABI_BOOT_MAX_CORES];
    cap_t frames[ABI_BOOT_MAX_CORES];
    cap_t memories[ABI_BOOT_MAX_CORES];
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
}

static cap_t make_budget(unsigned core)
{
    cap_t budget = make(&stage.supply, TYPE_BUDGET, 0);

    must(skr_time_control_fill(ABI_ROOT_TIME + core, budget, PEER_NS, PEER_PERIOD_NS, NULL),
         "budget");
    return budget;
}

static void make_budgets(unsigned core_count)
{
    must(skr_time_control_fill(ABI_ROOT_TIME, ABI_ROOT_BUDGET, OWN_NS, OWN_PERIOD_NS, NULL),
         "own budget");
    stage.second_budget = make_budget(0);
    for (unsigned core = 0; core < core_count; core++)
        stage.budgets[core] = make_budget(core);
}

static void make_shared_objects(unsigned core_count)
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
    shared[PEER_SPARE_FRAME] = make(supply, TYPE_FRAME, 1);
    shared[PEER_FIRST_SPACE] = make(supply, TYPE_SPACE, SPACE_PAGES);
    for (unsigned core = 0; core < core_count; core++) {
        stage.frames[core] = make(supply, TYPE_FRAME, FRAME_PAGES);
        stage.memories[core] = make(supply, TYPE_MEMORY, MEMORY_PAGES);
    }
    must(skr_log_control_watch(ABI_ROOT_LOG, shared[PEER_DONE], HAS_FAULTED), "watching faults");
}

static void make_shared_pages(uint64_t time_frequency)
{
    stage.shared_pages = make(&stage.supply, TYPE_FRAME, SHARED_PAGES);
    map(ABI_ROOT_SPACE, stage.shared_pages, SHARED_ADDRESS, 0, SHARED_PAGES,
        MAP_READ | MAP_WRITE);
    bench_shared()->time_frequency = time_frequency;
}

void stage_init(const struct abi_boot_info *boot)
{
    const struct abi_boot_memory *memory = largest_memory(boot);

    stage.supply = (struct supply){memory->slot, (word_t)memory->first_free};
    stage.next_slot = ABI_ROOT_FIRST_FREE;
    must(skr_thread_set_priority(ABI_ROOT_THREAD, PRIORITY_STAGE, ABI_PRIORITIES - 1,
                                 ABI_ROOT_PRIORITY), "own priority");
    must(skr_space_give(ABI_ROOT_SPACE, make(&stage.supply, TYPE_POOL, OWN_POOL_PAGES)),
         "pages for our own space");
    make_budgets(boot->core_count);
    make_shared_pages(boot->time_frequency);
    copy_image();
    make_shared_objects(boot->core_count);
    stage.first_peer_slot = stage.next_slot;
    stage.first_peer_offset = stage.supply.offset;
}

/* ---- peers ---- */

static rt_thread_fn *peer_function(word_t number)
{
    return bench_shared()->functions[number];
}

/* A peer's first instructions.  What the runtime needs to know lives on its stack. */
static noreturn void peer_entry(word_t number)
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

    rt_set_thread_pointer(rt_thread_prepare(&thread));
    peer_function(number)((void *)number);
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
    map(peer->space, stage.shared_pages, SHARED_ADDRESS, 0, SHARED_PAGES, MAP_READ | MAP_WRITE);
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
    unsigned core = peer->role->core;

    give(peer, PEER_CAPTABLE, peer->captable);
    give(peer, PEER_SPACE, peer->space);
    give(peer, PEER_THREAD, peer->thread);
    give(peer, PEER_BUDGET, peer->budget);
    give(peer, PEER_SERVER_SPACE, server->space);
    give(peer, PEER_FRAME, stage.frames[core]);
    give(peer, PEER_MEMORY, stage.memories[core]);
    for (word_t slot = 0; slot < PEER_FREE_SLOTS; slot++) {
        if (stage.shared[slot] != 0)
            give(peer, slot, stage.shared[slot]);
    }
}

static void peer_make(struct peer *peer, const struct role *role, word_t number)
{
    cap_t fault = role->has_faults ? stage.shared[PEER_ENDPOINT] : 0;

    peer->role = role;
    peer->number = number;
    peer->budget = role->is_second ? stage.second_budget : stage.budgets[role->core];
    peer->supply.memory = make(&stage.supply, TYPE_MEMORY, PEER_PAGES);
    peer->supply.offset = ABI_PAGE_SIZE;
    peer->space = make(&peer->supply, TYPE_SPACE, SPACE_PAGES);
    peer->stack = make(&peer->supply, TYPE_FRAME, STACK_PAGES + BUFFER_PAGES);
    peer->thread = make(&peer->supply, TYPE_THREAD, 0);
    make_captable(peer);
    map_peer(peer);
    must(skr_thread_configure(peer->thread, peer->captable, peer->space, peer->budget, fault, 0,
                              peer->stack, STACK_PAGES, role->options), "configuring a peer");
    must(skr_thread_set_priority(peer->thread, role->priority, role->priority, ABI_ROOT_PRIORITY),
         "a peer's priority");
    bench_shared()->functions[number] = role->run;
}

static void peer_start(const struct peer *peer)
{
    vaddr_t stack = STACK_ADDRESS + STACK_PAGES * ABI_PAGE_SIZE;

    if (peer->role->run != NULL)
        must(skr_thread_start(peer->thread, (word_t)peer_entry, stack, peer->number, 0),
             "starting a peer");
}

/* Ending the memories ends all that lies in them; then the slots are emptied that led there. */
static void peers_end(const struct peer *peers, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        must(skr_captable_delete(ABI_ROOT_CAPTABLE, peers[i].supply.memory), "ending a peer");
    for (cap_t slot = stage.first_peer_slot; slot < stage.next_slot; slot++)
        (void)skr_captable_delete(ABI_ROOT_CAPTABLE, slot);
    stage.next_slot = stage.first_peer_slot;
    stage.supply.offset = stage.first_peer_offset;
}

void stage_run(const struct role *roles, unsigned count)
{
    struct peer peers[PEERS_MAX];
    word_t bits = 0;

    for (unsigned i = count; i-- > 0;) {
        peer_make(&peers[i], &roles[i], i);
        fill_captable(&peers[i], &peers[count - 1]);
        peer_start(&peers[i]);
    }
    must(skr_wait(stage.shared[PEER_DONE], &bits), "waiting for the peers");
    if ((bits & HAS_FAULTED) != 0)
        must(ERR_BAD_STATE, "a peer faulted");
    peers_end(peers, count);
}

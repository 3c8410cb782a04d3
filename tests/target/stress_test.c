/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stress: threads on all cores call, map and copy at random while the test stops, moves, cancels
 * and kills them.  It is a program of its own, for an emulator whose cores really race.
 *
 * Nothing here waits for a particular order.  What must hold is that every call that says OK has
 * its own answer, that every page shows what was written to it, and that in the end everything
 * stops and all memory is back.
 */
#include <rt/map.h>

#include "actor.h"
#include "frame.h"

enum {
    MS = TEST_NS_PER_MS,
    LOW = TEST_PRIORITY - 8,
    PRIORITY_RANGE = 8, /* of those that take part: all below the test */
    ENDPOINTS = 2,
    PARTS_MAX = 16,
    SLOTS_EACH = 8,
    PERIOD_NS = 10 * MS,
    CORE_0_NS = 4 * MS, /* what the test leaves of its own core */
    CORE_NS = 9 * MS,
    SEED = 20,
};

static const uint64_t RUN_NS = (uint64_t)3 * 1000 * MS;

/* ---- chance ---- */

static uint32_t random_next(uint32_t *state)
{
    uint32_t x = *state;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

static unsigned random_below(uint32_t *state, unsigned limit)
{
    return random_next(state) % limit;
}

/* ---- those who take part ---- */

enum part_kind { PART_NONE, PART_CLIENT, PART_SERVER, PART_MAPPER, PART_COPIER };

struct part {
    enum part_kind kind;
    struct rt_worker worker;
    struct rt_object reply;
    unsigned core;
    uint32_t random;
    cap_t slots; /* SLOTS_EACH of its own, empty in between */
    vaddr_t address;
    volatile bool is_over;
    volatile unsigned done;
    volatile unsigned interrupted; /* calls that a holder ended, or whose peer went */
    volatile unsigned wrong;
};

static struct {
    struct rt_object endpoints[ENDPOINTS];
    cap_t budgets[ABI_BOOT_MAX_CORES];
    cap_t frame;
    cap_t notification;
    struct part parts[PARTS_MAX];
    unsigned wrong;
    unsigned done;
    unsigned interrupted;
    uint32_t random;
} stress;

static word_t answer_to(word_t question)
{
    return question * 0x9e3779b97f4a7c15 + 1;
}

static bool may_happen(status_t status)
{
    return status == ERR_CANCELLED || status == ERR_PEER_GONE || status == ERR_BAD_CAPABILITY;
}

static void run_client(void *argument)
{
    struct part *part = argument;

    for (word_t i = 1; !part->is_over; i++) {
        word_t question = (word_t)part->random << 32 | i;
        struct skr_message message = message_of(2, 2, question);
        status_t status =
            skr_call(stress.endpoints[random_below(&part->random, ENDPOINTS)].cap, &message);

        if (status == OK) {
            part->wrong += message.words[0] != answer_to(question);
            part->done++;
        } else {
            part->wrong += !may_happen(status);
            part->interrupted++;
            skr_yield();
        }
    }
}

static void run_server(void *argument)
{
    struct part *part = argument;

    while (!part->is_over) {
        cap_t endpoint = stress.endpoints[random_below(&part->random, ENDPOINTS)].cap;
        struct skr_message message;
        status_t status = skr_receive(endpoint, part->reply.cap, &message);

        while (status == OK && !part->is_over) {
            struct skr_message answer = message_of(3, 1, answer_to(message.words[0]));

            part->done++;
            message = answer;
            if (random_below(&part->random, 4) == 0)
                break;
            status = skr_reply_receive(endpoint, part->reply.cap, &message);
            message = status == OK ? message : answer;
        }
        (void)skr_reply(part->reply.cap, &message); /* refused where that is done already */
        part->wrong += status != OK && !may_happen(status);
        part->interrupted += status != OK;
    }
}

/* Maps a page of the shared frame, writes its own pattern, and looks at it again. */
static void run_mapper(void *argument)
{
    struct part *part = argument;
    word_t page = (word_t)(part - stress.parts);

    while (!part->is_over) {
        volatile word_t *words = (volatile word_t *)part->address;
        struct rt_mapping mapping = {
            .frame = part->slots,
            .address = part->address,
            .page = page,
            .pages = 1,
            .attributes = MAP_READ | MAP_WRITE,
        };
        word_t pattern = (word_t)random_next(&part->random) << 8 | page;

        part->wrong += skr_captable_copy(ABI_ROOT_CAPTABLE, part->slots, ABI_ROOT_CAPTABLE,
                                         stress.frame, RIGHTS_ALL, 0, 0) != OK;
        part->wrong += rt_map(ABI_ROOT_SPACE, &mapping) != OK;
        words[1] = pattern;
        if (random_below(&part->random, 2) == 0)
            part->wrong += rt_protect(ABI_ROOT_SPACE, part->address, 1, MAP_READ) != OK;
        part->wrong += words[1] != pattern;
        if (random_below(&part->random, 2) == 0)
            part->wrong += rt_unmap(ABI_ROOT_SPACE, part->address, 1) != OK;
        part->wrong += skr_captable_delete(ABI_ROOT_CAPTABLE, part->slots) != OK;
        part->done++;
    }
}

/* Chains of copies, which the test revokes from under it. */
static void run_copier(void *argument)
{
    struct part *part = argument;

    while (!part->is_over) {
        unsigned length = 1 + random_below(&part->random, SLOTS_EACH);
        word_t from = stress.notification;

        for (unsigned i = 0; i < length; i++) {
            status_t status = skr_captable_copy(ABI_ROOT_CAPTABLE, part->slots + i,
                                                ABI_ROOT_CAPTABLE, from, RIGHTS_ALL, 0, 0);

            part->wrong += status != OK && status != ERR_PEER_GONE && status != ERR_BAD_CAPABILITY;
            part->interrupted += status != OK;
            from = part->slots + i;
        }
        (void)skr_signal(part->slots, 1);
        for (unsigned i = 0; i < length; i++) {
            unsigned slot = random_below(&part->random, 2) == 0 ? i : length - 1 - i;

            part->wrong += skr_captable_delete(ABI_ROOT_CAPTABLE, part->slots + slot) != OK;
        }
        for (unsigned i = 0; i < length; i++)
            part->wrong += skr_captable_delete(ABI_ROOT_CAPTABLE, part->slots + i) != OK;
        part->done++;
    }
}

static void part_start(struct part *part, enum part_kind kind)
{
    static rt_thread_fn *const run[] = {
        [PART_CLIENT] = run_client,
        [PART_SERVER] = run_server,
        [PART_MAPPER] = run_mapper,
        [PART_COPIER] = run_copier,
    };
    struct rt_thread_options options = {
        .run = run[kind],
        .argument = part,
        .priority = LOW + random_below(&stress.random, PRIORITY_RANGE),
        .ceiling = TEST_PRIORITY - 1,
        .leave = ABI_ROOT_PRIORITY,
    };

    *part = (struct part){
        .kind = kind,
        .core = random_below(&stress.random, test_cores()),
        .random = random_next(&stress.random),
        .slots = part->slots,
        .address = part->address,
    };
    options.budget = stress.budgets[part->core];
    CHECK_EQ(rt_make(test_maker(), TYPE_REPLY, 0, 1, &part->reply), OK);
    if (!CHECK_EQ(rt_thread_create(test_maker(), test_addresses(), &options, &part->worker), OK))
        part->kind = PART_NONE;
}

static void part_end(struct part *part)
{
    if (part->kind == PART_NONE)
        return;
    rt_thread_destroy(test_maker(), test_addresses(), &part->worker);
    rt_unmake(test_maker(), &part->reply);
    for (unsigned i = 0; i < SLOTS_EACH; i++)
        (void)skr_captable_delete(ABI_ROOT_CAPTABLE, part->slots + i);
    stress.wrong += part->wrong;
    stress.done += part->done;
    stress.interrupted += part->interrupted;
    part->kind = PART_NONE;
}

/* ---- what the test does to them ---- */

static void part_move(struct part *part)
{
    cap_t thread = part->worker.thread.cap;

    part->core = random_below(&stress.random, test_cores());
    CHECK_EQ(skr_thread_stop(thread), OK);
    /* Waiting for a reply it is not idle, and stays where it is. */
    (void)skr_thread_configure(thread, 0, 0, stress.budgets[part->core], 0, 0, 0, 0, 0);
    CHECK_EQ(skr_thread_resume(thread), OK);
}

/* Nothing that ends a part, so any of them can be disturbed at any time. */
static void part_disturb(struct part *part)
{
    cap_t thread = part->worker.thread.cap;
    word_t priority = LOW + random_below(&stress.random, PRIORITY_RANGE);

    switch (random_below(&stress.random, 4)) {
    case 0:
        part_move(part);
        break;
    case 1:
        (void)skr_thread_cancel(thread);
        break;
    case 2:
        CHECK_EQ(skr_thread_set_priority(thread, priority, TEST_PRIORITY - 1, 0), OK);
        break;
    default:
        CHECK_EQ(skr_thread_stop(thread), OK);
        test_sleep_ns(random_below(&stress.random, 100) * 1000);
        CHECK_EQ(skr_thread_resume(thread), OK);
        break;
    }
}

static void set_up(void)
{
    test_share_core();
    stress.random = SEED;
    stress.wrong = stress.done = stress.interrupted = 0;
    for (unsigned core = 0; core < test_cores(); core++)
        stress.budgets[core] = test_budget(core, core == 0 ? CORE_0_NS : CORE_NS, PERIOD_NS);
    for (unsigned i = 0; i < ENDPOINTS; i++)
        CHECK_EQ(rt_make(test_maker(), TYPE_ENDPOINT, 0, 1, &stress.endpoints[i]), OK);
    stress.notification = test_make(TYPE_NOTIFICATION, 0);
    stress.frame = test_make(TYPE_FRAME, PARTS_MAX);
    for (unsigned i = 0; i < PARTS_MAX; i++) {
        stress.parts[i].kind = PART_NONE;
        CHECK_EQ(rt_slots_take(test_maker()->slots, SLOTS_EACH, &stress.parts[i].slots), OK);
        stress.parts[i].address = test_address(1);
    }
}

/* Ends all, and what the run came to. */
static void finish(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        part_end(&stress.parts[i]);
    for (unsigned i = 0; i < PARTS_MAX; i++)
        rt_slots_give(test_maker()->slots, stress.parts[i].slots, SLOTS_EACH);
    for (unsigned i = 0; i < ENDPOINTS; i++)
        rt_unmake(test_maker(), &stress.endpoints[i]);
    check_note("%u done, %u interrupted", stress.done, stress.interrupted);
    CHECK_EQ(stress.wrong, 0);
    CHECK(stress.done > 0);
}

/* ---- the tests ---- */

static void stress_messages(void)
{
    uint64_t end = rt_time_now_ns() + RUN_NS;
    unsigned count = test_cores() * 3;

    set_up();
    for (unsigned i = 0; i < count; i++)
        part_start(&stress.parts[i], i % 3 == 0 ? PART_SERVER : PART_CLIENT);
    while (rt_time_now_ns() < end) {
        part_disturb(&stress.parts[random_below(&stress.random, count)]);
        test_sleep_ns(random_below(&stress.random, 200) * 1000);
    }
    finish(count);
}

/* Another one in the same slot and place. */
static void renew_endpoint(const struct rt_object *endpoint)
{
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, endpoint->cap), OK);
    CHECK_EQ(skr_memory_make(test_maker()->memory, TYPE_ENDPOINT, endpoint->offset, 0, 1,
                             endpoint->cap, NULL), OK);
}

/* Clients, servers and the endpoints themselves come and go. */
static void stress_deaths(void)
{
    uint64_t end = rt_time_now_ns() + RUN_NS;
    unsigned count = test_cores() * 3;

    set_up();
    while (rt_time_now_ns() < end) {
        unsigned i = random_below(&stress.random, count);
        struct part *part = &stress.parts[i];

        if (part->kind == PART_NONE)
            part_start(part, i % 2 == 0 ? PART_SERVER : PART_CLIENT);
        else if (random_below(&stress.random, 3) == 0)
            part_end(part);
        else
            part_disturb(part);
        if (random_below(&stress.random, 50) == 0)
            renew_endpoint(&stress.endpoints[random_below(&stress.random, ENDPOINTS)]);
        test_sleep_ns(random_below(&stress.random, 100) * 1000);
    }
    finish(count);
}

static void stress_mappings(void)
{
    uint64_t end = rt_time_now_ns() + RUN_NS;
    unsigned count = test_cores() * 3;

    set_up();
    for (unsigned i = 0; i < count; i++)
        part_start(&stress.parts[i], PART_MAPPER);
    while (rt_time_now_ns() < end) {
        part_move(&stress.parts[random_below(&stress.random, count)]);
        test_sleep_ns(random_below(&stress.random, 300) * 1000);
    }
    finish(count);
}

static void stress_capabilities(void)
{
    uint64_t end = rt_time_now_ns() + RUN_NS;
    unsigned count = test_cores() * 3;
    word_t killed = 0;

    set_up();
    for (unsigned i = 0; i < count; i++)
        part_start(&stress.parts[i], PART_COPIER);
    while (rt_time_now_ns() < end) {
        CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, stress.notification, &killed), OK);
        part_move(&stress.parts[random_below(&stress.random, count)]);
        test_sleep_ns(random_below(&stress.random, 300) * 1000);
    }
    finish(count);
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, stress.notification, &killed), OK);
    CHECK_EQ(killed, 0);
}

static const struct check_test tests[] = {
    {"stress_messages", stress_messages},
    {"stress_deaths", stress_deaths},
    {"stress_mappings", stress_mappings},
    {"stress_capabilities", stress_capabilities},
};

int root_main(const struct abi_boot_info *boot)
{
    static const struct test_group group = {tests, array_count(tests)};
    static const struct test_group *const groups[] = {&group};

    test_run(boot, groups, array_count(groups));
}

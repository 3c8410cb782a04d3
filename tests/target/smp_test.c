/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 66: what happens on one core acts on the others before the call returns, and long work
 * lets others through.
 */
#include <rt/map.h>

#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    MS = TEST_NS_PER_MS,
    LOW = TEST_PRIORITY - 1,
    HIGH = TEST_PRIORITY + 1,
    CORE_AMOUNT_NS = 9 * MS,
    CORE_PERIOD_NS = 10 * MS,
    ROUNDS = 20,
};

static bool skip_on_one_core(void)
{
    if (test_cores() < 2)
        check_skip("one core");
    return test_cores() < 2;
}

/* Nearly all the time of a core other than this one. */
static cap_t core_budget(unsigned core)
{
    return test_budget(core, CORE_AMOUNT_NS, CORE_PERIOD_NS);
}

static cap_t thread_on(cap_t budget, rt_thread_fn *run, void *argument, cap_t fault)
{
    struct rt_thread_options options = {
        .run = run,
        .argument = argument,
        .budget = budget,
        .fault = fault,
        .priority = LOW,
        .ceiling = LOW,
    };

    return test_thread_with(&options)->thread.cap;
}

struct counter {
    volatile unsigned count;
    volatile bool is_over;
};

static void count_on(void *argument)
{
    struct counter *counter = argument;

    while (!counter->is_over)
        counter->count++;
}

/* It stands still although this core does nothing about it. */
static void check_still(const struct counter *counter)
{
    unsigned before = counter->count;

    spin_ns(2 * MS);
    CHECK_EQ(counter->count, before);
}

static void check_counts(const struct counter *counter)
{
    CHECK(await_count(&counter->count, counter->count + 1));
}

/* ---- threads that run elsewhere ---- */

static void b66_thread_running_elsewhere_is_stopped(void)
{
    struct counter counter = {0};
    cap_t thread;

    if (skip_on_one_core())
        return;
    thread = thread_on(core_budget(1), count_on, &counter, 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        check_counts(&counter);
        CHECK_EQ(skr_thread_stop(thread), OK);
        CHECK_EQ(test_thread_state(thread), THREAD_STOPPED);
        check_still(&counter);
        CHECK_EQ(skr_thread_resume(thread), OK);
    }
    counter.is_over = true;
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

static void b66_thread_running_elsewhere_is_deleted(void)
{
    if (skip_on_one_core())
        return;
    for (unsigned core = 1; core < test_cores(); core++) {
        struct counter counter = {0};
        cap_t thread = thread_on(core_budget(core), count_on, &counter, 0);

        check_counts(&counter);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, thread), OK);
        check_still(&counter);
        CHECK_EQ(test_type(thread), TYPE_NONE);
    }
}

static void b66_thread_moves_from_core_to_core(void)
{
    cap_t budgets[ABI_BOOT_MAX_CORES] = {ABI_ROOT_BUDGET};
    struct counter counter = {0};
    cap_t thread;

    if (skip_on_one_core())
        return;
    for (unsigned core = 1; core < test_cores(); core++)
        budgets[core] = core_budget(core);
    thread = thread_on(budgets[0], count_on, &counter, 0);
    for (unsigned i = 1; i < ROUNDS; i++) {
        word_t core = test_cores();

        CHECK_EQ(skr_thread_stop(thread), OK);
        CHECK_EQ(skr_thread_configure(thread, 0, 0, budgets[i % test_cores()], 0, 0, 0, 0, 0), OK);
        CHECK_EQ(skr_thread_resume(thread), OK);
        check_counts(&counter);
        CHECK_EQ(skr_thread_info(thread, NULL, &core, NULL), OK);
        CHECK_EQ(core, i % test_cores());
    }
    counter.is_over = true;
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

/* For so long that its end does not come within a test. */
static void fill_elsewhere(cap_t budget, bool with_time)
{
    static const uint64_t minute_ns = (uint64_t)60000 * MS;

    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME + 1, budget, with_time ? minute_ns / 2 : 0,
                                   minute_ns, NULL), OK);
}

/* Filling it with nothing stops whoever runs on it there, long before its time is used up. */
static void b53_budget_emptied_from_another_core(void)
{
    struct counter counter = {0};
    cap_t budget, thread;

    if (skip_on_one_core())
        return;
    budget = test_make(TYPE_BUDGET, 0);
    fill_elsewhere(budget, true);
    thread = thread_on(budget, count_on, &counter, 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        check_counts(&counter);
        fill_elsewhere(budget, false);
        CHECK(test_await_state(thread, THREAD_OUT_OF_TIME));
        check_still(&counter);
        fill_elsewhere(budget, true);
    }
    counter.is_over = true;
    CHECK(test_await_state(thread, THREAD_STOPPED));
}

/* Its space is taken from under it. */
static void spin_in_child(void *argument)
{
    struct child_shared *shared = argument;

    for (;;)
        shared->words[0]++;
}

static void b66_space_deleted_under_a_running_thread(void)
{
    struct child_options options = {0};
    struct child child;
    word_t before;

    if (skip_on_one_core())
        return;
    options.budget = core_budget(1);
    if (child_create(&child, &options)) {
        child_start(&child, spin_in_child, child.shared);
        for (unsigned i = 0; i < 1000 && child.shared->words[0] == 0; i++)
            test_sleep_ns(1 * MS);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, child.space.cap), OK);
        before = child.shared->words[0];
        CHECK(before > 0);
        spin_ns(2 * MS);
        CHECK_EQ(child.shared->words[0], before);
        CHECK_EQ(test_thread_state(child.thread.cap), THREAD_STOPPED);
        CHECK_EQ(skr_thread_resume(child.thread.cap), ERR_BAD_STATE);
    }
    child_destroy(&child);
}

static void b66_child_running_elsewhere_is_destroyed(void)
{
    if (skip_on_one_core())
        return;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct child_options options = {.budget = core_budget(1 + i % (test_cores() - 1))};
        struct child child;

        if (child_create(&child, &options)) {
            child_start(&child, spin_in_child, child.shared);
            spin_ns(i * 50000);
        }
        child_destroy(&child);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, options.budget), OK);
    }
}

/* ---- translations on other cores ---- */

struct reader {
    volatile word_t *address;
    volatile word_t seen;
    volatile unsigned count;
};

static void read_on(void *argument)
{
    struct reader *reader = argument;

    for (;;) {
        reader->seen = processor_load((vaddr_t)reader->address);
        reader->count++;
    }
}

static void receive_page_fault(cap_t endpoint, cap_t reply, vaddr_t address, word_t access)
{
    struct skr_message message;

    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_label(message.info), FAULT_PAGE);
    CHECK_EQ(message.words[0], address);
    CHECK_EQ(message.words[2], access);
}

/* Once unmap has returned, nobody has read what lies there now, nor what lies there next. */
static void b66_unmap_acts_on_other_cores(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct rt_mapping mapping = {.pages = 1, .attributes = MAP_READ | MAP_WRITE};
    struct skr_message message = {0};
    struct reader reader = {0};
    word_t *pages[2];
    cap_t frames[2];

    if (skip_on_one_core())
        return;
    for (unsigned i = 0; i < 2; i++)
        frames[i] = test_frame(1, (void **)&pages[i]);
    mapping.address = test_address(1);
    mapping.frame = frames[0];
    reader.address = (volatile word_t *)mapping.address;
    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    thread_on(core_budget(1), read_on, &reader, endpoint);
    for (word_t i = 1; i <= ROUNDS; i++) {
        unsigned count = reader.count;

        pages[(i - 1) % 2][0] = i;
        CHECK(await_count(&reader.count, count + 2));
        CHECK_EQ(reader.seen, i);
        CHECK_EQ(rt_unmap(ABI_ROOT_SPACE, mapping.address, 1), OK);
        pages[(i - 1) % 2][0] = ~(word_t)0; /* whoever still sees the page shows it */
        receive_page_fault(endpoint, reply, mapping.address, MAP_READ);
        CHECK_EQ(reader.seen, i);
        mapping.frame = frames[i % 2];
        pages[i % 2][0] = i + 1;
        CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
        CHECK_EQ(skr_reply(reply, &message), OK);
    }
}

static void write_on(void *argument)
{
    struct reader *writer = argument;

    for (word_t i = 1;; i++) {
        processor_store((vaddr_t)writer->address, i);
        writer->count++;
    }
}

static void b66_protect_acts_on_other_cores(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct skr_message message = {0};
    struct reader writer = {0};
    vaddr_t address;

    if (skip_on_one_core())
        return;
    test_frame(1, (void **)&writer.address);
    address = (vaddr_t)writer.address;
    thread_on(core_budget(1), write_on, &writer, endpoint);
    for (unsigned i = 0; i < ROUNDS; i++) {
        word_t last;

        CHECK(await_count(&writer.count, writer.count + 2));
        CHECK_EQ(rt_protect(ABI_ROOT_SPACE, address, 1, MAP_READ), OK);
        last = *writer.address;
        receive_page_fault(endpoint, reply, address, MAP_WRITE);
        CHECK_EQ(*writer.address, last);
        CHECK_EQ(rt_protect(ABI_ROOT_SPACE, address, 1, MAP_READ | MAP_WRITE), OK);
        CHECK_EQ(skr_reply(reply, &message), OK);
    }
}

/* The same through the frame: revoking its copies takes the mappings made through them. */
static void b66_revoke_unmaps_on_other_cores(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct rt_mapping mapping = {.pages = 1, .attributes = MAP_READ};
    struct reader reader = {0};
    void *page;
    cap_t frame, copy;
    unsigned count;

    if (skip_on_one_core())
        return;
    frame = test_frame(1, &page);
    copy = test_copy(frame, RIGHTS_ALL, 0);
    mapping.frame = copy;
    mapping.address = test_address(1);
    reader.address = (volatile word_t *)mapping.address;
    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    thread_on(core_budget(1), read_on, &reader, endpoint);
    CHECK(await_count(&reader.count, 2));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, copy), OK);
    count = reader.count;
    receive_page_fault(endpoint, reply, mapping.address, MAP_READ);
    CHECK(reader.count - count <= 1); /* a read that was done was not yet counted */
    CHECK_EQ(*(volatile word_t *)page, 0);
}

/* ---- messages between cores ---- */

struct ponger {
    cap_t endpoint;
    cap_t reply;
};

/* Answers with the next number and the core it runs on. */
static void pong(void *argument)
{
    const struct ponger *ponger = argument;
    struct skr_message message;
    word_t core = 0;
    status_t status = skr_receive(ponger->endpoint, ponger->reply, &message);

    while (status == OK) {
        (void)skr_thread_info(rt_self()->thread, NULL, &core, NULL);
        message = message_of(1, 2, message.words[0] + 1);
        message.words[1] = core;
        status = skr_reply_receive(ponger->endpoint, ponger->reply, &message);
    }
}

static void b66_calls_between_cores(void)
{
    enum { CALLS = 2000 };
    struct ponger pongers[ABI_BOOT_MAX_CORES];

    if (skip_on_one_core())
        return;
    for (unsigned core = 1; core < test_cores(); core++) {
        pongers[core] = (struct ponger){test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0)};
        thread_on(core_budget(core), pong, &pongers[core], 0);
    }
    for (word_t i = 0; i < CALLS; i++) {
        struct skr_message message = message_of(1, 1, i);

        if (!CHECK_EQ(skr_call(pongers[1 + i % (test_cores() - 1)].endpoint, &message), OK) ||
            !CHECK_EQ(message.words[0], i + 1))
            return;
    }
}

/* A passive server is taken to its caller's core. */
static void b66_passive_server_runs_on_its_callers_core(void)
{
    struct ponger ponger = {test_make(TYPE_ENDPOINT, 0), test_make(TYPE_REPLY, 0)};
    struct rt_thread_options options = {
        .run = pong,
        .argument = &ponger,
        .budget = ABI_ROOT_BUDGET,
        .options = 1,
        .priority = HIGH,
        .ceiling = HIGH,
    };
    cap_t thread;

    if (skip_on_one_core())
        return;
    thread = test_thread_with(&options)->thread.cap;
    CHECK(test_await_state(thread, THREAD_RECEIVING));
    for (unsigned core = 1; core < test_cores(); core++) {
        struct actor caller = {.cap = ponger.endpoint, .message = message_of(1, 1, core)};

        actor_start_on(&caller, LOW, core_budget(core));
        actor_ended(&caller, OK);
        CHECK_EQ(caller.message.words[0], core + 1);
        CHECK_EQ(caller.message.words[1], core);
    }
}

/* ---- long work ---- */

enum {
    BIG_CAPS = 100000,
    BIG_CHUNKS = (BIG_CAPS + ABI_CHUNK_SLOTS - 1) / ABI_CHUNK_SLOTS + 1,
    BIG_BATCH = 64,
    BIG_PAGES = 4096,
    TICK_NS = MS / 2,
    TICKS_MIN = 3,
    LATE_MAX_NS = 20 * MS,
};

/* Ticks at a high priority, and notes how late it was. */
struct ticker {
    cap_t timer;
    cap_t notification;
    volatile unsigned ticks;
    volatile uint64_t latest_ns;
};

static void tick(void *argument)
{
    struct ticker *ticker = argument;

    for (;;) {
        uint64_t deadline = rt_time_now_ns() + TICK_NS, late_ns;
        word_t bits;

        (void)skr_timer_set(ticker->timer, deadline, ticker->notification, 1);
        (void)skr_wait(ticker->notification, &bits);
        late_ns = rt_time_now_ns() - deadline;
        ticker->latest_ns = u64_max(ticker->latest_ns, late_ns);
        ticker->ticks++;
    }
}

/* A captable with room for BIG_CAPS in a memory of its own; its chunks lie in itself, too. */
static cap_t make_big_table(struct rt_object *memory, cap_t slots)
{
    word_t offset = ABI_PAGE_SIZE, filled = 1;
    cap_t table = test_slot();

    CHECK_EQ(skr_memory_make(memory->cap, TYPE_CAPTABLE, offset, BIG_CHUNKS + BIG_BATCH, 1, table,
                             NULL), OK);
    offset += rt_object_bytes(TYPE_CAPTABLE, BIG_CHUNKS + BIG_BATCH);
    for (word_t made = 0; made < BIG_CHUNKS; made += BIG_BATCH) {
        CHECK_EQ(skr_memory_make(memory->cap, TYPE_CHUNK, offset, 0, BIG_BATCH, slots, NULL), OK);
        offset += rt_object_bytes(TYPE_CHUNK, 0) * BIG_BATCH;
        for (word_t i = 0; i < BIG_BATCH; i++) {
            CHECK_EQ(skr_captable_attach(table, made + i, slots + i), OK);
            CHECK_EQ(skr_captable_move(table, filled++, ABI_ROOT_CAPTABLE, slots + i), OK);
        }
    }
    return table;
}

/* Copies of `cap` in chains of eight. */
static word_t fill_big_table(cap_t table, cap_t cap)
{
    word_t slot = BIG_CHUNKS + BIG_BATCH, wrong = 0;

    for (word_t i = 0; i < BIG_CAPS - 2 * BIG_BATCH - BIG_CHUNKS; i++, slot++) {
        status_t status = i % 8 == 0
                              ? skr_captable_copy(table, slot, ABI_ROOT_CAPTABLE, cap, RIGHTS_ALL,
                                                  0, 0)
                              : skr_captable_copy(table, slot, table, slot - 1, RIGHTS_ALL, 0, 0);

        wrong += status != OK;
    }
    CHECK_EQ(wrong, 0);
    return BIG_CAPS - 2 * BIG_BATCH - BIG_CHUNKS;
}

/* While a revoke of nearly 100,000 capabilities goes on, a timer is heard as if nothing was. */
static void b66_long_revoke_lets_others_through(void)
{
    struct ticker ticker = {test_make(TYPE_TIMER, 0), test_make(TYPE_NOTIFICATION, 0), 0, 0};
    cap_t notification = test_make(TYPE_NOTIFICATION, 0), table, slots;
    struct rt_object memory;
    word_t caps, killed = 0;
    uint64_t start, revoke_ns;
    unsigned before;

    if (!CHECK_EQ(rt_make(test_maker(), TYPE_MEMORY, BIG_PAGES, 1, &memory), OK))
        return;
    CHECK_EQ(rt_slots_take(test_maker()->slots, BIG_BATCH, &slots), OK);
    table = make_big_table(&memory, slots);
    caps = fill_big_table(table, notification);
    test_thread(tick, &ticker, HIGH);
    CHECK(await_count(&ticker.ticks, 2));

    before = ticker.ticks;
    ticker.latest_ns = 0;
    start = rt_time_now_ns();
    CHECK_EQ(skr_captable_revoke(ABI_ROOT_CAPTABLE, notification, &killed), OK);
    revoke_ns = rt_time_now_ns() - start;
    CHECK_EQ(killed, caps);
    check_note("revoke of %u in %u us, %u ticks meanwhile, latest %u us late", (unsigned)caps,
               (unsigned)(revoke_ns / 1000), ticker.ticks - before,
               (unsigned)(ticker.latest_ns / 1000));
    CHECK(ticker.ticks - before >= TICKS_MIN);
    CHECK(ticker.latest_ns < LATE_MAX_NS && ticker.latest_ns < revoke_ns);

    /* And so is the death of the memory with all its slots. */
    before = ticker.ticks;
    rt_unmake(test_maker(), &memory);
    CHECK(ticker.ticks - before >= TICKS_MIN);
    rt_slots_give(test_maker()->slots, slots, BIG_BATCH);
}

static const struct check_test tests[] = {
    {"b66_thread_running_elsewhere_is_stopped", b66_thread_running_elsewhere_is_stopped},
    {"b66_thread_running_elsewhere_is_deleted", b66_thread_running_elsewhere_is_deleted},
    {"b66_thread_moves_from_core_to_core", b66_thread_moves_from_core_to_core},
    {"b53_budget_emptied_from_another_core", b53_budget_emptied_from_another_core},
    {"b66_space_deleted_under_a_running_thread", b66_space_deleted_under_a_running_thread},
    {"b66_child_running_elsewhere_is_destroyed", b66_child_running_elsewhere_is_destroyed},
    {"b66_unmap_acts_on_other_cores", b66_unmap_acts_on_other_cores},
    {"b66_protect_acts_on_other_cores", b66_protect_acts_on_other_cores},
    {"b66_revoke_unmaps_on_other_cores", b66_revoke_unmaps_on_other_cores},
    {"b66_calls_between_cores", b66_calls_between_cores},
    {"b66_passive_server_runs_on_its_callers_core", b66_passive_server_runs_on_its_callers_core},
    {"b66_long_revoke_lets_others_through", b66_long_revoke_lets_others_through},
};

const struct test_group smp_tests = {tests, array_count(tests)};

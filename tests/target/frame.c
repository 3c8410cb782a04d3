/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame: books over the machine, a list of what the running test made, and the run itself.
 */
#include "child.h"
#include "frame.h"

#include <base/memory.h>
#include <rt/map.h>
#include <rt/print.h>

enum {
    SLOTS = ABI_ROOT_SLOTS - ABI_ROOT_FIRST_FREE,
    OFFSET_PARTS = 128,
    ADDRESS_PARTS = 64,
    POOL_PAGES = 64,
    MADE_MAX = 384,
    WORKERS_MAX = 72,
    TESTS_MAX = 512,
    AWAIT_NS = 1000000000,
    AWAIT_STEP_NS = 100000,
    SHARED_NS = 5 * TEST_NS_PER_MS,
    SHARED_PERIOD_NS = 10 * TEST_NS_PER_MS,
    WHOLE_NS = 1000 * TEST_NS_PER_MS,
};

/* Far from everything that the kernel maps for the first component. */
static const word_t FREE_ADDRESSES = (word_t)0x08 << 32;
static const word_t FREE_ADDRESS_BYTES = (word_t)1 << 30;

struct made {
    struct rt_object object; /* cap alone: slots; nothing: addresses */
    vaddr_t address;
    word_t address_bytes;
};

static struct {
    const struct abi_boot_info *boot;
    struct check_test tests[TESTS_MAX];
    size_t next;
    struct rt_maker maker;
    struct rt_ranges offsets;
    struct rt_ranges addresses;
    struct rt_slots slots;
    struct rt_range offset_parts[OFFSET_PARTS];
    struct rt_range address_parts[ADDRESS_PARTS];
    uint8_t slots_taken[RT_SLOTS_BYTES(SLOTS)];
    struct made made[MADE_MAX];
    size_t made_count;
    struct rt_worker workers[WORKERS_MAX];
    size_t worker_count;
    struct rt_object timer, timer_fired; /* for sleeping */
    bool is_core_shared;
} frame;

const struct abi_boot_info *test_boot(void)
{
    return frame.boot;
}

unsigned test_cores(void)
{
    return frame.boot->core_count;
}

const struct rt_maker *test_maker(void)
{
    return &frame.maker;
}

struct rt_ranges *test_addresses(void)
{
    return &frame.addresses;
}

static struct made *remember(void)
{
    rt_assert(frame.made_count < MADE_MAX);
    frame.made[frame.made_count] = (struct made){0};
    return &frame.made[frame.made_count++];
}

cap_t test_make_many(word_t type, word_t size, uint32_t count)
{
    struct rt_object object;

    if (!CHECK_EQ(rt_make(&frame.maker, type, size, count, &object), OK))
        return 0;
    remember()->object = object;
    return object.cap;
}

cap_t test_make(word_t type, word_t size)
{
    return test_make_many(type, size, 1);
}

cap_t test_slots(uint32_t count)
{
    struct rt_object slots = {.count = count};

    if (!CHECK_EQ(rt_slots_take(&frame.slots, count, &slots.cap), OK))
        return 0;
    remember()->object = slots;
    return slots.cap;
}

cap_t test_slot(void)
{
    return test_slots(1);
}

cap_t test_copy(cap_t from, word_t rights, word_t badge)
{
    cap_t to = test_slot();

    CHECK_EQ(skr_captable_copy(ABI_ROOT_CAPTABLE, to, ABI_ROOT_CAPTABLE, from, rights, badge, 0),
             OK);
    return to;
}

vaddr_t test_address(word_t pages)
{
    struct made made = {.address_bytes = pages * ABI_PAGE_SIZE};

    if (!CHECK_EQ(rt_ranges_take(&frame.addresses, made.address_bytes, ABI_PAGE_SIZE,
                                 &made.address), OK))
        return 0;
    *remember() = made;
    return made.address;
}

cap_t test_frame(word_t pages, void **address)
{
    struct rt_mapping mapping = {
        .address = test_address(pages),
        .frame = test_make(TYPE_FRAME, pages),
        .pages = pages,
        .attributes = MAP_READ | MAP_WRITE,
    };

    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    *address = (void *)mapping.address;
    return mapping.frame;
}

struct rt_worker *test_thread_with(const struct rt_thread_options *options)
{
    struct rt_worker *worker = &frame.workers[frame.worker_count];
    struct rt_thread_options leave = *options;

    rt_assert(frame.worker_count < WORKERS_MAX);
    leave.leave = ABI_ROOT_PRIORITY;
    if (CHECK_EQ(rt_thread_create(&frame.maker, &frame.addresses, &leave, worker), OK))
        frame.worker_count++;
    return worker;
}

struct rt_worker *test_thread(rt_thread_fn *run, void *argument, word_t priority)
{
    struct rt_thread_options options = {
        .run = run,
        .argument = argument,
        .budget = ABI_ROOT_BUDGET,
        .priority = priority,
        .ceiling = priority,
    };

    return test_thread_with(&options);
}

cap_t test_budget(unsigned core, uint64_t amount_ns, uint64_t period_ns)
{
    cap_t budget = test_make(TYPE_BUDGET, 0);

    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME + core, budget, amount_ns, period_ns, NULL), OK);
    return budget;
}

void test_sleep_ns(uint64_t duration_ns)
{
    word_t bits;

    CHECK_EQ(skr_timer_set(frame.timer.cap, rt_time_now_ns() + duration_ns,
                           frame.timer_fired.cap, 1), OK);
    CHECK_EQ(skr_wait(frame.timer_fired.cap, &bits), OK);
}

static void fill_own_budget(uint64_t amount_ns, uint64_t period_ns)
{
    CHECK_EQ(skr_time_control_fill(ABI_ROOT_TIME, ABI_ROOT_BUDGET, amount_ns, period_ns, NULL),
             OK);
}

void test_share_core(void)
{
    fill_own_budget(SHARED_NS, SHARED_PERIOD_NS);
    frame.is_core_shared = true;
}

word_t test_thread_state(cap_t thread)
{
    word_t state = ~(word_t)0;

    CHECK_EQ(skr_thread_info(thread, &state, NULL, NULL), OK);
    return state;
}

bool test_await_state(cap_t thread, word_t state)
{
    uint64_t end = rt_time_now_ns() + AWAIT_NS;

    while (rt_time_now_ns() < end) {
        word_t now = test_thread_state(thread);

        if (now == state)
            return true;
        test_sleep_ns(AWAIT_STEP_NS);
    }
    return false;
}

word_t test_type(cap_t slot)
{
    word_t type = ~(word_t)0;

    CHECK_EQ(skr_captable_query(ABI_ROOT_CAPTABLE, slot, &type, NULL, NULL, NULL), OK);
    return type;
}

word_t test_rights(cap_t slot)
{
    word_t rights = ~(word_t)0;

    CHECK_EQ(skr_captable_query(ABI_ROOT_CAPTABLE, slot, NULL, &rights, NULL, NULL), OK);
    return rights;
}

static void end_one(struct made *made)
{
    if (made->object.bytes != 0) {
        rt_unmake(&frame.maker, &made->object);
    } else if (made->object.cap != 0) {
        for (uint32_t i = 0; i < made->object.count; i++)
            (void)skr_captable_delete(ABI_ROOT_CAPTABLE, made->object.cap + i);
        rt_slots_give(&frame.slots, made->object.cap, made->object.count);
    } else if (made->address != 0) {
        (void)rt_ranges_give(&frame.addresses, made->address, made->address_bytes);
    }
}

/* Ends what the test made; what it took and did not give back is a failure of the test. */
static void run_next(void)
{
    word_t memory_before = rt_ranges_free_bytes(&frame.offsets);
    word_t addresses_before = rt_ranges_free_bytes(&frame.addresses);
    uint32_t slots_before = frame.slots.free;

    frame.tests[frame.next++].run();
    while (frame.worker_count > 0)
        rt_thread_destroy(&frame.maker, &frame.addresses, &frame.workers[--frame.worker_count]);
    while (frame.made_count > 0)
        end_one(&frame.made[--frame.made_count]);
    if (frame.is_core_shared)
        fill_own_budget(WHOLE_NS, WHOLE_NS);
    frame.is_core_shared = false;
    CHECK_EQ(rt_ranges_free_bytes(&frame.offsets), memory_before);
    CHECK_EQ(rt_ranges_free_bytes(&frame.addresses), addresses_before);
    CHECK_EQ(frame.slots.free, slots_before);
}

static const struct abi_boot_memory *largest_memory(const struct abi_boot_info *boot)
{
    const struct abi_boot_memory *largest = NULL;

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];

        if ((memory->kind & ABI_MEMORY_KERNEL_USABLE) == 0)
            continue;
        if (largest == NULL || memory->size_bytes > largest->size_bytes)
            largest = memory;
    }
    rt_assert(largest != NULL);
    return largest;
}

/* Only what every later step needs; a failure here has no test to belong to. */
static void set_up(const struct abi_boot_info *boot)
{
    const struct abi_boot_memory *memory = largest_memory(boot);
    struct rt_object pool;
    status_t status;

    frame.boot = boot;
    rt_ranges_init(&frame.offsets, frame.offset_parts, OFFSET_PARTS);
    rt_ranges_init(&frame.addresses, frame.address_parts, ADDRESS_PARTS);
    rt_slots_init(&frame.slots, frame.slots_taken, ABI_ROOT_FIRST_FREE, SLOTS);
    (void)rt_ranges_give(&frame.offsets, (word_t)memory->first_free,
                         (word_t)(memory->size_bytes - memory->first_free));
    (void)rt_ranges_give(&frame.addresses, FREE_ADDRESSES, FREE_ADDRESS_BYTES);
    frame.maker = (struct rt_maker){
        .captable = ABI_ROOT_CAPTABLE,
        .memory = memory->slot,
        .offsets = &frame.offsets,
        .slots = &frame.slots,
    };

    status = skr_thread_set_priority(ABI_ROOT_THREAD, TEST_PRIORITY, ABI_PRIORITIES - 1,
                                     ABI_ROOT_PRIORITY);
    if (status != OK)
        rt_panic("the tests' priority: %d", (int)status);
    status = rt_make(&frame.maker, TYPE_POOL, POOL_PAGES, 1, &pool);
    if (status == OK)
        status = skr_space_give(ABI_ROOT_SPACE, pool.cap);
    if (status == OK)
        status = rt_make(&frame.maker, TYPE_TIMER, 0, 1, &frame.timer);
    if (status == OK)
        status = rt_make(&frame.maker, TYPE_NOTIFICATION, 0, 1, &frame.timer_fired);
    if (status != OK)
        rt_panic("pages and a timer for the tests themselves: %d", (int)status);
    child_image_init();
}

noreturn void test_run(const struct abi_boot_info *boot, const struct test_group *const groups[],
                       size_t count)
{
    static struct check_test wrapped[TESTS_MAX];
    size_t tests = 0;
    int failed;

    for (size_t group = 0; group < count; group++) {
        for (size_t i = 0; i < groups[group]->count; i++, tests++) {
            rt_assert(tests < TESTS_MAX);
            frame.tests[tests] = groups[group]->tests[i];
            wrapped[tests] = (struct check_test){frame.tests[tests].name, run_next};
        }
    }
    set_up(boot);
    failed = check_run(wrapped, tests, rt_print);

    if (failed > 0)
        (void)skr_power_control_fail(ABI_ROOT_POWER, (word_t)failed);
    (void)skr_power_control_off(ABI_ROOT_POWER);
    rt_panic("the machine is still on");
}

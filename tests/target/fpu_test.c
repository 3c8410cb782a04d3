/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 61 to 64: what of a thread's registers is its own, and that nothing of others' shows.
 */
#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    MS = TEST_NS_PER_MS,
    HOLD_NS = 200 * MS,
    LOW = TEST_PRIORITY - 1,
    STACK_ALIGNMENT = 16,
};

static const word_t CANARY = 0xcafef00d5eed0000;

static uint64_t ticks_from_now(uint64_t duration_ns)
{
    return rt_counter() + duration_ns / 1000 * test_boot()->time_frequency / 1000000;
}

/* ---- 61: floating-point state is private ---- */

struct holder {
    word_t seed;
    uint64_t end_ticks;
    volatile uint64_t changed;
    volatile unsigned ended;
};

static void hold_patterns(void *argument)
{
    struct holder *holder = argument;

    holder->changed = processor_fpu_changed(holder->seed, holder->end_ticks);
    holder->ended++;
}

static cap_t holder_start(struct holder *holder, word_t seed, uint64_t duration_ns, unsigned core)
{
    struct rt_thread_options options = {
        .run = hold_patterns,
        .argument = holder,
        .budget = core == 0 ? ABI_ROOT_BUDGET : test_budget(core, 5 * MS, 10 * MS),
        .priority = LOW,
        .ceiling = LOW,
    };

    *holder = (struct holder){.seed = seed, .end_ticks = ticks_from_now(duration_ns)};
    return test_thread_with(&options)->thread.cap;
}

static void holder_check(const struct holder *holder)
{
    CHECK(await_count(&holder->ended, 1));
    CHECK_EQ(holder->changed, 0);
}

static void b61_fpu_state_is_private_between_threads(void)
{
    struct holder holders[4];
    struct holder self = {0};

    for (unsigned i = 0; i < array_count(holders); i++)
        holder_start(&holders[i], CANARY + i * 1000, 60 * MS, 0);
    CHECK_EQ(processor_fpu_changed(1, ticks_from_now(2 * MS)), 0);
    test_sleep_ns(10 * MS);
    self.changed = processor_fpu_changed(5, ticks_from_now(2 * MS));
    CHECK_EQ(self.changed, 0);
    for (unsigned i = 0; i < array_count(holders); i++)
        holder_check(&holders[i]);
}

static void b61_fpu_state_is_private_on_all_cores(void)
{
    struct holder holders[ABI_BOOT_MAX_CORES * 2];
    unsigned count = test_cores() * 2;

    for (unsigned i = 0; i < count; i++)
        holder_start(&holders[i], CANARY + i * 1000, 40 * MS, i / 2);
    for (unsigned i = 0; i < count; i++)
        holder_check(&holders[i]);
}

/* The state follows a thread from core to core, also when nobody else used the unit there. */
static void b61_fpu_state_moves_between_cores(void)
{
    struct holder holder;
    cap_t budgets[2], thread;

    if (test_cores() < 2) {
        check_skip("one core");
        return;
    }
    budgets[0] = ABI_ROOT_BUDGET;
    budgets[1] = test_budget(1, 10 * MS, 10 * MS);
    thread = holder_start(&holder, CANARY, 60 * MS, 0);
    for (unsigned i = 1; i < 11; i++) {
        test_sleep_ns(3 * MS);
        CHECK_EQ(skr_thread_stop(thread), OK);
        CHECK_EQ(skr_thread_configure(thread, 0, 0, budgets[i % 2], 0, 0, 0, 0, 0), OK);
        CHECK_EQ(skr_thread_resume(thread), OK);
    }
    holder_check(&holder);
}

/* The registers that thread.read shows; the list area of the test's own buffer. */
static const uint64_t *read_registers(cap_t thread)
{
    CHECK_EQ(skr_thread_read(thread), OK);
    return (const uint64_t *)rt_buffer()->list;
}

/* Stops it once it holds its patterns; they are in the list area then. */
static const uint64_t *stop_holding(cap_t thread)
{
    const uint64_t *registers = NULL;

    for (unsigned i = 0; i < HOLD_NS / MS / 2; i++) {
        test_sleep_ns(1 * MS);
        CHECK_EQ(skr_thread_stop(thread), OK);
        registers = read_registers(thread);
        if (registers[processor_fpu_first + 31 * processor_fpu_stride] ==
            processor_fpu_pattern(CANARY, 31))
            break;
        CHECK_EQ(skr_thread_resume(thread), OK);
    }
    return registers;
}

static void b61_fpu_state_is_read_wherever_it_is(void)
{
    struct holder holder;
    const uint64_t *registers;
    cap_t thread = holder_start(&holder, CANARY, HOLD_NS, test_cores() - 1);

    registers = stop_holding(thread);
    CHECK_EQ(registers[processor_fpu_flag], 1);
    for (unsigned n = 0; n < 32; n++)
        CHECK_EQ(registers[processor_fpu_first + n * processor_fpu_stride],
                 processor_fpu_pattern(CANARY, n));
    CHECK_EQ(skr_thread_resume(thread), OK);
    holder_check(&holder);
}

static void b61_fpu_state_is_written(void)
{
    struct holder holder;
    cap_t thread = holder_start(&holder, CANARY, HOLD_NS, 0);
    uint64_t *registers = (uint64_t *)(void *)rt_buffer()->list;

    (void)stop_holding(thread);
    registers[processor_fpu_first + 3 * processor_fpu_stride] = 0;
    registers[processor_fpu_first + 17 * processor_fpu_stride] = 0;
    CHECK_EQ(skr_thread_write(thread), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    CHECK(await_count(&holder.ended, 1));
    CHECK_EQ(holder.changed, 1u << 3 | 1u << 17);
}

struct lazy {
    volatile bool may_use;
    volatile unsigned ended;
};

static void use_fpu_later(void *argument)
{
    struct lazy *lazy = argument;

    (void)skr_thread_stop(rt_self()->thread);
    if (lazy->may_use)
        (void)processor_fpu_changed(CANARY, 0);
    (void)skr_thread_stop(rt_self()->thread);
    lazy->ended++;
}

/* A thread has no such state before it asks for it. */
static void b61_fpu_is_given_at_first_use(void)
{
    struct lazy lazy = {0};
    cap_t thread = test_thread(use_fpu_later, &lazy, LOW)->thread.cap;

    (void)processor_fpu_changed(CANARY, 0);
    CHECK(test_await_state(thread, THREAD_STOPPED));
    CHECK_EQ(read_registers(thread)[processor_fpu_flag], 0);
    lazy.may_use = true;
    CHECK_EQ(skr_thread_resume(thread), OK);
    CHECK(test_await_state(thread, THREAD_STOPPED));
    CHECK_EQ(read_registers(thread)[processor_fpu_flag], 1);
    CHECK_EQ(skr_thread_resume(thread), OK);
    CHECK(await_count(&lazy.ended, 1));
}

/* Killed while its state is in the registers, and the next one in its memory starts clean. */
static void b61_fpu_state_dies_with_its_thread(void)
{
    struct holder holder;
    cap_t thread = holder_start(&holder, CANARY, 100 * MS, test_cores() - 1);

    test_sleep_ns(10 * MS);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, thread), OK);
    holder_start(&holder, CANARY + 1, 10 * MS, 0);
    holder_check(&holder);
}

/* ---- 62, 63: what a thread starts with ---- */

/* A thread with its own fields alone: everything else in it is zero. */
static cap_t bare_thread(void)
{
    cap_t thread = test_make(TYPE_THREAD, 0);

    CHECK_EQ(skr_thread_configure(thread, ABI_ROOT_CAPTABLE, ABI_ROOT_SPACE, ABI_ROOT_BUDGET, 0, 0,
                                  0, 0, 0), OK);
    CHECK_EQ(skr_thread_set_priority(thread, LOW, LOW, ABI_ROOT_PRIORITY), OK);
    return thread;
}

static void start_at_entry(cap_t thread, struct processor_entry *entry, word_t sp, word_t tp)
{
    *entry = (struct processor_entry){~(word_t)0, ~(word_t)0, ~(word_t)0, ~(word_t)0};
    CHECK_EQ(skr_thread_start(thread, (word_t)processor_entry, sp, (word_t)entry, tp), OK);
    CHECK(test_await_state(thread, THREAD_FAULTED));
}

static void entry_of(struct processor_entry *entry, word_t sp, word_t tp)
{
    start_at_entry(bare_thread(), entry, sp, tp);
}

static void b62_thread_pointer_is_set_and_kept(void)
{
    struct processor_entry first, second;
    void *stack;

    test_frame(1, &stack);
    entry_of(&first, (word_t)stack + ABI_PAGE_SIZE, CANARY);
    entry_of(&second, (word_t)stack + ABI_PAGE_SIZE, 0);
    CHECK_EQ(first.tp, CANARY);
    CHECK_EQ(second.tp, 0);
    CHECK_EQ(rt_self()->thread, ABI_ROOT_THREAD); /* the test's own */
}

struct pointed {
    volatile unsigned wrong;
    volatile unsigned ended;
};

static void look_at_thread_pointer(void *argument)
{
    struct pointed *pointed = argument;
    word_t before = rt_thread_pointer();
    uint64_t end = rt_time_now_ns() + 20 * MS;

    while (rt_time_now_ns() < end) {
        pointed->wrong += *(volatile word_t *)&before != (word_t)(rt_self() + 1);
        skr_yield();
    }
    pointed->ended++;
}

static void b62_thread_pointers_survive_switches(void)
{
    struct pointed pointed[3] = {0};

    for (unsigned i = 0; i < array_count(pointed); i++)
        test_thread(look_at_thread_pointer, &pointed[i], LOW);
    for (unsigned i = 0; i < array_count(pointed); i++) {
        CHECK(await_count(&pointed[i].ended, 1));
        CHECK_EQ(pointed[i].wrong, 0);
    }
}

static void b62_thread_pointer_is_read_from_outside(void)
{
    struct lazy lazy = {0};
    struct rt_worker *worker = test_thread(use_fpu_later, &lazy, LOW);

    CHECK(test_await_state(worker->thread.cap, THREAD_STOPPED));
    CHECK_EQ(read_registers(worker->thread.cap)[processor_tp], (word_t)(&worker->self + 1));
}

static void note_stack(void *argument)
{
    *(volatile word_t *)argument = (word_t)__builtin_frame_address(0);
}

static void b63_stack_is_as_given_and_aligned(void)
{
    struct processor_entry entry;
    volatile word_t frame = 1;
    struct child child;
    void *stack;

    test_frame(1, &stack);
    entry_of(&entry, (word_t)stack + ABI_PAGE_SIZE, 0);
    CHECK_EQ(entry.sp, (word_t)stack + ABI_PAGE_SIZE);
    CHECK(is_aligned((word_t)__builtin_frame_address(0), STACK_ALIGNMENT));
    test_thread(note_stack, (void *)&frame, TEST_PRIORITY + 1);
    CHECK(is_aligned(frame, STACK_ALIGNMENT));
    if (child_create(&child, NULL)) {
        child_start(&child, note_stack, (void *)&child.shared->words[0]);
        child_wait_end(&child);
        CHECK(child.shared->words[0] != 0);
        CHECK(is_aligned(child.shared->words[0], STACK_ALIGNMENT));
    }
    child_destroy(&child);
}

/* Nothing that others left in the registers is there when a thread starts. */
static void b63_new_thread_finds_no_ones_registers(void)
{
    struct processor_entry entry;
    void *stack;

    test_frame(1, &stack);
    (void)processor_fpu_changed(CANARY, 0);
    entry_of(&entry, (word_t)stack + ABI_PAGE_SIZE, 0);
    CHECK_EQ(entry.others, 0);
    CHECK_EQ(entry.floating, 0);
}

/* Fills the unit's registers and ends where a thread without a handler does. */
static void fill_and_fault(void)
{
    (void)processor_fpu_changed(CANARY, 0);
    (void)processor_foreign_call(~(word_t)0, 0, 0, 0);
}

/* Nor what the thread itself left there before. */
static void b63_thread_started_again_finds_zeros(void)
{
    struct processor_entry entry;
    cap_t thread = bare_thread();
    void *stack;

    test_frame(1, &stack);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(skr_thread_start(thread, (word_t)fill_and_fault, (word_t)stack + ABI_PAGE_SIZE, 0,
                                  0), OK);
        CHECK(test_await_state(thread, THREAD_FAULTED));
        start_at_entry(thread, &entry, (word_t)stack + ABI_PAGE_SIZE, 0);
        CHECK_EQ(entry.others, 0);
        CHECK_EQ(entry.floating, 0);
    }
}

/* ---- 64: atomic reservations end with a switch ---- */

static void b64_reservation_ends_with_a_call(void)
{
    static uint64_t word;

    CHECK_EQ(processor_reservation_after_yield(&word), 0);
    CHECK_EQ(word, 0);
}

static void spin_until_over(void *argument)
{
    volatile bool *is_over = argument;

    while (!*is_over)
        continue;
}

/* Two equals take turns while one of them holds a reservation.  Where the host lets the emulator
 * stand still, the time may be over before a turn is: that try shows nothing. */
static void b64_reservation_ends_with_a_turn(void)
{
    enum { TRIES = 10 };
    uint64_t word = 0;
    volatile bool is_over = false;
    word_t succeeded = 1;

    test_thread(spin_until_over, (void *)&is_over, TEST_PRIORITY);
    for (unsigned try = 0; try < TRIES && succeeded != 0; try++) {
        word = 0;
        succeeded = processor_reservation_after(&word, ticks_from_now(30 * MS));
    }
    is_over = true;
    CHECK_EQ(succeeded, 0);
    CHECK_EQ(word, 0);
}

static const struct check_test tests[] = {
    {"b61_fpu_state_is_private_between_threads", b61_fpu_state_is_private_between_threads},
    {"b61_fpu_state_is_private_on_all_cores", b61_fpu_state_is_private_on_all_cores},
    {"b61_fpu_state_moves_between_cores", b61_fpu_state_moves_between_cores},
    {"b61_fpu_state_is_read_wherever_it_is", b61_fpu_state_is_read_wherever_it_is},
    {"b61_fpu_state_is_written", b61_fpu_state_is_written},
    {"b61_fpu_is_given_at_first_use", b61_fpu_is_given_at_first_use},
    {"b61_fpu_state_dies_with_its_thread", b61_fpu_state_dies_with_its_thread},
    {"b62_thread_pointer_is_set_and_kept", b62_thread_pointer_is_set_and_kept},
    {"b62_thread_pointers_survive_switches", b62_thread_pointers_survive_switches},
    {"b62_thread_pointer_is_read_from_outside", b62_thread_pointer_is_read_from_outside},
    {"b63_stack_is_as_given_and_aligned", b63_stack_is_as_given_and_aligned},
    {"b63_new_thread_finds_no_ones_registers", b63_new_thread_finds_no_ones_registers},
    {"b63_thread_started_again_finds_zeros", b63_thread_started_again_finds_zeros},
    {"b64_reservation_ends_with_a_call", b64_reservation_ends_with_a_call},
    {"b64_reservation_ends_with_a_turn", b64_reservation_ends_with_a_turn},
};

const struct test_group fpu_tests = {tests, array_count(tests)};

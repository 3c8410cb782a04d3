/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 65: interrupts of a device arrive as signals, and nobody reaches a device unasked.
 *
 * The device is the machine's clock, which can be told to raise its alarm at once; it is found in
 * the device tree.
 */
#include <base/fdt.h>
#include <rt/map.h>

#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    HIGH = TEST_PRIORITY + 1,
    LOW = TEST_PRIORITY - 1,
    BITS = 0x30,
    ALARM_TRIES = 1000,
};

/* Registers of a clock, in 32-bit words from its base. */
struct clock_model {
    const char *compatible;
    uint8_t now;        /* low word of the time */
    uint8_t alarm;      /* writing the present time raises the alarm */
    uint8_t alarm_high; /* 0: it has none */
    uint8_t enable;
    uint8_t clear;
};

/* ARM DDI 0224C, chapter 3; and QEMU's docs/specs of the Goldfish devices. */
static const struct clock_model models[] = {
    {"arm,pl031", .now = 0, .alarm = 1, .enable = 4, .clear = 7},
    {"google,goldfish-rtc", .now = 0, .alarm = 2, .alarm_high = 3, .enable = 4, .clear = 7},
};

struct clock {
    const struct clock_model *model;
    struct fdt_range range;
    word_t line;
    volatile uint32_t *registers;
    cap_t interrupt;
    cap_t notification;
};

/* One cell is the line itself; three are of the GIC, whose shared lines begin at 32. */
static bool read_line(const struct fdt_node *node, word_t *line)
{
    struct fdt_property property;
    uint32_t cells[2];

    if (!fdt_find_property(node, "interrupts", &property) || !fdt_cell(&property, 0, &cells[0]))
        return false;
    *line = cells[0];
    if (fdt_cell_count(&property) == 3) {
        if (!fdt_cell(&property, 1, &cells[1]))
            return false;
        *line = cells[1] + 32;
    }
    return true;
}

static bool clock_find(struct clock *clock)
{
    struct fdt_node node;
    struct fdt fdt;

    *clock = (struct clock){0};
    if (!CHECK_EQ(fdt_open(&fdt, (const void *)(word_t)test_boot()->device_tree_address,
                           (size_t)test_boot()->device_tree_size_bytes), FDT_OK))
        return false;
    for (size_t i = 0; i < array_count(models); i++) {
        fdt_root(&fdt, &node);
        if (!fdt_next_compatible(&node, models[i].compatible))
            continue;
        clock->model = &models[i];
        return CHECK(fdt_reg(&node, 0, &clock->range)) && CHECK(read_line(&node, &clock->line));
    }
    return CHECK(false);
}

/* A frame of the device memory in which the clock lies, mapped. */
static bool clock_map(struct clock *clock)
{
    struct rt_mapping mapping = {.pages = 1, .attributes = MAP_READ | MAP_WRITE};
    const struct abi_boot_info *boot = test_boot();

    for (uint32_t i = 0; i < boot->memory_count; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];

        if (clock->range.start - memory->base >= memory->size_bytes)
            continue;
        mapping.frame = test_slot();
        mapping.address = test_address(1);
        if (!CHECK_EQ(skr_memory_make(memory->slot, TYPE_FRAME,
                                      (word_t)(clock->range.start - memory->base), 1, 1,
                                      mapping.frame, NULL), OK))
            return false;
        clock->registers = (volatile uint32_t *)mapping.address;
        return CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    }
    return CHECK(false);
}

static void clock_silence(const struct clock *clock)
{
    clock->registers[clock->model->enable] = 0;
    clock->registers[clock->model->clear] = 1;
}

/* The clock with its interrupt claimed and bound to a new notification. */
static bool clock_begin(struct clock *clock)
{
    if (!clock_find(clock) || !clock_map(clock))
        return false;
    clock_silence(clock);
    clock->interrupt = test_make(TYPE_INTERRUPT, 0);
    clock->notification = test_make(TYPE_NOTIFICATION, 0);
    return CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, clock->line, 0,
                                                clock->interrupt), OK) &&
           CHECK_EQ(skr_interrupt_bind(clock->interrupt, clock->notification, BITS), OK);
}

static void clock_raise(const struct clock *clock)
{
    const struct clock_model *model = clock->model;

    clock->registers[model->enable] = 1;
    if (model->alarm_high != 0)
        clock->registers[model->alarm_high] = 0;
    clock->registers[model->alarm] = clock->registers[model->now];
}

/* Raises it until the notification has it: a clock of seconds may have moved on in between. */
static bool clock_raise_and_poll(const struct clock *clock, cap_t notification)
{
    word_t bits = 0;

    for (unsigned i = 0; i < ALARM_TRIES; i++) {
        clock_raise(clock);
        for (unsigned wait = 0; wait < 10; wait++) {
            if (skr_poll(notification, &bits) == OK)
                return CHECK_EQ(bits, BITS);
        }
    }
    return false;
}

static void check_silent(cap_t notification)
{
    word_t bits;

    test_sleep_ns(2 * TEST_NS_PER_MS);
    CHECK_EQ(skr_poll(notification, &bits), ERR_WOULD_BLOCK);
}

static void b65_interrupt_stays_masked_until_acknowledged(void)
{
    struct clock clock;

    if (!clock_begin(&clock))
        return;
    CHECK_EQ(skr_interrupt_acknowledge(clock.interrupt), ERR_BAD_STATE);
    check_silent(clock.notification);
    CHECK(clock_raise_and_poll(&clock, clock.notification));
    check_silent(clock.notification); /* the device still asks, and is not heard */
    clock_silence(&clock);
    CHECK_EQ(skr_interrupt_acknowledge(clock.interrupt), OK);
    CHECK(clock_raise_and_poll(&clock, clock.notification));
    clock_silence(&clock);
    CHECK_EQ(skr_interrupt_acknowledge(clock.interrupt), OK);
    check_silent(clock.notification);
    CHECK_EQ(skr_interrupt_acknowledge(clock.interrupt), ERR_BAD_STATE);
}

static void b65_interrupt_wakes_a_waiter(void)
{
    struct actor actor = {.act = ACT_WAIT};
    struct clock clock;

    if (!clock_begin(&clock))
        return;
    actor.cap = clock.notification;
    actor_block(&actor, HIGH, THREAD_WAITING);
    for (unsigned i = 0; i < ALARM_TRIES && actor.ended == 0; i++)
        clock_raise(&clock);
    actor_ended(&actor, OK);
    CHECK_EQ(actor.message.words[0], BITS);
    clock_silence(&clock);
}

static void b65_interrupt_wakes_a_receiver_it_is_bound_to(void)
{
    struct actor actor = {.act = ACT_RECEIVE};
    struct clock clock;

    if (!clock_begin(&clock))
        return;
    actor.cap = test_make(TYPE_ENDPOINT, 0);
    actor.reply = test_make(TYPE_REPLY, 0);
    actor_block(&actor, HIGH, THREAD_RECEIVING);
    CHECK_EQ(skr_thread_bind(actor.thread, clock.notification), OK);
    for (unsigned i = 0; i < ALARM_TRIES && actor.ended == 0; i++)
        clock_raise(&clock);
    actor_ended(&actor, OK);
    CHECK_EQ(skr_info_event(actor.message.info), EVENT_SIGNAL);
    CHECK_EQ(actor.message.words[0], BITS);
    clock_silence(&clock);
}

/* With a budget of its own the handler runs on that; without one it has the signal, but no turn. */
static void b65_interrupt_handler_with_and_without_a_budget(void)
{
    struct actor actor = {.act = ACT_WAIT};
    uint64_t before = 0, after = 0;
    struct clock clock;
    cap_t budget;

    test_share_core();
    if (!clock_begin(&clock))
        return;
    actor.cap = clock.notification;
    budget = test_budget(0, 4 * TEST_NS_PER_MS, 20 * TEST_NS_PER_MS);
    actor_start_on(&actor, HIGH, budget);
    CHECK(test_await_state(actor.thread, THREAD_WAITING));
    CHECK_EQ(skr_budget_info(budget, NULL, NULL, NULL, &before), OK);
    for (unsigned i = 0; i < ALARM_TRIES && actor.ended == 0; i++)
        clock_raise(&clock);
    actor_ended(&actor, OK);
    CHECK_EQ(skr_budget_info(budget, NULL, NULL, NULL, &after), OK);
    CHECK(after > before);

    clock_silence(&clock);
    CHECK_EQ(skr_interrupt_acknowledge(clock.interrupt), OK);
    actor = (struct actor){.act = ACT_WAIT, .cap = clock.notification};
    actor_start_on(&actor, HIGH, budget);
    CHECK(test_await_state(actor.thread, THREAD_WAITING));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, budget), OK);
    for (unsigned i = 0; i < ALARM_TRIES &&
                         test_thread_state(actor.thread) == THREAD_WAITING; i++)
        clock_raise(&clock);
    CHECK_EQ(test_thread_state(actor.thread), THREAD_OUT_OF_TIME);
    CHECK_EQ(actor.ended, 0);
    clock_silence(&clock);
}

static void b65_interrupt_outlives_its_notification(void)
{
    struct clock clock;
    cap_t second;

    if (!clock_begin(&clock))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, clock.notification), OK);
    clock_raise(&clock);
    test_sleep_ns(2 * TEST_NS_PER_MS); /* it is delivered to nobody */
    clock_silence(&clock);
    second = test_make(TYPE_NOTIFICATION, 0);
    CHECK_EQ(skr_interrupt_bind(clock.interrupt, second, BITS), OK);
    (void)skr_interrupt_acknowledge(clock.interrupt);
    CHECK(clock_raise_and_poll(&clock, second));
    clock_silence(&clock);
}

static void b65_interrupt_deleted_frees_its_line(void)
{
    struct clock clock;
    cap_t second;

    if (!clock_begin(&clock))
        return;
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, clock.interrupt), OK);
    clock_raise(&clock);
    check_silent(clock.notification);
    clock_silence(&clock);
    second = test_make(TYPE_INTERRUPT, 0);
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, clock.line, 0, second), OK);
    CHECK_EQ(skr_interrupt_bind(second, clock.notification, BITS), OK);
    CHECK(clock_raise_and_poll(&clock, clock.notification));
    clock_silence(&clock);
}

static void b65_line_has_one_holder(void)
{
    cap_t other = test_make(TYPE_INTERRUPT, 0), notification = test_make(TYPE_NOTIFICATION, 0);
    struct clock clock;

    if (!clock_begin(&clock))
        return;
    CHECK_EQ(skr_interrupt_bind(other, notification, 1), ERR_BAD_STATE); /* of no line */
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, clock.line, 0, other), ERR_IN_USE);
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, 100000, 0, other),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, 0, 0, other), ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, clock.line + 1, 2, other),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, clock.line + 1, 0, clock.interrupt),
             ERR_IN_USE); /* the object has a line already */
}

/* ---- access without a capability ---- */

static void load_in_child(void *argument)
{
    struct child_shared *shared = argument;

    shared->words[1] = processor_load(shared->words[0]);
}

static void b65_device_access_without_a_capability_faults(void)
{
    struct child_fault fault = {0};
    struct clock clock;
    struct child child;

    if (!clock_begin(&clock))
        return;
    /* Where the device lies in physical memory, and where the test has it mapped. */
    for (unsigned i = 0; i < 2; i++) {
        word_t address = i == 0 ? (word_t)clock.range.start : (word_t)clock.registers;

        if (child_create(&child, NULL)) {
            child.shared->words[0] = address;
            child_start(&child, load_in_child, child.shared);
            if (child_wait(&child, &fault)) {
                CHECK_EQ(fault.kind, FAULT_PAGE);
                CHECK_EQ(fault.words[0], address);
            }
        }
        child_destroy(&child);
    }
}

static const struct check_test tests[] = {
    {"b65_interrupt_stays_masked_until_acknowledged",
     b65_interrupt_stays_masked_until_acknowledged},
    {"b65_interrupt_wakes_a_waiter", b65_interrupt_wakes_a_waiter},
    {"b65_interrupt_wakes_a_receiver_it_is_bound_to",
     b65_interrupt_wakes_a_receiver_it_is_bound_to},
    {"b65_interrupt_handler_with_and_without_a_budget",
     b65_interrupt_handler_with_and_without_a_budget},
    {"b65_interrupt_outlives_its_notification", b65_interrupt_outlives_its_notification},
    {"b65_interrupt_deleted_frees_its_line", b65_interrupt_deleted_frees_its_line},
    {"b65_line_has_one_holder", b65_line_has_one_holder},
    {"b65_device_access_without_a_capability_faults",
     b65_device_access_without_a_capability_faults},
};

const struct test_group interrupt_tests = {tests, array_count(tests)};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviours 59 and 60: faults are told to whoever handles them, with the right addresses, and the
 * thread goes on as the answer says.
 */
#include <rt/map.h>

#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    ANSWER_RETRY = 0,
    ANSWER_GO_TO = 1,
    UNKNOWN_CALL = 998,
    BADGE = 321,
    LOW = TEST_PRIORITY - 1,
};

static const word_t VALUE = 0x1122334455667788;

/* ---- faults of a child ---- */

static void do_load(void *argument)
{
    struct child_shared *shared = argument;

    shared->words[1] = processor_load(shared->words[0]);
}

static void do_store(void *argument)
{
    struct child_shared *shared = argument;

    processor_store(shared->words[0], VALUE);
    shared->words[1] = 1;
}

static void do_execute(void *argument)
{
    struct child_shared *shared = argument;

    processor_execute(shared->words[0]);
    shared->words[1] = 1;
}

static void do_undefined(void *argument)
{
    struct child_shared *shared = argument;

    processor_undefined();
    shared->words[1] = 1;
}

static void answer(struct child *child, word_t label, word_t word)
{
    const word_t words[ABI_REGISTER_WORDS] = {word};

    child_answer(child, label, words);
}

static void check_page_fault(const struct child_fault *fault, vaddr_t address, word_t pc,
                             word_t access)
{
    CHECK_EQ(fault->kind, FAULT_PAGE);
    CHECK_EQ(fault->words[0], address);
    CHECK_EQ(fault->words[1], pc);
    CHECK_EQ(fault->words[2], access);
}

static void b59_read_fault_is_resumed_where_it_was(void)
{
    struct child_fault fault = {0};
    struct child child;
    word_t *page;
    cap_t frame = test_frame(1, (void **)&page);

    page[1] = VALUE;
    if (child_create(&child, NULL)) {
        child.shared->words[0] = (word_t)&page[1];
        child_start(&child, do_load, child.shared);
        if (child_wait(&child, &fault)) {
            check_page_fault(&fault, (word_t)&page[1], (word_t)processor_load, MAP_READ);
            child_map(&child, frame, (word_t)page, 1, MAP_READ);
            answer(&child, ANSWER_RETRY, 0);
        }
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[1], VALUE);
    }
    child_destroy(&child);
}

static void b59_write_fault_is_resumed_where_it_was(void)
{
    struct child_fault fault = {0};
    struct child child;
    word_t *page;
    cap_t frame = test_frame(1, (void **)&page);

    if (child_create(&child, NULL)) {
        child_map(&child, frame, (word_t)page, 1, MAP_READ); /* readable is not enough */
        child.shared->words[0] = (word_t)&page[2];
        child_start(&child, do_store, child.shared);
        if (child_wait(&child, &fault)) {
            check_page_fault(&fault, (word_t)&page[2], (word_t)processor_store, MAP_WRITE);
            CHECK_EQ(page[2], 0);
            CHECK_EQ(rt_protect(child.space.cap, (word_t)page, 1, MAP_READ | MAP_WRITE), OK);
            answer(&child, ANSWER_RETRY, 0);
        }
        child_wait_end(&child);
        CHECK_EQ(page[2], VALUE);
    }
    child_destroy(&child);
}

static void b59_execute_fault_is_resumed_elsewhere(void)
{
    struct child_fault fault = {0};
    struct child child;
    void *page;
    cap_t frame = test_frame(1, &page);

    if (child_create(&child, NULL)) {
        child_map(&child, frame, (word_t)page, 1, MAP_READ | MAP_WRITE);
        child.shared->words[0] = (word_t)page;
        child_start(&child, do_execute, child.shared);
        if (child_wait(&child, &fault)) {
            check_page_fault(&fault, (word_t)page, (word_t)page, MAP_EXECUTE);
            answer(&child, ANSWER_GO_TO, (word_t)processor_return);
        }
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[1], 1);
    }
    child_destroy(&child);
}

static void b59_undefined_instruction_is_skipped(void)
{
    struct child_fault fault = {0};
    struct child child;

    if (child_create(&child, NULL)) {
        child_start(&child, do_undefined, child.shared);
        if (child_wait(&child, &fault)) {
            CHECK_EQ(fault.kind, FAULT_EXCEPTION);
            CHECK_EQ(fault.words[1], (word_t)processor_undefined);
            answer(&child, ANSWER_GO_TO, fault.words[1] + PROCESSOR_INSTRUCTION_BYTES);
        }
        child_wait_end(&child);
        CHECK_EQ(child.shared->words[1], 1);
    }
    child_destroy(&child);
}

/* Answered without a change it comes again, and is the same. */
static void b59_fault_answered_in_vain_comes_again(void)
{
    struct child_fault fault = {0};
    struct child child;
    vaddr_t nowhere = test_address(1);

    if (child_create(&child, NULL)) {
        child.shared->words[0] = nowhere;
        child_start(&child, do_load, child.shared);
        for (unsigned i = 0; i < 3; i++) {
            if (!child_wait(&child, &fault))
                break;
            check_page_fault(&fault, nowhere, (word_t)processor_load, MAP_READ);
            answer(&child, ANSWER_RETRY, 0);
        }
    }
    child_destroy(&child);
}

/* No address of the kernel, and none that is no address at all, does more than fault. */
static void b59_strange_addresses_fault(void)
{
    static const word_t addresses[] = {
        0, 0x1000, (word_t)1 << 38, (word_t)1 << 39, (word_t)1 << 47, (word_t)1 << 56,
        ~(word_t)0 << 39, (word_t)0xffffffff80000000, ~(word_t)7,
    };

    for (size_t i = 0; i < array_count(addresses); i++) {
        struct child_fault fault = {0};
        struct child child;

        if (child_create(&child, NULL)) {
            child.shared->words[0] = addresses[i];
            child_start(&child, i % 2 == 0 ? do_load : do_store, child.shared);
            if (child_wait(&child, &fault)) {
                CHECK(fault.kind == FAULT_PAGE || fault.kind == FAULT_EXCEPTION);
                CHECK_EQ(fault.words[1], (word_t)(i % 2 == 0 ? (void *)processor_load
                                                             : (void *)processor_store));
            }
        }
        child_destroy(&child);
    }
}

/* ---- faults inside the test's own space ---- */

struct faulting {
    vaddr_t address;
    volatile word_t value;
    volatile unsigned ended;
};

static void load_here(void *argument)
{
    struct faulting *faulting = argument;

    faulting->value = processor_load(faulting->address);
    faulting->ended++;
}

static void call_unknown_here(void *argument)
{
    struct faulting *faulting = argument;
    word_t words[ABI_REGISTER_WORDS] = {1, 2, 3, 4, 5, 6, 7, 8};
    word_t cap = 0, info = 0, aux = 0;

    (void)skr_trap(UNKNOWN_CALL, &cap, &info, &aux, words);
    faulting->value = words[7];
    faulting->ended++;
}

static cap_t faulting_thread(rt_thread_fn *run, struct faulting *faulting, cap_t handler)
{
    struct rt_thread_options options = {
        .run = run,
        .argument = faulting,
        .budget = ABI_ROOT_BUDGET,
        .fault = handler,
        .priority = LOW,
        .ceiling = LOW,
    };

    return test_thread_with(&options)->thread.cap;
}

/* A frame that lies nowhere yet, with a value in its first word. */
static struct rt_mapping unmapped_page(void)
{
    word_t *page;
    struct rt_mapping mapping = {
        .frame = test_frame(1, (void **)&page),
        .address = test_address(1),
        .pages = 1,
        .attributes = MAP_READ,
    };

    page[0] = VALUE;
    return mapping;
}

static void check_loaded(const struct faulting *faulting)
{
    CHECK(await_count(&faulting->ended, 1));
    CHECK_EQ(faulting->value, VALUE);
}

static void b59_fault_in_the_same_space(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), thread;
    struct rt_mapping mapping = unmapped_page();
    struct faulting faulting = {.address = mapping.address};
    struct skr_message message;

    thread = faulting_thread(load_here, &faulting, test_copy(endpoint, RIGHTS_ALL, BADGE));
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_FAULT);
    CHECK_EQ(skr_info_label(message.info), FAULT_PAGE);
    CHECK_EQ(message.badge, BADGE);
    CHECK_EQ(message.words[0], mapping.address);
    CHECK_EQ(message.words[1], (word_t)processor_load);
    CHECK_EQ(test_thread_state(thread), THREAD_CALLING);
    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    message = (struct skr_message){.info = skr_info(ANSWER_RETRY, 0, 0)};
    CHECK_EQ(skr_reply(reply, &message), OK);
    check_loaded(&faulting);
}

static void b59_unknown_call_in_the_same_space(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct faulting faulting = {0};
    struct skr_message message;

    faulting_thread(call_unknown_here, &faulting, endpoint);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_label(message.info), FAULT_UNKNOWN_CALL);
    CHECK_EQ(message.aux, UNKNOWN_CALL);
    for (word_t i = 0; i < ABI_REGISTER_WORDS; i++)
        CHECK_EQ(message.words[i], i + 1);
    message = message_of(0, ABI_REGISTER_WORDS, 50);
    CHECK_EQ(skr_reply(reply, &message), OK);
    CHECK(await_count(&faulting.ended, 1));
    CHECK_EQ(faulting.value, 57);
}

/* A holder of the thread lets it go on; who has the fault in hand answers in vain. */
static void b59_faulted_thread_is_resumed_without_the_reply(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0), thread;
    struct rt_mapping mapping = unmapped_page();
    struct faulting faulting = {.address = mapping.address};
    struct skr_message message;

    thread = faulting_thread(load_here, &faulting, endpoint);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_thread_cancel(thread), ERR_BAD_STATE); /* a fault is no call to cancel */
    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    check_loaded(&faulting);
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), ERR_PEER_GONE);
}

/* ---- faults that nobody takes ---- */

static cap_t watch_begin(void)
{
    cap_t notification = test_make(TYPE_NOTIFICATION, 0);

    CHECK_EQ(skr_log_control_watch(ABI_ROOT_LOG, notification, 64), OK);
    return notification;
}

/* It stands still, root is told, and it can be resumed. */
static void check_stopped_by_fault(cap_t thread, cap_t watch, struct faulting *faulting,
                                   const struct rt_mapping *mapping)
{
    word_t bits = 0;

    CHECK(test_await_state(thread, THREAD_FAULTED));
    CHECK_EQ(skr_poll(watch, &bits), OK);
    CHECK_EQ(bits, 64);
    CHECK_EQ(faulting->ended, 0);
    CHECK_EQ(rt_map(ABI_ROOT_SPACE, mapping), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    check_loaded(faulting);
}

static void b59_fault_without_a_handler_stops_the_thread(void)
{
    struct rt_mapping mapping = unmapped_page();
    struct faulting faulting = {.address = mapping.address};
    cap_t watch = watch_begin(), thread = faulting_thread(load_here, &faulting, 0);

    check_stopped_by_fault(thread, watch, &faulting, &mapping);
}

static void b59_fault_with_a_dead_handler_stops_the_thread(void)
{
    struct rt_mapping mapping = unmapped_page();
    struct faulting faulting = {.address = mapping.address};
    cap_t watch = watch_begin(), endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t thread = faulting_thread(load_here, &faulting, endpoint);

    CHECK(test_await_state(thread, THREAD_SENDING)); /* nobody has taken it yet */
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, endpoint), OK);
    check_stopped_by_fault(thread, watch, &faulting, &mapping);
}

static void b59_fault_whose_answer_is_deleted_stops_the_thread(void)
{
    struct rt_mapping mapping = unmapped_page();
    struct faulting faulting = {.address = mapping.address};
    cap_t watch = watch_begin(), endpoint = test_make(TYPE_ENDPOINT, 0);
    cap_t reply = test_make(TYPE_REPLY, 0);
    cap_t thread = faulting_thread(load_here, &faulting, endpoint);
    struct skr_message message;

    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, reply), OK);
    check_stopped_by_fault(thread, watch, &faulting, &mapping);
}

static void b59_faulting_thread_deleted_at_each_point(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct faulting faulting = {.address = test_address(1)};
    cap_t queued = faulting_thread(load_here, &faulting, endpoint), taken;
    struct skr_message message;

    CHECK(test_await_state(queued, THREAD_SENDING));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, queued), OK);
    CHECK_EQ(skr_receive_nowait(endpoint, reply, &message), ERR_WOULD_BLOCK);
    taken = faulting_thread(load_here, &faulting, endpoint);
    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, taken), OK);
    message.info = 0;
    CHECK_EQ(skr_reply(reply, &message), ERR_PEER_GONE);
    CHECK_EQ(faulting.ended, 0);
}

/* ---- 60: breakpoints and single step ---- */

static void run_steps(void *argument)
{
    struct faulting *faulting = argument;

    (void)skr_thread_stop(rt_self()->thread);
    processor_steps();
    processor_store(faulting->address, VALUE);
    faulting->ended++;
}

/* A thread about to run processor_steps, stopped. */
static cap_t stepping_thread(struct faulting *faulting, cap_t handler)
{
    cap_t thread = faulting_thread(run_steps, faulting, handler);

    CHECK(test_await_state(thread, THREAD_STOPPED));
    return thread;
}

static bool has_breakpoints(cap_t thread)
{
    return skr_thread_set_breakpoint(thread, 0, 0, 0) != ERR_NOT_SUPPORTED;
}

static void receive_debug_fault(cap_t endpoint, cap_t reply, word_t kind, word_t number, word_t pc)
{
    struct skr_message message;

    CHECK_EQ(skr_receive(endpoint, reply, &message), OK);
    CHECK_EQ(skr_info_event(message.info), EVENT_FAULT);
    CHECK_EQ(skr_info_label(message.info), kind);
    if (kind == FAULT_BREAKPOINT)
        CHECK_EQ(message.words[0], number);
    CHECK_EQ(message.words[1], pc);
}

static void answer_debug_fault(cap_t reply)
{
    struct skr_message message = {.info = skr_info(ANSWER_RETRY, 0, 0)};

    CHECK_EQ(skr_reply(reply, &message), OK);
}

enum { KIND_OFF, KIND_EXECUTE, KIND_WRITE, KIND_READ, KIND_ACCESS, KIND_NONE };

static void b60_bad_breakpoints_are_refused(void)
{
    struct faulting faulting = {0};
    cap_t thread = stepping_thread(&faulting, 0);

    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, 0x1000, KIND_NONE), ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, ~(word_t)0, KIND_EXECUTE), ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_thread_set_breakpoint(thread, 999, 0x1000, KIND_EXECUTE), ERR_NOT_SUPPORTED);
    CHECK_EQ(skr_thread_single_step(thread, 2), ERR_BAD_ARGUMENT);
    if (!has_breakpoints(thread)) { /* and says so for every kind, stepping too */
        for (word_t kind = KIND_OFF; kind < KIND_NONE; kind++)
            CHECK_EQ(skr_thread_set_breakpoint(thread, 0, 0x1000, kind), ERR_NOT_SUPPORTED);
        CHECK_EQ(skr_thread_single_step(thread, 1), ERR_NOT_SUPPORTED);
        return;
    }
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, 0x1002, KIND_EXECUTE), ERR_BAD_ARGUMENT);
    CHECK_EQ(skr_thread_set_breakpoint(ABI_ROOT_THREAD, 0, 0x1000, KIND_EXECUTE), ERR_BAD_STATE);
}

static void b60_breakpoint_is_hit_and_removed(void)
{
    enum { NUMBER = 1 };
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct faulting faulting = {.address = (word_t)&faulting.value};
    cap_t thread = stepping_thread(&faulting, endpoint);
    word_t pc = (word_t)processor_steps + 2 * PROCESSOR_INSTRUCTION_BYTES;

    if (!has_breakpoints(thread)) {
        check_skip("this machine has no breakpoints to offer");
        return;
    }
    CHECK_EQ(skr_thread_set_breakpoint(thread, NUMBER, pc, KIND_EXECUTE), OK);
    processor_steps(); /* others do not meet it */
    CHECK_EQ(skr_thread_resume(thread), OK);
    receive_debug_fault(endpoint, reply, FAULT_BREAKPOINT, NUMBER, pc);
    answer_debug_fault(reply);
    receive_debug_fault(endpoint, reply, FAULT_BREAKPOINT, NUMBER, pc); /* it is still there */
    CHECK_EQ(skr_thread_set_breakpoint(thread, NUMBER, 0, KIND_OFF), OK);
    answer_debug_fault(reply);
    CHECK(await_count(&faulting.ended, 1));
}

static void b60_watchpoint_is_hit_before_the_write(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct faulting faulting = {.address = (word_t)&faulting.value};
    cap_t thread = stepping_thread(&faulting, endpoint);

    if (!has_breakpoints(thread)) {
        check_skip("this machine has no watchpoints to offer");
        return;
    }
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, faulting.address, KIND_WRITE), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    receive_debug_fault(endpoint, reply, FAULT_BREAKPOINT, 0, (word_t)processor_store);
    CHECK_EQ(faulting.value, 0);
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, 0, KIND_OFF), OK);
    answer_debug_fault(reply);
    check_loaded(&faulting);
}

static void b60_single_step_goes_instruction_by_instruction(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0), reply = test_make(TYPE_REPLY, 0);
    struct faulting faulting = {.address = (word_t)&faulting.value};
    cap_t thread = stepping_thread(&faulting, endpoint);
    word_t pc = (word_t)processor_steps;

    if (!has_breakpoints(thread)) {
        check_skip("this machine has no single step to offer");
        return;
    }
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, pc, KIND_EXECUTE), OK);
    CHECK_EQ(skr_thread_resume(thread), OK);
    receive_debug_fault(endpoint, reply, FAULT_BREAKPOINT, 0, pc);
    CHECK_EQ(skr_thread_set_breakpoint(thread, 0, 0, KIND_OFF), OK);
    CHECK_EQ(skr_thread_single_step(thread, 1), OK);
    for (unsigned i = 0; i < PROCESSOR_STEPS; i++) {
        answer_debug_fault(reply);
        pc += PROCESSOR_INSTRUCTION_BYTES;
        receive_debug_fault(endpoint, reply, FAULT_STEP, 0, pc);
    }
    CHECK_EQ(skr_thread_single_step(thread, 0), OK);
    answer_debug_fault(reply);
    check_loaded(&faulting);
}

static const struct check_test tests[] = {
    {"b59_read_fault_is_resumed_where_it_was", b59_read_fault_is_resumed_where_it_was},
    {"b59_write_fault_is_resumed_where_it_was", b59_write_fault_is_resumed_where_it_was},
    {"b59_execute_fault_is_resumed_elsewhere", b59_execute_fault_is_resumed_elsewhere},
    {"b59_undefined_instruction_is_skipped", b59_undefined_instruction_is_skipped},
    {"b59_fault_answered_in_vain_comes_again", b59_fault_answered_in_vain_comes_again},
    {"b59_strange_addresses_fault", b59_strange_addresses_fault},
    {"b59_fault_in_the_same_space", b59_fault_in_the_same_space},
    {"b59_unknown_call_in_the_same_space", b59_unknown_call_in_the_same_space},
    {"b59_faulted_thread_is_resumed_without_the_reply",
     b59_faulted_thread_is_resumed_without_the_reply},
    {"b59_fault_without_a_handler_stops_the_thread", b59_fault_without_a_handler_stops_the_thread},
    {"b59_fault_with_a_dead_handler_stops_the_thread",
     b59_fault_with_a_dead_handler_stops_the_thread},
    {"b59_fault_whose_answer_is_deleted_stops_the_thread",
     b59_fault_whose_answer_is_deleted_stops_the_thread},
    {"b59_faulting_thread_deleted_at_each_point", b59_faulting_thread_deleted_at_each_point},
    {"b60_bad_breakpoints_are_refused", b60_bad_breakpoints_are_refused},
    {"b60_breakpoint_is_hit_and_removed", b60_breakpoint_is_hit_and_removed},
    {"b60_watchpoint_is_hit_before_the_write", b60_watchpoint_is_hit_before_the_write},
    {"b60_single_step_goes_instruction_by_instruction",
     b60_single_step_goes_instruction_by_instruction},
};

const struct test_group fault_tests = {tests, array_count(tests)};

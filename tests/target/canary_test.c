/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No leak across components: one fills everything it has with canaries, and none of them is seen
 * by the next one that lives in the same memory, nor by those it talks to.
 */
#include <rt/map.h>

#include "actor.h"
#include "child.h"
#include "groups.h"
#include "processor.h"

enum {
    CHILD_ENDPOINT = CHILD_FIRST_FREE,
    STACK_WORDS = 1024,
    SENT_WORDS = 9,
    UNTOUCHED = 0x55,
};

static const word_t CANARY = 0xbadc0ffee0ddf00d;

/* Registers, stack, buffer: all of it but the words of the message itself. */
static void leave_canaries(void *argument)
{
    struct child_shared *shared = argument;
    struct abi_buffer *buffer = rt_buffer();
    volatile word_t stack[STACK_WORDS];
    struct skr_message message = message_of(1, SENT_WORDS, 1);

    for (unsigned i = 0; i < STACK_WORDS; i++)
        stack[i] = CANARY;
    for (unsigned i = 0; i < ABI_MESSAGE_WORDS; i++)
        buffer->words[i] = CANARY;
    for (unsigned i = 0; i < array_count(buffer->list); i++)
        buffer->list[i] = CANARY;
    buffer->words[ABI_REGISTER_WORDS] = 1 + ABI_REGISTER_WORDS;
    (void)processor_fpu_changed(CANARY, 0);
    (void)skr_send(CHILD_ENDPOINT, &message);
    (void)processor_fpu_changed(CANARY, 0);
    processor_store(shared->words[0], stack[0]);
}

/* Words in which a canary, or a pattern that follows from one, shows. */
static unsigned count_canaries(const volatile word_t *words, size_t count)
{
    unsigned found = 0;

    for (size_t i = 0; i < count; i++)
        found += words[i] - CANARY < 64;
    return found;
}

/* All of a child's stack and buffer, seen from here. */
static unsigned canaries_in_stack(const struct child *child)
{
    struct rt_mapping mapping = {
        .frame = child->stack.cap,
        .pages = child->stack.bytes / ABI_PAGE_SIZE,
        .address = test_address(child->stack.bytes / ABI_PAGE_SIZE),
        .attributes = MAP_READ,
    };
    unsigned found;

    CHECK_EQ(rt_map(ABI_ROOT_SPACE, &mapping), OK);
    found = count_canaries((const volatile word_t *)mapping.address,
                           child->stack.bytes / sizeof(word_t));
    CHECK_EQ(rt_unmap(ABI_ROOT_SPACE, mapping.address, mapping.pages), OK);
    return found;
}

static void receive_without_canaries(cap_t endpoint)
{
    struct abi_buffer *buffer = rt_buffer();
    struct skr_message message;

    for (unsigned i = 0; i < ABI_MESSAGE_WORDS; i++)
        buffer->words[i] = UNTOUCHED;
    CHECK_EQ(skr_receive(endpoint, test_make(TYPE_REPLY, 0), &message), OK);
    CHECK_EQ(skr_info_length(message.info), SENT_WORDS);
    CHECK_EQ(buffer->words[ABI_REGISTER_WORDS], SENT_WORDS);
    for (unsigned i = SENT_WORDS; i < ABI_MESSAGE_WORDS; i++)
        CHECK_EQ(buffer->words[i], UNTOUCHED); /* not a word more than was sent */
    CHECK_EQ(count_canaries(message.words, ABI_REGISTER_WORDS), 0);
}

/* The first component; where its memory lay. */
static word_t fill_with_canaries(void)
{
    cap_t endpoint = test_make(TYPE_ENDPOINT, 0);
    struct child_fault fault = {0};
    struct child child;
    word_t offset;

    CHECK(child_create(&child, NULL));
    offset = child.memory.offset;
    child_give(&child, CHILD_ENDPOINT, endpoint, RIGHT_SEND, 0);
    child_start(&child, leave_canaries, child.shared);
    receive_without_canaries(endpoint);
    if (child_wait(&child, &fault)) {
        CHECK_EQ(fault.kind, FAULT_PAGE); /* at address 0, with canaries in its registers */
        CHECK_EQ(count_canaries(fault.words, ABI_REGISTER_WORDS), 0);
    }
    CHECK(canaries_in_stack(&child) >= STACK_WORDS); /* so they would be found */
    child_destroy(&child);
    return offset;
}

static void k9_no_canary_crosses_components(void)
{
    struct processor_entry *entry;
    struct child_fault fault = {0};
    struct child next;
    word_t offset = fill_with_canaries();

    CHECK_EQ(count_canaries((const volatile word_t *)rt_buffer(), ABI_PAGE_SIZE / sizeof(word_t)),
             0);
    if (child_create(&next, NULL)) {
        CHECK_EQ(next.memory.offset, offset); /* it lives where the first one did */
        CHECK_EQ(canaries_in_stack(&next), 0);
        CHECK_EQ(count_canaries(next.shared->words, CHILD_SHARED_WORDS), 0);
        entry = (struct processor_entry *)(word_t)&next.shared->words[0];
        CHECK_EQ(skr_thread_start(next.thread.cap, (word_t)processor_entry, 0, (word_t)entry, 0),
                 OK);
        if (child_wait(&next, &fault)) {
            CHECK_EQ(fault.kind, FAULT_UNKNOWN_CALL);
            CHECK_EQ(entry->others, 0);
            CHECK_EQ(entry->floating, 0);
        }
    }
    child_destroy(&next);
}

/* The registers of one component that stand still in the processor while another one runs there. */
static void k9_registers_of_the_one_before_are_gone(void)
{
    struct processor_entry entries[2] = {{0}};
    void *stack;

    test_frame(1, &stack);
    for (unsigned i = 0; i < array_count(entries); i++) {
        cap_t thread = test_make(TYPE_THREAD, 0);

        (void)processor_fpu_changed(CANARY, 0);
        CHECK_EQ(skr_thread_configure(thread, ABI_ROOT_CAPTABLE, ABI_ROOT_SPACE, ABI_ROOT_BUDGET,
                                      0, 0, 0, 0, 0), OK);
        CHECK_EQ(skr_thread_set_priority(thread, TEST_PRIORITY + 1, TEST_PRIORITY + 1,
                                         ABI_ROOT_PRIORITY), OK);
        CHECK_EQ(skr_thread_start(thread, (word_t)processor_entry, (word_t)stack + ABI_PAGE_SIZE,
                                  (word_t)&entries[i], 0), OK);
        CHECK_EQ(test_thread_state(thread), THREAD_FAULTED); /* it ran at once */
        CHECK_EQ(entries[i].others, 0);
        CHECK_EQ(entries[i].floating, 0);
    }
}

static const struct check_test tests[] = {
    {"k9_no_canary_crosses_components", k9_no_canary_crosses_components},
    {"k9_registers_of_the_one_before_are_gone", k9_registers_of_the_one_before_are_gone},
};

const struct test_group canary_tests = {tests, array_count(tests)};

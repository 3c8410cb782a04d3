/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every test program stands on: the books over the machine's memory, and running the tests.
 *
 * A test makes what it needs with test_make and forgets it: after each test the frame ends all of
 * it, in reverse order, and checks that memory and slots are all there again.
 */
#ifndef TESTS_FRAME_H
#define TESTS_FRAME_H

#include <abi/boot.h>
#include <check/check.h>
#include <rt/object.h>
#include <rt/process.h>
#include <rt/startup.h>
#include <rt/thread.h>

enum {
    TEST_PRIORITY = 32,         /* of the thread that runs the tests */
    TEST_NS_PER_MS = 1000000,
};

/* The tests of one file. */
struct test_group {
    const struct check_test *tests;
    size_t count;
};

/* Runs all groups and powers the machine off; exit status 0 means that all passed. */
noreturn void test_run(const struct abi_boot_info *boot, const struct test_group *const groups[],
                       size_t count);

const struct abi_boot_info *test_boot(void);
unsigned test_cores(void);

/* The books over the largest memory, root's slots, and a part of root's space. */
const struct rt_maker *test_maker(void);
struct rt_ranges *test_addresses(void);

/*
 * An object that ends with the test: its capability, or 0 after a failed check.  `size` as in
 * memory.make.
 */
cap_t test_make(word_t type, word_t size);
cap_t test_make_many(word_t type, word_t size, uint32_t count);

/* An empty slot that is emptied and given back with the test. */
cap_t test_slot(void);

/* The same for several slots in a row. */
cap_t test_slots(uint32_t count);

/* A copy in a slot of its own, with at most these rights. */
cap_t test_copy(cap_t from, word_t rights, word_t badge);

/* A frame of `pages`, mapped readable and writable; its address in `address`. */
cap_t test_frame(word_t pages, void **address);

/* Free addresses that end with the test; nothing is mapped there. */
vaddr_t test_address(word_t pages);

/*
 * A thread in the same space and captable on the budget of core 0, at this priority.  It ends with
 * the test, or when `run` returns; test_thread_stopped tells.
 */
struct rt_worker *test_thread(rt_thread_fn *run, void *argument, word_t priority);
struct rt_worker *test_thread_with(const struct rt_thread_options *options);

/* A budget of this much of a core's time. */
cap_t test_budget(unsigned core, uint64_t amount_ns, uint64_t period_ns);

/* State of a thread, as in thread.info. */
word_t test_thread_state(cap_t thread);

/* The test's own thread sleeps, so that lower priorities run, too. */
void test_sleep_ns(uint64_t duration_ns);

/*
 * Until the test ends its own thread has half of core 0's time (5 ms in 10), and the rest can be
 * given to others.
 */
void test_share_core(void);

/* Sleeps until the thread is in this state; false after a second. */
bool test_await_state(cap_t thread, word_t state);

/* What captable.query answers for a slot: its type. */
word_t test_type(cap_t slot);
word_t test_rights(cap_t slot);

enum test_thread_state {
    THREAD_STOPPED = 0,
    THREAD_READY = 1,
    THREAD_RUNNING = 2,
    THREAD_SENDING = 3,
    THREAD_RECEIVING = 4,
    THREAD_CALLING = 5,
    THREAD_WAITING = 6,
    THREAD_OUT_OF_TIME = 7,
    THREAD_FAULTED = 8,
};

enum { RIGHTS_ALL = 0x3ff };

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Components that a test makes: a space, a captable and a thread of their own, the same code.
 *
 * Everything a child is made of lies in one memory, so child_destroy is the deletion of one
 * capability.  A child runs a function of the test program; the image's code and constants are
 * mapped at their own addresses, its data is not, so that a child can use neither globals nor
 * CHECK.  What it has to say it writes to the shared page, which lies at the same address in both
 * spaces, or sends.
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include "frame.h"

/* What is where in a child's captable; it has nothing else but what it is given. */
enum child_slot {
    CHILD_CAPTABLE = 1,
    CHILD_SPACE = 2,
    CHILD_THREAD = 3,
    CHILD_FIRST_FREE = 8,
    CHILD_SLOTS = 64,
};

enum { CHILD_SHARED_WORDS = 256 };

/* The page that a child and the test both see; it starts as zeros. */
struct child_shared {
    struct rt_process process;
    struct rt_thread thread;
    rt_thread_fn *run;
    void *argument;
    volatile word_t words[CHILD_SHARED_WORDS]; /* for the test's own use */
};

struct child_options {
    word_t memory_pages; /* 0: the default of 64 */
    word_t priority;     /* 0: the test's own */
    cap_t budget;        /* 0: that of core 0 */
    word_t options;      /* of thread.configure */
};

struct child {
    struct rt_object memory; /* in root's memory: all that follows lies in it */
    struct rt_maker maker;
    struct rt_ranges offsets;
    struct rt_range offset_parts[16];
    struct rt_object space, captable, chunk, thread, stack, shared_frame;
    struct child_shared *shared;
    cap_t fault; /* the badged copy that the child's faults come through */
};

/* How a child's thread ended or faulted. */
struct child_fault {
    word_t kind; /* enum abi_fault */
    word_t aux;  /* unknown_call and forwarded: the number */
    word_t words[ABI_REGISTER_WORDS];
};

/* Makes the child; false after a failed check.  `options` may be null. */
bool child_create(struct child *child, const struct child_options *options);

/* A copy of root's capability in a slot of the child's. */
void child_give(struct child *child, cap_t to, cap_t from, word_t rights, word_t badge);

/* Maps a frame into the child, at the address where root has it, say. */
void child_map(struct child *child, cap_t frame, vaddr_t address, word_t pages, word_t attributes);

/* Lets the child run; `argument` is a value, or points into the shared page. */
void child_start(struct child *child, rt_thread_fn *run, void *argument);

/*
 * Waits until the child faults or ends; the fault stays unanswered, bound to child_reply().  False
 * after a failed check.
 */
bool child_wait(struct child *child, struct child_fault *fault);

/* Answers the last fault that child_wait returned. */
void child_answer(struct child *child, word_t label, const word_t words[ABI_REGISTER_WORDS]);

/* Waits for the child's function to return: its end, as opposed to any other fault. */
bool child_wait_end(struct child *child);

/* Ends the child and gives everything back. */
void child_destroy(struct child *child);

/* Before the first child; called by the frame. */
void child_image_init(void);

#endif

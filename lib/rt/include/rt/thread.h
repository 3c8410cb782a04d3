/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Further threads of a component.
 *
 * A thread's memory is one frame: its stack and, above it, its message buffer; the page below the
 * stack stays unmapped.  Everything about it is in a struct rt_worker that its maker owns and keeps
 * until the thread is destroyed.
 */
#ifndef RT_THREAD_H
#define RT_THREAD_H

#include <rt/object.h>
#include <rt/process.h>

typedef void rt_thread_fn(void *argument);

struct rt_thread_options {
    rt_thread_fn *run; /* when it returns, the thread waits for its end */
    void *argument;
    word_t stack_pages; /* 0: the default of 4 */
    cap_t budget;       /* 0: none, so it does not run before it is given one */
    cap_t fault;        /* endpoints, or 0 */
    cap_t timeout;
    word_t options; /* of thread.configure */
    word_t priority;
    word_t ceiling;
    cap_t leave; /* priority control, or 0 */
};

struct rt_worker {
    struct rt_thread self; /* its thread pointer leads here */
    struct rt_object thread;
    struct rt_object frame;
    vaddr_t address; /* of the unmapped page; the stack follows */
    word_t pages;    /* with that page */
    rt_thread_fn *run;
    void *argument;
};

/* Makes the thread and lets it run, with the caller's captable and space.  All or nothing. */
MUST_CHECK status_t rt_thread_create(const struct rt_maker *maker, struct rt_ranges *addresses,
                                     const struct rt_thread_options *options,
                                     struct rt_worker *worker);

/* Ends it wherever it is and gives everything back. */
void rt_thread_destroy(const struct rt_maker *maker, struct rt_ranges *addresses,
                       struct rt_worker *worker);

#endif

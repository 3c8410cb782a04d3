/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every thread of a component knows: itself and the component it belongs to.
 *
 * The word before the thread pointer leads to the running thread's rt_thread, that to the
 * component's rt_process.  So the runtime has no global state, and its functions need no argument
 * for what is always there; what lies behind the thread pointer is the compiler's, for thread-local
 * variables, where a program has some.
 */
#ifndef RT_PROCESS_H
#define RT_PROCESS_H

#include <abi/message.h>
#include <rt/call.h>
#include <rt/trap.h>
#include <stdnoreturn.h>

struct rt_process {
    uint64_t time_frequency; /* counter ticks per second */
    cap_t captable;
    cap_t space;
    cap_t log; /* log_control, or 0: prints go nowhere */
};

struct rt_thread {
    struct rt_process *process;
    struct abi_buffer *buffer; /* its message buffer */
    cap_t thread;
    void *user; /* for the program's own use */
    struct rt_thread *self; /* last: what stands before the thread pointer */
};

static_assert(offsetof(struct rt_thread, self) + sizeof(word_t) == sizeof(struct rt_thread),
              "the thread pointer is right behind it");

/* Makes it what a thread is that runs with the result as its thread pointer. */
static inline word_t rt_thread_prepare(struct rt_thread *thread)
{
    thread->self = thread;
    return (word_t)(thread + 1);
}

static inline struct rt_thread *rt_self(void)
{
    return ((struct rt_thread *const *)rt_thread_pointer())[-1];
}

static inline struct abi_buffer *rt_buffer(void)
{
    return rt_self()->buffer;
}

/* Nanoseconds since the machine's start: the time that timers and budgets are counted in. */
uint64_t rt_time_now_ns(void);

/* Ends the component: its fault handler is told, and does not let it go on. */
noreturn void rt_exit(int code);

#endif

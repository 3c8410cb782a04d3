/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state under a program with a C library, and what its parts do for each other.
 *
 * One lock guards everything but what a thread keeps about itself.  It blocks in the kernel.
 */
#ifndef POSIX_POSIX_H
#define POSIX_POSIX_H

#include "futex.h"
#include "lines.h"

#include <component/log.h>
#include <posix/core.h>
#include <rt/process.h>
#include <rt/thread.h>

enum {
    POSIX_THREADS_MAX = 32,
    POSIX_FILES_MAX = 16,
    POSIX_HEAP_PARTS_MAX = 64,
    POSIX_CHUNKS = 2, /* of slots, for threads: four each */
    POSIX_SLOTS = POSIX_CHUNKS * ABI_CHUNK_SLOTS,
};

enum posix_thread_state { THREAD_FREE, THREAD_RUNNING, THREAD_ENDING };

struct posix_thread {
    struct rt_thread self;
    enum posix_thread_state state;
    int (*run)(void *);
    void *argument;
    uint32_t *clear; /* becomes 0 at its end, or null */
    word_t stack;    /* to be unmapped at its end, or 0 */
    word_t stack_size;
    struct futex_waiter waiter;
    bool is_interrupted;

    cap_t wake;  /* its notification: what it waits on */
    cap_t timer; /* that signals it */
    struct rt_object thread, buffer, notification, timer_object;
    vaddr_t buffer_address;
};

/* What a file is; `lines` are shared by those that are duplicates of each other. */
enum posix_file { FILE_CLOSED, FILE_EMPTY, FILE_OUTPUT, FILE_ERRORS };

struct posix {
    struct component component;
    struct component_log log;

    uint32_t lock_count; /* who has the lock and who wants it */
    cap_t lock_wake;     /* given on to one of those */

    struct rt_ranges heap; /* free pages */
    struct rt_range heap_parts[POSIX_HEAP_PARTS_MAX];
    vaddr_t heap_start;
    vaddr_t heap_end;

    struct posix_thread threads[POSIX_THREADS_MAX]; /* the first is the main thread */
    struct rt_maker maker; /* of what threads need; slots of its own, made with the first thread */
    struct rt_slots slots;
    uint8_t slot_bits[RT_SLOTS_BYTES(POSIX_SLOTS)];
    struct futex futex;
    struct rt_worker reaper; /* ends threads, since none can free what it runs on */
    cap_t reaper_wake;       /* 0: it does not run yet */

    uint8_t files[POSIX_FILES_MAX]; /* enum posix_file */
    struct lines output, errors;

    cap_t clock; /* sessions, or 0 */
    cap_t rng;
    uint64_t wall_offset_ns; /* to the kernel's time */
    bool has_wall_offset;
};

static inline struct posix_thread *core_thread_self(void)
{
    return container_of(rt_self(), struct posix_thread, self);
}

static inline struct posix *core_self(void)
{
    return rt_self()->user;
}

/* Prepares the first thread, on what the component started with. */
void threads_init(struct posix *posix);
void files_init(struct posix *posix);
/* A line without an end is said as it is. */
void files_flush(struct posix *posix);

#endif

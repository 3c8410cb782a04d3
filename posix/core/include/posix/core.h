/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a C library needs of the system: memory, threads, waiting on a word, time, standard streams.
 *
 * Results are those of Linux's calls, so that a C library made for these takes them as they are: a
 * negated error number, or what was asked for.  All state hangs off one struct posix, which the
 * running thread leads to; everything here may be called by any thread of the program.
 */
#ifndef POSIX_CORE_H
#define POSIX_CORE_H

#include <base/types.h>
#include <stdnoreturn.h>

struct component;
struct posix;
struct rt_startup;

/* Error numbers, as they are in <errno.h>. */
enum posix_error {
    POSIX_EPERM = 1,
    POSIX_ESRCH = 3,
    POSIX_EINTR = 4,
    POSIX_EBADF = 9,
    POSIX_EAGAIN = 11,
    POSIX_ENOMEM = 12,
    POSIX_EBUSY = 16,
    POSIX_EINVAL = 22,
    POSIX_ENOTTY = 25,
    POSIX_ESPIPE = 29,
    POSIX_ENOSYS = 38,
    POSIX_ETIMEDOUT = 110,
};

/* The first thread becomes the program's main thread. */
void core_init(const struct rt_startup *startup);

/* The component under the program; only between core_lock and core_unlock. */
struct component *core_component(void);
void core_lock(void);
void core_unlock(void);

/* ---- memory: anonymous and private, out of the component's heap ---- */

enum { POSIX_WRITE = 2, POSIX_EXECUTE = 4 }; /* as PROT_WRITE and PROT_EXEC */

/* Zeroed pages; without POSIX_WRITE they can only be read until they are protected anew. */
long core_map(word_t size, unsigned access);
long core_unmap(word_t address, word_t size);
long core_protect(word_t address, word_t size, unsigned access);

/* ---- threads ---- */

/*
 * A thread that begins in `run` on the given stack, with the given thread pointer.  When it ends,
 * `*clear` becomes 0 and who waits on it is woken.  Its number, which is `*id` before it runs.
 */
long core_thread_create(int (*run)(void *), void *argument, void *stack, void *thread_pointer,
                        int32_t *id, uint32_t *clear);

/* Makes the thread pointer the running thread's, which so far had another. */
void core_thread_move(void *thread_pointer);

/* What to clear at the running thread's end.  Its number. */
long core_thread_clear(uint32_t *clear);
long core_thread_id(void);

/* Ends the running thread; what it ran on, if anything, is unmapped behind it. */
noreturn void core_thread_exit(void *stack, word_t stack_size);

/* Ends what the thread waits in, with POSIX_EINTR; it, or its next wait. */
long core_thread_interrupt(long id);

/* ---- waiting ---- */

static const uint64_t POSIX_FOREVER = UINT64_MAX;

/* While the word is `expected`, until it is woken, or until `deadline_ns` of core_time_ns. */
long core_wait(const volatile uint32_t *word, uint32_t expected, uint64_t deadline_ns);
/* Wakes at most `count` who wait on the word, and lets `more` of the others wait on `other`. */
long core_wake(const volatile uint32_t *word, uint32_t count, uint32_t more,
               const volatile uint32_t *other);
long core_sleep_until(uint64_t deadline_ns);

/* ---- time ---- */

uint64_t core_time_ns(void);      /* the kernel's, since boot */
uint64_t core_wall_time_ns(void); /* since 1970; without a clock service, 2000-01-01 at boot */

/* Bytes for keys; -POSIX_ENOSYS without a random number service. */
long core_random(void *bytes, word_t size);

/* ---- files: 0 is empty, 1 and 2 are lines of the log ---- */

long core_write(long file, const void *bytes, word_t size);
long core_read(long file, void *bytes, word_t size);
long core_close(long file);
long core_duplicate(long file, long to); /* `to` negative: the lowest that is free */

/* Says what is left of lines, and ends the program. */
noreturn void core_exit(int code);

#endif

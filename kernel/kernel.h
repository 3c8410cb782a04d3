/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own state, all of it, and the lock that guards it.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <abi/boot.h>
#include <arch/cpu.h>
#include <base/compiler.h>

#include "cpu.h"
#include "mm/space_id.h"
#include "object/memory.h"

struct interrupt;
struct thread;

struct kernel {
    struct kernel_lock lock;

    /* everything below is guarded by the lock, or never changes after start */
    unsigned cpu_count;
    struct cpu *cpus[CPU_MAX];
    uint64_t frequency;                 /* counter ticks per second */
    struct space_ids space_ids;
    struct thread *killer;              /* by whose call objects die now; NULL: by nobody's */
    struct list cleaners;               /* struct thread.cleaner: who has memories to clean */
    struct list cleaning;               /* memories with dead objects that nobody has to clean */
    word_t cleaner_ids;                 /* given out so far */
    word_t kills;                       /* objects killed so far */
    unsigned memory_count;
    struct memory memory[ABI_BOOT_MAX_MEMORY];
    unsigned line_count;
    struct interrupt **lines;           /* who claimed an interrupt line */
    struct cap watch;                   /* notification for faults nobody takes */
    word_t watch_bits;
};

extern struct kernel kernel;

/* Take the lock.  While waiting, answer requests; false when the running thread was taken away
 * meanwhile (a call it had just made will be made again). */
static inline bool kernel_enter(struct cpu *cpu, bool is_call)
{
    return likely(kernel.cpu_count == 1) || kernel_lock(cpu, is_call);
}

static inline void kernel_unlock(void)
{
    if (likely(kernel.cpu_count == 1))
        return;
    unsigned serving = atomic_load_explicit(&kernel.lock.serving, memory_order_relaxed);

    atomic_store_explicit(&kernel.lock.serving, serving + 1, memory_order_release);
}

/* Our own invariant is broken: print what a person needs and end. */
_Noreturn void kernel_panic(const char *file, int line, const char *what);

/* The first component faulted: there is nobody to tell. */
_Noreturn void kernel_panic_root_fault(const struct thread *root);

#define kernel_assert(condition)                                                                   \
    ((condition) ? (void)0 : kernel_panic(__FILE__, __LINE__, #condition))

/* A long operation should stop at its next step: an interrupt waits, or (after some steps) another
 * core does. */
bool kernel_should_preempt(void);

/* What a call handler answers when it stopped so: the call starts again from its recorded progress.
 */
enum { PREEMPTED = 1 };

#endif

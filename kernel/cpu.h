/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One core: what runs on it, who wants to, what is charged for it, and how other cores ask it for
 * something.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include <arch/cpu.h>
#include <stdatomic.h>

#include "sched/run_queue.h"
#include "time/timeout.h"

struct budget;
struct space;
struct thread;

/* A fair lock: cores get it in the order they asked. */
struct kernel_lock {
    atomic_uint next;
    atomic_uint serving;
};

/* What another core, which holds the lock, asks of this one. */
enum cpu_request {
    REQUEST_NONE,
    REQUEST_PARK,           /* give up the running thread */
    REQUEST_LEAVE_SPACE,    /* run in no space */
    REQUEST_SAVE_FPU,       /* put the FPU owner's state back into its thread */
};

struct cpu {
    struct thread *current;         /* NULL: idle, or between two threads */
    struct space *space;            /* active in the hardware, or NULL */
    struct thread *fpu_owner;       /* whose state the FPU registers hold, or NULL */
    struct budget *budget;          /* being charged since budget_since, or NULL */
    struct budget *budget_debtor;   /* charged as well */
    uint64_t budget_since;
    uint64_t slice_end;             /* when equals take their turn; 0: no turn running */
    uint64_t timer_deadline;        /* what the hardware timer is set to */
    struct run_queue queue;
    struct timeouts timeouts;
    uint32_t share;                 /* millionths of this core that budgets were given */
    unsigned index;
    bool has_debug;                 /* debug registers are loaded */
    bool is_stale;                  /* space, FPU, budget or timer may have to be set up anew */
    atomic_uint request;            /* enum cpu_request; answered without the lock */
};

void cpu_init(struct cpu *cpu, unsigned index);

/* ---- entry and exit; trap.c calls these ---- */

/* kernel_enter of kernel.h where there are several cores. */
bool kernel_lock(struct cpu *cpu, bool is_call);

/* Choose who runs next, make this core ready for it, and drop the lock.  Sleeps when there is
 * nobody. */
struct thread *kernel_leave(struct cpu *cpu);

/* The running thread goes on and nothing changed for this core: there is nothing to do but drop the
 * lock. */
static inline bool cpu_is_settled(const struct cpu *cpu, const struct thread *self,
                                  unsigned priority)
{
    return cpu->current == self && !cpu->is_stale && cpu->queue.ready >> priority == 0;
}

/* ---- what objects use ---- */

/* Turn the FPU over to the thread that runs next: on with its state, or off. */
void cpu_switch_fpu(struct cpu *cpu, struct thread *next);

/* Let the hardware timer fire when this core must act next. */
void cpu_set_timer(struct cpu *cpu);

/* What a core goes by has changed: who runs, until when. */
void cpu_look_again(struct cpu *cpu);

/* The running thread stops running (its state is the caller's to set). */
void cpu_release_current(struct cpu *cpu);

/* What a core is set up for changed: it looks again when it next leaves the kernel. */
static inline void cpu_set_stale(struct cpu *cpu)
{
    cpu->is_stale = true;
}

/* Ask another core and wait until it did. */
void cpu_ask(struct cpu *cpu, enum cpu_request request);

/* No core runs in this space any more. */
void cpus_leave_space(struct space *space);

/* No core charges this budget any more. */
void budget_leave_cpus(struct budget *budget);

/* Get a thread's floating-point state into its thread structure, wherever it is; or forget it. */
void cpu_save_fpu(struct thread *thread);
void cpu_forget_fpu(struct thread *thread);

/* Charge what was used up to now, and charge the budget of the running thread from here on. */
void cpu_charge(struct cpu *cpu, uint64_t now);

/* Deliver interrupts that are pending on this core. */
void cpu_take_interrupts(struct cpu *cpu);

#endif

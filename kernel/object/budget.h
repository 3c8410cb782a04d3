/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processor time on one core: an amount per period, shared by the threads that run on it.
 *
 * Time is charged when a core turns from one budget to another, not at every switch between
 * threads, so a call to a passive server costs no accounting.  Refills are computed when someone
 * looks; a timeout is armed only while a thread waits for one.  What was taken too much is a debt
 * that the next refills pay first, all of it.
 */
#ifndef KERNEL_OBJECT_BUDGET_H
#define KERNEL_OBJECT_BUDGET_H

#include "object/object.h"
#include "time/timeout.h"

struct cpu;
struct thread;

struct budget {
    struct object object;
    struct cpu *cpu;            /* NULL: never filled */
    uint64_t amount;            /* ticks per period */
    uint64_t period;            /* ticks */
    int64_t left;               /* as of the last charge; negative: debt */
    uint64_t refill_at;         /* end of the current period */
    uint64_t consumed;
    uint32_t share;             /* millionths of the core */
    struct timeout refill;      /* armed while someone waits */
    struct list threads;        /* struct thread.on_budget: everyone who runs on it now */
    struct list waiting;        /* struct runnable.link: those of them that wait for the refill */
    struct list
        debtors; /* struct thread.on_debtor: servers that overran on it, on their reserve now */
};

static inline struct budget *budget_of(struct object *object)
{
    return container_of(object, struct budget, object);
}

void budget_init(struct budget *budget);

/* A budget that is the whole of its core's time never runs out. */
static inline bool budget_is_unlimited(const struct budget *budget)
{
    return budget->amount == budget->period && budget->amount != 0;
}

/* Start new periods that have begun by now. */
void budget_update(struct budget *budget, uint64_t now);

static inline bool budget_has_time(const struct budget *budget)
{
    return budget->left > 0;
}

/* amount <= period <= an hour.  The share of the core must be free: ERR_OVER_LIMIT (left:
 * millionths still free), ERR_IN_USE. */
status_t budget_fill(struct budget *budget, struct cpu *cpu, uint64_t amount, uint64_t period,
                     word_t *left);

/* The thread, which is in no queue, goes on when the next period begins. */
void budget_wait_for_refill(struct budget *budget, struct thread *thread);

/* Its refill time has come: let waiting threads go on, a few at a time. */
void budget_refilled(struct budget *budget, uint64_t now);

bool budget_clean_step(struct budget *budget);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling and refilling of processor time.
 */
#include "object/budget.h"

#include <abi/sizes.h>

#include "cpu.h"
#include "object/thread.h"

static_assert(sizeof(struct budget) <= ABI_BUDGET_BYTES, "published size");

enum { MILLION = 1000000, WAKEUPS_PER_REFILL = 8 };

void budget_init(struct budget *budget)
{
    list_init(&budget->threads);
    list_init(&budget->waiting);
    list_init(&budget->debtors);
    budget->refill.kind = TIMEOUT_REFILL;
}

void budget_update(struct budget *budget, uint64_t now)
{
    if (now < budget->refill_at || budget->period == 0)
        return;
    uint64_t periods = (now - budget->refill_at) / budget->period + 1;
    int64_t amount = (int64_t)budget->amount;
    int64_t paid = (int64_t)(periods * budget->amount);     /* at most the time that has passed */

    /* What is left of a period is lost; a debt takes as many amounts as it needs. */
    budget->left = budget->left < amount - paid ? budget->left + paid : amount;
    budget->refill_at += periods * budget->period;
}

/* The core must set its timer anew. */
static void budget_arm_refill(struct budget *budget, uint64_t deadline)
{
    struct cpu *cpu = budget->cpu;

    timeout_arm(&cpu->timeouts, &budget->refill, deadline);
    cpu_set_stale(cpu);
    if (cpu != cpu_current())
        arch_ipi_send(cpu->index);
}

status_t budget_fill(struct budget *budget, struct cpu *cpu, uint64_t amount, uint64_t period,
                     word_t *left)
{
    uint32_t share = (uint32_t)((amount * MILLION + period - 1) / period);
    uint64_t now = arch_time_now();
    uint32_t given = cpu->share - (budget->cpu == cpu ? budget->share : 0);

    if (share > MILLION - given) {
        *left = MILLION - given;
        return ERR_OVER_LIMIT;
    }
    if (budget->cpu != NULL && budget->cpu != cpu && !list_is_empty(&budget->threads))
        return ERR_IN_USE;
    timeout_disarm(&budget->refill);
    if (budget->cpu != NULL)
        budget->cpu->share -= budget->share;
    if (cpu->budget == budget) {
        cpu_charge(cpu, now);
        cpu_look_again(cpu);
    }
    cpu->share += share;
    budget->cpu = cpu;
    budget->share = share;
    budget->amount = amount;
    budget->period = period;
    budget->left = (int64_t)amount;
    budget->refill_at = now + period;
    cpu_set_stale(cpu);
    budget_refilled(budget, now);
    return OK;
}

void budget_wait_for_refill(struct budget *budget, struct thread *thread)
{
    thread->state = THREAD_OUT_OF_TIME;
    list_push_back(&budget->waiting, &thread->runnable.link);
    if (budget->refill.armed_in == NULL && budget->amount != 0)
        budget_arm_refill(budget, budget->refill_at);
}

void budget_refilled(struct budget *budget, uint64_t now)
{
    budget_update(budget, now);
    for (unsigned n = 0; n < WAKEUPS_PER_REFILL && budget_has_time(budget); n++) {
        struct list_node *link = list_pop_front(&budget->waiting);

        if (link == NULL)
            return;
        thread_make_ready(container_of(link, struct thread, runnable.link));
    }
    if (list_is_empty(&budget->waiting) || budget->amount == 0)
        return;
    budget_arm_refill(budget, budget_has_time(budget) ? now : budget->refill_at);
}

bool budget_clean_step(struct budget *budget)
{
    struct list_node *first = list_first(&budget->threads);

    if (first != NULL) {
        struct thread *thread = container_of(first, struct thread, on_budget);

        thread_set_budget(thread, thread_own_budget(thread));
        return true;
    }
    struct list_node *debtor = list_first(&budget->debtors);

    if (debtor != NULL) {
        thread_clear_debt(container_of(debtor, struct thread, on_debtor));
        return true;
    }
    timeout_disarm(&budget->refill);
    budget_leave_cpus(budget);
    return false;
}

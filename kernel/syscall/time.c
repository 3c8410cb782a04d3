/* SPDX-License-Identifier: Apache-2.0 */
/*
 * budget, time control and timer.  The ABI speaks nanoseconds, the kernel counts ticks.
 */
#include <abi/dispatch.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/notification.h"
#include "object/timer.h"
#include "time/units.h"

static const uint64_t PERIOD_MIN_NS = 100000;
static const uint64_t PERIOD_MAX_NS = 3600 * NS_PER_SECOND;

status_t sys_budget_info(struct thread *self, struct cap *cap, struct budget_info *args)
{
    struct budget *budget = budget_of(cap->object);
    uint64_t now = arch_time_now();

    (void)self;
    if (budget->cpu != NULL && budget->cpu == cpu_current() && budget->cpu->budget == budget)
        cpu_charge(budget->cpu, now);
    budget_update(budget, now);
    args->amount = ticks_to_ns(budget->amount, kernel.frequency);
    args->period = ticks_to_ns(budget->period, kernel.frequency);
    args->left =
        budget_has_time(budget) ? ticks_to_ns((uint64_t)budget->left, kernel.frequency) : 0;
    args->consumed = ticks_to_ns(budget->consumed, kernel.frequency);
    return OK;
}

status_t sys_time_control_fill(struct thread *self, struct cap *cap, struct time_control_fill *args)
{
    struct budget *budget = budget_of(args->budget->object);
    word_t left = 0;

    (void)self;
    args->culprit = 3;
    if (args->period < PERIOD_MIN_NS || args->period > PERIOD_MAX_NS)
        return ERR_BAD_ARGUMENT;
    args->culprit = 2;
    if (args->amount > args->period)
        return ERR_BAD_ARGUMENT;
    status_t status =
        budget_fill(budget, kernel.cpus[cap->badge], ns_to_ticks(args->amount, kernel.frequency),
                    ns_to_ticks(args->period, kernel.frequency), &left);

    args->left = left;
    args->culprit = status == ERR_OVER_LIMIT ? 2 : status == OK ? 0 : 1;
    return status;
}

status_t sys_timer_set(struct thread *self, struct cap *cap, struct timer_set *args)
{
    struct timer *timer = timer_of(cap->object);
    uint64_t deadline = ns_to_ticks(args->deadline, kernel.frequency);

    (void)self;
    cpu_set_stale(cpu_current());
    timeout_disarm(&timer->timeout);
    (void)cap_delete_step(&timer->notification);
    cap_derive(&timer->notification, args->notification, ~(word_t)0);
    timer->bits = args->bits & UINT32_MAX;
    timer->timeout.kind = TIMEOUT_TIMER;
    if (deadline <= arch_time_now())
        notification_signal_cap(&timer->notification, timer->bits);
    else
        timeout_arm(&cpu_current()->timeouts, &timer->timeout, deadline);
    return OK;
}

status_t sys_timer_cancel(struct thread *self, struct cap *cap, struct timer_cancel *args)
{
    struct timer *timer = timer_of(cap->object);

    (void)self;
    (void)args;
    if (timer->timeout.armed_in == NULL)
        return ERR_BAD_STATE;
    timeout_disarm(&timer->timeout);
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock, requests between cores, and the choice of the thread that runs next.
 */
#include "cpu.h"

#include <arch/context.h>
#include <arch/irq.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/interrupt.h"
#include "object/notification.h"
#include "object/space.h"
#include "object/thread.h"
#include "object/timer.h"

enum { SLICE_MICROSECONDS = 5000, TIMEOUTS_PER_INTERRUPT = 8 };

void cpu_init(struct cpu *cpu, unsigned index)
{
    *cpu = (struct cpu){.index = index, .timer_deadline = UINT64_MAX};
    run_queue_init(&cpu->queue);
    tree_init(&cpu->timeouts.tree);
}

/* ---- requests ---- */

static void park_current(struct cpu *cpu, bool is_call)
{
    struct thread *thread = cpu->current;

    if (thread == NULL)
        return;
    if (is_call)
        context_restart_call(&thread->context);
    cpu->current = NULL;
}

static void leave_space(struct cpu *cpu)
{
    cpu_set_stale(cpu);
    paging_activate_none();
    cpu->space = NULL;
}

/* Put the state that this core's FPU registers hold back into its thread.  The unit is on. */
static void save_fpu_owner(struct cpu *cpu)
{
    struct thread *owner = cpu->fpu_owner;

    if (owner == NULL)
        return;
    cpu_set_stale(cpu);
    fpu_save(&owner->fpu);
    owner->fpu_home = NULL;
    cpu->fpu_owner = NULL;
}

static void save_fpu_here(struct cpu *cpu)
{
    fpu_enable();
    save_fpu_owner(cpu);
    fpu_disable();
}

/* On the asked core, which waits for the lock: the asking one holds it, so nobody else changes
 * anything. */
static void answer_request(struct cpu *cpu, bool is_call)
{
    switch (atomic_load_explicit(&cpu->request, memory_order_acquire)) {
    case REQUEST_PARK: park_current(cpu, is_call); break;
    case REQUEST_LEAVE_SPACE: leave_space(cpu); break;
    case REQUEST_SAVE_FPU: save_fpu_here(cpu); break;
    default: return;
    }
    cpu_set_stale(cpu);
    atomic_store_explicit(&cpu->request, REQUEST_NONE, memory_order_release);
}

void cpu_ask(struct cpu *cpu, enum cpu_request request)
{
    atomic_store_explicit(&cpu->request, request, memory_order_release);
    arch_ipi_send(cpu->index);
    while (atomic_load_explicit(&cpu->request, memory_order_acquire) != REQUEST_NONE)
        arch_relax();
}

/* ---- the lock ---- */

bool kernel_lock(struct cpu *cpu, bool is_call)
{
    struct thread *self = cpu->current;
    unsigned ticket = atomic_fetch_add_explicit(&kernel.lock.next, 1, memory_order_relaxed);

    while (atomic_load_explicit(&kernel.lock.serving, memory_order_acquire) != ticket) {
        answer_request(cpu, is_call);
        arch_relax();
    }
    return cpu->current == self;
}

bool kernel_should_preempt(void)
{
    if (arch_interrupt_pending())
        return true;
    unsigned waiting = atomic_load_explicit(&kernel.lock.next, memory_order_relaxed) -
                       atomic_load_explicit(&kernel.lock.serving, memory_order_relaxed);

    return kernel.cpu_count > 1 && waiting > 1;
}

/* ---- time ---- */

static void budget_charge(struct budget *budget, uint64_t used)
{
    if (!budget_is_unlimited(budget))
        budget->left -= (int64_t)used;
    budget->consumed += used;
}

void cpu_charge(struct cpu *cpu, uint64_t now)
{
    struct thread *thread = cpu->current;

    if (cpu->budget != NULL)
        budget_charge(cpu->budget, now - cpu->budget_since);
    if (cpu->budget_debtor != NULL)
        cpu->budget_debtor->left -= (int64_t)(now - cpu->budget_since);
    cpu->budget = thread != NULL ? thread->running_on : NULL;
    cpu->budget_debtor = thread != NULL ? thread->debtor : NULL;
    cpu->budget_since = now;
}

/* When this core must act next, whatever happens. */
static uint64_t next_deadline(struct cpu *cpu)
{
    struct timeout *timeout = timeouts_first(&cpu->timeouts);
    uint64_t deadline = timeout != NULL ? timeout->deadline : UINT64_MAX;

    if (cpu->budget != NULL && !budget_is_unlimited(cpu->budget))
        deadline = u64_min(deadline, cpu->budget_since + (uint64_t)cpu->budget->left);
    if (cpu->current != NULL && run_queue_has_equal(&cpu->queue, thread_priority(cpu->current))) {
        if (cpu->slice_end == 0)
            cpu->slice_end = arch_time_now() + kernel.frequency / 1000000 * SLICE_MICROSECONDS;
        deadline = u64_min(deadline, cpu->slice_end);
    }
    return deadline;
}

void cpu_set_timer(struct cpu *cpu)
{
    uint64_t deadline = next_deadline(cpu);

    if (deadline == cpu->timer_deadline)
        return;
    cpu->timer_deadline = deadline;
    arch_timer_set(deadline);
}

/* This core will, when it leaves the kernel. */
void cpu_look_again(struct cpu *cpu)
{
    cpu_set_stale(cpu);
    if (cpu != cpu_current())
        arch_ipi_send(cpu->index);
}

/* ---- interrupts ---- */

static void timer_fired(struct timer *timer)
{
    notification_signal_cap(&timer->notification, timer->bits);
}

static void take_timeouts(struct cpu *cpu, uint64_t now)
{
    for (unsigned n = 0; n < TIMEOUTS_PER_INTERRUPT; n++) {
        struct timeout *timeout = timeouts_first(&cpu->timeouts);

        if (timeout == NULL || timeout->deadline > now)
            return;
        timeout_disarm(timeout);
        if (timeout->kind == TIMEOUT_TIMER)
            timer_fired(container_of(timeout, struct timer, timeout));
        else
            budget_refilled(container_of(timeout, struct budget, refill), now);
    }
}

/* Whoever runs goes behind its equals when its turn is over. */
static void end_slice(struct cpu *cpu, uint64_t now)
{
    struct thread *thread = cpu->current;

    if (cpu->slice_end == 0 || now < cpu->slice_end)
        return;
    cpu->slice_end = 0;
    if (thread == NULL)
        return;
    cpu_release_current(cpu);
    thread->state = THREAD_READY;
    run_queue_push_back(&cpu->queue, &thread->runnable);
}

static void take_timer(struct cpu *cpu)
{
    uint64_t now = arch_time_now();

    cpu->timer_deadline = UINT64_MAX;
    cpu_charge(cpu, now);
    take_timeouts(cpu, now);
    end_slice(cpu, now);
}

static void take_line(unsigned line)
{
    struct interrupt *interrupt = line < kernel.line_count ? kernel.lines[line] : NULL;

    if (interrupt != NULL)
        interrupt_deliver(interrupt);
}

void cpu_take_interrupts(struct cpu *cpu)
{
    for (int line = irq_take(); line != IRQ_NONE; line = irq_take()) {
        if (line == IRQ_TIMER)
            take_timer(cpu);
        else if (line >= 0)
            take_line((unsigned)line);
    }
}

/* ---- who runs next ---- */

void cpu_release_current(struct cpu *cpu)
{
    cpu_set_stale(cpu);
    cpu->current = NULL;
}

/* A passive thread whose caller's time is over goes on with its reserve, and the caller owes it. */
static bool fall_back_to_reserve(struct thread *thread, uint64_t now)
{
    struct budget *reserve = thread_own_budget(thread);
    struct budget *exhausted = thread->running_on;

    if (!thread_is_passive(thread) || reserve == NULL || reserve == exhausted ||
        reserve->cpu == NULL)
        return false;
    budget_update(reserve, now);
    if (!budget_has_time(reserve) && !budget_is_unlimited(reserve))
        return false;
    thread_set_budget(thread, reserve);
    thread_set_debt(thread, exhausted);
    return true;
}

/* The thread may run: its budget has something left, now or after looking at the clock. */
static bool has_time(struct cpu *cpu, struct thread *thread)
{
    struct budget *budget = thread->running_on;

    if (budget_is_unlimited(budget))
        return true;
    uint64_t now = arch_time_now();

    if (budget == cpu->budget || budget == cpu->budget_debtor)
        cpu_charge(cpu, now);
    budget_update(budget, now);
    if (budget_has_time(budget))
        return true;
    if (fall_back_to_reserve(thread, now))
        thread_make_ready(thread);
    else if (!thread_report_timeout(thread))
        budget_wait_for_refill(budget, thread);
    return false;
}

/* Nobody runs here: cores that wait for the lock, and interrupts, come first. */
static void let_others(struct cpu *cpu, bool and_sleep)
{
    kernel_unlock();
    if (and_sleep)
        arch_wait_for_interrupt();
    (void)kernel_enter(cpu, false);
    cpu_take_interrupts(cpu);
}

/* Take the first ready thread that has time; others do not wait for all that have none. */
static struct thread *choose(struct cpu *cpu)
{
    for (;;) {
        struct runnable *runnable = run_queue_first(&cpu->queue);

        if (runnable == NULL)
            return NULL;
        struct thread *thread = container_of(runnable, struct thread, runnable);

        run_queue_remove(&cpu->queue, runnable);
        thread->state = THREAD_STOPPED; /* in no queue, until has_time finds one for it */
        if (has_time(cpu, thread)) {
            thread->state = THREAD_RUNNING;
            return thread;
        }
        if (kernel_should_preempt())
            let_others(cpu, false);
    }
}

static void preempt_current(struct cpu *cpu)
{
    struct thread *thread = cpu->current;
    struct budget *budget = thread->running_on;

    if (budget == NULL || budget->cpu != cpu) {
        cpu_release_current(cpu);
        thread_make_ready(thread);
        return;
    }
    bool is_over = !budget_is_unlimited(budget) && !budget_has_time(budget);

    if (!is_over && !run_queue_has_above(&cpu->queue, thread_priority(thread)))
        return;
    cpu_release_current(cpu);
    thread->state = THREAD_READY;
    run_queue_push_front(&cpu->queue, &thread->runnable);
}

/* Nobody wants to run: clean up what died, or sleep. */
static void idle(struct cpu *cpu)
{
    kernel.killer = NULL;
    bool has_cleaned = memory_clean_any_step();

    if (has_cleaned && !kernel_should_preempt())
        return;
    cpu_charge(cpu, arch_time_now());
    cpu_set_timer(cpu);
    let_others(cpu, !has_cleaned);  /* after a step of cleaning there may be more */
}

/* ---- making the core ready for a thread ---- */

/* The others turn to their spaces again when they leave the kernel, which they now have to enter.
 */
static void leave_spaces_elsewhere(const struct cpu *here)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        if (kernel.cpus[i] != here && kernel.cpus[i]->space != NULL)
            cpu_ask(kernel.cpus[i], REQUEST_LEAVE_SPACE);
    }
}

static void switch_space(struct cpu *cpu, struct thread *next)
{
    struct space *space = thread_space(next);

    if (space == cpu->space &&
        (space == NULL || space_id_is_current(&kernel.space_ids, &space->id)))
        return;
    cpu->space = space;
    if (space == NULL) {
        paging_activate_none();
        return;
    }
    if (!space_id_is_current(&kernel.space_ids, &space->id)) {
        if (space_ids_are_used_up(&kernel.space_ids)) {
            leave_spaces_elsewhere(cpu);
            paging_activate_none();     /* this core neither, once all is forgotten */
        }
        space_id_renew(&kernel.space_ids, &space->id);
    }
    paging_activate(&space->paging, space->id.id);
}

void cpu_forget_fpu(struct thread *thread)
{
    if (thread->fpu_home != NULL)
        thread->fpu_home->fpu_owner = NULL;
    thread->fpu_home = NULL;
}

void cpu_save_fpu(struct thread *thread)
{
    struct cpu *cpu = thread->fpu_home;

    if (cpu == NULL)
        return;
    if (cpu == cpu_current())
        save_fpu_here(cpu);
    else
        cpu_ask(cpu, REQUEST_SAVE_FPU);
}

/* From wherever the thread's state is into this core's registers, which are on. */
static NEVER_INLINE void fetch_fpu(struct cpu *cpu, struct thread *next)
{
    if (next->fpu_home != NULL)
        cpu_ask(next->fpu_home, REQUEST_SAVE_FPU);
    save_fpu_owner(cpu);
    cpu->fpu_owner = next;
    next->fpu_home = cpu;
    fpu_restore(&next->fpu);
}

void cpu_switch_fpu(struct cpu *cpu, struct thread *next)
{
    struct thread *owner = cpu->fpu_owner;

    if (owner != next && !next->wants_fpu) {
        fpu_disable();
        return;
    }
    fpu_enable();
    if (owner == next)
        return;
    if (unlikely(owner == NULL || next->fpu_home != NULL)) {
        fetch_fpu(cpu, next);
        return;
    }
    cpu->fpu_owner = next;
    next->fpu_home = cpu;
    owner->fpu_home = NULL;
    fpu_switch(&owner->fpu, &next->fpu);
}

static void switch_debug(struct cpu *cpu, struct thread *next)
{
    if (thread_is_unusual(next, UNUSUAL_DEBUG)) {
        debug_load(&next->debug);
        cpu->has_debug = true;
    } else if (cpu->has_debug) {
        debug_unload();
        cpu->has_debug = false;
    }
}

struct thread *kernel_leave(struct cpu *cpu)
{
    if (cpu->current != NULL)
        preempt_current(cpu);
    while (cpu->current == NULL) {
        cpu->current = choose(cpu);
        if (cpu->current == NULL)
            idle(cpu);
    }
    struct thread *next = cpu->current;

    if (cpu->budget != next->running_on || cpu->budget_debtor != next->debtor)
        cpu_charge(cpu, arch_time_now());
    next->cpu = cpu;
    switch_space(cpu, next);
    cpu_switch_fpu(cpu, next);
    switch_debug(cpu, next);
    cpu_set_timer(cpu);
    cpu->is_stale = false;
    kernel_unlock();
    return next;
}

void cpus_leave_space(struct space *space)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = kernel.cpus[i];

        if (cpu->space != space)
            continue;
        if (cpu == cpu_current())
            leave_space(cpu);
        else
            cpu_ask(cpu, REQUEST_LEAVE_SPACE);
    }
}

void budget_leave_cpus(struct budget *budget)
{
    for (unsigned i = 0; i < kernel.cpu_count; i++) {
        struct cpu *cpu = kernel.cpus[i];

        if (cpu->budget == budget)
            cpu->budget = NULL;
        if (cpu->budget_debtor == budget)
            cpu->budget_debtor = NULL;
    }
    if (budget->cpu != NULL)
        budget->cpu->share -= budget->share;
    budget->share = 0;
}

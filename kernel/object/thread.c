/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of threads: which queue they are in, and how they get out of it.
 * A thread is in exactly one place, named by its state; every way out of a place is in
 * thread_take_out.
 */
#include "object/thread.h"

#include <abi/calls.h>
#include <abi/sizes.h>
#include <base/memory.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "time/units.h"

static_assert(sizeof(struct thread) <= ABI_THREAD_BYTES, "published size");
static_assert(offsetof(struct budget, object) == 0, "thread_own_budget");

void thread_init(struct thread *thread)
{
    list_node_init(&thread->runnable.link);
    list_node_init(&thread->on_budget);
    list_node_init(&thread->on_debtor);
    list_init(&thread->kept_replies);
    list_init(&thread->killed_in);
    list_node_init(&thread->cleaner);
    for (unsigned i = 0; i < THREAD_SLOTS; i++)
        thread->slots[i].node.flags = CAP_IN_THREAD;
}

struct abi_buffer *thread_buffer(struct thread *thread)
{
    struct cap *frame = &thread->slots[SLOT_BUFFER];

    if (cap_type(frame) != TYPE_FRAME)
        return NULL;
    return phys_to_virt(frame_base(frame) + (paddr_t)thread->buffer_page * PAGE_SIZE);
}

struct captable *thread_captable(struct thread *thread)
{
    struct object *object = thread_object(thread, SLOT_CAPTABLE);

    return object != NULL ? captable_of(object) : NULL;
}

struct space *thread_space(struct thread *thread)
{
    struct object *object = thread_object(thread, SLOT_SPACE);

    return object != NULL ? space_of(object) : NULL;
}

void thread_give(struct thread *thread, enum thread_slot slot, struct cap *from)
{
    struct cap *to = &thread->slots[slot];

    (void)cap_delete_step(to);
    cap_derive(to, from, ~(word_t)0);
    if (cap_type(from) != TYPE_FRAME)
        to->node.pages = slot;
}

/* ---- queues ---- */

/* The wait queue a blocked thread is in. */
static struct wait_queue *thread_queue(struct thread *thread)
{
    switch (thread->state) {
    case THREAD_SENDING: return &endpoint_of(thread->waiting_on)->senders;
    case THREAD_RECEIVING: return &endpoint_of(thread->waiting_on)->receivers;
    case THREAD_WAITING: return &notification_of(thread->waiting_on)->waiters;
    default: return NULL;
    }
}

static void thread_leave_queue(struct thread *thread)
{
    if (thread->state == THREAD_SENDING)
        endpoint_leave_senders(thread);
    else
        wait_queue_remove(thread_queue(thread), &thread->waiter);
    if (thread->state == THREAD_RECEIVING && thread->reply != NULL)
        reply_release(thread->reply);
    thread->waiting_on = NULL;
}

/* From wherever it is to nowhere.  Not for THREAD_CALLING, which is no queue. */
static void thread_take_out(struct thread *thread)
{
    struct cpu *here = cpu_current();

    switch (thread->state) {
    case THREAD_RUNNING:
        if (thread->cpu != here)
            cpu_ask(thread->cpu, REQUEST_PARK);
        else
            cpu_release_current(here);
        break;
    case THREAD_READY:
        run_queue_remove(&thread->running_on->cpu->queue, &thread->runnable);
        break;
    case THREAD_OUT_OF_TIME:
        list_remove(&thread->runnable.link);
        break;
    case THREAD_SENDING:
    case THREAD_RECEIVING:
    case THREAD_WAITING:
        thread_leave_queue(thread);
        break;
    default:
        break;
    }
}

/* Put it where its budget says, before or behind its equals. */
static void thread_queue_to_run(struct thread *thread, bool is_first)
{
    struct budget *budget = thread->running_on;

    if (budget == NULL || budget->cpu == NULL) {
        thread->state = THREAD_OUT_OF_TIME;
        if (budget != NULL)
            list_push_back(&budget->waiting, &thread->runnable.link);
        return;
    }
    struct cpu *cpu = budget->cpu;

    thread->state = THREAD_READY;
    thread->cpu = cpu;
    if (is_first)
        run_queue_push_front(&cpu->queue, &thread->runnable);
    else
        run_queue_push_back(&cpu->queue, &thread->runnable);
    if (cpu->current == NULL || thread_priority(cpu->current) <= thread_priority(thread))
        cpu_look_again(cpu);
}

/* A stop that came while it waited for a reply takes effect now. */
static bool stop_instead(struct thread *thread)
{
    if (!thread_is_unusual(thread, UNUSUAL_STOPPED))
        return false;
    thread_set_unusual(thread, UNUSUAL_STOPPED, false);
    thread->state = THREAD_STOPPED;
    return true;
}

void thread_make_ready(struct thread *thread)
{
    if (!stop_instead(thread))
        thread_queue_to_run(thread, false);
}

void thread_hand_over(struct thread *thread)
{
    if (!stop_instead(thread))
        thread_queue_to_run(thread, true);
}

void thread_set_debt(struct thread *thread, struct budget *debtor)
{
    thread->debtor = debtor;
    thread_set_unusual(thread, UNUSUAL_DEBT, true);
    list_push_back(&debtor->debtors, &thread->on_debtor);
}

void thread_clear_debt(struct thread *thread)
{
    if (thread->debtor == NULL)
        return;
    thread->debtor = NULL;
    thread_set_unusual(thread, UNUSUAL_DEBT, false);
    list_remove(&thread->on_debtor);
}

/* This core's running thread stays where it is, for its call is not over: kernel_leave puts it
 * where its new budget says. */
void thread_set_budget(struct thread *thread, struct budget *budget)
{
    bool is_queued = thread->state == THREAD_READY || thread->state == THREAD_OUT_OF_TIME;
    bool stays_there = budget != NULL && budget->cpu == thread->cpu;
    bool is_running_elsewhere =
        thread->state == THREAD_RUNNING && thread->cpu != cpu_current() && !stays_there;

    thread_clear_debt(thread);
    if (thread->running_on == budget)
        return;
    if (thread->state == THREAD_RUNNING)
        cpu_set_stale(thread->cpu);
    if (is_queued || is_running_elsewhere)
        thread_take_out(thread);
    if (thread->running_on != NULL)
        list_remove(&thread->on_budget);
    thread->running_on = budget;
    if (budget != NULL)
        list_push_back(&budget->threads, &thread->on_budget);
    if (is_queued || is_running_elsewhere)
        thread_queue_to_run(thread, false);
    else if (thread->state == THREAD_RUNNING)
        cpu_look_again(thread->cpu);
}

/* ---- stop, resume, cancel ---- */

static bool is_queued_in_call(const struct thread *thread)
{
    return thread->state == THREAD_SENDING || thread->state == THREAD_RECEIVING ||
           thread->state == THREAD_WAITING;
}

/* Whether going on means to make the trap again: yes for calls, and for faults that were the call
 * of a foreign program. */
static bool restarts_by_trap(const struct thread *thread)
{
    if (thread->state != THREAD_SENDING || thread->send_kind != SEND_FAULT)
        return true;
    return endpoint_fault_is_trap(thread->fault_info);
}

/* The answer of a reply_receive was given: only its receive is made again. */
static void restart_call(struct thread *thread)
{
    if (thread->state == THREAD_RECEIVING &&
        context_call(&thread->context) == ABI_CALL_REPLY_RECEIVE)
        context_set_call(&thread->context, ABI_CALL_RECEIVE);
    context_restart_call(&thread->context);
}

void thread_stop(struct thread *thread)
{
    if (thread->state == THREAD_CALLING) {
        thread_set_unusual(thread, UNUSUAL_STOPPED, true);
        return;
    }
    if (is_queued_in_call(thread) && restarts_by_trap(thread))
        restart_call(thread);
    thread_take_out(thread);
    thread->state = THREAD_STOPPED;
}

/* A thread whose fault waits for an answer is let go without one. */
static bool thread_drop_fault(struct thread *thread)
{
    bool is_sent = thread->state == THREAD_CALLING && thread->send_kind == SEND_FAULT;
    bool is_queued = thread->state == THREAD_SENDING && thread->send_kind == SEND_FAULT;

    if (is_sent)
        reply_lose_caller(thread->answer);
    else if (is_queued)
        thread_take_out(thread);
    return is_sent || is_queued;
}

status_t thread_resume(struct thread *thread)
{
    if (thread_space(thread) == NULL)
        return ERR_BAD_STATE;
    if (thread_drop_fault(thread)) {
        thread_set_unusual(thread, UNUSUAL_STOPPED, false);
        thread_queue_to_run(thread, false);
        return OK;
    }
    if (thread->state == THREAD_CALLING && thread_is_unusual(thread, UNUSUAL_STOPPED)) {
        thread_set_unusual(thread, UNUSUAL_STOPPED, false);
        return OK;
    }
    if (thread->state != THREAD_STOPPED && thread->state != THREAD_FAULTED)
        return ERR_BAD_STATE;
    thread_queue_to_run(thread, false);
    return OK;
}

status_t thread_cancel(struct thread *thread, status_t status)
{
    bool is_sender = thread->state == THREAD_SENDING || thread->state == THREAD_CALLING;

    if (!is_queued_in_call(thread) && thread->state != THREAD_CALLING)
        return ERR_BAD_STATE;
    if (is_sender && thread->send_kind == SEND_FAULT)
        return ERR_BAD_STATE;
    if (thread->state == THREAD_CALLING)
        reply_lose_caller(thread->answer);
    else
        thread_take_out(thread);
    context_set_status(&thread->context, status);
    thread_make_ready(thread);
    return OK;
}

void thread_set_priority(struct thread *thread, unsigned priority)
{
    struct wait_queue *queue = thread_queue(thread);

    if (queue != NULL) {
        if (thread->state == THREAD_SENDING)
            endpoint_leave_senders(thread);
        else
            wait_queue_remove(queue, &thread->waiter);
        thread->runnable.priority = (uint8_t)priority;
        wait_queue_insert(queue, &thread->waiter, priority);
    } else if (thread->state == THREAD_READY) {
        thread_take_out(thread);
        thread->runnable.priority = (uint8_t)priority;
        thread_queue_to_run(thread, false);
    } else {
        thread->runnable.priority = (uint8_t)priority;
        if (thread->state == THREAD_RUNNING)
            cpu_look_again(thread->cpu);
    }
}

/* ---- faults ---- */

/* Send through one of its fault capabilities; false when nobody is there. */
static bool thread_send_fault(struct thread *thread, enum thread_slot slot)
{
    return thread_object(thread, slot) != NULL &&
           endpoint_send(thread, &thread->slots[slot], SEND_FAULT, true) == OK;
}

void thread_fault_undeliverable(struct thread *thread)
{
    if (thread->is_root)
        kernel_panic_root_fault(thread);
    thread_take_out(thread);
    thread_set_unusual(thread, UNUSUAL_STOPPED, false);
    thread->state = THREAD_FAULTED;
    notification_signal_cap(&kernel.watch, kernel.watch_bits);
}

static void thread_set_fault(struct thread *thread, word_t kind, const word_t words[4])
{
    thread->fault_info = endpoint_fault_info(kind);
    for (unsigned i = 0; i < array_count(thread->fault_words); i++)
        thread->fault_words[i] = words[i];
}

void thread_fault(struct thread *thread, word_t kind, const word_t words[4])
{
    thread_set_fault(thread, kind, words);
    if (!thread_send_fault(thread, SLOT_FAULT))
        thread_fault_undeliverable(thread);
}

bool thread_report_timeout(struct thread *thread)
{
    if (thread_object(thread, SLOT_TIMEOUT) == NULL)
        return false;
    uint64_t consumed = ticks_to_ns(thread->running_on->consumed, kernel.frequency);

    thread_set_fault(thread, FAULT_BUDGET, (word_t[4]){(word_t)consumed});
    thread->state = THREAD_STOPPED;
    return thread_send_fault(thread, SLOT_TIMEOUT);
}

/* ---- death ---- */

static void thread_end_calls(struct thread *thread)
{
    if (thread->state == THREAD_CALLING)
        reply_lose_caller(thread->answer);
    else
        thread_take_out(thread);
    thread->state = THREAD_STOPPED;
    if (thread->reply != NULL)
        reply_fail(thread->reply, ERR_PEER_GONE);
}

void thread_unbind(struct thread *thread)
{
    struct object *notification = thread_object(thread, SLOT_NOTIFICATION);

    if (notification != NULL)
        notification_of(notification)->bound = NULL;
}

void thread_on_kill(struct thread *thread)
{
    thread_end_calls(thread);
    thread_set_budget(thread, NULL);
    cpu_forget_fpu(thread);
    thread_unbind(thread);
}

bool thread_clean_step(struct thread *thread)
{
    struct list_node *kept = list_first(&thread->kept_replies);

    if (kept != NULL) {
        reply_fail(container_of(kept, struct reply, kept), ERR_PEER_GONE);
        return true;
    }
    for (unsigned i = 0; i < THREAD_SLOTS; i++) {
        if (!cap_is_empty(&thread->slots[i])) {
            (void)cap_delete_step(&thread->slots[i]);
            return true;
        }
    }
    memory_leave_cleaning(thread);
    return false;
}

void thread_cap_died(struct cap *cap, struct object *object)
{
    unsigned slot = cap->node.pages;
    struct thread *thread = container_of(cap - slot, struct thread, slots[0]);

    if (slot == SLOT_NOTIFICATION && notification_of(object)->bound == thread)
        notification_of(object)->bound = NULL;
    else if (slot == SLOT_SPACE)
        thread_stop(thread);
    else if (slot == SLOT_BUDGET && thread->running_on == budget_of(object))
        thread_set_budget(thread, NULL);
}

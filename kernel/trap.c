/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From trap to action: every entry takes the lock, does its work, and leaves through kernel_leave,
 * which chooses who goes on.  A call's status is set here, unless the call blocked: then whoever
 * ends it sets the status.
 */
#include <abi/calls.h>
#include <abi/dispatch.h>
#include <arch/context.h>
#include <arch/trap.h>

#include "cpu.h"
#include "fastpath.h"
#include "kernel.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"
#include "syscall/long.h"

/* ---- message calls ---- */

static status_t call_send(struct thread *self, enum send_kind kind, bool wait)
{
    word_t right = kind == SEND_CALL ? RIGHT_GRANT | RIGHT_GRANT_REPLY : 0;
    struct cap *cap;
    status_t status =
        cap_argument(self, context_cap(&self->context), TYPE_ENDPOINT, RIGHT_SEND, &cap);

    if (status != OK)
        return status;
    if (right != 0 && (cap_rights(cap) & right) == 0)
        return ERR_NO_RIGHT;
    status = message_check(self, context_info(&self->context), cap_has(cap, RIGHT_GRANT));
    if (status != OK)
        return status;
    return endpoint_send(self, cap, kind, wait);
}

static status_t reply_argument(struct thread *self, struct reply **out)
{
    struct cap *cap;
    status_t status = cap_argument(self, context_aux(&self->context), TYPE_REPLY, 0, &cap);

    if (status == OK)
        *out = reply_of(cap->object);
    return status;
}

static status_t call_receive(struct thread *self, bool wait)
{
    struct reply *reply = NULL;
    struct cap *cap;
    status_t status =
        cap_argument(self, context_cap(&self->context), TYPE_ENDPOINT, RIGHT_RECEIVE, &cap);

    if (status == OK)
        status = reply_argument(self, &reply);
    if (status != OK)
        return status;
    return endpoint_receive(self, cap, reply, wait);
}

static status_t call_reply(struct thread *self)
{
    struct reply *reply = NULL;
    status_t status = reply_argument(self, &reply);

    return status != OK ? status : endpoint_reply(self, reply);
}

/* Both capabilities are checked before the answer is given, so a bad receive loses no reply. */
static status_t call_reply_receive(struct thread *self)
{
    struct reply *reply = NULL;
    struct cap *cap;
    status_t status =
        cap_argument(self, context_cap(&self->context), TYPE_ENDPOINT, RIGHT_RECEIVE, &cap);

    if (status == OK)
        status = reply_argument(self, &reply);
    if (status != OK)
        return status;
    status = endpoint_reply(self, reply);
    if (status != OK && status != ERR_PEER_GONE)
        return status;
    return endpoint_receive(self, cap, reply, true);
}

/* ---- notifications ---- */

static status_t call_signal(struct thread *self)
{
    word_t bits = context_words(&self->context)[0];
    struct cap *cap;
    status_t status =
        cap_argument(self, context_cap(&self->context), TYPE_NOTIFICATION, RIGHT_SEND, &cap);

    if (status == OK)
        notification_signal_cap(cap, bits & UINT32_MAX);
    return status;
}

static status_t call_wait(struct thread *self, bool wait)
{
    struct cap *cap;
    status_t status =
        cap_argument(self, context_cap(&self->context), TYPE_NOTIFICATION, RIGHT_RECEIVE, &cap);

    if (status != OK)
        return status;
    struct notification *notification = notification_of(cap->object);

    if (notification->bits != 0) {
        context_words(&self->context)[0] = notification_take(notification);
        return OK;
    }
    if (!wait)
        return ERR_WOULD_BLOCK;
    cpu_release_current(self->cpu);
    self->state = THREAD_WAITING;
    self->waiting_on = &notification->object;
    wait_queue_insert(&notification->waiters, &self->waiter, thread_priority(self));
    return OK;
}

static status_t call_yield(struct thread *self)
{
    cpu_release_current(self->cpu);
    self->cpu->slice_end = 0;
    context_set_status(&self->context, OK);
    thread_make_ready(self);
    return OK;
}

/* ---- invoke ---- */

/* The call is over, or the thread is queued somewhere. */
static inline struct thread *leave_call(struct cpu *cpu, struct thread *self)
{
    if (unlikely(!cpu_is_settled(cpu, self, thread_priority(self))))
        return kernel_leave(cpu);
    kernel_unlock();
    return self;
}

/* An operation never blocks, but it may stop the thread that asked for it, by what it kills: so it
 * sets the status, or starts again, also for one that does not run any more. */
struct thread *complete_invoke(struct cpu *cpu, struct thread *self)
{
    word_t culprit = 0;
    struct cap *cap;
    status_t status = cap_lookup(self, context_cap(&self->context), &cap);

    if (likely(status == OK))
        status = dispatch_invoke(self, cap, context_info(&self->context) >> ABI_INFO_LABEL_SHIFT,
                                 context_words(&self->context), &culprit);
    if (unlikely(status == PREEMPTED)) {
        context_restart_call(&self->context);
        return leave_call(cpu, self);
    }
    context_set_event(&self->context, 0, 0, culprit);
    context_set_status(&self->context, status);
    (void)long_done(self, status);  /* also where it could not go on after a preemption */
    return leave_call(cpu, self);
}

/* ---- entries ---- */

static const word_t NO_FAULT_WORDS[4];

static status_t call_dispatch(struct thread *self)
{
    switch (context_call(&self->context)) {
    case ABI_CALL_CALL: return call_send(self, SEND_CALL, true);
    case ABI_CALL_SEND: return call_send(self, SEND_MESSAGE, true);
    case ABI_CALL_SEND_NOWAIT: return call_send(self, SEND_MESSAGE, false);
    case ABI_CALL_RECEIVE: return call_receive(self, true);
    case ABI_CALL_RECEIVE_NOWAIT: return call_receive(self, false);
    case ABI_CALL_REPLY: return call_reply(self);
    case ABI_CALL_REPLY_RECEIVE: return call_reply_receive(self);
    case ABI_CALL_SIGNAL: return call_signal(self);
    case ABI_CALL_WAIT: return call_wait(self, true);
    case ABI_CALL_POLL: return call_wait(self, false);
    case ABI_CALL_YIELD: return call_yield(self);
    default: thread_fault(self, FAULT_UNKNOWN_CALL, NO_FAULT_WORDS); return OK;
    }
}

struct thread *complete_call(struct cpu *cpu, struct thread *self)
{
    if (context_call(&self->context) == ABI_CALL_INVOKE)
        return complete_invoke(cpu, self);
    status_t status = call_dispatch(self);

    if (cpu->current == self)
        context_set_status(&self->context, status);
    return leave_call(cpu, self);
}

struct thread *complete_fault(struct cpu *cpu, struct thread *self, word_t kind,
                              const word_t words[4])
{
    thread_fault(self, kind, words);
    return kernel_leave(cpu);
}

/* With several cores the lock is needed, and may bring the news that the thread was taken away. */
static NEVER_INLINE struct thread *trap_call_locked(struct thread *self)
{
    struct cpu *cpu = cpu_current();

    if (!kernel_lock(cpu, true))
        return kernel_leave(cpu);
    if (likely(!arch_interrupt_pending()))
        return fast_call(cpu, self);
    /* They would wait for the lock once more, so they go first.  The call is not put off by them: a
     * core that others interrupt all the time comes to it, too. */
    cpu_take_interrupts(cpu);
    cpu_set_stale(cpu);
    if (cpu->current == self)
        return complete_call(cpu, self);
    context_restart_call(&self->context);   /* its turn was over */
    return kernel_leave(cpu);
}

struct thread *trap_call(struct thread *self)
{
    if (unlikely(kernel.cpu_count != 1))
        return trap_call_locked(self);
    return fast_call(cpu_current(), self);
}

struct thread *trap_forwarded(struct thread *self)
{
    struct cpu *cpu = cpu_current();

    if (unlikely(!kernel_enter(cpu, true)))
        return kernel_leave(cpu);
    return fast_fault(cpu, self, FAULT_FORWARDED, NO_FAULT_WORDS);
}

/* The page is mapped by now, and the thread only has to try again. */
static bool fault_is_over(struct thread *self, const struct trap_fault *fault)
{
    struct space *space = thread_space(self);

    return fault->kind == FAULT_PAGE && space != NULL &&
           paging_permits(&space->paging, fault->address, (unsigned)fault->access);
}

struct thread *trap_fault(struct thread *self, const struct trap_fault *fault)
{
    word_t words[4] = {fault->address, context_pc(&self->context), fault->access, fault->syndrome};
    struct cpu *cpu = cpu_current();

    if (!kernel_enter(cpu, false) || fault_is_over(self, fault))
        return kernel_leave(cpu);
    if (fault->kind == FAULT_EXCEPTION) {
        words[0] = fault->syndrome;
        words[2] = fault->address;
    }
    return fast_fault(cpu, self, fault->kind, words);
}

struct thread *trap_fpu(struct thread *self)
{
    struct cpu *cpu = cpu_current();

    if (kernel_enter(cpu, false))
        self->wants_fpu = true;
    return kernel_leave(cpu);
}

struct thread *trap_interrupt(struct thread *self)
{
    struct cpu *cpu = cpu_current();

    (void)self;
    (void)kernel_enter(cpu, false);
    cpu_take_interrupts(cpu);
    return kernel_leave(cpu);
}

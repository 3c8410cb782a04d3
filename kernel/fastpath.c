/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways through call, reply_receive, faults, signal and wait: one thread of each kind waits,
 * on this core, with nothing unusual about it.  The message goes from context to context; a passive
 * server takes the caller's budget along, so no time is accounted.
 */
#include "fastpath.h"

#include <abi/calls.h>
#include <arch/context.h>
#include <base/compiler.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/endpoint.h"
#include "object/notification.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"

/* ---- looking ---- */

/* The live capability of an index if it has this type, or NULL. */
static inline struct cap *find_cap(struct thread *self, word_t index, enum abi_object_type type)
{
    struct captable *table = (struct captable *)self->slots[SLOT_CAPTABLE].object;
    word_t position = index / ABI_CHUNK_SLOTS;

    if (unlikely(table == NULL || position >= table->chunk_count))
        return NULL;
    struct chunk *chunk = table->directory[position];

    if (unlikely(chunk == NULL))
        return NULL;
    struct cap *cap = &chunk->slots[index % ABI_CHUNK_SLOTS];

    return likely(cap_type(cap) == type && !cap->object->is_dead) ? cap : NULL;
}

/* The one waiter of a queue, or NULL when there is none or more. */
static inline struct thread *only_waiter(const struct wait_queue *queue)
{
    struct tree_node *node = queue->tree.root;

    if (node == NULL || node->child[TREE_LEFT] != NULL || node->child[TREE_RIGHT] != NULL)
        return NULL;
    return container_of(container_of(node, struct waiter, node), struct thread, waiter);
}

/* The thread can run on this core at once: nobody is before it, and its space is ready. */
static inline bool can_switch_to(const struct cpu *cpu, struct thread *next, struct space **space)
{
    *space = (struct space *)(void *)next->slots[SLOT_SPACE].object;
    if (unlikely(run_queue_has_above(&cpu->queue, thread_priority(next))))
        return false;
    return *space != NULL && !(*space)->object.is_dead &&
           space_id_is_current(&kernel.space_ids, &(*space)->id);
}

/* Nothing about either thread needs the complete path. */
static inline bool are_usual(const struct thread *a, const struct thread *b)
{
    return (a->unusual | b->unusual) == 0;
}

/* The thread's own budget lets it run here now. */
static inline bool can_pay(const struct cpu *cpu, const struct thread *thread)
{
    const struct budget *budget = thread->running_on;

    return budget != NULL && budget->cpu == cpu &&
           (budget == cpu->budget || budget_is_unlimited(budget) || budget_has_time(budget));
}

/* ---- messages ---- */

/* No capabilities and no undefined bits; a message longer than the registers has a buffer on either
 * side. */
static inline bool can_move(struct thread *from, struct thread *to, word_t info)
{
    word_t length = info & ABI_INFO_LENGTH_MASK;

    if (unlikely((info & ~((word_t)0xffff << ABI_INFO_LABEL_SHIFT | ABI_INFO_LENGTH_MASK)) != 0))
        return false;
    return likely(length <= ABI_REGISTER_WORDS) ||
           (length <= ABI_MESSAGE_WORDS && thread_buffer(from) != NULL &&
            thread_buffer(to) != NULL);
}

/* All loads before all stores: the compiler makes pairs of them, where a loop would stay a loop. */
static inline void move_registers(struct thread *from, struct thread *to)
{
    const word_t *source = context_words(&from->context);
    word_t *target = context_words(&to->context);
    word_t w0 = source[0], w1 = source[1], w2 = source[2], w3 = source[3];
    word_t w4 = source[4], w5 = source[5], w6 = source[6], w7 = source[7];

    target[0] = w0, target[1] = w1, target[2] = w2, target[3] = w3;
    target[4] = w4, target[5] = w5, target[6] = w6, target[7] = w7;
}

static NEVER_INLINE void move_rest(struct thread *from, struct thread *to, word_t length)
{
    const word_t *source = thread_buffer(from)->words;
    word_t *target = thread_buffer(to)->words;

    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        target[i] = source[i];
}

static inline void move_message(struct thread *from, struct thread *to, word_t badge, word_t info)
{
    word_t length = info & ABI_INFO_LENGTH_MASK;

    move_registers(from, to);
    if (unlikely(length > ABI_REGISTER_WORDS))
        move_rest(from, to, length);
    context_set_event(&to->context, badge, info, 0);
    context_set_status(&to->context, OK);
}

/* ---- switching ---- */

/* Everything is done: the thread to go on with. */
static inline struct thread *done(struct thread *next)
{
    kernel_unlock();
    return next;
}

static inline void take_budget(struct thread *thread, struct budget *budget)
{
    list_unlink(&thread->on_budget);
    thread->running_on = budget;
    list_push_back(&budget->threads, &thread->on_budget);
}

static inline void switch_to(struct cpu *cpu, struct thread *self, struct thread *next,
                             struct space *space)
{
    cpu->current = next;
    next->state = THREAD_RUNNING;
    next->cpu = cpu;
    if (space != cpu->space) {
        cpu->space = space;
        paging_activate(&space->paging, space->id.id);
    }
    if (unlikely(cpu->fpu_owner == self || cpu->fpu_owner == next || next->wants_fpu))
        cpu_switch_fpu(cpu, next);
}

/* The running thread is another one: it may have equals to take turns with. */
static inline void turn(struct cpu *cpu, struct thread *next)
{
    if (unlikely(run_queue_has_equal(&cpu->queue, thread_priority(next))))
        cpu_set_timer(cpu);
}

/* And it may pay from another budget. */
static NEVER_INLINE void turn_budget(struct cpu *cpu, struct thread *next)
{
    if (cpu->budget != next->running_on)
        cpu_charge(cpu, arch_time_now());
    cpu_set_timer(cpu);
}

/* ---- call and fault ---- */

/* A server that can take a call or fault of this thread at once. */
static inline struct thread *find_server(const struct cpu *cpu, const struct thread *self,
                                         const struct endpoint *endpoint, struct space **space)
{
    struct thread *server = only_waiter(&endpoint->receivers);

    if (unlikely(server == NULL || !are_usual(self, server) || server->minimum != 0 ||
                 server->running_on == NULL))
        return NULL;
    if (unlikely(!thread_is_passive(server) && !can_pay(cpu, server)))
        return NULL;
    return can_switch_to(cpu, server, space) ? server : NULL;
}

/* The message is with the server: bind the reply, lend the time, go on there. */
static inline struct thread *hand_over(struct cpu *cpu, struct thread *self, struct thread *server,
                                       struct endpoint *endpoint, enum send_kind kind,
                                       struct space *space)
{
    struct reply *reply = server->reply;

    tree_init(&endpoint->receivers.tree);
    reply->caller = self;
    reply->is_bound = true;
    reply->may_grant = server->may_grant;
    self->answer = reply;
    self->send_kind = (uint8_t)kind;
    self->state = THREAD_CALLING;
    switch_to(cpu, self, server, space);
    if (likely(thread_is_passive(server))) {
        take_budget(server, self->running_on);
        turn(cpu, server);
    } else {
        turn_budget(cpu, server);
    }
    return done(server);
}

static NEVER_INLINE struct thread *fast_send_call(struct cpu *cpu, struct thread *self)
{
    word_t info = context_info(&self->context);
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_ENDPOINT);
    struct space *space;

    if (unlikely(cap == NULL || !cap_has(cap, RIGHT_SEND) ||
                 (cap_rights(cap) & (RIGHT_GRANT | RIGHT_GRANT_REPLY)) == 0))
        return complete_call(cpu, self);
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct thread *server = find_server(cpu, self, endpoint, &space);

    if (unlikely(server == NULL || !can_move(self, server, info)))
        return complete_call(cpu, self);
    move_message(self, server, cap->badge, info | (word_t)EVENT_CALL << ABI_INFO_EVENT_SHIFT);
    self->badge = cap->badge;
    return hand_over(cpu, self, server, endpoint, SEND_CALL, space);
}

struct thread *fast_fault(struct cpu *cpu, struct thread *self, word_t kind, const word_t words[4])
{
    struct cap *cap = &self->slots[SLOT_FAULT];
    struct space *space;

    if (unlikely(cap_type(cap) != TYPE_ENDPOINT || cap->object->is_dead ||
                 self->running_on == NULL))
        return complete_fault(cpu, self, kind, words);
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct thread *server = find_server(cpu, self, endpoint, &space);

    if (unlikely(server == NULL))
        return complete_fault(cpu, self, kind, words);
    self->fault_info = endpoint_fault_info(kind);
    self->badge = cap->badge;
    if (endpoint_fault_is_trap(self->fault_info)) {
        move_registers(self, server);
        context_set_event(&server->context, cap->badge, self->fault_info,
                          endpoint_trap_number(self));
    } else {
        word_t *target = context_words(&server->context);

        for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
            target[i] = i < 4 ? words[i] : 0;
        context_set_event(&server->context, cap->badge, self->fault_info, 0);
    }
    context_set_status(&server->context, OK);
    return hand_over(cpu, self, server, endpoint, SEND_FAULT, space);
}

/* ---- reply and receive ---- */

static inline bool has_signal(struct thread *thread)
{
    struct cap *cap = &thread->slots[SLOT_NOTIFICATION];

    return cap_type(cap) == TYPE_NOTIFICATION && notification_of(cap->object)->bits != 0;
}

/* Nothing waits at the endpoint, and nobody but this thread will. */
static inline bool is_quiet(struct thread *self, const struct endpoint *endpoint)
{
    return endpoint->senders.tree.root == NULL && endpoint->receivers.tree.root == NULL &&
           list_is_empty(&endpoint->closed) && !has_signal(self);
}

/* The budget the server waits with, and the caller goes on with its own; NULL: not that simple. */
static inline struct budget *find_own_budget(const struct cpu *cpu, struct thread *self,
                                             const struct thread *caller)
{
    if (unlikely(!thread_is_passive(self)))
        return can_pay(cpu, caller) ? self->running_on : NULL;
    return self->running_on == caller->running_on ? thread_own_budget(self) : NULL;
}

static inline void answer(struct thread *self, struct thread *caller, word_t info)
{
    if (likely(caller->send_kind == SEND_CALL))
        move_message(self, caller, 0, info);
    else
        endpoint_answer_fault(caller, self);
}

static NEVER_INLINE struct thread *fast_reply_receive(struct cpu *cpu, struct thread *self)
{
    word_t info = context_info(&self->context);
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_ENDPOINT);
    struct cap *reply_cap = find_cap(self, context_aux(&self->context), TYPE_REPLY);
    struct space *space;

    if (unlikely(cap == NULL || reply_cap == NULL || !cap_has(cap, RIGHT_RECEIVE)))
        return complete_call(cpu, self);
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct reply *reply = reply_of(reply_cap->object);
    struct thread *caller = reply->caller;

    if (unlikely(caller == NULL || self->reply != reply || !are_usual(self, caller) ||
                 !can_move(self, caller, info) || !is_quiet(self, endpoint)))
        return complete_call(cpu, self);
    struct budget *own = find_own_budget(cpu, self, caller);

    if (unlikely(own == NULL || !can_switch_to(cpu, caller, &space)))
        return complete_call(cpu, self);
    answer(self, caller, info);
    caller->answer = NULL;
    reply->caller = NULL;
    reply->is_bound = false;
    self->may_grant = cap_has(cap, RIGHT_GRANT);
    self->state = THREAD_RECEIVING;
    self->waiting_on = &endpoint->object;
    self->waiter.priority = self->runnable.priority;
    tree_insert_only(&endpoint->receivers.tree, &self->waiter.node);
    switch_to(cpu, self, caller, space);
    if (likely(thread_is_passive(self))) {
        take_budget(self, own);
        turn(cpu, caller);
    } else {
        turn_budget(cpu, caller);
    }
    return done(caller);
}

/* ---- signal and wait ---- */

static inline void wake(struct notification *notification, struct thread *waiter)
{
    tree_init(&notification->waiters.tree);
    context_words(&waiter->context)[0] = notification_take(notification);
    context_set_status(&waiter->context, OK);
}

static NEVER_INLINE struct thread *fast_signal(struct cpu *cpu, struct thread *self)
{
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_NOTIFICATION);
    struct space *space;

    if (unlikely(cap == NULL || !cap_has(cap, RIGHT_SEND)))
        return complete_call(cpu, self);
    struct notification *notification = notification_of(cap->object);
    word_t bits = context_words(&self->context)[0] & UINT32_MAX;

    bits = cap->badge == 0 ? bits : bits & cap->badge;
    if (unlikely(notification->bound != NULL))
        return complete_call(cpu, self);
    if (likely(notification->waiters.tree.root == NULL)) {
        notification->bits |= bits;
        context_set_status(&self->context, OK);
        return done(self);
    }
    struct thread *waiter = only_waiter(&notification->waiters);

    if (unlikely(waiter == NULL || bits == 0 || !are_usual(self, waiter) ||
                 !can_pay(cpu, waiter)))
        return complete_call(cpu, self);
    if (thread_priority(waiter) > thread_priority(self)) {
        if (unlikely(run_queue_has_equal(&cpu->queue, thread_priority(waiter)) ||
                     !can_switch_to(cpu, waiter, &space)))
            return complete_call(cpu, self);
        notification->bits |= bits;
        wake(notification, waiter);
        context_set_status(&self->context, OK);
        self->state = THREAD_READY;
        run_queue_push_front(&cpu->queue, &self->runnable);
        switch_to(cpu, self, waiter, space);
        turn_budget(cpu, waiter);
        return done(waiter);
    }
    notification->bits |= bits;
    wake(notification, waiter);
    context_set_status(&self->context, OK);
    waiter->state = THREAD_READY;
    waiter->cpu = cpu;
    run_queue_push_back(&cpu->queue, &waiter->runnable);
    if (thread_priority(waiter) == thread_priority(self))
        cpu_set_timer(cpu);
    return done(self);
}

static NEVER_INLINE struct thread *fast_wait(struct cpu *cpu, struct thread *self)
{
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_NOTIFICATION);
    struct space *space;

    if (unlikely(cap == NULL || !cap_has(cap, RIGHT_RECEIVE)))
        return complete_call(cpu, self);
    struct notification *notification = notification_of(cap->object);

    if (notification->bits != 0) {
        context_words(&self->context)[0] = notification_take(notification);
        context_set_status(&self->context, OK);
        return done(self);
    }
    struct runnable *runnable = run_queue_first(&cpu->queue);

    if (unlikely(runnable == NULL || notification->waiters.tree.root != NULL))
        return complete_call(cpu, self);
    struct thread *next = container_of(runnable, struct thread, runnable);

    if (unlikely(!are_usual(self, next) || !can_pay(cpu, next) ||
                 !can_switch_to(cpu, next, &space)))
        return complete_call(cpu, self);
    run_queue_remove(&cpu->queue, runnable);
    self->state = THREAD_WAITING;
    self->waiting_on = &notification->object;
    self->waiter.priority = self->runnable.priority;
    tree_insert_only(&notification->waiters.tree, &self->waiter.node);
    switch_to(cpu, self, next, space);
    turn_budget(cpu, next);
    return done(next);
}

struct thread *fast_call(struct cpu *cpu, struct thread *self)
{
    word_t call = context_call(&self->context);

    if (call == ABI_CALL_CALL)
        return fast_send_call(cpu, self);
    if (call == ABI_CALL_REPLY_RECEIVE)
        return fast_reply_receive(cpu, self);
    if (call == ABI_CALL_SIGNAL)
        return fast_signal(cpu, self);
    if (call == ABI_CALL_WAIT)
        return fast_wait(cpu, self);
    if (likely(call == ABI_CALL_INVOKE))
        return complete_invoke(cpu, self);
    return complete_call(cpu, self);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways through call, reply_receive and signal: one thread of each kind waits, on this core, with nothing unusual about
 * it.  The message words go from context to context; a passive server takes the caller's budget along, so no time is
 * accounted; the run queue is only looked at.
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

/* ---- checks ---- */

/* Words that fit in registers, no capabilities, no undefined bits. */
static inline bool info_is_simple(word_t info)
{
    return (info & 0xffff & ~(word_t)ABI_INFO_LENGTH_MASK) == 0 && (info & ABI_INFO_LENGTH_MASK) <= ABI_REGISTER_WORDS;
}

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
    if (unlikely(run_queue_has_above(&cpu->queue, thread_priority(next)) || next->has_debug || cpu->has_debug))
        return false;
    return *space != NULL && !(*space)->object.is_dead && space_id_is_current(&kernel.space_ids, &(*space)->id);
}

/* ---- acts ---- */

static inline void switch_to(struct cpu *cpu, struct thread *self, struct thread *next, struct space *space)
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

static inline void move_message(struct thread *from, struct thread *to, word_t badge, word_t info)
{
    word_t *source = context_words(&from->context);
    word_t *target = context_words(&to->context);

    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        target[i] = source[i];
    context_set_event(&to->context, badge, info, 0);
    context_set_status(&to->context, OK);
}

static inline void take_budget(struct thread *thread, struct budget *budget)
{
    list_unlink(&thread->on_budget);
    thread->running_on = budget;
    list_push_back(&budget->threads, &thread->on_budget);
}

/* Who pays from here on; an active server and its caller each pay for themselves. */
static inline bool can_pay(const struct cpu *cpu, const struct thread *thread)
{
    const struct budget *budget = thread->running_on;

    return budget != NULL && budget->cpu == cpu && thread->debtor == NULL &&
           (budget == cpu->budget || budget_is_unlimited(budget) || budget_has_time(budget));
}

/* The running thread is another one, and pays from another budget. */
static inline void turn_budget(struct cpu *cpu)
{
    if (cpu->budget == cpu->current->running_on)
        return;
    cpu_charge(cpu, arch_time_now());
    cpu_set_timer(cpu);
}

/* ---- call ---- */

static inline struct thread *fast_send_call(struct cpu *cpu, struct thread *self)
{
    word_t info = context_info(&self->context);
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_ENDPOINT);
    struct space *space;

    if (unlikely(cap == NULL || !info_is_simple(info) || !cap_has(cap, RIGHT_SEND) ||
                 (cap_rights(cap) & (RIGHT_GRANT | RIGHT_GRANT_REPLY)) == 0))
        return NULL;
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct thread *server = only_waiter(&endpoint->receivers);

    if (unlikely(server == NULL || self->debtor != NULL || server->minimum != 0 || server->running_on == NULL))
        return NULL;
    bool is_passive = thread_is_passive(server);

    if (unlikely((!is_passive && !can_pay(cpu, server)) || !can_switch_to(cpu, server, &space)))
        return NULL;
    struct reply *reply = server->reply;

    tree_init(&endpoint->receivers.tree);
    move_message(self, server, cap->badge, info | (word_t)EVENT_CALL << ABI_INFO_EVENT_SHIFT);
    reply->caller = self;
    reply->is_bound = true;
    reply->may_grant = server->may_grant;
    self->answer = reply;
    self->send_kind = SEND_CALL;
    self->badge = cap->badge;
    self->state = THREAD_CALLING;
    if (is_passive)
        take_budget(server, self->running_on);
    switch_to(cpu, self, server, space);
    if (!is_passive)
        turn_budget(cpu);
    return server;
}

/* ---- reply and receive ---- */

static inline bool has_signal(struct thread *thread)
{
    struct cap *cap = &thread->slots[SLOT_NOTIFICATION];

    return cap_type(cap) == TYPE_NOTIFICATION && notification_of(cap->object)->bits != 0;
}

static inline struct thread *fast_reply_receive(struct cpu *cpu, struct thread *self)
{
    word_t info = context_info(&self->context);
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_ENDPOINT);
    struct cap *reply_cap = find_cap(self, context_aux(&self->context), TYPE_REPLY);
    struct space *space;

    if (unlikely(cap == NULL || reply_cap == NULL || !info_is_simple(info) || !cap_has(cap, RIGHT_RECEIVE)))
        return NULL;
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct reply *reply = reply_of(reply_cap->object);
    struct thread *caller = reply->caller;
    bool is_passive = thread_is_passive(self);

    if (unlikely(caller == NULL || self->reply != reply || caller->send_kind != SEND_CALL || caller->is_stopped ||
                 self->debtor != NULL))
        return NULL;
    if (unlikely(endpoint->senders.tree.root != NULL || endpoint->receivers.tree.root != NULL ||
                 !list_is_empty(&endpoint->closed) || has_signal(self)))
        return NULL;
    struct budget *own = is_passive ? thread_own_budget(self) : self->running_on;

    if (unlikely(own == NULL || (is_passive ? self->running_on != caller->running_on : !can_pay(cpu, caller)) ||
                 !can_switch_to(cpu, caller, &space)))
        return NULL;

    move_message(self, caller, 0, info);
    caller->answer = NULL;
    reply->caller = NULL;
    reply->is_bound = false;
    self->may_grant = cap_has(cap, RIGHT_GRANT);
    self->state = THREAD_RECEIVING;
    self->waiting_on = &endpoint->object;
    self->waiter.priority = self->runnable.priority;
    tree_insert_only(&endpoint->receivers.tree, &self->waiter.node);
    if (is_passive)
        take_budget(self, own);
    switch_to(cpu, self, caller, space);
    if (!is_passive)
        turn_budget(cpu);
    return caller;
}

/* ---- signal ---- */

/* Nobody waits: the bits stay. */
static inline struct thread *fast_signal(struct thread *self)
{
    struct cap *cap = find_cap(self, context_cap(&self->context), TYPE_NOTIFICATION);

    if (unlikely(cap == NULL || !cap_has(cap, RIGHT_SEND)))
        return NULL;
    struct notification *notification = notification_of(cap->object);
    word_t bits = context_words(&self->context)[0] & UINT32_MAX;

    if (unlikely(notification->waiters.tree.root != NULL || notification->bound != NULL))
        return NULL;
    notification->bits |= cap->badge == 0 ? bits : bits & cap->badge;
    context_set_status(&self->context, OK);
    return self;
}

struct thread *fast_call(struct cpu *cpu, struct thread *self)
{
    if (unlikely((self->options & THREAD_FORWARDED) != 0))
        return NULL;
    switch (context_call(&self->context)) {
    case ABI_CALL_CALL: return fast_send_call(cpu, self);
    case ABI_CALL_REPLY_RECEIVE: return fast_reply_receive(cpu, self);
    case ABI_CALL_SIGNAL: return fast_signal(self);
    default: return NULL;
    }
}

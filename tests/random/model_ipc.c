/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's messages: who meets whom at an endpoint, what is transferred, how a call ends, and
 * signals.
 */
#include "model.h"

#include <stdlib.h>

enum { UNREADY_CALLERS_MAX = 8 };

static const u64 IS_BADGE = (u64)1 << 63;

/* ---- info words ---- */

static u64 info_length(u64 info)
{
    return info & ABI_INFO_LENGTH_MASK;
}

static u64 info_caps(u64 info)
{
    return info >> ABI_INFO_CAPS_SHIFT & ABI_INFO_CAPS_MASK;
}

static u64 info_label(u64 info)
{
    return info >> ABI_INFO_LABEL_SHIFT & 0xffff;
}

static u64 info_make(u64 length, u64 caps, u64 event, u64 label)
{
    return length | caps << ABI_INFO_CAPS_SHIFT | event << ABI_INFO_EVENT_SHIFT |
           label << ABI_INFO_LABEL_SHIFT;
}

u64 m_fault_info(u64 fault)
{
    bool is_trap = fault == FAULT_UNKNOWN_CALL || fault == FAULT_FORWARDED;

    return info_make(is_trap ? ABI_REGISTER_WORDS : 4, 0, EVENT_FAULT, fault);
}

bool m_fault_is_trap(u64 info)
{
    return info_label(info) == FAULT_UNKNOWN_CALL || info_label(info) == FAULT_FORWARDED;
}

status_t m_message_check(struct model *m, struct object *sender, bool may_grant)
{
    u64 info = sender->h->registers.info;
    bool has_undefined =
        (info & ~info_make(ABI_INFO_LENGTH_MASK, ABI_INFO_CAPS_MASK, 0, 0xffff)) != 0;

    if (has_undefined || info_length(info) > ABI_MESSAGE_WORDS ||
        info_caps(info) > ABI_MESSAGE_CAPS)
        return ERR_BAD_ARGUMENT;
    if ((info_length(info) > ABI_REGISTER_WORDS || info_caps(info) != 0) &&
        m_thread_buffer(m, sender) == NULL)
        return ERR_BAD_ARGUMENT;
    return info_caps(info) != 0 && !may_grant ? ERR_NO_RIGHT : OK;
}

/* ---- transfer ---- */

static void set_event(struct object *thread, u64 badge, u64 info, u64 aux)
{
    struct registers *registers = &thread->h->registers;

    registers->call = (u64)OK;
    registers->cap = badge;
    registers->info = info;
    registers->aux = aux;
}

static void move_registers(const struct object *from, struct object *to)
{
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        to->h->registers.words[i] = from->h->registers.words[i];
}

static u64 move_words(struct model *m, struct object *from, struct object *to, u64 length)
{
    struct abi_buffer *source;
    struct abi_buffer *target;

    move_registers(from, to);
    if (length <= ABI_REGISTER_WORDS)
        return length;
    source = m_thread_buffer(m, from);
    target = m_thread_buffer(m, to);
    if (source == NULL || target == NULL)
        return ABI_REGISTER_WORDS;
    for (u64 i = ABI_REGISTER_WORDS; i < length; i++)
        target->words[i] = source->words[i];
    return length;
}

/* What the receiver finds in its buffer for a capability: a slot, or a badge; 0: it got nothing. */
static u64 move_cap(struct model *m, struct node *cap, const struct object *endpoint,
                    struct object *to, u64 slot)
{
    struct node *empty;

    if (cap->type == TYPE_ENDPOINT && cap->object == endpoint && cap->badge != 0)
        return cap->badge | IS_BADGE;
    if (slot == 0 || m_cap_lookup_empty(to, slot, &empty) != OK)
        return 0;
    m_cap_derive(m, empty, cap, ~(u64)0);
    return slot;
}

static u64 move_caps(struct model *m, struct object *from, struct object *to,
                     const struct object *endpoint, u64 count)
{
    struct abi_buffer *source = m_thread_buffer(m, from);
    struct abi_buffer *target = m_thread_buffer(m, to);
    u64 delivered = 0;

    for (u64 i = 0; i < count && source != NULL && target != NULL; i++) {
        struct node *cap;
        u64 place = 0;

        if (m_cap_lookup(from, source->caps[i], &cap) == OK)
            place = move_cap(m, cap, endpoint, to, target->receive_slots[delivered]);
        if (place != 0)
            target->caps[delivered++] = place;
    }
    return delivered;
}

static void move_message(struct model *m, struct object *from, struct object *to,
                         struct object *endpoint, u64 badge, u64 event)
{
    u64 info = from->h->registers.info;
    u64 length = move_words(m, from, to, info_length(info));
    u64 caps = move_caps(m, from, to, endpoint, info_caps(info));

    set_event(to, badge, info_make(length, caps, event, info_label(info)), 0);
}

static void move_fault(struct object *from, struct object *to)
{
    bool is_trap = m_fault_is_trap(from->h->fault_info);

    if (is_trap)
        move_registers(from, to);
    for (unsigned i = 0; i < ABI_REGISTER_WORDS && !is_trap; i++)
        to->h->registers.words[i] = i < 4 ? from->h->fault_words[i] : 0;
    set_event(to, from->h->badge, from->h->fault_info, is_trap ? from->h->registers.call : 0);
}

static void give_event(struct object *to, u64 event, u64 badge, u64 word)
{
    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        to->h->registers.words[i] = i == 0 ? word : 0;
    set_event(to, badge, info_make(1, 0, event, 0), 0);
}

/* ---- whose time ---- */

static bool is_passive(const struct object *thread)
{
    return (thread->h->options & OPTION_PASSIVE) != 0;
}

static void use_own_time(struct model *m, struct object *thread)
{
    m_thread_set_budget(m, thread, m_held_object(thread, HELD_BUDGET));
}

static bool has_minimum(const struct object *caller, const struct object *server, bool *never)
{
    const struct object *budget = caller->h->running_on;

    *never = false;
    if (!is_passive(server) || server->h->minimum == 0 || budget == NULL ||
        m_budget_is_unlimited(budget))
        return true;
    *never = budget->b.amount < server->h->minimum;
    return budget->b.left >= (int64_t)server->h->minimum;
}

static void wait_for_minimum(struct model *m, struct object *caller)
{
    m_restart_call(m, caller);
    m_budget_wait(caller->h->running_on, caller);
}

/* ---- queues ---- */

static void block(struct model *m, struct object *thread, enum state state, struct object *on,
                  struct list *queue)
{
    if (thread->h->state == RUNNING)
        m_thread_release(m, thread);
    thread->h->state = state;
    thread->h->waiting_on = on;
    m_queue_insert(queue, thread);
}

static struct object *first(const struct list *queue)
{
    return queue->count == 0 ? NULL : queue->item[0];
}

/* The first receiver, no longer waiting. */
static void receiver_leave(struct object *endpoint, struct object *receiver)
{
    m_list_remove(&endpoint->e.receivers, receiver);
    receiver->h->waiting_on = NULL;
}

/* ---- delivery ---- */

static void deliver(struct model *m, struct object *sender, struct object *receiver,
                    struct object *endpoint)
{
    struct object *reply = receiver->h->reply;

    if (sender->h->kind == KIND_MESSAGE) {
        move_message(m, sender, receiver, endpoint, sender->h->badge, EVENT_SEND);
        m_reply_release(reply);
        if (is_passive(receiver))
            use_own_time(m, receiver);
        sender->h->registers.call = (u64)OK;
        return;
    }
    if (sender->h->kind == KIND_CALL)
        move_message(m, sender, receiver, endpoint, sender->h->badge, EVENT_CALL);
    else
        move_fault(sender, receiver);
    reply->r.caller = sender;
    reply->r.is_bound = true;
    reply->r.may_grant = receiver->h->may_grant;
    sender->h->answer = reply;
    if (sender->h->state == RUNNING)
        m_thread_release(m, sender);
    sender->h->state = CALLING;
    if (is_passive(receiver) && sender->h->running_on == NULL)
        use_own_time(m, receiver);
    else if (is_passive(receiver))
        m_thread_set_budget(m, receiver, sender->h->running_on);
}

status_t m_ipc_send(struct model *m, struct object *sender, struct node *cap, enum kind kind,
                    bool wait)
{
    struct object *endpoint = cap->object;
    struct object *receiver = first(&endpoint->e.receivers);
    bool never;

    if (receiver == NULL && !wait)
        return ERR_WOULD_BLOCK;
    sender->h->kind = kind;
    sender->h->badge = cap->badge;
    if (receiver == NULL) {
        block(m, sender, SENDING, endpoint, &endpoint->e.senders);
        return OK;
    }
    if (kind == KIND_CALL && !has_minimum(sender, receiver, &never)) {
        if (never)
            return ERR_OVER_LIMIT;
        m_thread_release(m, sender);
        wait_for_minimum(m, sender);
        return OK;
    }
    receiver_leave(endpoint, receiver);
    deliver(m, sender, receiver, endpoint);
    m_thread_hand_over(m, receiver);
    return OK;
}

static struct object *take_sender(struct model *m, struct object *endpoint, struct object *receiver)
{
    for (unsigned n = 0;; n++) {
        struct object *sender = first(&endpoint->e.senders);
        bool never;

        if (sender == NULL)
            return NULL;
        m_list_remove(&endpoint->e.senders, sender);
        sender->h->waiting_on = NULL;
        if (sender->h->kind != KIND_CALL || n == UNREADY_CALLERS_MAX ||
            has_minimum(sender, receiver, &never))
            return sender;
        if (never) {
            sender->h->registers.call = (u64)(int64_t)ERR_OVER_LIMIT;
            m_thread_make_ready(m, sender);
        } else {
            wait_for_minimum(m, sender);
        }
    }
}

static void take_closed(struct object *endpoint, struct object *receiver)
{
    struct node *root = endpoint->e.closed.item[0];

    m_session_reopened(root);
    give_event(receiver, EVENT_CLOSED, root->badge, 0);
}

static bool receive_pending(struct model *m, struct object *receiver, struct object *endpoint)
{
    struct object *bound = m_held_object(receiver, HELD_NOTIFICATION);
    struct object *sender;

    if (bound != NULL && bound->n.bits != 0) {
        give_event(receiver, EVENT_SIGNAL, 0, bound->n.bits);
        bound->n.bits = 0;
        return true;
    }
    if (endpoint->e.closed.count != 0) {
        take_closed(endpoint, receiver);
        return true;
    }
    sender = take_sender(m, endpoint, receiver);
    if (sender == NULL)
        return false;
    deliver(m, sender, receiver, endpoint);
    if (sender->h->kind == KIND_MESSAGE)
        m_thread_make_ready(m, sender);
    return true;
}

static void reply_name(struct object *reply, struct object *server)
{
    struct object *before = server->h->reply;

    if (before != NULL && before != reply)
        m_list_append(&server->h->kept, before);
    server->h->reply = reply;
    reply->r.server = server;
}

status_t m_ipc_receive(struct model *m, struct object *receiver, struct node *cap,
                       struct object *reply, bool wait)
{
    struct object *endpoint = cap->object;

    if (reply->r.caller != NULL || (!reply->r.is_bound && reply->r.server != NULL))
        return ERR_BAD_STATE;
    m_reply_release(reply);
    reply_name(reply, receiver);
    receiver->h->may_grant = (cap->rights & RIGHT_GRANT) != 0;
    if (receive_pending(m, receiver, endpoint)) {
        if (!reply->r.is_bound && is_passive(receiver)) /* nobody lends time for this */
            use_own_time(m, receiver);
        if (!reply->r.is_bound)
            m_reply_release(reply);
        return OK;
    }
    if (!wait) {
        m_reply_release(reply);
        return ERR_WOULD_BLOCK;
    }
    if (is_passive(receiver))
        use_own_time(m, receiver);
    block(m, receiver, RECEIVING, endpoint, &endpoint->e.receivers);
    return OK;
}

/* ---- reply ---- */

void m_reply_release(struct object *reply)
{
    struct object *server = reply->r.server;

    if (server != NULL && server->h->reply == reply)
        server->h->reply = NULL;
    else if (server != NULL)
        m_list_remove(&server->h->kept, reply);
    reply->r.server = NULL;
    reply->r.caller = NULL;
    reply->r.is_bound = false;
}

/* The call ends: its server goes on with time of its own, if this call was the last it received. */
static void return_time(struct model *m, struct object *reply)
{
    struct object *server = reply->r.server;

    if (server != NULL && server->h->reply == reply && reply->r.caller != NULL &&
        is_passive(server))
        use_own_time(m, server);
}

void m_reply_lose_caller(struct model *m, struct object *reply)
{
    return_time(m, reply);
    reply->r.caller->h->answer = NULL;
    reply->r.caller = NULL;
}

void m_reply_fail(struct model *m, struct object *reply, status_t status)
{
    struct object *caller = reply->r.caller;

    return_time(m, reply);
    m_reply_release(reply);
    if (caller == NULL)
        return;
    caller->h->answer = NULL;
    if (caller->h->kind == KIND_FAULT) {
        m_thread_fault_lost(m, caller);
        return;
    }
    caller->h->registers.call = (u64)(int64_t)status;
    m_thread_make_ready(m, caller);
}

void m_reply_on_kill(struct model *m, struct object *reply)
{
    struct object *server = reply->r.server;

    if (server != NULL && server->h->state == RECEIVING && server->h->reply == reply)
        (void)m_thread_cancel(m, server, ERR_PEER_GONE);
    m_reply_fail(m, reply, ERR_PEER_GONE);
}

static void answer_fault(struct object *thread, struct object *server)
{
    if (m_fault_is_trap(thread->h->fault_info))
        move_registers(server, thread);
    else if (info_label(server->h->registers.info) == 1)
        thread->h->pc = server->h->registers.words[0];
}

status_t m_ipc_reply(struct model *m, struct object *server, struct object *reply)
{
    struct object *caller = reply->r.caller;
    status_t status;

    if (!reply->r.is_bound)
        return ERR_BAD_STATE;
    status = m_message_check(m, server, reply->r.may_grant);
    if (status != OK)
        return status;
    return_time(m, reply);
    m_reply_release(reply);
    if (caller == NULL)
        return ERR_PEER_GONE;
    caller->h->answer = NULL;
    if (caller->h->kind == KIND_FAULT)
        answer_fault(caller, server);
    else
        move_message(m, server, caller, NULL, 0, EVENT_SEND);
    m_thread_hand_over(m, caller);
    return OK;
}

/* ---- sessions ---- */

void m_session_emptied(struct model *m, struct node *root)
{
    struct object *endpoint = root->object;
    struct object *receiver;

    if (endpoint->is_dead || root->is_closed)
        return;
    root->is_closed = true;
    m_list_append(&endpoint->e.closed, root);
    receiver = first(&endpoint->e.receivers);
    if (receiver == NULL)
        return;
    receiver_leave(endpoint, receiver);
    m_reply_release(receiver->h->reply);
    take_closed(endpoint, receiver);
    m_thread_make_ready(m, receiver);
}

void m_session_reopened(struct node *root)
{
    root->is_closed = false;
    m_list_remove(&root->object->e.closed, root);
}

/* ---- death ---- */

bool m_endpoint_clean_step(struct model *m, struct object *endpoint)
{
    struct object *thread = first(&endpoint->e.senders);

    if (thread == NULL)
        thread = first(&endpoint->e.receivers);
    if (thread == NULL)
        return false;
    if (thread->h->state == SENDING && thread->h->kind == KIND_FAULT)
        m_thread_fault_lost(m, thread);
    else
        (void)m_thread_cancel(m, thread, ERR_PEER_GONE);
    return true;
}

/* ---- signals ---- */

static u64 take_bits(struct object *notification)
{
    u64 bits = notification->n.bits;

    notification->n.bits = 0;
    return bits;
}

void m_signal_object(struct model *m, struct object *notification, u64 bits)
{
    struct object *bound = notification->n.bound;
    struct object *waiter = first(&notification->n.waiters);

    notification->n.bits |= bits;
    if (notification->n.bits == 0)
        return;
    if (bound != NULL && bound->h->state == RECEIVING) {
        receiver_leave(bound->h->waiting_on, bound);
        m_reply_release(bound->h->reply);
        give_event(bound, EVENT_SIGNAL, 0, take_bits(notification));
        m_thread_make_ready(m, bound);
    } else if (waiter != NULL) {
        m_list_remove(&notification->n.waiters, waiter);
        waiter->h->registers.words[0] = take_bits(notification);
        waiter->h->registers.call = (u64)OK;
        waiter->h->waiting_on = NULL;
        m_thread_make_ready(m, waiter);
    }
}

void m_signal_cap(struct model *m, struct node *cap, u64 bits)
{
    if (m_cap_check(cap) == OK)
        m_signal_object(m, cap->object, cap->badge == 0 ? bits : bits & cap->badge);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Message passing: the rendezvous, the transfer, and what a call does with the caller's time.
 * This is the complete path; what is common and simple is done by fastpath.c with the same outcome.
 */
#include "object/endpoint.h"

#include <abi/sizes.h>

#include "kernel.h"
#include "object/budget.h"
#include "object/captable.h"
#include "object/notification.h"
#include "object/reply.h"

static_assert(sizeof(struct endpoint) <= ABI_ENDPOINT_BYTES, "published size");

enum { UNREADY_CALLERS_MAX = 8 };

/* ---- message info ---- */

static word_t info_length(word_t info)
{
    return info & ABI_INFO_LENGTH_MASK;
}

static word_t info_caps(word_t info)
{
    return info >> ABI_INFO_CAPS_SHIFT & ABI_INFO_CAPS_MASK;
}

static word_t info_label(word_t info)
{
    return info >> ABI_INFO_LABEL_SHIFT & 0xffff;
}

static word_t info_make(word_t length, word_t caps, word_t event, word_t label)
{
    return length | caps << ABI_INFO_CAPS_SHIFT | event << ABI_INFO_EVENT_SHIFT |
           label << ABI_INFO_LABEL_SHIFT;
}

word_t endpoint_fault_info(word_t kind)
{
    bool has_all_words = kind == FAULT_UNKNOWN_CALL || kind == FAULT_FORWARDED;

    return info_make(has_all_words ? ABI_REGISTER_WORDS : 4, 0, EVENT_FAULT, kind);
}

bool endpoint_fault_is_trap(word_t fault_info)
{
    word_t kind = info_label(fault_info);

    return kind == FAULT_UNKNOWN_CALL || kind == FAULT_FORWARDED;
}

/* What a sender says about its message must hold before anything happens. */
status_t message_check(struct thread *sender, word_t info, bool may_grant)
{
    word_t defined = info_make(ABI_INFO_LENGTH_MASK, ABI_INFO_CAPS_MASK, 0, 0xffff);
    bool needs_buffer = info_length(info) > ABI_REGISTER_WORDS || info_caps(info) != 0;

    if ((info & ~defined) != 0 || info_length(info) > ABI_MESSAGE_WORDS ||
        info_caps(info) > ABI_MESSAGE_CAPS)
        return ERR_BAD_ARGUMENT;
    if (needs_buffer && thread_buffer(sender) == NULL)
        return ERR_BAD_ARGUMENT;
    return info_caps(info) == 0 || may_grant ? OK : ERR_NO_RIGHT;
}

/* ---- transfer ---- */

static word_t transfer_words(struct thread *from, struct thread *to, word_t length)
{
    word_t *source = context_words(&from->context);
    word_t *target = context_words(&to->context);

    for (unsigned i = 0; i < ABI_REGISTER_WORDS; i++)
        target[i] = source[i];
    if (length <= ABI_REGISTER_WORDS)
        return length;
    struct abi_buffer *from_buffer = thread_buffer(from);
    struct abi_buffer *to_buffer = thread_buffer(to);

    if (from_buffer == NULL || to_buffer == NULL)
        return ABI_REGISTER_WORDS;
    for (word_t i = ABI_REGISTER_WORDS; i < length; i++)
        to_buffer->words[i] = from_buffer->words[i];
    return length;
}

/* One capability: into the slot the receiver named, or, one of the endpoint's own, as its badge. */
static bool transfer_cap(struct cap *cap, struct object *endpoint, struct thread *to,
                         word_t slot_index, word_t *place)
{
    static const word_t IS_BADGE = (word_t)1 << (WORD_BITS - 1);
    struct cap *slot;

    if (cap_type(cap) == TYPE_ENDPOINT && cap->object == endpoint && cap->badge != 0) {
        *place = cap->badge | IS_BADGE;
        return true;
    }
    if (slot_index == 0 || cap_lookup_empty(to, slot_index, &slot) != OK)
        return false;
    cap_derive(slot, cap, ~(word_t)0);
    *place = slot_index;
    return true;
}

static word_t transfer_caps(struct thread *from, struct thread *to, struct object *endpoint,
                            word_t count)
{
    struct abi_buffer *from_buffer = thread_buffer(from);
    struct abi_buffer *to_buffer = thread_buffer(to);
    word_t delivered = 0;

    if (from_buffer == NULL || to_buffer == NULL)
        return 0;
    for (word_t i = 0; i < count; i++) {
        struct cap *cap;
        word_t place;

        if (cap_lookup(from, from_buffer->caps[i], &cap) == OK &&
            transfer_cap(cap, endpoint, to, to_buffer->receive_slots[delivered], &place)) {
            to_buffer->caps[delivered] = place;
            delivered++;
        }
    }
    return delivered;
}

static void transfer_message(struct thread *from, struct thread *to, struct object *endpoint,
                             word_t badge, word_t event)
{
    word_t info = context_info(&from->context);
    word_t length = transfer_words(from, to, info_length(info));
    word_t caps = info_caps(info) == 0 ? 0 : transfer_caps(from, to, endpoint, info_caps(info));

    context_set_event(&to->context, badge, info_make(length, caps, event, info_label(info)), 0);
    context_set_status(&to->context, OK);
}

word_t endpoint_trap_number(const struct thread *thread)
{
    bool is_foreign = info_label(thread->fault_info) == FAULT_FORWARDED;

    return is_foreign ? context_foreign_number(&thread->context) : context_call(&thread->context);
}

static void transfer_fault(struct thread *from, struct thread *to)
{
    word_t *words = context_words(&to->context);
    word_t aux = 0;

    if (endpoint_fault_is_trap(from->fault_info)) {
        transfer_words(from, to, ABI_REGISTER_WORDS);
        aux = endpoint_trap_number(from);
    } else {
        for (unsigned i = 0; i < array_count(from->fault_words); i++)
            words[i] = from->fault_words[i];
        for (unsigned i = array_count(from->fault_words); i < ABI_REGISTER_WORDS; i++)
            words[i] = 0;
    }
    context_set_event(&to->context, from->badge, from->fault_info, aux);
    context_set_status(&to->context, OK);
}

/* An event without a sender: bits of a notification, or a closed session. */
static void transfer_event(struct thread *to, word_t event, word_t badge, word_t word)
{
    word_t *words = context_words(&to->context);

    words[0] = word;
    for (unsigned i = 1; i < ABI_REGISTER_WORDS; i++)
        words[i] = 0;
    context_set_event(&to->context, badge, info_make(1, 0, event, 0), 0);
    context_set_status(&to->context, OK);
}

/* ---- whose time ---- */

static void use_own_time(struct thread *thread)
{
    thread_set_budget(thread, thread_own_budget(thread));
}

/* A passive receiver runs on the budget of the caller it received last; on its own reserve when
 * that has none, or nobody calls. */
static void lend_time(struct thread *sender, struct thread *receiver)
{
    if (!thread_is_passive(receiver))
        return;
    if (sender->running_on != NULL)
        thread_set_budget(receiver, sender->running_on);
    else
        use_own_time(receiver);
}

/* The caller's budget has the server's minimum left; if it never can, *never. */
static bool caller_has_minimum(struct thread *caller, struct thread *server, bool *never)
{
    struct budget *budget = caller->running_on;
    struct cpu *cpu = cpu_current();
    uint64_t now;

    *never = false;
    if (!thread_is_passive(server) || server->minimum == 0 || budget == NULL ||
        budget_is_unlimited(budget))
        return true;
    now = arch_time_now();
    if (cpu->budget == budget)
        cpu_charge(cpu, now);
    budget_update(budget, now);
    *never = budget->amount < server->minimum;
    return budget->left >= (int64_t)server->minimum;
}

/* The call is made again when the caller's budget is refilled.  The caller is in no queue. */
static void wait_for_minimum(struct thread *caller)
{
    context_restart_call(&caller->context);
    budget_wait_for_refill(caller->running_on, caller);
}

/* ---- queues ---- */

static void block(struct thread *thread, enum thread_state state, struct object *on,
                  struct wait_queue *queue)
{
    if (thread->state == THREAD_RUNNING)
        cpu_release_current(thread->cpu);
    thread->state = (uint8_t)state;
    thread->waiting_on = on;
    wait_queue_insert(queue, &thread->waiter, thread_priority(thread));
}

static struct thread *thread_of_waiter(struct waiter *waiter)
{
    return waiter == NULL ? NULL : container_of(waiter, struct thread, waiter);
}

void endpoint_leave_senders(struct thread *sender)
{
    struct endpoint *endpoint = endpoint_of(sender->waiting_on);

    if (endpoint->scan == &sender->waiter)
        endpoint->scan = waiter_next(&sender->waiter);
    wait_queue_remove(&endpoint->senders, &sender->waiter);
}

static void receiver_leave(struct endpoint *endpoint, struct thread *receiver)
{
    wait_queue_remove(&endpoint->receivers, &receiver->waiter);
    receiver->waiting_on = NULL;
}

/* ---- delivery ---- */

/* The sender's message or fault arrives: bind the reply object to a call.  Neither is in a queue.
 */
static void deliver(struct thread *sender, struct thread *receiver, struct object *endpoint)
{
    struct reply *reply = receiver->reply;

    if (sender->send_kind == SEND_MESSAGE) {
        transfer_message(sender, receiver, endpoint, sender->badge, EVENT_SEND);
        reply_release(reply);
        context_set_status(&sender->context, OK);
        return;
    }
    if (sender->send_kind == SEND_CALL)
        transfer_message(sender, receiver, endpoint, sender->badge, EVENT_CALL);
    else
        transfer_fault(sender, receiver);
    reply_bind(reply, sender, receiver->may_grant);
    sender->answer = reply;
    if (sender->state == THREAD_RUNNING)
        cpu_release_current(sender->cpu);
    sender->state = THREAD_CALLING;
    lend_time(sender, receiver);
}

status_t endpoint_send(struct thread *sender, struct cap *cap, enum send_kind kind, bool wait)
{
    struct endpoint *endpoint = endpoint_of(cap->object);
    struct thread *receiver = thread_of_waiter(wait_queue_first(&endpoint->receivers));
    bool never;

    if (receiver == NULL && !wait)
        return ERR_WOULD_BLOCK;
    sender->send_kind = (uint8_t)kind;
    sender->badge = cap->badge;
    if (receiver == NULL) {
        block(sender, THREAD_SENDING, &endpoint->object, &endpoint->senders);
        return OK;
    }
    if (kind == SEND_CALL && !caller_has_minimum(sender, receiver, &never)) {
        if (never)
            return ERR_OVER_LIMIT;
        cpu_release_current(sender->cpu);
        wait_for_minimum(sender);
        return OK;
    }
    receiver_leave(endpoint, receiver);
    deliver(sender, receiver, &endpoint->object);
    thread_hand_over(receiver);
    return OK;
}

/* The first queued sender whose call can be taken now.  Callers that must wait for time do so
 * elsewhere. */
static struct thread *take_sender(struct endpoint *endpoint, struct thread *receiver)
{
    for (unsigned n = 0;; n++) {
        struct thread *sender = thread_of_waiter(wait_queue_first(&endpoint->senders));
        bool never;

        if (sender == NULL)
            return NULL;
        endpoint_leave_senders(sender);
        sender->waiting_on = NULL;
        if (sender->send_kind != SEND_CALL || n == UNREADY_CALLERS_MAX ||
            caller_has_minimum(sender, receiver, &never))
            return sender;
        if (!never) {
            wait_for_minimum(sender);
            continue;
        }
        context_set_status(&sender->context, ERR_OVER_LIMIT);
        thread_make_ready(sender);
    }
}

static void take_closed(struct endpoint *endpoint, struct thread *receiver)
{
    struct cap *root = container_of(list_first(&endpoint->closed), struct cap, closed);

    root->node.flags &= (uint8_t)~CAP_CLOSED;
    list_remove(&root->closed);
    transfer_event(receiver, EVENT_CLOSED, root->badge, 0);
}

/* An event that is already there; the receiver runs, and has named its reply object. */
static bool receive_pending(struct thread *receiver, struct endpoint *endpoint)
{
    struct object *bound = thread_object(receiver, SLOT_NOTIFICATION);

    if (bound != NULL && notification_of(bound)->bits != 0) {
        transfer_event(receiver, EVENT_SIGNAL, 0, notification_take(notification_of(bound)));
        return true;
    }
    if (!list_is_empty(&endpoint->closed)) {
        take_closed(endpoint, receiver);
        return true;
    }
    struct thread *sender = take_sender(endpoint, receiver);

    if (sender == NULL)
        return false;
    deliver(sender, receiver, &endpoint->object);
    if (sender->send_kind == SEND_MESSAGE)
        thread_make_ready(sender);
    return true;
}

status_t endpoint_receive(struct thread *receiver, struct cap *cap, struct reply *reply, bool wait)
{
    struct endpoint *endpoint = endpoint_of(cap->object);

    if (reply->caller != NULL || (!reply->is_bound && reply->server != NULL))
        return ERR_BAD_STATE;
    reply_release(reply);       /* its caller may have gone while nobody looked */
    reply_name(reply, receiver);
    receiver->may_grant = cap_has(cap, RIGHT_GRANT);
    if (receive_pending(receiver, endpoint)) {
        if (!reply->is_bound) {
            reply_release(reply);
            if (thread_is_passive(receiver))    /* nobody lends time for this */
                use_own_time(receiver);
        }
        return OK;
    }
    if (!wait) {
        reply_release(reply);
        return ERR_WOULD_BLOCK;
    }
    if (thread_is_passive(receiver))
        use_own_time(receiver);
    block(receiver, THREAD_RECEIVING, &endpoint->object, &endpoint->receivers);
    return OK;
}

/* ---- reply ---- */

/* What an answer does to a thread that faulted: label 0 tries again, label 1 goes on at the program
 * counter in word 0; a trap's answer is its eight words. */
void endpoint_answer_fault(struct thread *thread, struct thread *server)
{
    if (endpoint_fault_is_trap(thread->fault_info))
        transfer_words(server, thread, ABI_REGISTER_WORDS);
    else if (info_label(context_info(&server->context)) == 1)
        context_set_pc(&thread->context, context_words(&server->context)[0]);
}

status_t endpoint_reply(struct thread *server, struct reply *reply)
{
    struct thread *caller = reply->caller;
    status_t status;

    if (!reply->is_bound)
        return ERR_BAD_STATE;
    status = message_check(server, context_info(&server->context), reply->may_grant);
    if (status != OK)
        return status;
    reply_return_time(reply);
    reply_release(reply);
    if (caller == NULL)
        return ERR_PEER_GONE;
    caller->answer = NULL;
    if (caller->send_kind == SEND_FAULT)
        endpoint_answer_fault(caller, server);
    else
        transfer_message(server, caller, NULL, 0, EVENT_SEND);
    thread_hand_over(caller);
    return OK;
}

/* ---- bound notification ---- */

void endpoint_signal_receiver(struct thread *receiver, struct notification *notification)
{
    struct endpoint *endpoint = endpoint_of(receiver->waiting_on);

    receiver_leave(endpoint, receiver);
    reply_release(receiver->reply);
    transfer_event(receiver, EVENT_SIGNAL, 0, notification_take(notification));
    thread_make_ready(receiver);
}

/* ---- sessions ---- */

void endpoint_session_emptied(struct cap *root)
{
    struct endpoint *endpoint = endpoint_of(root->object);
    struct thread *receiver;

    if (endpoint->object.is_dead || (root->node.flags & CAP_CLOSED) != 0)
        return;
    root->node.flags |= CAP_CLOSED;
    list_push_back(&endpoint->closed, &root->closed);
    receiver = thread_of_waiter(wait_queue_first(&endpoint->receivers));
    if (receiver == NULL)
        return;
    receiver_leave(endpoint, receiver);
    reply_release(receiver->reply);
    take_closed(endpoint, receiver);
    thread_make_ready(receiver);
}

void endpoint_session_reopened(struct cap *root)
{
    root->node.flags &= (uint8_t)~CAP_CLOSED;
    list_remove(&root->closed);
}

/* ---- death and cancelling ---- */

bool endpoint_clean_step(struct endpoint *endpoint)
{
    struct waiter *waiter = wait_queue_first(&endpoint->senders);
    struct thread *thread;

    if (waiter == NULL)
        waiter = wait_queue_first(&endpoint->receivers);
    thread = thread_of_waiter(waiter);
    if (thread == NULL)
        return false;
    if (thread->state == THREAD_SENDING && thread->send_kind == SEND_FAULT)
        thread_fault_undeliverable(thread);
    else
        (void)thread_cancel(thread, ERR_PEER_GONE);
    return true;
}

bool endpoint_cancel_badge_step(struct endpoint *endpoint, word_t badge, bool is_first,
                                word_t *cancelled)
{
    enum { WAITERS_PER_STEP = 32 };

    /* Another scan since then left its own place: begin again. */
    if (is_first || endpoint->scan_badge != badge) {
        endpoint->scan = wait_queue_first(&endpoint->senders);
        endpoint->scan_badge = badge;
    }
    for (unsigned n = 0; n < WAITERS_PER_STEP && endpoint->scan != NULL; n++) {
        struct thread *sender = thread_of_waiter(endpoint->scan);

        endpoint->scan = waiter_next(endpoint->scan);
        if (sender->badge == badge && thread_cancel(sender, ERR_CANCELLED) == OK)
            *cancelled += 1;
    }
    return endpoint->scan != NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where senders and receivers meet.
 *
 * At most one of the two queues has someone in it.  Messages are never stored in the kernel: a
 * sender that waits keeps its words in its own registers and buffer until a receiver takes them.
 */
#ifndef KERNEL_OBJECT_ENDPOINT_H
#define KERNEL_OBJECT_ENDPOINT_H

#include "object/object.h"
#include "object/thread.h"

struct notification;

struct endpoint {
    struct object object;
    struct wait_queue senders;
    struct wait_queue receivers;
    struct list closed;         /* struct cap.closed: session roots whose sessions are over */
    struct waiter *scan;        /* where cancel_badge goes on among the senders, */
    word_t scan_badge;          /* and for which badge */
};

static inline struct endpoint *endpoint_of(struct object *object)
{
    return container_of(object, struct endpoint, object);
}

/* Send what the thread has in its registers (or its fault) through a capability: it is delivered,
 * or the thread blocks; with wait false ERR_WOULD_BLOCK instead.  A call that was delivered leaves
 * the thread waiting for the reply. */
status_t endpoint_send(struct thread *sender, struct cap *cap, enum send_kind kind, bool wait);

/* Receive: an event that is there, or block (wait), or ERR_WOULD_BLOCK. */
status_t endpoint_receive(struct thread *receiver, struct cap *cap, struct reply *reply, bool wait);

/* Answer the call bound to a reply object with what the server has in its registers. */
status_t endpoint_reply(struct thread *server, struct reply *reply);

/* What a sender says about its message: ERR_BAD_ARGUMENT, or ERR_NO_RIGHT for capabilities without
 * grant. */
status_t message_check(struct thread *sender, word_t info, bool may_grant);

/* The info word of a fault message, and whether the fault was a system call that the handler
 * answers in registers. */
word_t endpoint_fault_info(word_t kind);
bool endpoint_fault_is_trap(word_t fault_info);

/* The number of the call that a thread with such a fault made. */
word_t endpoint_trap_number(const struct thread *thread);

/* What a reply to a fault does to the thread that faulted. */
void endpoint_answer_fault(struct thread *thread, struct thread *server);

/* Take a thread out of the queue of senders. */
void endpoint_leave_senders(struct thread *sender);

/* A thread bound to a notification sees it while it receives. */
void endpoint_signal_receiver(struct thread *receiver, struct notification *notification);

/* A session root has no children any more, or has one again (or goes away). */
void endpoint_session_emptied(struct cap *root);
void endpoint_session_reopened(struct cap *root);

bool endpoint_clean_step(struct endpoint *endpoint);

/* Cancel queued senders with this badge, some in each step; false: none are left. */
bool endpoint_cancel_badge_step(struct endpoint *endpoint, word_t badge, bool is_first,
                                word_t *cancelled);

#endif

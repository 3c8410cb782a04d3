/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: bits arrive at a bound thread that receives, at the first waiter, or stay until somebody
 * looks.
 */
#include "object/notification.h"

#include <abi/sizes.h>

#include "object/endpoint.h"
#include "object/thread.h"

static_assert(sizeof(struct notification) <= ABI_NOTIFICATION_BYTES, "published size");

void notification_signal(struct notification *notification, word_t bits)
{
    struct thread *bound = notification->bound;
    struct waiter *waiter = wait_queue_first(&notification->waiters);

    notification->bits |= bits;
    if (notification->bits == 0)
        return;
    if (bound != NULL && bound->state == THREAD_RECEIVING) {
        endpoint_signal_receiver(bound, notification);
        return;
    }
    if (waiter == NULL)
        return;
    struct thread *thread = container_of(waiter, struct thread, waiter);

    wait_queue_remove(&notification->waiters, waiter);
    context_words(&thread->context)[0] = notification_take(notification);
    context_set_status(&thread->context, OK);
    thread_make_ready(thread);
}

void notification_signal_cap(struct cap *cap, word_t bits)
{
    if (cap_check(cap) != OK)
        return;
    notification_signal(notification_of(cap->object), cap->badge == 0 ? bits : bits & cap->badge);
}

bool notification_clean_step(struct notification *notification)
{
    struct waiter *waiter = wait_queue_first(&notification->waiters);

    if (waiter == NULL)
        return false;
    (void)thread_cancel(container_of(waiter, struct thread, waiter), ERR_PEER_GONE);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A word of signal bits, waited for by threads or seen by one bound thread in its receives.
 */
#ifndef KERNEL_OBJECT_NOTIFICATION_H
#define KERNEL_OBJECT_NOTIFICATION_H

#include "object/object.h"
#include "sched/wait_queue.h"

struct thread;

struct notification {
    struct object object;
    word_t bits;
    struct wait_queue waiters;
    struct thread *bound;
};

static inline struct notification *notification_of(struct object *object)
{
    return container_of(object, struct notification, object);
}

/* Set bits and wake who waits for them. */
void notification_signal(struct notification *notification, word_t bits);

/* Through a capability kept in an object; a dead or empty one is silence. */
void notification_signal_cap(struct cap *cap, word_t bits);

/* Take the bits, or 0. */
static inline word_t notification_take(struct notification *notification)
{
    word_t bits = notification->bits;

    notification->bits = 0;
    return bits;
}

bool notification_clean_step(struct notification *notification);

#endif

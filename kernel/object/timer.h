/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-shot timers: a deadline, and whom to tell.
 */
#ifndef KERNEL_OBJECT_TIMER_H
#define KERNEL_OBJECT_TIMER_H

#include "object/object.h"
#include "time/timeout.h"

struct timer {
    struct object object;
    struct cap notification;
    word_t bits;
    struct timeout timeout;
};

static inline struct timer *timer_of(struct object *object)
{
    return container_of(object, struct timer, object);
}

void timer_on_kill(struct timer *timer);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery of one interrupt line to a notification.
 */
#ifndef KERNEL_OBJECT_INTERRUPT_H
#define KERNEL_OBJECT_INTERRUPT_H

#include "object/object.h"

struct interrupt {
    struct object object;
    struct cap notification;
    word_t bits;
    uint32_t line;
    bool is_claimed;
    bool is_delivered;          /* masked until acknowledged */
};

static inline struct interrupt *interrupt_of(struct object *object)
{
    return container_of(object, struct interrupt, object);
}

void interrupt_deliver(struct interrupt *interrupt);
void interrupt_on_kill(struct interrupt *interrupt);

#endif

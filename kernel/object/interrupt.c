/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupt objects between the controller, which masks a line when it delivers it, and a
 * notification.
 */
#include "object/interrupt.h"

#include <abi/sizes.h>
#include <arch/irq.h>

#include "kernel.h"
#include "object/notification.h"

static_assert(sizeof(struct interrupt) <= ABI_INTERRUPT_BYTES, "published size");

void interrupt_deliver(struct interrupt *interrupt)
{
    interrupt->is_delivered = true;
    notification_signal_cap(&interrupt->notification, interrupt->bits);
}

void interrupt_on_kill(struct interrupt *interrupt)
{
    if (!interrupt->is_claimed)
        return;
    irq_mask(interrupt->line);
    kernel.lines[interrupt->line] = NULL;
    interrupt->is_claimed = false;
}

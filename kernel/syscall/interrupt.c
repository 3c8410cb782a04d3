/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt and interrupt control.
 */
#include "object/interrupt.h"

#include <abi/dispatch.h>
#include <arch/irq.h>

#include "kernel.h"

enum { CLAIM_EDGE = 1 };

status_t sys_interrupt_control_claim(struct thread *self, struct cap *cap,
                                     struct interrupt_control_claim *args)
{
    struct interrupt *interrupt = interrupt_of(args->interrupt->object);

    (void)self;
    (void)cap;
    args->culprit = 1;
    if (args->number >= kernel.line_count || !irq_line_is_claimable((unsigned)args->number))
        return ERR_BAD_ARGUMENT;
    if (kernel.lines[args->number] != NULL)
        return ERR_IN_USE;
    args->culprit = 2;
    if ((args->options & ~(word_t)CLAIM_EDGE) != 0)
        return ERR_BAD_ARGUMENT;
    args->culprit = 3;
    if (interrupt->is_claimed)
        return ERR_IN_USE;
    args->culprit = 0;
    interrupt->line = (uint32_t)args->number;
    interrupt->is_claimed = true;
    kernel.lines[interrupt->line] = interrupt;
    irq_configure(interrupt->line, (args->options & CLAIM_EDGE) != 0, cpu_current()->index);
    return OK;
}

status_t sys_interrupt_bind(struct thread *self, struct cap *cap, struct interrupt_bind *args)
{
    struct interrupt *interrupt = interrupt_of(cap->object);
    bool is_first = cap_is_empty(&interrupt->notification);

    (void)self;
    if (!interrupt->is_claimed)
        return ERR_BAD_STATE;
    (void)cap_delete_step(&interrupt->notification);
    cap_derive(&interrupt->notification, args->notification, ~(word_t)0);
    interrupt->bits = args->bits & UINT32_MAX;
    if (is_first)
        irq_unmask(interrupt->line);
    return OK;
}

status_t sys_interrupt_acknowledge(struct thread *self, struct cap *cap,
                                   struct interrupt_acknowledge *args)
{
    struct interrupt *interrupt = interrupt_of(cap->object);

    (void)self;
    (void)args;
    if (!interrupt->is_delivered)
        return ERR_BAD_STATE;
    interrupt->is_delivered = false;
    irq_unmask(interrupt->line);
    return OK;
}

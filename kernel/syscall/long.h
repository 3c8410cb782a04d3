/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What long calls share: they do bounded steps, and stop between two of them when something else
 * waits.  A handler that answers PREEMPTED is called again with the same arguments; what it did so
 * far stands in the thread's progress.
 */
#ifndef KERNEL_SYSCALL_LONG_H
#define KERNEL_SYSCALL_LONG_H

#include "kernel.h"
#include "object/thread.h"

/* Clean up what died by this thread's call, as far as possible now: OK, or PREEMPTED.  A thread
 * that ended itself cleans whatever it finds. */
static inline status_t long_clean(struct thread *self)
{
    while (self->object.is_dead ? memory_clean_any_step() : memory_clean_own_step(self)) {
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    return OK;
}

/* End a long call. */
static inline status_t long_done(struct thread *self, status_t status)
{
    self->progress = 0;
    self->progress_pages = 0;
    self->progress_prepared = 0;
    self->progress_inside = false;
    return status;
}

#endif

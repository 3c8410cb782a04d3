/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint: what is done to one beside sending and receiving.
 */
#include "object/endpoint.h"

#include <abi/dispatch.h>

#include "syscall/long.h"

status_t sys_endpoint_cancel_badge(struct thread *self, struct cap *cap,
                                   struct endpoint_cancel_badge *args)
{
    struct endpoint *endpoint = endpoint_of(cap->object);
    word_t cancelled = self->progress_pages;

    /* The scan goes on where it stopped; progress tells that it began. */
    while (endpoint_cancel_badge_step(endpoint, args->badge, self->progress == 0, &cancelled)) {
        self->progress = 1;
        self->progress_pages = cancelled;
        if (kernel_should_preempt())
            return PREEMPTED;
    }
    args->done = cancelled;
    return long_done(self, OK);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timer objects; their deadlines are in time/timeout.h, and cpu.c tells when they pass.
 */
#include "object/timer.h"

#include <abi/sizes.h>

static_assert(sizeof(struct timer) <= ABI_TIMER_BYTES, "published size");

void timer_on_kill(struct timer *timer)
{
    timeout_disarm(&timer->timeout);
}

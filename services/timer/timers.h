/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers of many clients, in the order in which they expire.
 *
 * Pure bookkeeping: time comes in as an argument, and the caller sets the one real timer to
 * timers_next.  Setting and cancelling are O(log n) of the timers that are set.
 */
#ifndef TIMER_TIMERS_H
#define TIMER_TIMERS_H

#include <abi/status.h>
#include <base/compiler.h>
#include <base/tree.h>

enum { TIMERS_CLIENTS = 16, TIMERS_PER_CLIENT = 32 };

static const uint64_t TIMERS_PERIOD_MIN_NS = 100000;
static const uint64_t TIMERS_END_NS = UINT64_C(1) << 62; /* 146 years: no sum of two overflows */

struct timer {
    struct tree_node node; /* first: by deadline, while it is set */
    uint64_t deadline_ns;
    uint64_t period_ns; /* 0: once */
    uint64_t count;     /* expirations since it was set */
    bool is_set;
};

struct timers {
    struct tree set;
    uint32_t completed[TIMERS_CLIENTS];                      /* a bit a timer */
    struct timer timers[TIMERS_CLIENTS * TIMERS_PER_CLIENT]; /* a client's lie together */
};

void timers_init(struct timers *timers);

/* `client` is below TIMERS_CLIENTS here and below; what clients say is checked. */
MUST_CHECK status_t timers_set(struct timers *timers, uint32_t client, word_t id,
                               uint64_t deadline_ns, uint64_t period_ns);
MUST_CHECK status_t timers_cancel(struct timers *timers, uint32_t client, word_t id);
MUST_CHECK status_t timers_find(const struct timers *timers, uint32_t client, word_t id,
                                const struct timer **timer);

/* What expired since it was asked last; asking forgets it. */
uint32_t timers_completed(struct timers *timers, uint32_t client);

/* The client is gone. */
void timers_forget(struct timers *timers, uint32_t client);

/* When the first one expires; false, and `*deadline_ns` as it was: none is set. */
bool timers_next(const struct timers *timers, uint64_t *deadline_ns);

/*
 * Lets one that is due expire; false: none is.  A periodic one is set again for its next time that
 * is not past, in step with its first.
 */
bool timers_expire(struct timers *timers, uint64_t now_ns, uint32_t *client);

#endif

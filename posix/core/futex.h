/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits on which word; pure bookkeeping under the caller's lock.
 *
 * First come, first woken.  Taking one out is O(n) of those who wait: a program's threads.
 */
#ifndef POSIX_FUTEX_H
#define POSIX_FUTEX_H

#include <base/list.h>
#include <base/types.h>

struct futex_waiter {
    struct list_node node;
    const volatile uint32_t *word; /* null: it does not wait */
};

struct futex {
    struct list waiters;
};

void futex_init(struct futex *futex);
void futex_add(struct futex *futex, struct futex_waiter *waiter, const volatile uint32_t *word);
/* Harmless for one that does not wait. */
void futex_remove(struct futex *futex, struct futex_waiter *waiter);

/* Takes the first that waits on the word out; null: nobody does. */
struct futex_waiter *futex_take(struct futex *futex, const volatile uint32_t *word);

/* Lets at most `count` that wait on `from` wait on `to`; how many did. */
uint32_t futex_move(struct futex *futex, const volatile uint32_t *from, uint32_t count,
                    const volatile uint32_t *to);

#endif

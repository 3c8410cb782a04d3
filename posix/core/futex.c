/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiters in one list.
 */
#include "futex.h"

static struct futex_waiter *waiter_of(struct list_node *node)
{
    return container_of(node, struct futex_waiter, node);
}

void futex_init(struct futex *futex)
{
    list_init(&futex->waiters);
}

void futex_add(struct futex *futex, struct futex_waiter *waiter, const volatile uint32_t *word)
{
    waiter->word = word;
    list_push_back(&futex->waiters, &waiter->node);
}

void futex_remove(struct futex *futex, struct futex_waiter *waiter)
{
    (void)futex;
    if (waiter->word == NULL)
        return;
    list_remove(&waiter->node);
    waiter->word = NULL;
}

static struct futex_waiter *find(struct futex *futex, const volatile uint32_t *word)
{
    struct list_node *node = list_first(&futex->waiters);

    while (node != NULL && waiter_of(node)->word != word)
        node = list_next(&futex->waiters, node);
    return node != NULL ? waiter_of(node) : NULL;
}

struct futex_waiter *futex_take(struct futex *futex, const volatile uint32_t *word)
{
    struct futex_waiter *waiter = find(futex, word);

    if (waiter != NULL)
        futex_remove(futex, waiter);
    return waiter;
}

uint32_t futex_move(struct futex *futex, const volatile uint32_t *from, uint32_t count,
                    const volatile uint32_t *to)
{
    struct futex_waiter *waiter = NULL;
    uint32_t moved = 0;

    if (from == to)
        return 0;
    while (moved < count && (waiter = find(futex, from)) != NULL) {
        futex_remove(futex, waiter);
        futex_add(futex, waiter, to);
        moved++;
    }
    return moved;
}

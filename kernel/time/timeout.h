/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deadlines of one core, in a tree by time.  Times are counter ticks; UINT64_MAX is never.
 */
#ifndef KERNEL_TIME_TIMEOUT_H
#define KERNEL_TIME_TIMEOUT_H

#include <base/tree.h>

enum timeout_kind { TIMEOUT_TIMER, TIMEOUT_REFILL };

struct timeout {
    struct tree_node node;
    uint64_t deadline;
    struct timeouts *armed_in;      /* NULL: not armed */
    enum timeout_kind kind;
};

struct timeouts {
    struct tree tree;
};

static inline bool timeout_before(const struct tree_node *a, const struct tree_node *b)
{
    return container_of(a, const struct timeout, node)->deadline <
           container_of(b, const struct timeout, node)->deadline;
}

static inline void timeout_arm(struct timeouts *timeouts, struct timeout *timeout,
                               uint64_t deadline)
{
    timeout->deadline = deadline;
    timeout->armed_in = timeouts;
    tree_insert(&timeouts->tree, &timeout->node, timeout_before);
}

static inline void timeout_disarm(struct timeout *timeout)
{
    if (timeout->armed_in == NULL)
        return;
    tree_remove(&timeout->armed_in->tree, &timeout->node);
    timeout->armed_in = NULL;
}

/* The earliest, or NULL. */
static inline struct timeout *timeouts_first(const struct timeouts *timeouts)
{
    struct tree_node *node = tree_first(&timeouts->tree);

    return node == NULL ? NULL : container_of(node, struct timeout, node);
}

#endif

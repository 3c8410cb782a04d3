/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who waits for a message or a signal: by priority, then by arrival.  Insertion is O(log n); with
 * one waiter, which is nearly always, it is a few stores.
 */
#ifndef KERNEL_SCHED_WAIT_QUEUE_H
#define KERNEL_SCHED_WAIT_QUEUE_H

#include <base/tree.h>

struct waiter {
    struct tree_node node;
    uint8_t priority;
};

struct wait_queue {
    struct tree tree;
};

static inline bool waiter_before(const struct tree_node *a, const struct tree_node *b)
{
    return container_of(a, const struct waiter, node)->priority >
           container_of(b, const struct waiter, node)->priority;
}

static inline struct waiter *wait_queue_first(const struct wait_queue *queue)
{
    struct tree_node *node = tree_first(&queue->tree);

    return node == NULL ? NULL : container_of(node, struct waiter, node);
}

static inline struct waiter *waiter_next(const struct waiter *waiter)
{
    struct tree_node *node = tree_next(&waiter->node);

    return node == NULL ? NULL : container_of(node, struct waiter, node);
}

static inline void wait_queue_insert(struct wait_queue *queue, struct waiter *waiter,
                                     unsigned priority)
{
    waiter->priority = (uint8_t)priority;
    tree_insert(&queue->tree, &waiter->node, waiter_before);
}

static inline void wait_queue_remove(struct wait_queue *queue, struct waiter *waiter)
{
    tree_remove(&queue->tree, &waiter->node);
}

#endif

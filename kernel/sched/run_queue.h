/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to run on a core: a first-in first-out list per priority and a bitmap of the lists that
 * are not empty. Everything is constant time.  The thread that is running is not in the queue.
 */
#ifndef KERNEL_SCHED_RUN_QUEUE_H
#define KERNEL_SCHED_RUN_QUEUE_H

#include <abi/message.h>
#include <base/bits.h>
#include <base/list.h>

struct runnable {
    struct list_node link;
    uint8_t priority;
};

struct run_queue {
    uint64_t ready;                     /* bit n: priority n has someone */
    struct list lists[ABI_PRIORITIES];
};

static inline void run_queue_init(struct run_queue *queue)
{
    queue->ready = 0;
    for (unsigned i = 0; i < ABI_PRIORITIES; i++)
        list_init(&queue->lists[i]);
}

static inline void run_queue_push_back(struct run_queue *queue, struct runnable *runnable)
{
    list_push_back(&queue->lists[runnable->priority], &runnable->link);
    queue->ready |= (uint64_t)1 << runnable->priority;
}

static inline void run_queue_push_front(struct run_queue *queue, struct runnable *runnable)
{
    list_push_front(&queue->lists[runnable->priority], &runnable->link);
    queue->ready |= (uint64_t)1 << runnable->priority;
}

static inline void run_queue_remove(struct run_queue *queue, struct runnable *runnable)
{
    list_remove(&runnable->link);
    if (list_is_empty(&queue->lists[runnable->priority]))
        queue->ready &= ~((uint64_t)1 << runnable->priority);
}

/* Someone of a higher priority waits. */
static inline bool run_queue_has_above(const struct run_queue *queue, unsigned priority)
{
    return queue->ready >> priority > 1;
}

/* Someone of this priority waits. */
static inline bool run_queue_has_equal(const struct run_queue *queue, unsigned priority)
{
    return (queue->ready >> priority & 1) != 0;
}

/* The first of the highest priority, or NULL.  It stays in the queue. */
static inline struct runnable *run_queue_first(const struct run_queue *queue)
{
    if (queue->ready == 0)
        return NULL;
    return container_of(queue->lists[u64_last_set(queue->ready)].ends.next, struct runnable, link);
}

#endif

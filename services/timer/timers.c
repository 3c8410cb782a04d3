/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timers: a tree by deadline over a fixed table.
 */
#include "timers.h"

#include <base/memory.h>

static const struct timer *timer_of(const struct tree_node *node)
{
    return container_of(node, const struct timer, node);
}

static bool expires_before(const struct tree_node *a, const struct tree_node *b)
{
    return timer_of(a)->deadline_ns < timer_of(b)->deadline_ns;
}

void timers_init(struct timers *timers)
{
    mem_zero(timers, sizeof(*timers));
    tree_init(&timers->set);
}

static struct timer *timer_at(struct timers *timers, uint32_t client, word_t id)
{
    return &timers->timers[client * TIMERS_PER_CLIENT + id];
}

static void take_out(struct timers *timers, struct timer *timer)
{
    if (timer->is_set)
        tree_remove(&timers->set, &timer->node);
    timer->is_set = false;
}

static void put_in(struct timers *timers, struct timer *timer)
{
    tree_insert(&timers->set, &timer->node, expires_before);
    timer->is_set = true;
}

status_t timers_set(struct timers *timers, uint32_t client, word_t id, uint64_t deadline_ns,
                    uint64_t period_ns)
{
    struct timer *timer;

    if (id >= TIMERS_PER_CLIENT || deadline_ns > TIMERS_END_NS || period_ns > TIMERS_END_NS ||
        (period_ns != 0 && period_ns < TIMERS_PERIOD_MIN_NS))
        return ERR_BAD_ARGUMENT;
    timer = timer_at(timers, client, id);
    take_out(timers, timer);
    timers->completed[client] &= ~(UINT32_C(1) << id);
    timer->deadline_ns = deadline_ns;
    timer->period_ns = period_ns;
    timer->count = 0;
    put_in(timers, timer);
    return OK;
}

status_t timers_cancel(struct timers *timers, uint32_t client, word_t id)
{
    if (id >= TIMERS_PER_CLIENT || !timer_at(timers, client, id)->is_set)
        return ERR_NOT_FOUND;
    take_out(timers, timer_at(timers, client, id));
    return OK;
}

status_t timers_find(const struct timers *timers, uint32_t client, word_t id,
                     const struct timer **timer)
{
    if (id >= TIMERS_PER_CLIENT)
        return ERR_BAD_ARGUMENT;
    *timer = &timers->timers[client * TIMERS_PER_CLIENT + id];
    return OK;
}

uint32_t timers_completed(struct timers *timers, uint32_t client)
{
    uint32_t completed = timers->completed[client];

    timers->completed[client] = 0;
    return completed;
}

void timers_forget(struct timers *timers, uint32_t client)
{
    timers->completed[client] = 0;
    for (uint32_t id = 0; id < TIMERS_PER_CLIENT; id++) {
        take_out(timers, timer_at(timers, client, id));
        *timer_at(timers, client, id) = (struct timer){0};
    }
}

bool timers_next(const struct timers *timers, uint64_t *deadline_ns)
{
    const struct tree_node *first = tree_first(&timers->set);

    if (first == NULL)
        return false;
    *deadline_ns = timer_of(first)->deadline_ns;
    return true;
}

bool timers_expire(struct timers *timers, uint64_t now_ns, uint32_t *client)
{
    struct tree_node *first = tree_first(&timers->set);
    struct timer *timer;
    uint64_t times = 1;
    size_t index;

    if (first == NULL || timer_of(first)->deadline_ns > now_ns)
        return false;
    timer = container_of(first, struct timer, node);
    index = (size_t)(timer - timers->timers);
    *client = (uint32_t)(index / TIMERS_PER_CLIENT);
    timers->completed[*client] |= UINT32_C(1) << index % TIMERS_PER_CLIENT;

    take_out(timers, timer);
    if (timer->period_ns != 0) {
        times = (now_ns - timer->deadline_ns) / timer->period_ns + 1;
        timer->deadline_ns += times * timer->period_ns;
        put_in(timers, timer);
    }
    timer->count += times;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second thread: says that it is well, until it is told to fail.
 */
#include "faulty.h"

#include <protocol/fault_server.h>
#include <protocol/root_client.h>

enum { WORKER_BIT = 1, STACK_PAGES = 2 };

static const uint64_t PACE_NS = 5000000;

static enum worker_mood mood_of(struct faulty *faulty)
{
    return (enum worker_mood)__atomic_load_n(&faulty->mood, __ATOMIC_RELAXED);
}

static void set_mood(void *state, enum worker_mood mood)
{
    __atomic_store_n(&faulty_of(state)->mood, (uint32_t)mood, __ATOMIC_RELAXED);
}

static void sleep(struct faulty *faulty)
{
    word_t bits;

    (void)skr_timer_set(faulty->worker_timer.cap, rt_time_now_ns() + PACE_NS,
                        faulty->worker_wake.cap, WORKER_BIT);
    (void)skr_wait(faulty->worker_wake.cap, &bits);
}

static void work(void *argument)
{
    struct faulty *faulty = argument;
    volatile vaddr_t nowhere = 8;

    for (;;) {
        switch (mood_of(faulty)) {
        case WORKER_WELL: (void)root_heartbeat(faulty->self.parent, "worker"); break;
        case WORKER_SILENT: break;
        case WORKER_SPINNING: continue;
        case WORKER_CRASHING: *(volatile word_t *)nowhere = 1; break;
        }
        sleep(faulty);
    }
}

status_t worker_start(struct faulty *faulty)
{
    struct component *self = &faulty->self;
    const struct rt_thread_options options = {
        .run = work,
        .argument = faulty,
        .stack_pages = STACK_PAGES,
        .budget = self->startup->budget,
        .fault = self->faults,
        .priority = 1,
        .ceiling = 1,
    };
    status_t status = rt_make(&self->maker, TYPE_TIMER, 0, 1, &faulty->worker_timer);

    if (status == OK)
        status = rt_make(&self->maker, TYPE_NOTIFICATION, 0, 1, &faulty->worker_wake);
    if (status == OK)
        status = rt_thread_create(&self->maker, &self->addresses, &options, &faulty->worker);
    return status;
}

status_t fault_on_silence_worker(void *state, struct ipc_request *request)
{
    (void)request;
    set_mood(state, WORKER_SILENT);
    return OK;
}

status_t fault_on_spin_worker(void *state, struct ipc_request *request)
{
    (void)request;
    set_mood(state, WORKER_SPINNING);
    return OK;
}

status_t fault_on_crash_worker(void *state, struct ipc_request *request)
{
    (void)request;
    set_mood(state, WORKER_CRASHING);
    return OK;
}

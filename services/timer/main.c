/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timer: many timers for each client on one of the kernel's.
 *
 * The kernel's timer is always set for the first that expires, and not at all when none is: the
 * service wakes for its clients only.
 */
#include "timers.h"

#include <component/server.h>
#include <protocol/timer_server.h>
#include <rt/process.h>

static_assert((int)TIMERS_CLIENTS >= (int)COMPONENT_SESSIONS_MAX, "each session has timers");

struct timer_service {
    struct component self;
    struct component_server server;
    struct timers timers;
    uint64_t armed_ns; /* what the kernel's timer is set for, never 0; 0: nothing */
    cap_t wakes[COMPONENT_SESSIONS_MAX]; /* by session; 0: it did not open */
};

static struct timer_service the_service;

static struct timer_service *service_of(void *state)
{
    return ((struct component_server *)state)->state;
}

static void arm(struct timer_service *service)
{
    uint64_t deadline = 0;

    (void)timers_next(&service->timers, &deadline);
    if (deadline == service->armed_ns)
        return;
    service->armed_ns = deadline;
    if (deadline != 0)
        component_wake_at(&service->self, deadline);
    else
        (void)skr_timer_cancel(service->self.timer.cap);
}

static void expire(struct timer_service *service)
{
    uint32_t client, signalled = 0;

    service->armed_ns = 0;
    while (timers_expire(&service->timers, rt_time_now_ns(), &client)) {
        if ((signalled >> client & 1) == 0)
            (void)skr_signal(service->wakes[client], TIMER_EVENT_EXPIRED);
        signalled |= UINT32_C(1) << client;
    }
    arm(service);
}

status_t timer_on_open(void *state, struct ipc_request *request, const struct timer_open_in *in)
{
    struct timer_service *service = service_of(state);
    uint32_t session = component_session(request);

    component_drop(&service->self, service->wakes[session]);
    ipc_take_cap(request, in->wake);
    service->wakes[session] = in->wake;
    return OK;
}

status_t timer_on_set(void *state, struct ipc_request *request, const struct timer_set_in *in)
{
    struct timer_service *service = service_of(state);
    uint32_t session = component_session(request);
    status_t status;

    if (service->wakes[session] == 0)
        return ERR_BAD_STATE;
    status = timers_set(&service->timers, session, in->id, in->deadline != 0 ? in->deadline : 1,
                        in->period);
    arm(service);
    return status;
}

status_t timer_on_cancel(void *state, struct ipc_request *request, const struct timer_cancel_in *in)
{
    struct timer_service *service = service_of(state);
    status_t status = timers_cancel(&service->timers, component_session(request), in->id);

    arm(service);
    return status;
}

status_t timer_on_completed(void *state, struct ipc_request *request,
                            struct timer_completed_out *out)
{
    out->timers = timers_completed(&service_of(state)->timers, component_session(request));
    return OK;
}

status_t timer_on_get(void *state, struct ipc_request *request, const struct timer_get_in *in,
                      struct timer_get_out *out)
{
    struct timer_service *service = service_of(state);
    const struct timer *timer;
    uint64_t now = rt_time_now_ns();
    status_t status = timers_find(&service->timers, component_session(request), in->id, &timer);

    if (status != OK)
        return status;
    out->left = timer->is_set && timer->deadline_ns > now ? timer->deadline_ns - now : 0;
    out->period = timer->period_ns;
    out->count = (word_t)timer->count;
    return OK;
}

static void on_signal(void *state, word_t bits)
{
    if ((bits & COMPONENT_BIT_TIMER) != 0)
        expire(state);
}

static void on_closed(void *state, uint32_t session)
{
    struct timer_service *service = state;

    timers_forget(&service->timers, session);
    arm(service);
    component_drop(&service->self, service->wakes[session]);
    service->wakes[session] = 0;
}

int component_main(const struct rt_startup *startup)
{
    struct timer_service *service = &the_service;
    status_t status;

    component_init(&service->self, startup);
    timers_init(&service->timers);
    service->server.on_signal = on_signal;
    service->server.on_closed = on_closed;
    service->server.state = service;
    status = component_server_init(&service->server, &service->self, &timer_protocol, "main");
    if (status != OK)
        return status;
    component_serve(&service->server);
}

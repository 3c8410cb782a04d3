/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: what time it is.
 *
 * The machine's clock is asked once, at the start; from then on the kernel's time is what counts,
 * so nothing here ever wakes by itself.
 */
#include "times.h"

#include <base/memory.h>
#include <component/server.h>
#include <protocol/clock_server.h>
#include <protocol/rtc_client.h>
#include <rt/process.h>

enum { TRIES_MAX = 20 };

static const uint64_t RETRY_NS = 50000000;

struct clock {
    struct component self;
    struct component_server server;
    struct times times;
    cap_t rtc;                            /* 0: the machine has none */
    bool may_set[COMPONENT_SESSIONS_MAX]; /* by session */
};

static struct clock the_clock;

static struct clock *clock_of(void *state)
{
    return ((struct component_server *)state)->state;
}

status_t clock_on_now(void *state, struct ipc_request *request, struct clock_now_out *out)
{
    const struct clock *clock = clock_of(state);

    (void)request;
    out->kernel = rt_time_now_ns();
    out->monotonic = times_monotonic(&clock->times, out->kernel);
    out->wall = times_wall(&clock->times, out->kernel);
    out->source = (word_t)clock->times.source;
    return OK;
}

status_t clock_on_set(void *state, struct ipc_request *request, const struct clock_set_in *in)
{
    struct clock *clock = clock_of(state);
    status_t status;

    if (!clock->may_set[component_session(request)])
        return ERR_NOT_PERMITTED;
    status = times_set(&clock->times, rt_time_now_ns(), in->wall);
    if (status == OK && clock->rtc != 0)
        (void)rtc_set(clock->rtc, in->wall); /* if it cannot, the time is right until power-off */
    return status;
}

static void on_opened(void *state, uint32_t session, const char *name, const char *client)
{
    struct clock *clock = state;

    (void)client;
    clock->may_set[session] = str_equal(name, "clock_control");
}

/*
 * Connecting would wait for a driver that a machine without the device never starts, so it is only
 * done when the driver is there; one that is being restarted gets a second.
 */
static void find_machines_clock(struct clock *clock)
{
    for (unsigned try = 0; !component_is_published(&clock->self, "main", "rtc"); try++) {
        if (try == TRIES_MAX)
            return;
        component_wake_in(&clock->self, RETRY_NS);
        (void)component_wait(&clock->self);
    }
    if (component_connect(&clock->self, "main", "rtc", RTC_VERSION, &clock->rtc) != OK)
        clock->rtc = 0;
}

static void begin(struct clock *clock)
{
    struct times_machine machine;

    times_begin(&clock->times);
    find_machines_clock(clock);
    if (clock->rtc == 0 ||
        rtc_read(clock->rtc, &machine.now_ns, &machine.step_ns, &machine.turned_ns) != OK)
        component_say(&clock->self, "the machine has no clock: it is 2000-01-01");
    else if (!times_begin_with(&clock->times, rt_time_now_ns(), &machine,
                               clock->self.startup->generation))
        component_say(&clock->self, "the machine's clock lost its power: it is 2000-01-01");
}

int component_main(const struct rt_startup *startup)
{
    struct clock *clock = &the_clock;
    status_t status;

    component_init(&clock->self, startup);
    begin(clock);
    clock->server.on_opened = on_opened;
    clock->server.state = clock;
    status = component_server_init(&clock->server, &clock->self, &clock_protocol, "main");
    if (status != OK)
        return status;
    (void)component_publish(&clock->server, "clock_control"); /* where the manifest has it */
    component_serve(&clock->server);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hello: says so, once a period, for as long as it runs.
 */
#include <component/component.h>
#include <protocol/timer_client.h>
#include <rt/process.h>

enum { TIMER = 0 };

static const uint64_t PERIOD_NS = 1000000000;

static struct component hello;

/* A timer of the timer service's, which signals our own notification. */
static status_t set_timer(cap_t *timer)
{
    cap_t wake = 0;
    status_t status = component_connect(&hello, "main", "timer", TIMER_VERSION, timer);

    if (status == OK)
        status = component_make_wake(&hello, TIMER_EVENT_EXPIRED, &wake);
    if (status == OK)
        status = timer_open(*timer, wake);
    component_drop(&hello, wake);
    return status == OK ? timer_set(*timer, TIMER, rt_time_now_ns(), PERIOD_NS) : status;
}

int component_main(const struct rt_startup *startup)
{
    const char *whom = rt_startup_environment(startup, "WHOM");
    cap_t timer = 0;
    word_t expired;
    status_t status;

    component_init(&hello, startup);
    status = set_timer(&timer);
    if (status == OK)
        component_ready(&hello);
    for (unsigned count = 1; status == OK; count++) {
        (void)component_wait(&hello);
        component_say(&hello, "hello, %s, for the %u. time", whom != NULL ? whom : "world", count);
        status = timer_completed(timer, &expired);
    }
    return status;
}

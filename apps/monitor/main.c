/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor: prints each summary of the weather as it comes.
 *
 * Nobody signals when the aggregator is gone: so a timer asks it when summaries stay away, and an
 * answer that it is gone leads to a new connection.
 */
#include "calendar.h"

#include <component/component.h>
#include <protocol/weather_client.h>
#include <rt/print.h>

enum { THOUSAND = 1000, ZERO_C = 273150 };

static const uint64_t PATIENCE_NS = 10000000000;
static const uint64_t NS_PER_SECOND = 1000000000;

struct monitor {
    struct component self;
    cap_t weather;
    uint64_t shown; /* number of the last summary */
};

static struct monitor the_monitor;

static status_t connect(struct monitor *monitor)
{
    cap_t wake = 0;
    status_t status;

    component_drop(&monitor->self, monitor->weather);
    monitor->weather = 0;
    monitor->shown = 0;
    status =
        component_connect(&monitor->self, "main", "weather", WEATHER_VERSION, &monitor->weather);
    if (status == OK)
        status = component_make_wake(&monitor->self, WEATHER_EVENT_SUMMARY, &wake);
    if (status == OK)
        status = weather_follow(monitor->weather, wake);
    component_drop(&monitor->self, wake);
    return status;
}

struct summary {
    uint64_t number, taken, lowest, mean, highest;
    word_t readings;
};

/* What the station makes is above freezing. */
static unsigned degrees(uint64_t value)
{
    return (unsigned)((value - ZERO_C) / THOUSAND);
}

static unsigned thousandths(uint64_t value)
{
    return (unsigned)((value - ZERO_C) % THOUSAND);
}

static void show(struct monitor *monitor, const struct summary *summary)
{
    struct calendar time = calendar_of(summary->taken / NS_PER_SECOND);

    component_say(&monitor->self,
                  "%04u-%02u-%02u %02u:%02u:%02u  %u.%03u C  (%u.%03u to %u.%03u, %u readings)",
                  time.year, time.month, time.day, time.hour, time.minute, time.second,
                  degrees(summary->mean), thousandths(summary->mean), degrees(summary->lowest),
                  thousandths(summary->lowest), degrees(summary->highest),
                  thousandths(summary->highest), (unsigned)summary->readings);
}

/* Shows the latest summary if it is new; ERR_PEER_GONE: the aggregator is. */
static status_t look(struct monitor *monitor)
{
    struct summary summary;
    status_t status =
        weather_latest(monitor->weather, &summary.number, &summary.taken, &summary.readings,
                       &summary.lowest, &summary.mean, &summary.highest);

    if (status != OK)
        return status == ERR_BAD_STATE ? OK : status; /* none yet */
    if (summary.number != monitor->shown)
        show(monitor, &summary);
    monitor->shown = summary.number;
    return OK;
}

int component_main(const struct rt_startup *startup)
{
    struct monitor *monitor = &the_monitor;
    status_t status;

    component_init(&monitor->self, startup);
    status = connect(monitor);
    if (status == OK)
        component_ready(&monitor->self);
    while (status == OK) {
        component_wake_in(&monitor->self, PATIENCE_NS);
        (void)component_wait(&monitor->self);
        if (look(monitor) != OK)
            status = connect(monitor);
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aggregator: takes the station's readings out of a ring and publishes a summary each period.
 *
 * It wakes for readings and for its period.  Nobody signals when a server is gone: so when both
 * stay away it asks the servers, and connects again to one that does not answer.
 */
#include "summary.h"

#include <base/memory.h>
#include <component/log.h>
#include <component/server.h>
#include <protocol/sensor_client.h>
#include <protocol/timer_client.h>
#include <protocol/weather_server.h>
#include <ring/ring.h>
#include <rt/process.h>

enum { READING_WORDS = 3, READING_BYTES = READING_WORDS * 8, PERIOD_TIMER = 0 };

static const uint64_t PERIOD_DEFAULT_MS = 2000;
static const uint64_t NS_PER_MS = 1000000;

struct aggregator {
    struct component self;
    struct component_server server;
    struct component_log log;
    uint64_t period_ns;
    cap_t timer;
    cap_t sensor;
    struct ipc_lend lend;
    void *memory;
    struct ring_consumer readings;
    struct summary current;
    struct summary latest;
    uint64_t number;                     /* of the latest; 0: there is none */
    cap_t wakes[COMPONENT_SESSIONS_MAX]; /* by session, or 0 */
};

static struct aggregator the_aggregator;

static struct aggregator *aggregator_of(void *state)
{
    return ((struct component_server *)state)->state;
}

/* ---- the timer ---- */

static status_t connect_timer(struct aggregator *aggregator)
{
    struct component *self = &aggregator->self;
    cap_t wake = 0;
    status_t status;

    component_drop(self, aggregator->timer);
    aggregator->timer = 0;
    status = component_connect(self, "main", "timer", TIMER_VERSION, &aggregator->timer);
    if (status == OK)
        status = component_make_wake(self, TIMER_EVENT_EXPIRED, &wake);
    if (status == OK)
        status = timer_open(aggregator->timer, wake);
    component_drop(self, wake);
    if (status == OK)
        status = timer_set(aggregator->timer, PERIOD_TIMER,
                           rt_time_now_ns() + aggregator->period_ns, aggregator->period_ns);
    return status;
}

static bool is_period_over(struct aggregator *aggregator)
{
    word_t expired = 0;

    return timer_completed(aggregator->timer, &expired) == OK && expired != 0;
}

/* ---- readings ---- */

static status_t connect_station(struct aggregator *aggregator)
{
    struct component *self = &aggregator->self;
    word_t bytes = aggregator->lend.page_count * ABI_PAGE_SIZE;
    cap_t wake = 0;
    status_t status;

    component_drop(self, aggregator->sensor);
    aggregator->sensor = 0;
    status = component_connect(self, "main", "sensor", SENSOR_VERSION, &aggregator->sensor);
    if (status != OK)
        return status;
    mem_zero(aggregator->memory, bytes);
    status = ring_consumer_init(&aggregator->readings, aggregator->memory, READING_BYTES,
                                component_ring_slots(bytes, READING_BYTES));
    if (status == OK)
        status = component_make_wake(self, SENSOR_EVENT_READING, &wake);
    if (status == OK)
        status = sensor_open(aggregator->sensor, aggregator->lend, wake);
    component_drop(self, wake);
    return status;
}

static void take_readings(struct aggregator *aggregator)
{
    struct ring_consumer *readings = &aggregator->readings;
    uint64_t reading[READING_WORDS];
    uint32_t done;

    do {
        while (ring_pop(readings, reading, 1, &done) == OK) {
            summary_add(&aggregator->current, reading[1], reading[2]);
            if (ring_release(readings)) {
                /* the station never waits for room */
            }
        }
    } while (!readings->end.is_peer_gone && !ring_consumer_may_wait(readings, 1));
}

/* ---- summaries ---- */

static void publish_summary(struct aggregator *aggregator)
{
    if (aggregator->current.count == 0) {
        component_log(&aggregator->log, LOG_WARNING, "a period without a reading");
        return;
    }
    aggregator->latest = aggregator->current;
    aggregator->current = (struct summary){0};
    aggregator->number++;
    component_log(&aggregator->log, LOG_DEBUG, "summary %llu of %u readings",
                  (unsigned long long)aggregator->number, (unsigned)aggregator->latest.count);
    for (uint32_t i = 0; i < COMPONENT_SESSIONS_MAX; i++) {
        if (aggregator->wakes[i] != 0)
            (void)skr_signal(aggregator->wakes[i], WEATHER_EVENT_SUMMARY);
    }
}

status_t weather_on_latest(void *state, struct ipc_request *request, struct weather_latest_out *out)
{
    const struct aggregator *aggregator = aggregator_of(state);

    (void)request;
    if (aggregator->number == 0)
        return ERR_BAD_STATE;
    out->number = aggregator->number;
    out->taken = aggregator->latest.taken_ns;
    out->readings = (word_t)aggregator->latest.count;
    out->lowest = aggregator->latest.lowest;
    out->mean = summary_mean(&aggregator->latest);
    out->highest = aggregator->latest.highest;
    return OK;
}

status_t weather_on_follow(void *state, struct ipc_request *request,
                           const struct weather_follow_in *in)
{
    struct aggregator *aggregator = aggregator_of(state);
    cap_t *wake = &aggregator->wakes[component_session(request)];

    component_drop(&aggregator->self, *wake);
    ipc_take_cap(request, in->wake);
    *wake = in->wake;
    return OK;
}

/* ---- what happens ---- */

static void look_after_servers(struct aggregator *aggregator)
{
    uint64_t left, period, sequence, taken, value;
    word_t count;

    if (timer_get(aggregator->timer, PERIOD_TIMER, &left, &period, &count) != OK &&
        connect_timer(aggregator) != OK)
        component_log(&aggregator->log, LOG_ERROR, "there is no timer");
    if (sensor_latest(aggregator->sensor, &sequence, &taken, &value) == ERR_PEER_GONE &&
        connect_station(aggregator) != OK)
        component_log(&aggregator->log, LOG_ERROR, "there is no station");
}

static void on_signal(void *state, word_t bits)
{
    struct aggregator *aggregator = state;

    if ((bits & COMPONENT_BIT_TIMER) != 0)
        look_after_servers(aggregator);
    take_readings(aggregator);
    if (is_period_over(aggregator))
        publish_summary(aggregator);
    component_wake_in(&aggregator->self, 2 * aggregator->period_ns); /* if nothing else does */
}

static void on_closed(void *state, uint32_t session)
{
    struct aggregator *aggregator = state;

    component_drop(&aggregator->self, aggregator->wakes[session]);
    aggregator->wakes[session] = 0;
}

static uint64_t period_of(const struct rt_startup *startup)
{
    const char *text = rt_startup_environment(startup, "PERIOD_MS");
    uint64_t period_ms = 0;

    for (; text != NULL && *text >= '0' && *text <= '9' && period_ms < 100000; text++)
        period_ms = period_ms * 10 + (uint64_t)(*text - '0');
    return (period_ms != 0 ? period_ms : PERIOD_DEFAULT_MS) * NS_PER_MS;
}

int component_main(const struct rt_startup *startup)
{
    struct aggregator *aggregator = &the_aggregator;
    status_t status;

    component_init(&aggregator->self, startup);
    component_log_init(&aggregator->log, &aggregator->self, "main");
    aggregator->period_ns = period_of(startup);
    status = component_take_ring(&aggregator->self, 1, &aggregator->lend, &aggregator->memory);
    if (status == OK)
        status = connect_station(aggregator);
    if (status == OK)
        status = connect_timer(aggregator);
    aggregator->server.on_signal = on_signal;
    aggregator->server.on_closed = on_closed;
    aggregator->server.state = aggregator;
    if (status == OK)
        status = component_server_init(&aggregator->server, &aggregator->self, &weather_protocol,
                                       "main");
    if (status != OK)
        return status;
    component_log(&aggregator->log, LOG_INFO, "a summary each %u ms",
                  (unsigned)(aggregator->period_ns / NS_PER_MS));
    component_wake_in(&aggregator->self, 2 * aggregator->period_ns);
    component_serve(&aggregator->server);
}

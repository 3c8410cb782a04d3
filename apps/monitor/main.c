/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor: takes readings out of its ring and prints them.
 *
 * The station signals when readings are there, and nobody signals when the station is gone: so a
 * timer asks it from time to time, and an answer that it is gone leads to a new connection.
 */
#include <base/memory.h>
#include <component/component.h>
#include <protocol/sensor_client.h>
#include <ring/ring.h>
#include <rt/print.h>

enum { READING_WORDS = 3, READING_BYTES = READING_WORDS * 8, THOUSAND = 1000, ZERO_C = 273150 };

static const uint64_t PATIENCE_NS = 3000000000;
static const uint64_t NS_PER_SECOND = 1000000000;

struct monitor {
    struct component self;
    cap_t sensor;
    struct ipc_lend lend;
    void *memory;
    struct ring_consumer readings;
};

static struct monitor the_monitor;

static status_t connect(struct monitor *monitor)
{
    word_t bytes = monitor->lend.page_count * ABI_PAGE_SIZE;
    cap_t wake = 0;
    status_t status;

    status = component_connect(&monitor->self, "main", "sensor", SENSOR_VERSION, &monitor->sensor);
    if (status != OK)
        return status;
    mem_zero(monitor->memory, bytes);
    status = ring_consumer_init(&monitor->readings, monitor->memory, READING_BYTES,
                                component_ring_slots(bytes, READING_BYTES));
    if (status == OK)
        status = component_make_wake(&monitor->self, SENSOR_EVENT_READING, &wake);
    if (status == OK)
        status = sensor_open(monitor->sensor, monitor->lend, wake);
    component_drop(&monitor->self, wake);
    return status;
}

static status_t reconnect(struct monitor *monitor)
{
    component_drop(&monitor->self, monitor->sensor);
    monitor->sensor = 0;
    return connect(monitor);
}

static void show(struct monitor *monitor, const uint64_t reading[READING_WORDS])
{
    uint64_t value = reading[2] - ZERO_C; /* what the station makes is above freezing */

    component_say(&monitor->self, "reading %llu: %llu.%03llu C at %llu s",
                  (unsigned long long)reading[0], (unsigned long long)(value / THOUSAND),
                  (unsigned long long)(value % THOUSAND),
                  (unsigned long long)(reading[1] / NS_PER_SECOND));
}

/* Shows all there are; true when the station may be gone. */
static bool show_readings(struct monitor *monitor)
{
    uint64_t reading[READING_WORDS];
    uint32_t done;

    do {
        while (ring_pop(&monitor->readings, reading, 1, &done) == OK) {
            show(monitor, reading);
            if (ring_release(&monitor->readings)) {
                /* the station never waits for room */
            }
        }
    } while (!monitor->readings.end.is_peer_gone && !ring_consumer_may_wait(&monitor->readings, 1));
    return monitor->readings.end.is_peer_gone;
}

static bool is_station_gone(struct monitor *monitor)
{
    uint64_t sequence, taken, value;

    return sensor_latest(monitor->sensor, &sequence, &taken, &value) == ERR_PEER_GONE;
}

int component_main(const struct rt_startup *startup)
{
    struct monitor *monitor = &the_monitor;
    status_t status;

    component_init(&monitor->self, startup);
    status = component_take_ring(&monitor->self, 1, &monitor->lend, &monitor->memory);
    if (status == OK)
        status = connect(monitor);
    if (status == OK)
        component_ready(&monitor->self);
    while (status == OK) {
        bool is_gone = show_readings(monitor);
        word_t bits;

        component_wake_in(&monitor->self, PATIENCE_NS);
        bits = is_gone ? 0 : component_wait(&monitor->self);
        if (is_gone || ((bits & COMPONENT_BIT_TIMER) != 0 && is_station_gone(monitor)))
            status = reconnect(monitor);
    }
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * station: makes a reading each second and hands it to all who opened a ring.
 *
 * It is woken by its timer and by its clients: the clock is read, and noise is asked for, when a
 * reading is due.
 */
#include <base/memory.h>
#include <component/server.h>
#include <protocol/clock_client.h>
#include <protocol/rng_client.h>
#include <protocol/sensor_server.h>
#include <ring/ring.h>
#include <rt/print.h>

enum {
    READING_WORDS = 3,
    READING_BYTES = READING_WORDS * 8,
    BASE_VALUE = 273150 + 21000,
    NOISE_SPAN = 2000, /* thousandths of a degree */
    RNG_BYTES_MAX = 240,
};

static const uint64_t INTERVAL_NS = 1000000000;

struct stream {
    struct component_lent ring; /* none: the session has not opened one */
    struct ring_producer producer;
    cap_t wake;
};

struct station {
    struct component self;
    struct component_server server;
    cap_t clock;
    cap_t rng;
    uint64_t sequence;
    uint64_t taken;
    uint64_t value;
    struct stream streams[COMPONENT_SESSIONS_MAX]; /* by session */
};

static struct station the_station;

static struct station *station_of(void *state)
{
    return ((struct component_server *)state)->state;
}

/* A restarted server is found again; until it is back there is no reading. */
static bool read_clock(struct station *station, uint64_t *wall)
{
    uint64_t kernel, monotonic;
    word_t source;
    status_t status = clock_now(station->clock, &kernel, &monotonic, wall, &source);

    if (status != OK)
        component_find_again(&station->self, "main", "clock", CLOCK_VERSION, &station->clock);
    return status == OK;
}

static bool read_noise(struct station *station, uint16_t *noise)
{
    uint8_t bytes[RNG_BYTES_MAX];
    word_t size = 0;
    status_t status = rng_read(station->rng, sizeof(*noise), bytes, &size);

    if (status != OK)
        component_find_again(&station->self, "main", "rng", RNG_VERSION, &station->rng);
    if (status != OK || size < sizeof(*noise))
        return false;
    *noise = (uint16_t)(bytes[0] | bytes[1] << 8);
    return true;
}

static void push_reading(struct station *station, struct stream *stream)
{
    const uint64_t reading[READING_WORDS] = {station->sequence, station->taken, station->value};
    uint32_t done;

    if (stream->ring.frame == 0)
        return;
    (void)ring_push(&stream->producer, reading, 1, &done); /* full: it misses this one */
    if (ring_publish(&stream->producer))
        (void)skr_signal(stream->wake, SENSOR_EVENT_READING);
}

static void take_reading(struct station *station)
{
    uint16_t noise;
    uint64_t wall;

    if (!read_noise(station, &noise) || !read_clock(station, &wall))
        return;
    station->sequence++;
    station->taken = wall;
    station->value = (uint64_t)(BASE_VALUE - NOISE_SPAN / 2 + noise % NOISE_SPAN);
    for (uint32_t i = 0; i < COMPONENT_SESSIONS_MAX; i++)
        push_reading(station, &station->streams[i]);
}

static void close_stream(struct station *station, uint32_t session)
{
    struct stream *stream = &station->streams[session];

    component_unmap_lent(&station->self, &stream->ring);
    component_drop(&station->self, stream->wake);
    stream->wake = 0;
}

status_t sensor_on_latest(void *state, struct ipc_request *request, struct sensor_latest_out *out)
{
    const struct station *station = station_of(state);

    (void)request;
    if (station->sequence == 0)
        return ERR_BAD_STATE;
    out->sequence = station->sequence;
    out->taken = station->taken;
    out->value = station->value;
    return OK;
}

status_t sensor_on_open(void *state, struct ipc_request *request, const struct sensor_open_in *in)
{
    struct station *station = station_of(state);
    uint32_t session = component_session(request);
    struct stream *stream = &station->streams[session];
    struct component_lent lent;
    status_t status = component_map_lent(&station->self, &in->ring, &lent);

    if (status != OK)
        return status;
    close_stream(station, session);
    ipc_take_cap(request, in->ring.frame);
    ipc_take_cap(request, in->wake);
    stream->ring = lent;
    stream->wake = in->wake;
    return ring_producer_init(&stream->producer, (void *)lent.address, READING_BYTES,
                              component_ring_slots(lent.bytes, READING_BYTES));
}

status_t sensor_on_close(void *state, struct ipc_request *request)
{
    struct station *station = station_of(state);
    uint32_t session = component_session(request);

    if (station->streams[session].ring.frame == 0)
        return ERR_BAD_STATE;
    close_stream(station, session);
    return OK;
}

status_t sensor_on_crash(void *state, struct ipc_request *request)
{
    volatile vaddr_t nowhere = 0;

    (void)state;
    (void)request;
    *(volatile uint32_t *)nowhere = 0;
    return OK;
}

static void on_signal(void *state, word_t bits)
{
    struct station *station = state;

    if ((bits & COMPONENT_BIT_TIMER) == 0)
        return;
    component_wake_in(&station->self, INTERVAL_NS);
    take_reading(station);
}

static void on_closed(void *state, uint32_t session)
{
    close_stream(state, session);
}

static status_t start(struct station *station)
{
    status_t status = component_connect(&station->self, "main", "rng", RNG_VERSION, &station->rng);

    if (status == OK)
        status = component_connect(&station->self, "main", "clock", CLOCK_VERSION, &station->clock);
    station->server.on_signal = on_signal;
    station->server.on_closed = on_closed;
    station->server.state = station;
    if (status == OK)
        status = component_server_init(&station->server, &station->self, &sensor_protocol, "main");
    return status;
}

int component_main(const struct rt_startup *startup)
{
    struct station *station = &the_station;
    status_t status;

    component_init(&station->self, startup);
    status = start(station);
    if (status != OK)
        return status;
    component_wake_in(&station->self, INTERVAL_NS / 4);
    component_serve(&station->server);
}

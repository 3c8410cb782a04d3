/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of two ring peers.  `left` makes readings, `right` takes and checks them; each ends the
 * other, or itself, whenever its dice say so: in the middle of a ring, a call, or a connection.
 */
#include <base/memory.h>
#include <component/server.h>
#include <protocol/control_client.h>
#include <protocol/sensor_client.h>
#include <protocol/sensor_server.h>
#include <ring/ring.h>
#include <rt/print.h>
#include <rt/process.h>

enum { READING_WORDS = 3, READING_BYTES = READING_WORDS * 8, STEPS_MAX = 60, BATCH = 7 };

static const uint64_t PACE_NS = 2000000;
static const uint64_t PATIENCE_NS = 30000000;
static const uint64_t MARK = 0x5ca1ab1e;

struct stream {
    struct component_lent ring;
    struct ring_producer producer;
    cap_t wake;
};

struct peer {
    struct component self;
    struct component_server server;
    const char *other;
    uint64_t random;
    uint32_t steps_left;
    uint64_t sequence;

    struct stream streams[COMPONENT_SESSIONS_MAX]; /* left */

    cap_t sensor; /* right */
    struct ipc_lend lend;
    void *memory;
    struct ring_consumer readings;
    bool has_last;
};

static struct peer the_peer;

static uint32_t roll(struct peer *peer, uint32_t sides)
{
    peer->random = peer->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(peer->random >> 33) % sides;
}

/* One step nearer to somebody's end. */
static void step(struct peer *peer)
{
    volatile vaddr_t nowhere = 0;

    if (peer->steps_left-- > 0)
        return;
    peer->steps_left = roll(peer, STEPS_MAX);
    if (roll(peer, 4) == 0)
        *(volatile uint32_t *)nowhere = 0;
    (void)control_kill(rt_startup_find(peer->self.startup, "control"), peer->other);
}

/* ---- left: readings into rings ---- */

static struct peer *peer_of(void *state)
{
    return ((struct component_server *)state)->state;
}

static void close_stream(struct peer *peer, uint32_t session)
{
    struct stream *stream = &peer->streams[session];

    component_unmap_lent(&peer->self, &stream->ring);
    component_drop(&peer->self, stream->wake);
    stream->wake = 0;
}

status_t sensor_on_latest(void *state, struct ipc_request *request, struct sensor_latest_out *out)
{
    (void)request;
    out->sequence = peer_of(state)->sequence;
    step(peer_of(state));
    return OK;
}

status_t sensor_on_open(void *state, struct ipc_request *request, const struct sensor_open_in *in)
{
    struct peer *peer = peer_of(state);
    struct stream *stream = &peer->streams[component_session(request)];
    struct component_lent lent;
    status_t status = component_map_lent(&peer->self, &in->ring, &lent);

    if (status != OK)
        return status;
    close_stream(peer, component_session(request));
    ipc_take_cap(request, in->ring.frame);
    ipc_take_cap(request, in->wake);
    stream->ring = lent;
    stream->wake = in->wake;
    step(peer);
    return ring_producer_init(&stream->producer, (void *)lent.address, READING_BYTES,
                              component_ring_slots(lent.bytes, READING_BYTES));
}

status_t sensor_on_close(void *state, struct ipc_request *request)
{
    close_stream(peer_of(state), component_session(request));
    return OK;
}

status_t sensor_on_crash(void *state, struct ipc_request *request)
{
    (void)state;
    (void)request;
    return ERR_NOT_SUPPORTED;
}

static void push(struct peer *peer, struct stream *stream)
{
    const uint64_t reading[READING_WORDS] = {peer->sequence, ~peer->sequence,
                                             peer->sequence ^ MARK};
    uint32_t done;

    (void)ring_push(&stream->producer, reading, 1, &done);
    step(peer);
    if (peer->sequence % BATCH == 0 && ring_publish(&stream->producer))
        (void)skr_signal(stream->wake, SENSOR_EVENT_READING);
}

static void on_signal(void *state, word_t bits)
{
    struct peer *peer = state;

    if ((bits & COMPONENT_BIT_TIMER) == 0)
        return;
    component_wake_in(&peer->self, PACE_NS);
    for (uint32_t n = 0; n < BATCH; n++) {
        peer->sequence++;
        for (uint32_t i = 0; i < COMPONENT_SESSIONS_MAX; i++) {
            if (peer->streams[i].ring.frame != 0)
                push(peer, &peer->streams[i]);
        }
    }
}

static void on_closed(void *state, uint32_t session)
{
    close_stream(state, session);
}

static status_t run_left(struct peer *peer)
{
    status_t status;

    peer->other = "right";
    peer->server.on_signal = on_signal;
    peer->server.on_closed = on_closed;
    peer->server.state = peer;
    status = component_server_init(&peer->server, &peer->self, &sensor_protocol, "main");
    if (status != OK)
        return status;
    component_wake_in(&peer->self, PACE_NS);
    component_serve(&peer->server);
}

/* ---- right: readings out of the ring ---- */

static status_t connect(struct peer *peer)
{
    word_t bytes = peer->lend.page_count * ABI_PAGE_SIZE;
    cap_t wake = 0;
    status_t status;

    component_drop(&peer->self, peer->sensor);
    peer->sensor = 0;
    peer->has_last = false;
    mem_zero(peer->memory, bytes);
    status = component_connect(&peer->self, "main", "sensor", SENSOR_VERSION, &peer->sensor);
    if (status == OK)
        status = ring_consumer_init(&peer->readings, peer->memory, READING_BYTES,
                                    component_ring_slots(bytes, READING_BYTES));
    if (status == OK)
        status = component_make_wake(&peer->self, SENSOR_EVENT_READING, &wake);
    if (status == OK)
        status = sensor_open(peer->sensor, peer->lend, wake);
    component_drop(&peer->self, wake);
    return status;
}

static void check_reading(struct peer *peer, const uint64_t reading[READING_WORDS])
{
    bool follows = !peer->has_last || reading[0] == peer->sequence + 1;

    if (!follows || reading[1] != ~reading[0] || reading[2] != (reading[0] ^ MARK))
        component_say(&peer->self, "bad reading %llu after %llu", (unsigned long long)reading[0],
                      (unsigned long long)peer->sequence);
    peer->sequence = reading[0];
    peer->has_last = true;
}

static void take_readings(struct peer *peer)
{
    uint64_t reading[READING_WORDS];
    uint32_t done;

    do {
        while (ring_pop(&peer->readings, reading, 1, &done) == OK) {
            check_reading(peer, reading);
            step(peer);
            if (ring_release(&peer->readings)) {
                /* left never waits for room */
            }
        }
    } while (!peer->readings.end.is_peer_gone && !ring_consumer_may_wait(&peer->readings, 1));
}

static status_t run_right(struct peer *peer)
{
    uint64_t sequence, taken, value;
    status_t status;

    peer->other = "left";
    status = component_take_ring(&peer->self, 1, &peer->lend, &peer->memory);
    component_ready(&peer->self);
    while (status == OK || status == ERR_PEER_GONE) {
        if (status == ERR_PEER_GONE || peer->sensor == 0)
            status = connect(peer);
        if (status != OK)
            continue;
        take_readings(peer);
        component_wake_in(&peer->self, PATIENCE_NS);
        if ((component_wait(&peer->self) & COMPONENT_BIT_TIMER) != 0)
            status = sensor_latest(peer->sensor, &sequence, &taken, &value);
    }
    component_say(&peer->self, "bad status %d", (int)status);
    return status;
}

int component_main(const struct rt_startup *startup)
{
    struct peer *peer = &the_peer;

    component_init(&peer->self, startup);
    peer->random = rt_time_now_ns();
    peer->steps_left = roll(peer, STEPS_MAX);
    return str_equal(rt_startup_environment(startup, "name"), "left") ? run_left(peer)
                                                                      : run_right(peer);
}

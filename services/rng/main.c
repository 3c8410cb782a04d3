/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rng: random bytes for everyone, out of one stream.
 *
 * It is not published before it is seeded, and it seeds itself again when it is asked and it is
 * time, so it never wakes by itself.
 */
#include "stream.h"

#include <base/memory.h>
#include <component/server.h>
#include <protocol/entropy_client.h>
#include <protocol/rng_server.h>
#include <rt/process.h>

enum { READ_MAX = 240, ENTROPY_MAX = 64 };

static const uint64_t RETRY_NS = 5000000;

struct rng {
    struct component self;
    struct component_server server;
    struct stream stream;
    cap_t entropy;
    uint8_t gathered[STREAM_SEED_BYTES]; /* for the next seed */
    uint32_t gathered_count;
};

static struct rng the_rng;

/* Takes what the device has; OK when it makes a seed. */
static status_t gather(struct rng *rng)
{
    while (rng->gathered_count < STREAM_SEED_BYTES) {
        uint8_t bytes[ENTROPY_MAX];
        word_t size = 0;
        status_t status =
            entropy_read(rng->entropy, STREAM_SEED_BYTES - rng->gathered_count, bytes, &size);

        if (status != OK)
            return status;
        mem_copy(rng->gathered + rng->gathered_count, bytes, size);
        rng->gathered_count += (uint32_t)size;
        mem_erase(bytes, sizeof(bytes));
    }
    return OK;
}

static void seed(struct rng *rng)
{
    stream_seed(&rng->stream, rng->gathered, STREAM_SEED_BYTES, rt_time_now_ns());
    mem_erase(rng->gathered, sizeof(rng->gathered));
    rng->gathered_count = 0;
}

/* False: the source has nothing now; what was gathered so far is kept. */
static bool seed_from_source(struct rng *rng)
{
    status_t status = gather(rng);

    if (status == OK)
        seed(rng);
    else if (status != ERR_WOULD_BLOCK)
        component_find_again(&rng->self, "main", "entropy", ENTROPY_VERSION, &rng->entropy);
    return status == OK;
}

status_t rng_on_read(void *state, struct ipc_request *request, const struct rng_read_in *in,
                     struct rng_read_out *out)
{
    struct rng *rng = ((struct component_server *)state)->state;

    (void)request;
    if (in->count == 0 || in->count > READ_MAX)
        return ERR_BAD_ARGUMENT;
    if (stream_wants_seed(&rng->stream, rt_time_now_ns()))
        (void)seed_from_source(rng); /* if not now, then at the next request */
    stream_take(&rng->stream, out->data, in->count);
    out->data_size = in->count;
    return OK;
}

static status_t start(struct rng *rng)
{
    status_t status =
        component_connect(&rng->self, "main", "entropy", ENTROPY_VERSION, &rng->entropy);

    while (status == OK && !seed_from_source(rng)) {
        component_wake_in(&rng->self, RETRY_NS);
        (void)component_wait(&rng->self);
    }
    if (status != OK)
        return status;
    rng->server.state = rng;
    return component_server_init(&rng->server, &rng->self, &rng_protocol, "main");
}

int component_main(const struct rt_startup *startup)
{
    struct rng *rng = &the_rng;
    status_t status;

    component_init(&rng->self, startup);
    stream_init(&rng->stream);
    status = start(rng);
    if (status != OK)
        return status;
    component_serve(&rng->server);
}

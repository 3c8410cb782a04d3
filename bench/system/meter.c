/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The meter: measures, prints a JSON line a figure, powers off.
 *
 * Clients in mid-call are threads of its own above the subject: each calls before the subject can
 * answer, and so waits when it dies.
 */
#include <component/component.h>
#include <ipc/pack.h>
#include <protocol/control_client.h>
#include <protocol/fault_client.h>
#include <rt/print.h>
#include <rt/process.h>
#include <rt/thread.h>

enum {
    CLIENTS = 7, /* beside the meter itself */
    SAMPLES = 21,
    CALLS = 1000,
    STACK_PAGES = 2,
    PRIORITY_CLIENT = 45, /* above the subject */
};

struct client {
    struct meter *meter;
    cap_t session;
    struct rt_worker worker;
    status_t status; /* of its call */
};

struct meter {
    struct component self;
    cap_t control;
    struct client clients[CLIENTS];
    struct ipc_lend lend;
    uint64_t samples[SAMPLES];
};

static struct meter the_meter;

static void must(const char *what, status_t status)
{
    if (status != OK)
        rt_panic("%s: status %d", what, (int)status);
}

static uint64_t median(uint64_t *samples)
{
    for (uint32_t i = 1; i < SAMPLES; i++) {
        for (uint32_t k = i; k > 0 && samples[k] < samples[k - 1]; k--) {
            uint64_t sample = samples[k];

            samples[k] = samples[k - 1];
            samples[k - 1] = sample;
        }
    }
    return samples[SAMPLES / 2];
}

static void print_figure(const char *name, uint64_t instructions)
{
    rt_printf("{\"bench\":\"%s\",\"instructions\":%llu}\n", name, (unsigned long long)instructions);
}

static cap_t connect(struct meter *meter)
{
    cap_t session = 0;

    must("connect", component_connect(&meter->self, "main", "subject", FAULT_VERSION, &session));
    return session;
}

static void ping(cap_t session)
{
    word_t value, instance;

    must("ping", fault_ping(session, 1, &value, &instance));
}

/* ---- restart ---- */

static void run_client(void *argument)
{
    struct client *client = argument;
    word_t value, instance;

    client->status = fault_ping(client->session, 1, &value, &instance);
}

static void start_client(struct meter *meter, struct client *client)
{
    const struct rt_thread_options options = {
        .run = run_client,
        .argument = client,
        .stack_pages = STACK_PAGES,
        .budget = meter->self.startup->budget,
        .fault = meter->self.faults,
        .priority = PRIORITY_CLIENT,
        .ceiling = PRIORITY_CLIENT,
    };

    client->status = ERR_BAD_STATE;
    must("client",
         rt_thread_create(&meter->self.maker, &meter->self.addresses, &options, &client->worker));
}

static void end_client(struct meter *meter, struct client *client)
{
    if (client->status != ERR_PEER_GONE)
        rt_panic("a call ended with %d", (int)client->status);
    rt_thread_destroy(&meter->self.maker, &meter->self.addresses, &client->worker);
    component_drop(&meter->self, client->session);
}

/*
 * The clients run when the meter is blocked in its call, and before the subject: so they wait in
 * their calls when it dies of the meter's.
 */
static uint64_t restart_once(struct meter *meter)
{
    cap_t session = connect(meter);
    uint64_t start;

    must("lend", fault_lend(session, meter->lend));
    for (uint32_t i = 0; i < CLIENTS; i++)
        meter->clients[i].session = connect(meter);
    for (uint32_t i = 0; i < CLIENTS; i++)
        start_client(meter, &meter->clients[i]);
    start = rt_time_now_ns();
    if (fault_write_nowhere(session) != ERR_PEER_GONE)
        rt_panic("the subject did not die");
    component_drop(&meter->self, session);
    session = connect(meter);
    ping(session);
    start = rt_time_now_ns() - start;
    component_drop(&meter->self, session);
    for (uint32_t i = 0; i < CLIENTS; i++)
        end_client(meter, &meter->clients[i]);
    return start;
}

static void measure_restart(struct meter *meter)
{
    void *memory;

    must("ring", component_take_ring(&meter->self, 1, &meter->lend, &memory));
    for (uint32_t i = 0; i < SAMPLES; i++)
        meter->samples[i] = restart_once(meter);
    print_figure("restart_served", median(meter->samples));
}

/* ---- request and call ---- */

static void measure_request(struct meter *meter)
{
    for (uint32_t i = 0; i < SAMPLES; i++) {
        uint64_t start = rt_time_now_ns();
        cap_t session = connect(meter);

        ping(session);
        meter->samples[i] = rt_time_now_ns() - start;
        component_drop(&meter->self, session);
        component_wake_in(&meter->self, 1000000); /* the subject learns that it is over */
        (void)component_wait(&meter->self);
    }
    print_figure("request_first_call", median(meter->samples));
}

static void measure_calls(struct meter *meter)
{
    cap_t session = connect(meter);
    struct skr_message message = {0};
    uint64_t start, typed, raw;

    ping(session);
    start = rt_time_now_ns();
    for (uint32_t i = 0; i < CALLS; i++)
        ping(session);
    typed = (rt_time_now_ns() - start) / CALLS;

    start = rt_time_now_ns();
    for (uint32_t i = 0; i < CALLS; i++) {
        message.info = skr_info((word_t)FAULT_VERSION << IPC_OPERATION_BITS | FAULT_PING, 1, 0);
        must("call", skr_call(session, &message));
    }
    raw = (rt_time_now_ns() - start) / CALLS;
    print_figure("token_call", typed);
    print_figure("token_call_raw", raw);
    print_figure("token_call_more", typed - raw);
    component_drop(&meter->self, session);
}

int component_main(const struct rt_startup *startup)
{
    struct meter *meter = &the_meter;

    component_init(&meter->self, startup);
    meter->control = rt_startup_find(startup, "control");
    component_ready(&meter->self);
    measure_calls(meter);
    measure_request(meter);
    measure_restart(meter);
    return (int)control_power_off(meter->control);
}

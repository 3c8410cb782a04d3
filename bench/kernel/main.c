/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark of the kernel: runs its table, prints a JSON line a figure, powers off.
 *
 * A figure is the median of 200 samples, divided by the operations of a sample.  What reading the
 * counter costs is taken off; the loop and the user's side of a call are part of it.
 */
#include "load.h"
#include "stage.h"

#include <rt/print.h>
#include <rt/startup.h>

enum { SHOTS_OF_SEVERAL = 500 }; /* cores that wait for each other take long to emulate */
enum { OPTION_PASSIVE = 1, OPTION_FORWARDED = 2 };

/* How a peer runs; in the table, what is not said is low. */
enum kind { LOW, HIGH, PASSIVE, FAULTING, FORWARDED };

static const struct role roles[] = {
    [LOW] = {.priority = PRIORITY_LOW},
    [HIGH] = {.priority = PRIORITY_HIGH},
    [PASSIVE] = {.priority = PRIORITY_HIGH, .options = OPTION_PASSIVE},
    [FAULTING] = {.priority = PRIORITY_LOW, .has_faults = true},
    [FORWARDED] = {.priority = PRIORITY_LOW, .options = OPTION_FORWARDED, .has_faults = true},
};

struct benchmark {
    const char *name;
    rt_thread_fn *client, *server;
    enum kind client_is, server_is;
    uint32_t divisor;  /* what a sample holds; 0: OPERATIONS */
    const char *extra; /* what extra[0] is called, or null */
};

static const struct benchmark benchmarks[] = {
    {.name = "call_reply_0w",
     .client = call_0w_client, .server = echo_server, .server_is = PASSIVE},
    {.name = "call_reply_4w",
     .client = call_4w_client, .server = echo_server, .server_is = PASSIVE},
    {.name = "call_reply_4w_fpu",
     .client = call_4w_fpu_client, .server = echo_fpu_server, .server_is = PASSIVE},
    {.name = "call_reply_10w",
     .client = call_10w_client, .server = echo_server, .server_is = PASSIVE},
    {.name = "call_reply_active",
     .client = call_0w_client, .server = echo_server, .server_is = HIGH},
    {.name = "yield_roundtrip", .client = yield_client, .server = yield_server},
    {.name = "signal_nobody", .client = signal_client},
    {.name = "signal_wait_roundtrip",
     .client = signal_client, .server = wait_server, .server_is = HIGH},
    {.name = "notification_pingpong", .client = pingpong_client, .server = pingpong_server},
    {.name = "fault_reply", .client = fault_client, .client_is = FAULTING,
     .server = fault_server, .server_is = PASSIVE},
    {.name = "forwarded_call_reply", .client = forwarded_client, .client_is = FORWARDED,
     .server = forwarded_server, .server_is = PASSIVE},
    {.name = "fork_256", .client = fork_client, .client_is = HIGH,
     .server = fork_server, .server_is = FAULTING, .divisor = 1},
    {.name = "map_unmap_4k", .client = map_client},
    {.name = "map_unmap_64_per_page", .client = map_64_client, .divisor = OPERATIONS * 64},
    {.name = "frame_make_delete", .client = frame_client},
    {.name = "endpoint_make_delete", .client = endpoint_client},
    {.name = "cap_copy_delete", .client = copy_client},
    {.name = "frames64_make_revoke",
     .client = frames64_client, .divisor = 1, .extra = "emptying_slots"},
    {.name = "thread_make_start", .client = thread_client, .extra = "deleting"},
};

/* In place; gaps as in Shell's first method, good enough for this many. */
static void sort(uint64_t *samples, size_t count)
{
    for (size_t gap = count / 2; gap > 0; gap /= 2) {
        for (size_t i = gap; i < count; i++) {
            uint64_t sample = samples[i];
            size_t at = i;

            for (; at >= gap && samples[at - gap] > sample; at -= gap)
                samples[at] = samples[at - gap];
            samples[at] = sample;
        }
    }
}

static uint64_t read_out(void)
{
    uint64_t start = instructions_now();

    return instructions_now() - start;
}

static void run(const struct benchmark *benchmark)
{
    uint32_t divisor = benchmark->divisor != 0 ? benchmark->divisor : OPERATIONS;
    struct role pair[] = {roles[benchmark->client_is], roles[benchmark->server_is]};
    uint64_t *samples = bench_shared()->samples;
    uint64_t sample;

    pair[0].run = benchmark->client;
    pair[1].run = benchmark->server;
    pair[1].is_second = true;
    stage_run(pair, array_count(pair));
    sort(samples, SAMPLES);
    sample = samples[SAMPLES / 2] - read_out();
    rt_printf("{\"bench\":\"%s\",\"instructions\":%lu", benchmark->name,
              (unsigned long)((sample + divisor / 2) / divisor));
    if (benchmark->extra != NULL)
        rt_printf(",\"%s\":%lu", benchmark->extra, (unsigned long)bench_shared()->extra[0]);
    rt_print("}\n");
}

/* A handler above loads on all cores. */
static void run_latency(unsigned core_count)
{
    struct role cast[PEERS_MAX];
    uint64_t *samples = bench_shared()->samples;
    uint32_t shots = core_count == 1 ? SHOTS_MAX : SHOTS_OF_SEVERAL;

    bench_shared()->shots = shots;
    cast[core_count] = (struct role){
        .run = latency_handler,
        .priority = PRIORITY_TOP,
        .is_second = true,
    };
    for (unsigned core = 0; core < core_count; core++)
        cast[core] = (struct role){
            .run = load_forever,
            .priority = PRIORITY_LOW,
            .core = (uint8_t)core,
        };
    stage_run(cast, core_count + 1);
    sort(samples, shots);
    rt_printf("{\"bench\":\"irq_latency_median\",\"instructions\":%lu}\n",
              (unsigned long)samples[shots / 2]);
    rt_printf("{\"bench\":\"irq_latency_worst\",\"instructions\":%lu}\n",
              (unsigned long)samples[shots - 1]);
}

/* The kernel took the time at its first instruction; an instruction is a nanosecond. */
static void print_boot(const struct abi_boot_info *boot, uint64_t start_time)
{
    uint64_t ticks = start_time - boot->kernel_entry_time;
    uint64_t ns = ticks * 1000000000 / boot->time_frequency;

    rt_printf("{\"bench\":\"boot_to_user\",\"instructions\":%lu}\n", (unsigned long)ns);
    rt_printf("{\"bench\":\"kernel_boot_memory_bytes\",\"value\":%lu}\n",
              (unsigned long)boot->kernel_memory_bytes);
}

int root_main(const struct abi_boot_info *boot)
{
    uint64_t start_time = rt_counter();

    stage_init(boot);
    for (size_t i = 0; boot->core_count == 1 && i < array_count(benchmarks); i++)
        run(&benchmarks[i]);
    run_latency(boot->core_count);
    print_boot(boot, start_time);
    return (int)skr_power_control_off(ABI_ROOT_POWER);
}

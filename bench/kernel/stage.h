/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage: objects that all benchmarks use, and the two peers of the one that runs.
 *
 * What the peers share is made once and lives as long as the machine; a peer lies in a memory of
 * its own and ends with it, so every benchmark finds the same machine.
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "bench.h"

#include <abi/boot.h>
#include <rt/thread.h>

/* How a peer runs. */
struct role {
    rt_thread_fn *run; /* null: there is none */
    uint8_t priority;
    uint8_t options; /* of thread.configure */
    bool has_faults; /* faults go to the endpoint; else they end the benchmark */
};

void stage_init(const struct abi_boot_info *boot);

/* Runs both until the one that measures says that it is done; its results are in the shared page. */
void stage_run(const struct role *client, const struct role *server);

#endif

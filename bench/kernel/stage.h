/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stage: objects that all benchmarks use, and the peers of the one that runs.
 *
 * What the peers share is made once and lives as long as the machine; a peer lies in a memory of
 * its own and ends with it, so every benchmark finds the same machine.
 */
#ifndef BENCH_STAGE_H
#define BENCH_STAGE_H

#include "bench.h"

#include <abi/boot.h>
#include <rt/thread.h>

enum { PEERS_MAX = ABI_BOOT_MAX_CORES + 1 };

/* How a peer runs. */
struct role {
    rt_thread_fn *run; /* null: there is none */
    uint8_t priority;
    uint8_t options; /* of thread.configure */
    uint8_t core;
    bool is_second;  /* on the first core, two can have budgets of their own */
    bool has_faults; /* faults go to the endpoint; else they end the benchmark */
};

void stage_init(const struct abi_boot_info *boot);

/*
 * Runs the peers until one says that it is done; results are in the shared pages.  The last one is
 * the server, and is made first.  Each peer's argument is its number in `roles`.
 */
void stage_run(const struct role *roles, unsigned count);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an interrupt to its handler in user mode, whatever the kernel is busy with.
 *
 * The interrupt is the timer's, since it comes when we said it would: a sample is the count of
 * instructions in the handler less what the count was at the deadline.  The latter is known because
 * the clock and the counter run on one virtual time; calibrate finds how far apart they are.
 */
#include "bench.h"
#include "load.h"

enum {
    CALIBRATIONS = 64,
    WAIT_MIN_NS = 3000, /* longer than arming takes */
    WAIT_SPREAD_NS = 60000,
    SETTLE_NS = 200000, /* the first shot: all loads are at work */
};

/* What the counter shows in excess of the clock's nanoseconds, seen at the clock's steps. */
static uint64_t calibrate(uint64_t tick_ns)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < CALIBRATIONS; i++) {
        uint64_t before = rt_counter();
        uint64_t now = before;
        uint64_t count = 0;

        while (now == before) {
            now = rt_counter();
            count = instructions_now();
        }
        least = u64_min(least, count - now * tick_ns);
    }
    return least;
}

void latency_handler(void *unused)
{
    uint64_t tick_ns = 1000000000 / bench_shared()->time_frequency;
    uint64_t excess = calibrate(tick_ns);
    uint32_t lot = 1;
    uint64_t pause_ns = SETTLE_NS;
    word_t bits;

    (void)unused;
    for (unsigned shot = 0; shot < bench_shared()->shots; shot++) {
        uint64_t deadline_ns = (rt_counter() + pause_ns / tick_ns) * tick_ns;
        status_t status = skr_timer_set(PEER_TIMER, deadline_ns, PEER_REQUEST, 1);

        rt_assert(status == OK);
        (void)skr_wait(PEER_REQUEST, &bits);
        bench_shared()->samples[shot] = instructions_now() - (deadline_ns + excess);
        pause_ns = WAIT_MIN_NS + lot_draw(&lot) % WAIT_SPREAD_NS;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the benchmarks share: the page that samples go to, what a peer finds in its captable, and
 * the loop that measures.
 *
 * A benchmark is one or two functions.  Each runs as the only thread of a component of its own (a
 * peer), so whatever passes between the two passes between address spaces.  The client measures;
 * the first component only sets the stage and prints.
 */
#ifndef BENCH_H
#define BENCH_H

#include <abi/boot.h>
#include <machine.h>
#include <rt/call.h>
#include <rt/print.h>
#include <rt/process.h>
#include <rt/thread.h>

enum {
    SAMPLES = 200,
    OPERATIONS = 100, /* of a sample, unless the benchmark says otherwise */
    SHOTS_MAX = 8000, /* samples of the interrupt latency */
    EXTRAS = 4,
};

enum priority {
    PRIORITY_IDLE = 1,
    PRIORITY_LOW = 20,
    PRIORITY_HIGH = 21,
    PRIORITY_STAGE = 30, /* of the first component */
    PRIORITY_TOP = 40,
};

/* Pages that the first component and all peers see at the same address. */
struct bench_shared {
    uint64_t samples[SHOTS_MAX];
    uint64_t extra[EXTRAS]; /* further results; each benchmark's own meaning */
    uint64_t time_frequency;
    uint32_t shots; /* how many the interrupt latency takes; at most SHOTS_MAX */
    rt_thread_fn *functions[ABI_BOOT_MAX_CORES + 1]; /* what the peers run */
};

static const vaddr_t SHARED_ADDRESS = (word_t)0x20 << 32;

/* Where nothing is mapped unless a benchmark maps it. */
static const vaddr_t WINDOW_ADDRESS = (word_t)0x21 << 32;
static const vaddr_t SECOND_WINDOW_ADDRESS = (word_t)0x22 << 32;

/* What every peer has.  The first four are its own, the rest is shared by all. */
enum peer_slot {
    PEER_CAPTABLE = 1,
    PEER_SPACE,
    PEER_THREAD,
    PEER_BUDGET,
    PEER_LOG,
    PEER_DONE, /* notification: the measuring peer is done */
    PEER_ENDPOINT,
    PEER_REPLY,
    PEER_REQUEST, /* notification */
    PEER_ANSWER,  /* notification */
    PEER_TIMER,
    PEER_SPARE_FRAME, /* one page */
    PEER_FIRST_SPACE, /* a space that no thread runs in */
    PEER_SERVER_SPACE,
    PEER_FRAME,  /* FRAME_PAGES; this and the next are shared by the peers on one core */
    PEER_MEMORY, /* MEMORY_PAGES, nothing in it */
    PEER_FREE_SLOTS = 64, /* from here on slots are empty */
    PEER_SLOTS = 512,
};

enum { FRAME_PAGES = 512, MEMORY_PAGES = 1024 };

static inline struct bench_shared *bench_shared(void)
{
    return (struct bench_shared *)SHARED_ADDRESS;
}

/*
 * The client's loop: `operation` is inlined, and the loop takes two instructions.  Its result is
 * looked at once, before the clock runs; one operation behind the samples is there to be traced.
 */
ALWAYS_INLINE void measure(status_t (*operation)(void))
{
    rt_assert(operation() == OK);
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        uint64_t start = instructions_now();

        for (unsigned n = 0; n < OPERATIONS; n++)
            (void)operation();
        bench_shared()->samples[sample] = instructions_now() - start;
    }
    trace_begin();
    (void)operation();
    trace_end();
}

/* The peers of each benchmark; bench/kernel/main.c says what each one is. */
void call_0w_client(void *unused);
void call_4w_client(void *unused);
void call_4w_fpu_client(void *unused);
void call_10w_client(void *unused);
void echo_server(void *unused);
void echo_fpu_server(void *unused);
void fault_client(void *unused);
void fault_server(void *unused);
void forwarded_client(void *unused);
void forwarded_server(void *unused);

void yield_client(void *unused);
void yield_server(void *unused);
void signal_client(void *unused);
void wait_server(void *unused);
void pingpong_client(void *unused);
void pingpong_server(void *unused);

void map_client(void *unused);
void map_64_client(void *unused);
void fork_client(void *unused);
void fork_server(void *unused);

void frame_client(void *unused);
void endpoint_client(void *unused);
void copy_client(void *unused);
void frames64_client(void *unused);
void thread_client(void *unused);

void latency_handler(void *unused);

#endif

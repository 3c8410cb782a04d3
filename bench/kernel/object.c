/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects and capabilities: made, copied, deleted, revoked.
 */
#include "bench.h"

#include <abi/sizes.h>
#include <rt/print.h>

enum {
    FRAMES = 64,
    FIRST_OFFSET = ABI_PAGE_SIZE, /* behind the memory's own header */
    ALL_RIGHTS = 0x3ff,
};

static inline status_t make_delete_frame(void)
{
    status_t status;

    status = skr_memory_make(PEER_MEMORY, TYPE_FRAME, FIRST_OFFSET, 1, 1, PEER_FREE_SLOTS, NULL);
    return status | skr_captable_delete(PEER_CAPTABLE, PEER_FREE_SLOTS);
}

static inline status_t make_delete_endpoint(void)
{
    status_t status;

    status = skr_memory_make(PEER_MEMORY, TYPE_ENDPOINT, FIRST_OFFSET, 0, 1, PEER_FREE_SLOTS, NULL);
    return status | skr_captable_delete(PEER_CAPTABLE, PEER_FREE_SLOTS);
}

static inline status_t copy_delete_cap(void)
{
    status_t status;

    status = skr_captable_copy(PEER_CAPTABLE, PEER_FREE_SLOTS, PEER_CAPTABLE, PEER_ENDPOINT,
                               ALL_RIGHTS, 0, 0);
    return status | skr_captable_delete(PEER_CAPTABLE, PEER_FREE_SLOTS);
}

void frame_client(void *unused)
{
    (void)unused;
    measure(make_delete_frame);
}

void endpoint_client(void *unused)
{
    (void)unused;
    measure(make_delete_endpoint);
}

void copy_client(void *unused)
{
    (void)unused;
    measure(copy_delete_cap);
}

static void empty_slots(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        rt_assert(skr_captable_delete(PEER_CAPTABLE, PEER_FREE_SLOTS + i) == OK);
}

ALWAYS_INLINE word_t make_revoke_frames(void)
{
    word_t done = 0;

    (void)skr_memory_make(PEER_MEMORY, TYPE_FRAME, FIRST_OFFSET, 1, FRAMES, PEER_FREE_SLOTS, NULL);
    (void)skr_captable_revoke(PEER_CAPTABLE, PEER_MEMORY, &done);
    return done;
}

/* Revoking leaves the slots marked dead; the last time it took to empty them is extra[0]. */
void frames64_client(void *unused)
{
    (void)unused;
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        uint64_t start = instructions_now();
        uint64_t end;

        rt_assert(make_revoke_frames() == FRAMES);
        end = instructions_now();
        bench_shared()->samples[sample] = end - start;
        empty_slots(FRAMES);
        bench_shared()->extra[0] = instructions_now() - end;
    }
    trace_begin();
    make_revoke_frames();
    trace_end();
    empty_slots(FRAMES);
}

ALWAYS_INLINE void make_start_thread(unsigned index)
{
    cap_t thread = PEER_FREE_SLOTS + index;

    (void)skr_memory_make(PEER_MEMORY, TYPE_THREAD, FIRST_OFFSET + index * ABI_THREAD_BYTES, 0, 1,
                          thread, NULL);
    (void)skr_thread_configure(thread, PEER_CAPTABLE, PEER_SPACE, PEER_BUDGET, PEER_ENDPOINT, 0,
                               PEER_FRAME, 0, 0);
    (void)skr_thread_set_priority(thread, PRIORITY_IDLE, PRIORITY_IDLE, 0);
    (void)skr_thread_start(thread, (word_t)thread_client, 0, 0, 0);
}

/* Threads of a sample lie side by side, and are deleted between the samples. */
void thread_client(void *unused)
{
    (void)unused;
    for (unsigned sample = 0; sample < SAMPLES; sample++) {
        uint64_t start = instructions_now();
        uint64_t end;

        for (unsigned n = 0; n < OPERATIONS; n++)
            make_start_thread(n);
        end = instructions_now();
        bench_shared()->samples[sample] = end - start;
        empty_slots(OPERATIONS);
        bench_shared()->extra[0] = (instructions_now() - end) / OPERATIONS;
    }
    trace_begin();
    make_start_thread(0);
    trace_end();
    empty_slots(1);
}

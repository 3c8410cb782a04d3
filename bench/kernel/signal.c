/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals, and giving way.
 */
#include "bench.h"

static inline status_t signal_request(void)
{
    return skr_signal(PEER_REQUEST, 1);
}

static inline status_t ping(void)
{
    word_t bits;

    (void)skr_signal(PEER_REQUEST, 1);
    return skr_wait(PEER_ANSWER, &bits);
}

static inline status_t yield(void)
{
    skr_yield();
    return OK;
}

void yield_client(void *unused)
{
    (void)unused;
    measure(yield);
}

void yield_server(void *unused)
{
    (void)unused;
    for (;;)
        skr_yield();
}

void signal_client(void *unused)
{
    (void)unused;
    measure(signal_request);
}

void wait_server(void *unused)
{
    word_t bits;

    (void)unused;
    for (;;)
        (void)skr_wait(PEER_REQUEST, &bits);
}

void pingpong_client(void *unused)
{
    (void)unused;
    measure(ping);
}

void pingpong_server(void *unused)
{
    word_t bits;

    (void)unused;
    for (;;) {
        (void)skr_wait(PEER_REQUEST, &bits);
        (void)skr_signal(PEER_ANSWER, 1);
    }
}

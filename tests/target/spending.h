/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of processor time share: units, threads on budgets, and passive servers that
 * work a while for each call.
 *
 * Tests that give time away take half of core 0 for themselves (test_share_core).  Times are those
 * of the guest, which an emulator may let stand still; so units are coarse and bounds generous.
 */
#ifndef TESTS_SPENDING_H
#define TESTS_SPENDING_H

#include "actor.h"

enum {
    SPEND_LABEL = 80,
    HIGH = TEST_PRIORITY + 4,
    LOW = TEST_PRIORITY - 4,
    SERVER = LOW + 1, /* below the test, above its clients */
    UNIT = 4 * TEST_NS_PER_MS,
    FOREVER_NS = 500 * UNIT, /* does not end within a test */
    PASSIVE = 1,
};

static const uint64_t LONG_PERIOD_NS = (uint64_t)15000 * UNIT;

struct counter {
    volatile unsigned count;
    volatile bool is_over;
};

/* The body of a thread that never sleeps. */
void count_on(void *argument);

cap_t thread_on(cap_t budget, rt_thread_fn *run, void *argument, word_t priority);

uint64_t consumed_ns(cap_t budget);
uint64_t left_ns(cap_t budget);

/* Works a while for each call, and calls the next server meanwhile if there is one. */
struct server {
    cap_t endpoint;
    cap_t reply;
    cap_t reserve;
    cap_t timeout;
    cap_t next;
    uint64_t work_ns;
    uint64_t overrun_ns; /* works until its reserve has paid this much */
    cap_t thread;
    volatile unsigned begun;
    volatile unsigned served;
    volatile uint64_t begun_at_ns;
    volatile uint64_t served_at_ns;
    volatile status_t next_status;
};

/* Starts it and waits until it waits; `reserve` is what it has of its own. */
void server_start(struct server *server, cap_t reserve, uint64_t work_ns);

/* Lets others run until it has a call in hand. */
void server_await_begun(const struct server *server);

/* A client of its own on this budget. */
void client_start(struct actor *client, cap_t endpoint, cap_t budget);

#endif

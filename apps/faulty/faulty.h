/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The app's state, and its ways to fail.
 */
#ifndef FAULTY_FAULTY_H
#define FAULTY_FAULTY_H

#include <component/server.h>
#include <rt/thread.h>

/* What the second thread is told to do; it looks at its next turn. */
enum worker_mood { WORKER_WELL, WORKER_SILENT, WORKER_SPINNING, WORKER_CRASHING };

struct faulty {
    struct component self;
    struct component_server server;
    struct ipc_protocol protocol;
    struct component_lent lent[COMPONENT_SESSIONS_MAX];
    uint32_t revoked; /* session to revoke after the answer, and one; 0: none */
    struct rt_worker worker;
    struct rt_object worker_timer;
    struct rt_object worker_wake;
    uint32_t mood; /* enum worker_mood; read by the worker */
};

struct faulty *faulty_of(void *state);

/* Starts the second thread. */
status_t worker_start(struct faulty *faulty);

#endif

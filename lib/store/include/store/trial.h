/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a generation is well: every app reported ready, and none was lost for a whole window.
 *
 * Times are of any clock that does not go back.  The store is told the result by store_confirm.
 */
#ifndef STORE_TRIAL_H
#define STORE_TRIAL_H

#include <base/types.h>

enum { TRIAL_APPS_MAX = 64 };

struct trial {
    uint64_t expected; /* bit i: app i has to be ready */
    uint64_t ready;
    uint64_t window_ns;
    uint64_t since_ns; /* when the last app became ready */
};

/* `app_count` is at most TRIAL_APPS_MAX. */
void trial_start(struct trial *trial, uint32_t app_count, uint64_t window_ns);

void trial_ready(struct trial *trial, uint32_t app, uint64_t now_ns);

/* The app faulted, ended or missed a heartbeat: it must become ready, the window pass, anew. */
void trial_lost(struct trial *trial, uint32_t app);

bool trial_is_well(const struct trial *trial, uint64_t now_ns);

#endif

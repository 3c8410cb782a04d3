/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for what takes long: passwords and uploads.  What they do touches nothing of the
 * loop's; the loop hears of the end.
 */
#ifndef SERVER_WORKERS_H
#define SERVER_WORKERS_H

#include <net/loop.h>

struct workers;

struct job {
    void (*work)(struct job *job); /* on a worker's thread */
    void (*done)(struct job *job); /* then on the loop's; the last that happens to the job */
    struct task task;
    struct workers *workers;
    struct job *next;
};

struct workers *workers_create(struct loop *loop, unsigned threads, unsigned queue_max);
void workers_destroy(struct workers *workers); /* waits for the jobs at work, drops the others */

/* ERR_OVER_LIMIT when too many wait already. */
status_t workers_add(struct workers *workers, struct job *job);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread's event loop: descriptors, timers, and tasks that other threads hand over.
 *
 * Everything but loop_post is for the loop's own thread.  Each turn waits, calls what is ready,
 * then calls `settle`: the one place where what a turn did is made durable and sent.  What a turn
 * frees stays until the turn's end, so an event for it can do no harm.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <base/types.h>

struct loop;

struct watch {
    int fd;
    void (*ready)(struct watch *watch, uint32_t events); /* of epoll */
};

struct timer {
    void (*fire)(struct timer *timer);
    uint64_t due_ms;
    size_t place; /* in the heap, from 1; 0 when it does not run */
};

/* Handed over by another thread, which gives it up. */
struct task {
    void (*run)(struct task *task);
    struct task *next;
};

struct loop *loop_create(void); /* null when the system refuses */
void loop_destroy(struct loop *loop);

/* `settle` is called before each wait. */
void loop_on_settle(struct loop *loop, void (*settle)(void *owner), void *owner);

status_t loop_watch(struct loop *loop, struct watch *watch, uint32_t events);
void loop_rewatch(struct loop *loop, struct watch *watch, uint32_t events);
void loop_forget(struct loop *loop, struct watch *watch); /* does not close the descriptor */

void timer_start(struct loop *loop, struct timer *timer, uint64_t delay_ms); /* again: anew */
void timer_stop(struct loop *loop, struct timer *timer);

/* Consumes: `memory` is freed at the end of this turn. */
void loop_free_later(struct loop *loop, void *memory);

/* From any thread: `task` runs on the loop's thread, after those posted before. */
void loop_post(struct loop *loop, struct task *task);

/* Settles, waits, and handles what came. */
void loop_turn(struct loop *loop);

/* Until loop_stop, which may be called from a signal handler. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

uint64_t loop_now_ms(const struct loop *loop); /* since some start; read once a turn */
uint64_t clock_ms(void);                       /* milliseconds since 1970 */

#endif

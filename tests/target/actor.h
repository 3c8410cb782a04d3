/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actors: threads that make one message call each, so that a test can put them where it wants them
 * and see how, and how often, the call ended.
 */
#ifndef TESTS_ACTOR_H
#define TESTS_ACTOR_H

#include "frame.h"

enum actor_act {
    ACT_CALL,
    ACT_SEND,
    ACT_RECEIVE,
    ACT_WAIT, /* for a notification; the bits are in message.words[0] */
};

/* Lives until the test ends. */
struct actor {
    enum actor_act act;
    cap_t cap;   /* endpoint or notification */
    cap_t reply; /* of ACT_RECEIVE */
    struct skr_message message;
    cap_t thread;
    volatile status_t status;
    volatile unsigned ended; /* how often the call came back */
};

/* Starts it at this priority, on `budget`; 0 is that of core 0. */
void actor_start_on(struct actor *actor, word_t priority, cap_t budget);
void actor_start(struct actor *actor, word_t priority);

/* Starts it, and waits until it blocks in `state`. */
bool actor_block(struct actor *actor, word_t priority, word_t state);

/* Lets others run until its call came back with this status, and checks that it came back once. */
bool actor_ended(const struct actor *actor, status_t status);

/* A message of `length` register words that follow from `first`. */
struct skr_message message_of(word_t label, word_t length, word_t first);

/* Keeps the processor busy. */
void spin_ns(uint64_t duration_ns);

/* Sleeps a little at a time until `*flag` is at least `value`; false after four seconds. */
bool await_count(const volatile unsigned *flag, unsigned value);

#endif

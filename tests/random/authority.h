/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authority never grows but by an explicit grant: after a call, whatever a captable reaches it
 * reached before, or one who took part in the call could give it, or it was made by the call.
 *
 * This looks at two states of the model only, not at what the call did.
 */
#ifndef TESTS_RANDOM_AUTHORITY_H
#define TESTS_RANDOM_AUTHORITY_H

#include "model.h"

enum { AUTHORITY_SLOTS_MAX = 4096, AUTHORITY_THREADS_MAX = 256 };

/* What a slot holds, for whom. */
struct held_right {
    u64 chunk; /* address */
    unsigned slot;
    u64 table;  /* address of the captable the chunk is part of; 0: none */
    u64 key[2]; /* names the object */
    unsigned rights;
};

struct known_thread {
    u64 base;
    u64 table;
    enum state state;
};

struct authority {
    unsigned count;
    struct held_right held[AUTHORITY_SLOTS_MAX];
    unsigned thread_count;
    struct known_thread thread[AUTHORITY_THREADS_MAX];
    u64 caller; /* the calling thread */
    bool is_make;
    bool is_message; /* no operation: threads that wait may take part */
    u64 named[9];    /* captables and chunks that the call names */
};

void authority_take(struct authority *authority, const struct model *m);

/* The call that the running thread is about to make. */
void authority_of_call(struct authority *authority, const struct object *self);

/* false: something appeared that nobody could give. */
bool authority_is_kept(const struct authority *before, const struct authority *after);

#endif

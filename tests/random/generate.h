/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random calls, made from what the model knows: mostly ones that can succeed, with wrong arguments
 * of every kind among them.  The same seed over the same states gives the same calls.
 */
#ifndef TESTS_RANDOM_GENERATE_H
#define TESTS_RANDOM_GENERATE_H

#include "model.h"

enum { SLOTS_MAX = 1024 };

struct slots {
    unsigned count;
    u64 index[SLOTS_MAX];
};

struct generator {
    u64 state; /* of the random numbers */
    struct model *m;
    struct object *root; /* thread that must always be able to go on */
    u64 second_budget;   /* slot of a budget of the second core, where there is one */
    bool is_on_target;   /* only root makes calls, and registers are the machine's */
    unsigned plan;       /* step of making and starting a new thread; 0: none under way */
    u64 plan_slot;
    unsigned until_plan;
    struct slots full; /* slots of the caller's captable */
    struct slots empty;
};

u64 random_next(struct generator *g);
u64 random_below(struct generator *g, u64 limit);
bool random_chance(struct generator *g, unsigned percent);

/* Fill the running thread's registers, and its message buffer if it has one. */
void generate_call(struct generator *g);

/* The name of the call or operation in a thread's registers, and its index in abi_entries
 * (ABI_ENTRY_COUNT: none). */
unsigned call_entry(const struct object *self);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations that must fail: what they answer, whom they blame, and that nothing changed.
 *
 * Status and culprit travel as one number, so that a check shows both: 42 is status -4, argument 2.
 */
#ifndef TESTS_REFUSAL_H
#define TESTS_REFUSAL_H

#include "frame.h"

struct args {
    word_t w[ABI_REGISTER_WORDS];
};

/* What `outcome` returns when the operation fails like this; culprit 0 is the invoked capability.
 */
static inline word_t blames(status_t status, word_t culprit)
{
    return (word_t)-status * 10 + culprit;
}

/* Invokes the operation; 0 when it worked. */
word_t outcome(cap_t cap, word_t operation, struct args args);

/* The same for map, unmap and protect with one entry. */
word_t map_outcome(cap_t space, word_t operation, struct abi_map_entry entry);

/* A map entry. */
struct abi_map_entry map_entry(cap_t frame, vaddr_t address, word_t page, word_t pages,
                               word_t attributes);

/*
 * A number that depends on all that can be asked about everything that root holds: the contents of
 * every slot, spaces, budgets, threads' states.
 */
uint64_t state_digest(void);

/* What a slot holds, as captable.query tells it. */
struct held {
    word_t type, rights, badge, children;
};

struct held held_in(cap_t table, cap_t slot);
bool held_equal(struct held a, struct held b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No fast path: every call takes the complete one.
 */
#include "fastpath.h"

struct thread *fast_call(struct cpu *cpu, struct thread *self)
{
    (void)cpu;
    (void)self;
    return NULL;
}

struct thread *fast_fault(struct cpu *cpu, struct thread *self, word_t kind, const word_t words[4])
{
    (void)cpu;
    (void)self;
    (void)kind;
    (void)words;
    return NULL;
}

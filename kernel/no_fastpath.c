/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No fast path: everything takes the complete one.
 */
#include "fastpath.h"

struct thread *fast_call(struct cpu *cpu, struct thread *self)
{
    return complete_call(cpu, self);
}

struct thread *fast_fault(struct cpu *cpu, struct thread *self, word_t kind, const word_t words[4])
{
    return complete_fault(cpu, self, kind, words);
}

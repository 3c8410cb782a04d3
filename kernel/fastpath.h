/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The common cases of call, reply_receive, signal, wait and faults, done without the general
 * machinery.
 *
 * A fast path checks that everything is as it nearly always is, and changes nothing until it knows;
 * otherwise it declines and the complete path does the work, with the same outcome.  A kernel
 * linked with no_fastpath.c always takes the complete path: tests run on both.
 */
#ifndef KERNEL_FASTPATH_H
#define KERNEL_FASTPATH_H

#include <base/types.h>

struct cpu;
struct thread;

/* Do the call that the running thread made, or report its fault; returns the thread to go on with,
 * this core ready for it and the lock dropped. */
struct thread *fast_call(struct cpu *cpu, struct thread *self);
struct thread *fast_fault(struct cpu *cpu, struct thread *self, word_t kind, const word_t words[4]);

/* The same in every case, by the general machinery (trap.c). */
struct thread *complete_call(struct cpu *cpu, struct thread *self);
struct thread *complete_invoke(struct cpu *cpu, struct thread *self);   /* an operation */
struct thread *complete_fault(struct cpu *cpu, struct thread *self, word_t kind,
                              const word_t words[4]);

#endif

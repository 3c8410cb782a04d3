/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the processor enters the kernel.  Trap entry saves the running thread's registers in its
 * context, switches to this core's kernel stack, and calls one of these; the thread it returns is
 * the one to go on with. Interrupts are off from entry to exit.  The kernel is an event handler:
 * nothing stays on the stack between traps.
 */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include <base/types.h>
#include <stdbool.h>

struct thread;

struct trap_fault {
    word_t kind;        /* FAULT_* of abi/objects.h: page, exception, breakpoint, step */
    word_t address;     /* faulting address; breakpoint number */
    word_t access;      /* page: MAP_READ, MAP_WRITE or MAP_EXECUTE */
    word_t syndrome;    /* the processor's own cause */
};

/* Implemented by the portable kernel (kernel/trap.c). */
struct thread *trap_call(struct thread *self);
struct thread *trap_forwarded(struct thread *self);     /* a call of a forwarded thread */
struct thread *trap_fault(struct thread *self, const struct trap_fault *fault);
struct thread *trap_fpu(struct thread *self); /* the unit was off and the thread wants it */
struct thread *trap_interrupt(struct thread *self);

/* Implemented by the architecture: leave for user mode in the thread's context, for the first time
 * on this core. */
_Noreturn void trap_exit(struct thread *thread);

/* A trap taken in the kernel itself ends here; never returns.  pc and address are printed. */
_Noreturn void kernel_trap_panic(word_t pc, word_t address, word_t syndrome);

#endif

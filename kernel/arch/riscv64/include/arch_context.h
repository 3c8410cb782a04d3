/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: a thread's registers, as the accessors of arch/context.h expect them.
 *
 * A context always holds all general registers: a call of the kernel's own stores t4-t6 as zero, so
 * one exit path serves calls, foreign calls and interrupts alike.  There is no status word: what
 * user mode runs with is the same for all threads, and the state of the FPU belongs to the core.
 */
#ifndef ARCH_RISCV64_CONTEXT_H
#define ARCH_RISCV64_CONTEXT_H

#include <base/types.h>
#include <stdbool.h>

/* entry.S knows these offsets. */
struct arch_context {
    word_t x[32]; /* x[0] is always 0 */
    word_t pc;
    word_t stack; /* of the core that the thread last ran on: where the next trap starts */
    word_t is_forwarded; /* a call keeps t4-t6 too */
};

struct arch_fpu {
    uint64_t f[32];
    uint64_t fcsr;
};

/* Triggers belong to the firmware: S-mode cannot reach them. */
struct arch_debug {
    word_t unused;
};

enum {
    REGISTER_SP = 2,
    REGISTER_TP = 4,
    REGISTER_CALL = 5,      /* t0 */
    REGISTER_CAP = 6,       /* t1 */
    REGISTER_INFO = 7,      /* t2 */
    REGISTER_WORDS = 10,    /* a0.. */
    REGISTER_FOREIGN = 17,  /* a7, which is also w7 */
    REGISTER_AUX = 28,      /* t3 */
    TRAP_BYTES = 4,         /* there is no short form */
};

static_assert(offsetof(struct arch_context, pc) == 256, "CONTEXT_PC of entry.S");
static_assert(offsetof(struct arch_context, stack) == 264, "CONTEXT_STACK of entry.S");
static_assert(offsetof(struct arch_context, is_forwarded) == 272, "CONTEXT_FORWARDED of entry.S");
static_assert(offsetof(struct arch_fpu, fcsr) == 256, "FPU_FCSR of fpu.S");

/* sstatus.FS: 0 is off, all bits set is on.  The first use of a unit that is off is illegal. */
static const word_t SSTATUS_FS = 3 << 13;

static inline void fpu_enable(void)
{
    __asm__ volatile("csrs sstatus, %0" ::"r"(SSTATUS_FS) : "memory");
}

static inline void fpu_disable(void)
{
    __asm__ volatile("csrc sstatus, %0" ::"r"(SSTATUS_FS) : "memory");
}

static inline bool debug_in_use(const struct arch_debug *debug)
{
    (void)debug;
    return false;
}

#endif

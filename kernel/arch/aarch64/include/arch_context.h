/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: a thread's registers, as the accessors of arch/context.h expect them.
 *
 * A context always holds all registers.  While its thread runs, the kernel's stack pointer points
 * to it, so that trap entry can store registers without needing one first.  A native call enters
 * with x12-x18 stored as zero; a forwarded thread's trap keeps them, as foreign programs expect.
 */
#ifndef ARCH_AARCH64_CONTEXT_H
#define ARCH_AARCH64_CONTEXT_H

#include <base/compiler.h>
#include <base/types.h>
#include <stdbool.h>

/* entry.S knows these offsets. */
struct arch_context {
    ALIGNED(16) word_t x[31]; /* the processor wants an aligned stack pointer */
    word_t sp;
    word_t pc;
    word_t spsr;
    word_t tp;
    word_t is_forwarded;
};

struct arch_fpu {
    ALIGNED(16) uint64_t fpcr;
    uint64_t fpsr;
    uint64_t v[32][2];
};

enum { DEBUG_SLOTS = 4 };

/* A slot holds a breakpoint or a watchpoint: at most one of its two control values is not 0. */
struct arch_debug {
    word_t address[DEBUG_SLOTS];
    uint32_t breakpoint_control[DEBUG_SLOTS];
    uint32_t watchpoint_control[DEBUG_SLOTS];
    bool is_stepping;
};

enum {
    REGISTER_WORDS = 0,     /* x0.. */
    REGISTER_CALL = 8,
    REGISTER_CAP = 9,
    REGISTER_INFO = 10,
    REGISTER_AUX = 11,
    REGISTER_FOREIGN = REGISTER_CALL,
    TRAP_BYTES = 4,
};

static_assert(offsetof(struct arch_context, sp) == 248, "CONTEXT_SP of entry.S");
static_assert(offsetof(struct arch_context, pc) == 256, "CONTEXT_PC of entry.S");
static_assert(offsetof(struct arch_context, spsr) == 264, "CONTEXT_SPSR of entry.S");
static_assert(offsetof(struct arch_context, tp) == 272, "CONTEXT_TP of entry.S");
static_assert(offsetof(struct arch_context, is_forwarded) == 280, "CONTEXT_FORWARDED of entry.S");
static_assert(offsetof(struct arch_fpu, v) == 16, "FPU_V of fpu.S");

/* CPACR_EL1.FPEN only concerns user mode: the kernel may always save and restore. */
static const word_t CPACR_FP_KERNEL = 1 << 20, CPACR_FP_ALL = 3 << 20;

static inline void fpu_enable(void)
{
    __asm__ volatile("msr cpacr_el1, %0" ::"r"(CPACR_FP_ALL) : "memory");
}

static inline void fpu_disable(void)
{
    __asm__ volatile("msr cpacr_el1, %0" ::"r"(CPACR_FP_KERNEL) : "memory");
}

#endif

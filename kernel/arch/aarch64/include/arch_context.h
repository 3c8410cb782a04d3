/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: a thread's registers and the accessors that arch/context.h promises.
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
    SVC_BYTES = 4,
};

static_assert(offsetof(struct arch_context, sp) == 248, "CONTEXT_SP of entry.S");
static_assert(offsetof(struct arch_context, pc) == 256, "CONTEXT_PC of entry.S");
static_assert(offsetof(struct arch_context, spsr) == 264, "CONTEXT_SPSR of entry.S");
static_assert(offsetof(struct arch_context, tp) == 272, "CONTEXT_TP of entry.S");
static_assert(offsetof(struct arch_context, is_forwarded) == 280, "CONTEXT_FORWARDED of entry.S");
static_assert(offsetof(struct arch_fpu, v) == 16, "FPU_V of fpu.S");

static inline word_t *context_words(struct arch_context *context)
{
    return &context->x[REGISTER_WORDS];
}

static inline word_t context_call(const struct arch_context *context)
{
    return context->x[REGISTER_CALL];
}

static inline void context_set_call(struct arch_context *context, word_t call)
{
    context->x[REGISTER_CALL] = call;
}

static inline word_t context_cap(const struct arch_context *context)
{
    return context->x[REGISTER_CAP];
}

static inline word_t context_info(const struct arch_context *context)
{
    return context->x[REGISTER_INFO];
}

static inline word_t context_aux(const struct arch_context *context)
{
    return context->x[REGISTER_AUX];
}

static inline void context_set_status(struct arch_context *context, status_t status)
{
    context->x[REGISTER_CALL] = (word_t)status;
}

static inline void context_set_event(struct arch_context *context, word_t badge, word_t info,
                                     word_t aux)
{
    context->x[REGISTER_CAP] = badge;
    context->x[REGISTER_INFO] = info;
    context->x[REGISTER_AUX] = aux;
}

static inline void context_restart_call(struct arch_context *context)
{
    context->pc -= SVC_BYTES;
}

static inline word_t context_pc(const struct arch_context *context)
{
    return context->pc;
}

static inline void context_set_pc(struct arch_context *context, word_t pc)
{
    context->pc = pc;
}

static inline word_t context_foreign_number(const struct arch_context *context)
{
    return context->x[REGISTER_CALL];
}

static inline void context_set_forwarded(struct arch_context *context, bool is_forwarded)
{
    context->is_forwarded = is_forwarded;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's processor state, as portable code sees it.
 *
 * Each architecture defines in its own include folder, as <arch_context.h>:
 *   struct arch_context   general registers x[], pc, flags, thread pointer, is_forwarded; the first
 *                         member of struct thread, so trap entry finds it without knowing the rest
 *   struct arch_fpu       floating point and vector state
 *   struct arch_debug     breakpoints and single step
 * and which of x[] is what: REGISTER_WORDS (the first of eight), REGISTER_CALL, _CAP, _INFO, _AUX,
 * REGISTER_FOREIGN (the number of a foreign call), and TRAP_BYTES, the length of the instruction
 * that traps.  The register convention is abi/registers.h.
 */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <arch_context.h>
#include <base/types.h>
#include <stdbool.h>

/* The eight message words, in order. */
static inline word_t *context_words(struct arch_context *context)
{
    return &context->x[REGISTER_WORDS];
}

/* Registers of the call convention as the thread left them. */
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

/* What a call gives back.  Scratch registers are cleared by the trap exit, not here. */
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

/* The number a forwarded or unknown call passed, for the fault's extra word. */
static inline word_t context_foreign_number(const struct arch_context *context)
{
    return context->x[REGISTER_FOREIGN];
}

/* After a trap instruction the saved pc points behind it.  Restart makes the thread execute it
 * again. */
static inline void context_restart_call(struct arch_context *context)
{
    context->pc -= TRAP_BYTES;
}

static inline word_t context_pc(const struct arch_context *context)
{
    return context->pc;
}

static inline void context_set_pc(struct arch_context *context, word_t pc)
{
    context->pc = pc;
}

/* A forwarded thread's traps keep every register: they are not calls of this kernel.  context_init
 * leaves this as it is. */
static inline void context_set_forwarded(struct arch_context *context, bool is_forwarded)
{
    context->is_forwarded = is_forwarded;
}

/* Start values: everything else zero, user mode, interrupts on. */
void context_init(struct arch_context *context, word_t pc, word_t sp, word_t argument, word_t tp);

/* The list-area form of abi/registers.h, which other threads may change meanwhile: each word is
 * read once.  fpu is NULL when the thread has no such state; *has_fpu: the registers bring some.
 * write refuses privileged bits with ERR_BAD_ARGUMENT and changes nothing. */
size_t context_read(const struct arch_context *context, const struct arch_fpu *fpu,
                    void *registers);
status_t context_write(struct arch_context *context, struct arch_fpu *fpu, bool *has_fpu,
                       const void *registers);

/* ---- floating point: off unless the running thread owns what is in the registers ---- */

void fpu_enable(void);
void fpu_disable(void);
void fpu_save(struct arch_fpu *fpu);            /* the unit must be enabled */
void fpu_restore(const struct arch_fpu *fpu);   /* likewise */
void fpu_switch(struct arch_fpu *from, const struct arch_fpu *to);  /* save, then restore */

/* ---- debug registers; ERR_NOT_SUPPORTED where the machine has none ---- */

enum breakpoint_kind {
    BREAKPOINT_OFF,
    BREAKPOINT_EXECUTE,
    BREAKPOINT_WRITE,
    BREAKPOINT_READ,
    BREAKPOINT_ACCESS
};

status_t debug_set_breakpoint(struct arch_debug *debug, word_t number, word_t address,
                              enum breakpoint_kind kind);
status_t debug_single_step(struct arch_debug *debug, struct arch_context *context, bool on);
bool debug_in_use(const struct arch_debug *debug);
void debug_load(const struct arch_debug *debug);    /* before such a thread runs */
void debug_unload(void);                            /* before another one runs */

#endif

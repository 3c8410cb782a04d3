/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: a thread's registers are a plain structure, which the harness reads and writes as a program
 * would.
 */
#ifndef ARCH_HOST_CONTEXT_H
#define ARCH_HOST_CONTEXT_H

#include <base/types.h>
#include <stdbool.h>

struct arch_context {
    word_t words[8];
    word_t call;
    word_t cap;
    word_t info;
    word_t aux;
    word_t pc;
    word_t sp;
    word_t tp;
    word_t is_forwarded;
};

struct arch_fpu {
    uint64_t value[4];
};

enum { HOST_BREAKPOINTS = 2, HOST_TRAP_BYTES = 4 };

struct arch_debug {
    word_t address[HOST_BREAKPOINTS];
    uint32_t kind[HOST_BREAKPOINTS];
    bool is_stepping;
};

static inline word_t *context_words(struct arch_context *context)
{
    return context->words;
}

static inline word_t context_call(const struct arch_context *context)
{
    return context->call;
}

static inline void context_set_call(struct arch_context *context, word_t call)
{
    context->call = call;
}

static inline word_t context_cap(const struct arch_context *context)
{
    return context->cap;
}

static inline word_t context_info(const struct arch_context *context)
{
    return context->info;
}

static inline word_t context_aux(const struct arch_context *context)
{
    return context->aux;
}

static inline void context_set_status(struct arch_context *context, status_t status)
{
    context->call = (word_t)status;
}

static inline void context_set_event(struct arch_context *context, word_t badge, word_t info,
                                     word_t aux)
{
    context->cap = badge;
    context->info = info;
    context->aux = aux;
}

static inline void context_restart_call(struct arch_context *context)
{
    context->pc -= HOST_TRAP_BYTES;
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
    return context->call;
}

static inline void context_set_forwarded(struct arch_context *context, bool is_forwarded)
{
    context->is_forwarded = is_forwarded;
}

#endif

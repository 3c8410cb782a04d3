/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: start values, register lists, floating point and breakpoints.
 */
#include <abi/status.h>
#include <arch/context.h>
#include <base/memory.h>

#include "host.h"

/* The list-area form: the eight words, pc, sp, tp, and whether floating point follows. */
enum { LIST_PC = 8, LIST_SP, LIST_TP, LIST_HAS_FPU, LIST_FPU, LIST_WORDS = LIST_FPU + 4 };

void context_init(struct arch_context *context, word_t pc, word_t sp, word_t argument, word_t tp)
{
    word_t is_forwarded = context->is_forwarded;

    *context = (struct arch_context){.x = {argument}, .pc = pc, .sp = sp, .tp = tp,
                                     .is_forwarded = is_forwarded};
}

size_t context_read(const struct arch_context *context, const struct arch_fpu *fpu, void *registers)
{
    word_t *list = registers;

    for (unsigned i = 0; i < LIST_PC; i++)
        list[i] = context->x[REGISTER_WORDS + i];
    list[LIST_PC] = context->pc;
    list[LIST_SP] = context->sp;
    list[LIST_TP] = context->tp;
    list[LIST_HAS_FPU] = fpu != NULL;
    for (unsigned i = 0; i < array_count(fpu->value); i++)
        list[LIST_FPU + i] = fpu != NULL ? fpu->value[i] : 0;
    return LIST_WORDS * sizeof(word_t);
}

status_t context_write(struct arch_context *context, struct arch_fpu *fpu, bool *has_fpu,
                       const void *registers)
{
    word_t list[LIST_WORDS];

    mem_copy(list, registers, sizeof(list));
    if (list[LIST_HAS_FPU] > 1)
        return ERR_BAD_ARGUMENT;
    for (unsigned i = 0; i < LIST_PC; i++)
        context->x[REGISTER_WORDS + i] = list[i];
    context->pc = list[LIST_PC];
    context->sp = list[LIST_SP];
    context->tp = list[LIST_TP];
    *has_fpu = list[LIST_HAS_FPU] == 1;
    for (unsigned i = 0; i < array_count(fpu->value) && *has_fpu; i++)
        fpu->value[i] = list[LIST_FPU + i];
    return OK;
}

/* ---- floating point: each core has registers; using them while they are off is the harness's
 * error ---- */

void fpu_enable(void)
{
    host.cores[host.core].is_fpu_on = true;
}

void fpu_disable(void)
{
    host.cores[host.core].is_fpu_on = false;
}

void fpu_save(struct arch_fpu *fpu)
{
    *fpu = host.cores[host.core].fpu;
}

void fpu_restore(const struct arch_fpu *fpu)
{
    host.cores[host.core].fpu = *fpu;
}

void fpu_switch(struct arch_fpu *from, const struct arch_fpu *to)
{
    fpu_save(from);
    fpu_restore(to);
}

/* ---- debug ---- */

status_t debug_set_breakpoint(struct arch_debug *debug, word_t number, word_t address,
                              enum breakpoint_kind kind)
{
    if (number >= HOST_BREAKPOINTS)
        return ERR_NOT_SUPPORTED;
    debug->address[number] = address;
    debug->kind[number] = kind;
    return OK;
}

status_t debug_single_step(struct arch_debug *debug, struct arch_context *context, bool on)
{
    (void)context;
    debug->is_stepping = on;
    return OK;
}

bool debug_in_use(const struct arch_debug *debug)
{
    bool is_used = debug->is_stepping;

    for (unsigned i = 0; i < HOST_BREAKPOINTS; i++)
        is_used = is_used || debug->kind[i] != BREAKPOINT_OFF;
    return is_used;
}

void debug_load(const struct arch_debug *debug)
{
    (void)debug;
}

void debug_unload(void)
{
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers as thread.start sets them and as thread.read and thread.write show them.
 */
#include <arch/context.h>

#include <abi/registers.h>
#include <abi/status.h>
#include <base/memory.h>

/* What of PSTATE belongs to the thread: N, Z, C, V.  User mode on 64-bit, all else 0. */
static const uint64_t PSTATE_FLAGS = 0xf0000000;

void context_init(struct arch_context *context, word_t pc, word_t sp, word_t argument, word_t tp)
{
    *context = (struct arch_context){
        .x = {argument},
        .sp = sp,
        .pc = pc,
        .tp = tp,
        .is_forwarded = context->is_forwarded,
    };
}

size_t context_read(const struct arch_context *context, const struct arch_fpu *fpu,
                    void *registers)
{
    struct abi_registers_aarch64 *out = registers;

    mem_copy(out->x, context->x, sizeof(out->x));
    out->sp = context->sp;
    out->pc = context->pc;
    out->pstate = context->spsr & PSTATE_FLAGS;
    out->tpidr = context->tp;
    out->has_fp = fpu != NULL;
    if (fpu == NULL) {
        mem_zero(&out->fpcr, sizeof(*out) - offsetof(struct abi_registers_aarch64, fpcr));
        return sizeof(*out);
    }
    out->fpcr = fpu->fpcr;
    out->fpsr = fpu->fpsr;
    mem_copy(out->v, fpu->v, sizeof(out->v));
    return sizeof(*out);
}

status_t context_write(struct arch_context *context, struct arch_fpu *fpu, bool *has_fpu,
                       const void *registers)
{
    const volatile struct abi_registers_aarch64 *shared = registers;
    const struct abi_registers_aarch64 *in = registers;
    uint64_t pstate = shared->pstate;
    uint64_t has_fp = shared->has_fp;

    if ((pstate & ~PSTATE_FLAGS) != 0 || has_fp > 1)
        return ERR_BAD_ARGUMENT;
    *has_fpu = has_fp != 0;
    mem_copy(context->x, in->x, sizeof(in->x));
    context->sp = in->sp;
    context->pc = in->pc;
    context->spsr = (context->spsr & ~PSTATE_FLAGS) | pstate;
    context->tp = in->tpidr;
    if (has_fp == 0)
        return OK;
    fpu->fpcr = in->fpcr;
    fpu->fpsr = in->fpsr;
    mem_copy(fpu->v, in->v, sizeof(in->v));
    return OK;
}

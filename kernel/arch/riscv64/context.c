/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's registers as the ABI shows them.  Nothing in them is privileged but the bits that do
 * not exist, so writing is a copy behind one check.  What is checked is read only once.
 */
#include <abi/registers.h>
#include <abi/status.h>
#include <arch/context.h>
#include <base/memory.h>

enum { FCSR_BITS = 0xff };

void context_init(struct arch_context *context, word_t pc, word_t sp, word_t argument, word_t tp)
{
    mem_zero(context->x, sizeof context->x);
    context->pc = pc;
    context->x[REGISTER_SP] = sp;
    context->x[REGISTER_TP] = tp;
    context->x[REGISTER_WORDS] = argument;
}

size_t context_read(const struct arch_context *context, const struct arch_fpu *fpu, void *registers)
{
    struct abi_registers_riscv64 *out = registers;

    mem_copy(out->x, context->x, sizeof out->x);
    out->pc = context->pc;
    out->has_fp = fpu != NULL;
    if (fpu != NULL) {
        out->fcsr = fpu->fcsr;
        mem_copy(out->f, fpu->f, sizeof out->f);
    } else {
        out->fcsr = 0;
        mem_zero(out->f, sizeof out->f);
    }
    return sizeof *out;
}

status_t context_write(struct arch_context *context, struct arch_fpu *fpu, bool *has_fpu,
                       const void *registers)
{
    const volatile struct abi_registers_riscv64 *shared = registers;
    const struct abi_registers_riscv64 *in = registers;
    uint64_t has_fp = shared->has_fp;
    uint64_t fcsr = shared->fcsr;

    if (has_fp > 1 || (has_fp == 1 && fcsr > FCSR_BITS))
        return ERR_BAD_ARGUMENT;
    *has_fpu = has_fp == 1;
    mem_copy(context->x, in->x, sizeof context->x);
    context->x[0] = 0;
    context->pc = in->pc;
    if (has_fp == 1) {
        fpu->fcsr = fcsr;
        mem_copy(fpu->f, in->f, sizeof fpu->f);
    }
    return OK;
}

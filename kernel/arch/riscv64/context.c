/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's registers as the ABI shows them.  Nothing in them is privileged but the bits that do
 * not exist, so writing is a copy behind one check.
 */
#include <abi/registers.h>
#include <abi/status.h>
#include <arch/context.h>
#include <base/memory.h>

enum { FCSR_BITS = 0xff };

void context_init(struct arch_context *context, word_t pc, word_t sp, word_t argument, word_t tp)
{
    *context = (struct arch_context){.pc = pc};
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

status_t context_write(struct arch_context *context, struct arch_fpu *fpu, const void *registers)
{
    const struct abi_registers_riscv64 *in = registers;
    bool has_fp = in->has_fp != 0;

    if (in->x[0] != 0 || in->has_fp > 1 || (has_fp && (fpu == NULL || in->fcsr > FCSR_BITS)))
        return ERR_BAD_ARGUMENT;
    mem_copy(context->x, in->x, sizeof context->x);
    context->pc = in->pc;
    if (has_fp) {
        fpu->fcsr = in->fcsr;
        mem_copy(fpu->f, in->f, sizeof fpu->f);
    }
    return OK;
}

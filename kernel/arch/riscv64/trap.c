/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps that are not calls: sort them by cause and hand them to the portable kernel.
 * The RISC-V Instruction Set Manual, Volume II: Privileged Architecture 20211203, 4.1.8 and 4.1.9.
 */
#include <abi/objects.h>
#include <arch/context.h>
#include <arch/trap.h>

enum cause {
    CAUSE_ILLEGAL_INSTRUCTION = 2,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};

static const word_t CAUSE_INTERRUPT = (word_t)1 << 63;

/* Volume I, chapter 24 (opcodes) and 16.8 (short forms). */
enum opcode {
    OPCODE_LOAD_FP = 0x07,
    OPCODE_STORE_FP = 0x27,
    OPCODE_MADD = 0x43,
    OPCODE_MSUB = 0x47,
    OPCODE_NMSUB = 0x4b,
    OPCODE_NMADD = 0x4f,
    OPCODE_OP_FP = 0x53,
    OPCODE_SYSTEM = 0x73,
};

enum { CSR_FFLAGS = 1, CSR_FCSR = 3 };

struct thread *trap_other(struct thread *self, word_t cause, word_t value);

/* Short forms with function 1 and 5 are the loads and stores of doubles, in quadrants 0 and 2. */
static bool short_form_uses_fpu(word_t instruction)
{
    word_t function = instruction >> 13 & 7;

    return (instruction & 1) == 0 && (function == 1 || function == 5);
}

/* Function 0 and 4 of SYSTEM are not accesses to control registers. */
static bool system_uses_fpu(word_t instruction)
{
    word_t csr = instruction >> 20 & 0xfff;

    return (instruction >> 12 & 3) != 0 && csr >= CSR_FFLAGS && csr <= CSR_FCSR;
}

static bool instruction_uses_fpu(word_t instruction)
{
    if ((instruction & 3) != 3)
        return short_form_uses_fpu(instruction);
    switch (instruction & 0x7f) {
    case OPCODE_LOAD_FP:
    case OPCODE_STORE_FP:
    case OPCODE_MADD:
    case OPCODE_MSUB:
    case OPCODE_NMSUB:
    case OPCODE_NMADD:
    case OPCODE_OP_FP: return true;
    case OPCODE_SYSTEM: return system_uses_fpu(instruction);
    default: return false;
    }
}

/*
 * The instruction would have worked with the unit on.  Where the processor does not say which
 * instruction it was, it is taken for one that does: if it is not, it comes back with the unit on.
 */
static bool is_first_fpu_use(word_t instruction)
{
    word_t status;

    __asm__ volatile("csrr %0, sstatus" : "=r"(status));
    return (status & SSTATUS_FS) == 0 && (instruction == 0 || instruction_uses_fpu(instruction));
}

/* The processor may remember that nothing was mapped here (4.2.1): when the thread tries again
 * because paging_permits, it shall look at the tables. */
static struct thread *page_fault(struct thread *self, struct trap_fault *fault, word_t access)
{
    __asm__ volatile("sfence.vma %0, zero" ::"r"(fault->address) : "memory");
    fault->kind = FAULT_PAGE;
    fault->access = access;
    return trap_fault(self, fault);
}

struct thread *trap_other(struct thread *self, word_t cause, word_t value)
{
    struct trap_fault fault = {.kind = FAULT_EXCEPTION, .address = value, .syndrome = cause};

    if ((cause & CAUSE_INTERRUPT) != 0)
        return trap_interrupt(self);

    switch (cause) {
    case CAUSE_FETCH_PAGE: return page_fault(self, &fault, MAP_EXECUTE);
    case CAUSE_LOAD_PAGE: return page_fault(self, &fault, MAP_READ);
    case CAUSE_STORE_PAGE: return page_fault(self, &fault, MAP_WRITE);
    case CAUSE_ILLEGAL_INSTRUCTION:
        if (is_first_fpu_use(value))
            return trap_fpu(self);
        break;
    }
    return trap_fault(self, &fault);
}

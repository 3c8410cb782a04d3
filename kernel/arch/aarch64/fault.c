/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What user mode ran into, told in the portable kernel's words (DDI 0487, ESR_EL1).
 */
#include <arch/context.h>
#include <arch/trap.h>

#include <abi/objects.h>

#include "debug.h"
#include "fault.h"
#include "sysreg.h"

enum {
    CLASS_FPU = 0x07,
    CLASS_FETCH = 0x20,
    CLASS_PC_ALIGNMENT = 0x22,
    CLASS_DATA = 0x24,
    CLASS_BREAKPOINT = 0x30,
    CLASS_STEP = 0x32,
    CLASS_WATCHPOINT = 0x34,
};
enum { ABORT_WRITE = 1 << 6, ABORT_MAINTENANCE = 1 << 8, ABORT_KIND = 0x3c };
enum { KIND_TRANSLATION = 0x04, KIND_ACCESS_FLAG = 0x08, KIND_PERMISSION = 0x0c };

static bool is_page_fault(word_t syndrome)
{
    word_t kind = syndrome & ABORT_KIND;

    return kind == KIND_TRANSLATION || kind == KIND_ACCESS_FLAG || kind == KIND_PERMISSION;
}

/* Cache maintenance by address is reported as a write, but needs no more than the right to read. */
static word_t data_access(word_t syndrome)
{
    bool is_write = (syndrome & (ABORT_WRITE | ABORT_MAINTENANCE)) == ABORT_WRITE;

    return is_write ? MAP_WRITE : MAP_READ;
}

static struct trap_fault fault_decode(struct arch_context *context, word_t syndrome,
                                      word_t address)
{
    struct trap_fault fault = {.kind = FAULT_EXCEPTION, .syndrome = syndrome};

    switch (syndrome >> ESR_CLASS_SHIFT) {
    case CLASS_FETCH:
    case CLASS_DATA:
        fault.address = address;
        if (!is_page_fault(syndrome))
            break;
        fault.kind = FAULT_PAGE;
        fault.access =
            syndrome >> ESR_CLASS_SHIFT == CLASS_FETCH ? MAP_EXECUTE : data_access(syndrome);
        break;
    case CLASS_PC_ALIGNMENT:
        fault.address = address;
        break;
    case CLASS_BREAKPOINT:
        fault.kind = FAULT_BREAKPOINT;
        fault.address = debug_find_breakpoint(context->pc);
        break;
    case CLASS_WATCHPOINT:
        fault.kind = FAULT_BREAKPOINT;
        fault.address = debug_find_watchpoint(address);
        break;
    case CLASS_STEP:
        fault.kind = FAULT_STEP;
        context->spsr |= SPSR_STEP; /* the next instruction, too */
        break;
    default:
        break;
    }
    return fault;
}

struct thread *fault_handle(struct arch_context *context, word_t syndrome, word_t address)
{
    struct thread *self = (struct thread *)context; /* its first member */

    if (syndrome >> ESR_CLASS_SHIFT == CLASS_FPU)
        return trap_fpu(self);
    struct trap_fault fault = fault_decode(context, syndrome, address);

    return trap_fault(self, &fault);
}

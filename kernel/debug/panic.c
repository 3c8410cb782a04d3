/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end: what a person needs to know, then power off with a failure.  Everything here may be
 * broken, so it takes no lock and touches as little as possible.
 */
#include <abi/message.h>
#include <abi/objects.h>
#include <arch/cpu.h>
#include <arch/trap.h>

#include "debug/log.h"
#include "kernel.h"
#include "object/thread.h"

enum { PANIC_EXIT_CODE = 101 };

static void describe_core(void)
{
    struct cpu *cpu = cpu_current();

    if (cpu == NULL)
        return;
    log_format("  core %u, ", cpu->index);
    if (cpu->current == NULL)
        log_text("no thread\n");
    else
        log_format("thread %p at pc 0x%lx\n", (void *)cpu->current,
                   (unsigned long)context_pc(&cpu->current->context));
}

static _Noreturn void end(void)
{
    log_show();     /* what led here, before looking at what may be broken */
    describe_core();
    log_show();
    arch_power_off(PANIC_EXIT_CODE);
}

void kernel_panic(const char *file, int line, const char *what)
{
    log_format("\nkernel panic: %s\n  %s:%d\n", what, file, line);
    end();
}

void kernel_panic_root_fault(const struct thread *root)
{
    static const char *const kinds[] = {
        [FAULT_PAGE] = "page fault (address, pc, access, syndrome)",
        [FAULT_EXCEPTION] = "exception (syndrome, pc, address)",
        [FAULT_UNKNOWN_CALL] = "unknown system call, or its own panic",
        [FAULT_BUDGET] = "budget",
        [FAULT_BREAKPOINT] = "breakpoint",
        [FAULT_STEP] = "single step",
    };
    word_t kind = root->fault_info >> ABI_INFO_LABEL_SHIFT;
    const word_t *words = root->fault_words;

    log_format("\nkernel panic: the first component faulted: %s\n  0x%lx 0x%lx 0x%lx 0x%lx\n",
               kind < array_count(kinds) && kinds[kind] != NULL ? kinds[kind] : "unknown",
               (unsigned long)words[0], (unsigned long)words[1], (unsigned long)words[2],
               (unsigned long)words[3]);
    end();
}

void kernel_trap_panic(word_t pc, word_t address, word_t syndrome)
{
    log_format("\nkernel panic: trap inside the kernel\n  pc 0x%lx address 0x%lx syndrome 0x%lx\n",
               (unsigned long)pc, (unsigned long)address, (unsigned long)syndrome);
    end();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a core gets from its first instruction to kernel_main: what start.S, start.c and cpu.c need
 * of each other.
 */
#ifndef AARCH64_START_H
#define AARCH64_START_H

#include <arch/context.h>
#include <base/types.h>

/* What TPIDR_EL1 points to, at the top of a core's kernel stack. */
struct stack_top {
    struct cpu *cpu;
    word_t index;
};

static_assert(sizeof(struct stack_top) == 16, "start.S: the two words at the top of the stack");

extern uint64_t kernel_table[];     /* TTBR1 */
extern uint64_t low_table[];        /* TTBR0 of a core that runs in no space */

void start_secondary(void);         /* entered by the firmware, at its physical address */
void start_show_image_low(bool is_shown);

/* Core `index` runs in the kernel's half. */
void start_arrived(unsigned index);

/* Called by start.S. */
void start_make_tables(void);
_Noreturn void start_boot_core(paddr_t tree, uint64_t entry_time);
_Noreturn void start_secondary_core(unsigned index);

#endif

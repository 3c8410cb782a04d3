/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this core knows of itself, and which harts the cores are.
 *
 * The top of a core's kernel stack holds its record.  The stack is KERNEL_STACK_BYTES long and
 * aligned to that, so the stack pointer leads to the record.  A hart is a processor as firmware
 * and device tree number it; a core is its index in our list, the boot core being 0.
 */
#ifndef RISCV64_CORE_H
#define RISCV64_CORE_H

#include "sbi.h"

#include <arch/cpu.h>
#include <base/fdt.h>

/* start.S and entry.S know this layout. */
struct core_record {
    struct cpu *cpu;
    word_t index;
};

static_assert(sizeof(struct core_record) == 16, "CORE_RECORD_BYTES of start.S and entry.S");
static_assert((int)CPU_MAX == 8 && (int)KERNEL_STACK_BYTES == 4096, "start.S and entry.S");

/* By core: its hart, and the top of its stack once it may start. */
struct core_slot {
    word_t hart;
    void *stack_top;
};

static_assert(sizeof(struct core_slot) == 16, "CORE_SLOT_BYTES of start.S");
extern struct core_slot core_slots[CPU_MAX];

static inline struct core_record *core_record(void)
{
    word_t sp;

    __asm__("mv %0, sp" : "=r"(sp));
    return (struct core_record *)((sp | (KERNEL_STACK_BYTES - 1)) + 1) - 1;
}

/* The boot hart's id, noted by start.S. */
extern word_t boot_hart;

bool core_of_hart(word_t hart, unsigned *index);

/* All cores but this one that may hold translations; a sleeping one forgets its own as it wakes. */
struct sbi_harts core_others(void);

/* Notes the device that powers the machine off, where there is one. */
void power_init(const struct fdt *fdt);

#endif

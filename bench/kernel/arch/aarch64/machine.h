/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: the counter of instructions, and instructions that C has no words for.
 * With -icount the cycle counter advances by one for each instruction, and by the time slept.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <base/compiler.h>
#include <base/types.h>

/* Bytes of the one instruction of fault_here. */
enum { FAULT_INSTRUCTION_BYTES = 4 };

ALWAYS_INLINE uint64_t instructions_now(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, pmccntr_el0" : "=r"(value) : : "memory");
    return value;
}

/* Changes a floating-point register. */
ALWAYS_INLINE void fpu_use(void)
{
    __asm__ volatile("fadd d0, d0, d0" : : : "v0");
}

/* Reads where nothing is mapped. */
ALWAYS_INLINE void fault_here(vaddr_t address)
{
    __asm__ volatile("ldr xzr, [%0]" : : "r"(address) : "memory");
}

/*
 * What lies between the two is one operation for whoever watches the instructions
 * (bench/plugin); they do nothing, being hints without a meaning.
 */
ALWAYS_INLINE void trace_begin(void)
{
    __asm__ volatile("hint #126" : : : "memory");
}

ALWAYS_INLINE void trace_end(void)
{
    __asm__ volatile("hint #127" : : : "memory");
}

#endif

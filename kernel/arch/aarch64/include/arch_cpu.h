/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: the inline parts of arch/cpu.h.
 *
 * TPIDR_EL1 holds the top of the core's kernel stack, where the pointer to its struct cpu stands.
 * The timer is the virtual one, which every kernel at EL1 may use; it stays switched on, and "off"
 * is a deadline that never comes.
 */
#ifndef ARCH_AARCH64_CPU_H
#define ARCH_AARCH64_CPU_H

#include <abi/boot.h>
#include <base/types.h>
#include <stdbool.h>

struct cpu;

enum { ISR_FIQ = 1 << 6, ISR_IRQ = 1 << 7 };

static inline struct cpu *cpu_current(void)
{
    struct cpu *const *top;

    __asm__("mrs %0, tpidr_el1" : "=r"(top));
    return *top;
}

static inline bool arch_interrupt_pending(void)
{
    word_t pending;

    __asm__ volatile("mrs %0, isr_el1" : "=r"(pending));
    return (pending & (ISR_IRQ | ISR_FIQ)) != 0;
}

static inline void arch_wait_for_interrupt(void)
{
    __asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

static inline void arch_relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

static inline uint64_t arch_time_now(void)
{
    uint64_t now;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now)); /* else it may be read early */
    return now;
}

static inline void arch_timer_set(uint64_t deadline)
{
    __asm__ volatile("msr cntv_cval_el0, %0" ::"r"(deadline));
}

enum { ARCH_ELF_MACHINE = ABI_MACHINE_AARCH64 };

#endif

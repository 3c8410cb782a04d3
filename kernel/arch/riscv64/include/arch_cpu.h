/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: the inline parts of arch/cpu.h.
 *
 * In the kernel tp holds the core's struct cpu.  Interrupts stay off in S-mode for good, so what
 * is pending can be read at any time, and wfi returns without a trap.
 */
#ifndef ARCH_RISCV64_CPU_H
#define ARCH_RISCV64_CPU_H

#include <abi/boot.h>
#include <base/compiler.h>
#include <base/types.h>
#include <stdbool.h>

struct cpu;

enum { PENDING_SOFTWARE = 1 << 1, PENDING_TIMER = 1 << 5, PENDING_EXTERNAL = 1 << 9 };
enum { PENDING_ALL = PENDING_SOFTWARE | PENDING_TIMER | PENDING_EXTERNAL };

/* Set once at boot: S-mode may write the timer's compare register itself (extension Sstc). */
extern bool timer_has_compare_register;

/* The same through the firmware. */
void timer_set_by_firmware(uint64_t deadline);

static inline struct cpu *cpu_current(void)
{
    register struct cpu *cpu __asm__("tp");

    __asm__("" : "=r"(cpu)); /* it is there already: no instruction */
    return cpu;
}

static inline word_t cpu_pending(void)
{
    word_t pending;

    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    return pending & PENDING_ALL;
}

static inline bool arch_interrupt_pending(void)
{
    return cpu_pending() != 0;
}

void core_sleep(void);

static inline void arch_wait_for_interrupt(void)
{
    core_sleep();
}

static inline uint64_t arch_time_now(void)
{
    uint64_t now;

    __asm__ volatile("csrr %0, time" : "=r"(now));
    return now;
}

static inline void arch_timer_set(uint64_t deadline)
{
    if (likely(timer_has_compare_register))
        __asm__ volatile("csrw 0x14d, %0" ::"r"(deadline)); /* stimecmp */
    else
        timer_set_by_firmware(deadline);
}

/*
 * An emulator that runs all cores on one thread goes on to the next core at a wfi, but not at a
 * pause.  With the timer pending, wfi ends at once; what the timer was set to is put back.
 */
static inline void arch_relax(void)
{
    word_t deadline;

    if (likely(timer_has_compare_register))
        __asm__ volatile("csrrw %0, 0x14d, zero\n" /* stimecmp */
                         "wfi\n"
                         "csrw 0x14d, %0"
                         : "=&r"(deadline)::"memory");
    else
        __asm__ volatile(".4byte 0x0100000f" ::: "memory"); /* pause: a hint on every machine */
}

enum { ARCH_ELF_MACHINE = ABI_MACHINE_RISCV64 };

#endif

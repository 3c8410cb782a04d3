/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cores, time and power.  Everything here acts on the calling core unless it says otherwise.
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <arch_cpu.h>       /* the architecture's inline parts */
#include <base/types.h>
#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct fdt;

enum { CPU_MAX = 8, KERNEL_STACK_BYTES = 4096 };

/* This core's struct cpu, set once by cpu_set_current. */
static inline struct cpu *cpu_current(void);
void cpu_set_current(struct cpu *cpu);

/* Find the cores in the device tree (boot core first).  Returns how many, at most CPU_MAX. */
unsigned arch_cpu_find(const struct fdt *fdt);

/* Start core number index of that list on the kernel stack that ends at stack_top; it calls
 * kernel_main_secondary(index) with the MMU on.  false: the firmware refused. */
bool arch_cpu_start(unsigned index, void *stack_top);

/* Make another core take an interrupt that irq_take reports as IRQ_IPI. */
void arch_ipi_send(unsigned index);

/* Anything that would interrupt user mode now is pending on this core; cheap, for preemption
 * points. */
static inline bool arch_interrupt_pending(void);

/* Sleep until an interrupt is pending.  Interrupts stay off. */
static inline void arch_wait_for_interrupt(void);

static inline void arch_relax(void);        /* inside a spin loop */

/* ---- time ---- */

static inline uint64_t arch_time_now(void);             /* counter; the same on all cores */
uint64_t arch_time_frequency(void);                     /* ticks per second */
static inline void arch_timer_set(uint64_t deadline);   /* UINT64_MAX: off */

/* ---- power; neither returns ---- */

_Noreturn void
arch_power_off(unsigned exit_code); /* not 0: report failure to an emulator that listens */
_Noreturn void arch_reboot(void);

/* ---- first and secondary C code, implemented by the portable kernel ---- */

_Noreturn void kernel_main(const void *device_tree, paddr_t device_tree_paddr, uint64_t entry_time);
_Noreturn void kernel_main_secondary(unsigned index);

#endif

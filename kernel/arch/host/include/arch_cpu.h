/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: cores are simulated one after the other in one host thread; see host.h.
 */
#ifndef ARCH_HOST_CPU_H
#define ARCH_HOST_CPU_H

#include <base/types.h>
#include <stdbool.h>

struct cpu;

struct cpu *host_cpu_current(void);
bool host_interrupt_pending(void);
void host_wait_for_interrupt(void);
void host_relax(void);
uint64_t host_time_now(void);
void host_timer_set(uint64_t deadline);

static inline struct cpu *cpu_current(void)
{
    return host_cpu_current();
}

static inline bool arch_interrupt_pending(void)
{
    return host_interrupt_pending();
}

static inline void arch_wait_for_interrupt(void)
{
    host_wait_for_interrupt();
}

static inline void arch_relax(void)
{
    host_relax();
}

static inline uint64_t arch_time_now(void)
{
    return host_time_now();
}

static inline void arch_timer_set(uint64_t deadline)
{
    host_timer_set(deadline);
}

#endif

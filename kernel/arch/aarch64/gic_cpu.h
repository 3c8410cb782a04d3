/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core's side of GICv3, which is processor registers (IHI 0069, 12.2); the rest is
 * dev/gic_v3.h.  The registers are written by number: not every assembler knows their names.
 */
#ifndef AARCH64_GIC_CPU_H
#define AARCH64_GIC_CPU_H

#include <base/types.h>

#include "sysreg.h"

enum { ICC_SRE_ENABLE = 1, ICC_PRIORITY_ANY = 0xff, ICC_GROUP_ENABLE = 1 };

static inline void gic_cpu_init(void)
{
    sysreg_write("S3_0_C12_C12_5", ICC_SRE_ENABLE);         /* ICC_SRE_EL1 */
    isb();
    sysreg_write("S3_0_C4_C6_0", ICC_PRIORITY_ANY);         /* ICC_PMR_EL1 */
    sysreg_write("S3_0_C12_C12_3", 0);                      /* ICC_BPR1_EL1 */
    sysreg_write("S3_0_C12_C12_4", 0);                      /* ICC_CTLR_EL1: end deactivates */
    sysreg_write("S3_0_C12_C12_7", ICC_GROUP_ENABLE);       /* ICC_IGRPEN1_EL1 */
    isb();
}

static inline uint32_t gic_cpu_take(void)
{
    uint32_t taken = (uint32_t)sysreg_read("S3_0_C12_C12_0"); /* ICC_IAR1_EL1 */

    __asm__ volatile("dsb sy" ::: "memory");
    return taken;
}

/* The device has seen what was written to it before, the mask for one. */
static inline void gic_cpu_end(uint32_t taken)
{
    __asm__ volatile("dsb sy" ::: "memory");
    sysreg_write("S3_0_C12_C12_1", taken);                  /* ICC_EOIR1_EL1 */
    isb();
}

/* Signal one core, named by its affinity as gic_v3.h has it. */
static inline void gic_cpu_signal(uint32_t affinity, unsigned signal)
{
    uint64_t level0 = affinity & 0xff;
    uint64_t value = (uint64_t)1 << level0 % 16 | level0 / 16 << 44 |
                     (uint64_t)(affinity >> 8 & 0xff) << 16 | (uint64_t)signal << 24 |
                     (uint64_t)(affinity >> 16 & 0xff) << 32 | (uint64_t)(affinity >> 24) << 48;

    sysreg_write("S3_0_C12_C11_5", value);                  /* ICC_SGI1R_EL1 */
    isb();
}

#endif

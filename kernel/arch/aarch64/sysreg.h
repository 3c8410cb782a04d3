/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System register values that both C and assembler use, and access by name for C.
 * Names and fields as in the Arm Architecture Reference Manual, DDI 0487, part D.
 */
#ifndef AARCH64_SYSREG_H
#define AARCH64_SYSREG_H

/* Memory types by index (MAIR_EL1): normal write-back, device nGnRE, normal uncached. */
#define MAIR_VALUE          0x4404ff

/* 39-bit addresses and 4 KiB pages in both halves; walks are cached and inner shareable. */
#define TCR_VALUE           0xb5193519
#define TCR_SIZE_SHIFT      32          /* width of physical addresses, as ID_AA64MMFR0 codes it */
#define TCR_WIDE_ID         36          /* 16 id bits */

/* MMU and caches on; user mode may maintain caches, read CTR, zero by block, and wait. */
#define SCTLR_VALUE         0x34d5d99d
#define SCTLR_MMU_OFF       0x30d00980

#define PSTATE_EL1_MASKED   0x3c5       /* EL1 on its own stack, all interrupts masked */
#define HCR_VALUE           0x30080000000   /* EL1 is 64-bit; nothing traps, PAuth neither */

#define ESR_CLASS_SHIFT     26
#define ESR_CLASS_SVC       0x15
#define ESR_CLASS_HVC       0x16

#ifndef __ASSEMBLER__

#include <stdint.h>

#define sysreg_read(name)                                          \
    ({                                                             \
        uint64_t value_;                                           \
        __asm__ volatile("mrs %0, " name : "=r"(value_));          \
        value_;                                                    \
    })
#define sysreg_write(name, value) \
    __asm__ volatile("msr " name ", %0" ::"r"((uint64_t)(value)) : "memory")

static inline void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}

#endif
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the firmware.  RISC-V Supervisor Binary Interface Specification 1.0.0; the chapter is
 * named at each extension.  Only what the kernel uses.
 */
#ifndef RISCV64_SBI_H
#define RISCV64_SBI_H

#include <base/types.h>

enum sbi_extension {
    SBI_PUT_CHAR = 1,           /* 5.2, legacy */
    SBI_TIME = 0x54494d45,      /* 6 */
    SBI_IPI = 0x735049,         /* 7 */
    SBI_RFENCE = 0x52464e43,    /* 8 */
    SBI_HSM = 0x48534d,         /* 9 */
    SBI_SRST = 0x53525354,      /* 10 */
};

enum sbi_function {
    SBI_TIME_SET = 0,
    SBI_IPI_SEND = 0,
    SBI_RFENCE_I = 0,
    SBI_RFENCE_VMA = 1,
    SBI_RFENCE_VMA_ASID = 2,
    SBI_HSM_START = 0,
    SBI_SRST_RESET = 0,
};

enum { SBI_RESET_SHUTDOWN = 0, SBI_RESET_COLD_REBOOT = 1 };
enum { SBI_REASON_NONE = 0, SBI_REASON_FAILURE = 1 };

/* Which harts an operation means: bit n of mask is hart base + n. */
struct sbi_harts {
    word_t mask;
    word_t base;
};

/* The firmware keeps every register but a0 and a1.  Returns its error, 0 for success. */
static inline long sbi_call(enum sbi_extension extension, enum sbi_function function,
                            const word_t arguments[5])
{
    register word_t a0 __asm__("a0") = arguments[0];
    register word_t a1 __asm__("a1") = arguments[1];
    register word_t a2 __asm__("a2") = arguments[2];
    register word_t a3 __asm__("a3") = arguments[3];
    register word_t a4 __asm__("a4") = arguments[4];
    register word_t a6 __asm__("a6") = function;
    register word_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                     : "memory");
    return (long)a0;
}

static inline long sbi_call_harts(enum sbi_extension extension, enum sbi_function function,
                                  struct sbi_harts harts)
{
    return sbi_call(extension, function, (word_t[5]){harts.mask, harts.base});
}

#endif

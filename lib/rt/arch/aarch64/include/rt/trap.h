/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: the one system-call instruction, and the registers a component may read by itself.
 *
 * Everything that makes a call goes through skr_trap; being inlined, what its callers know to be
 * constant or unused costs no instruction.  Which register is what: abi/registers.h.
 */
#ifndef RT_TRAP_H
#define RT_TRAP_H

#include <base/compiler.h>
#include <base/types.h>

/*
 * Makes a call.  Everything but its number goes in and comes out; the result is the status.
 */
ALWAYS_INLINE status_t skr_trap(word_t call, word_t *cap, word_t *info, word_t *aux,
                                word_t words[8])
{
    register word_t x0 __asm__("x0") = words[0];
    register word_t x1 __asm__("x1") = words[1];
    register word_t x2 __asm__("x2") = words[2];
    register word_t x3 __asm__("x3") = words[3];
    register word_t x4 __asm__("x4") = words[4];
    register word_t x5 __asm__("x5") = words[5];
    register word_t x6 __asm__("x6") = words[6];
    register word_t x7 __asm__("x7") = words[7];
    register word_t x8 __asm__("x8") = call;
    register word_t x9 __asm__("x9") = *cap;
    register word_t x10 __asm__("x10") = *info;
    register word_t x11 __asm__("x11") = *aux;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6),
                       "+r"(x7), "+r"(x8), "+r"(x9), "+r"(x10), "+r"(x11)
                     :
                     : "x12", "x13", "x14", "x15", "x16", "x17", "x18", "cc", "memory");
    words[0] = x0;
    words[1] = x1;
    words[2] = x2;
    words[3] = x3;
    words[4] = x4;
    words[5] = x5;
    words[6] = x6;
    words[7] = x7;
    *cap = x9;
    *info = x10;
    *aux = x11;
    return (status_t)x8;
}

/* A value that costs nothing: whatever some register holds. */
ALWAYS_INLINE word_t skr_any(void)
{
    word_t value;

    __asm__ volatile("" : "=r"(value)); /* volatile: each one is a register of its own */
    return value;
}

/* The counter behind the kernel's time, in ticks. */
ALWAYS_INLINE uint64_t rt_counter(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

ALWAYS_INLINE word_t rt_thread_pointer(void)
{
    word_t value;

    __asm__("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}

ALWAYS_INLINE void rt_set_thread_pointer(word_t value)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(value) : "memory");
}

#endif

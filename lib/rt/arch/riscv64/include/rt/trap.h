/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: the one system-call instruction, and the registers a component may read by itself.
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
    register word_t a0 __asm__("a0") = words[0];
    register word_t a1 __asm__("a1") = words[1];
    register word_t a2 __asm__("a2") = words[2];
    register word_t a3 __asm__("a3") = words[3];
    register word_t a4 __asm__("a4") = words[4];
    register word_t a5 __asm__("a5") = words[5];
    register word_t a6 __asm__("a6") = words[6];
    register word_t a7 __asm__("a7") = words[7];
    register word_t t0 __asm__("t0") = call;
    register word_t t1 __asm__("t1") = *cap;
    register word_t t2 __asm__("t2") = *info;
    register word_t t3 __asm__("t3") = *aux;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
                       "+r"(a7), "+r"(t0), "+r"(t1), "+r"(t2), "+r"(t3)
                     :
                     : "t4", "t5", "t6", "memory");
    words[0] = a0;
    words[1] = a1;
    words[2] = a2;
    words[3] = a3;
    words[4] = a4;
    words[5] = a5;
    words[6] = a6;
    words[7] = a7;
    *cap = t1;
    *info = t2;
    *aux = t3;
    return (status_t)t0;
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

    __asm__ volatile("rdtime %0" : "=r"(ticks) : : "memory");
    return ticks;
}

ALWAYS_INLINE word_t rt_thread_pointer(void)
{
    word_t value;

    __asm__("mv %0, tp" : "=r"(value));
    return value;
}

ALWAYS_INLINE void rt_set_thread_pointer(word_t value)
{
    __asm__ volatile("mv tp, %0" : : "r"(value) : "memory");
}

#endif

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

/* The registers of a call, before and after it. */
struct skr_registers {
    word_t call; /* number; afterwards the status */
    word_t cap;
    word_t info;
    word_t aux;
    word_t words[8];
};

ALWAYS_INLINE void skr_trap(struct skr_registers *r)
{
    register word_t a0 __asm__("a0") = r->words[0];
    register word_t a1 __asm__("a1") = r->words[1];
    register word_t a2 __asm__("a2") = r->words[2];
    register word_t a3 __asm__("a3") = r->words[3];
    register word_t a4 __asm__("a4") = r->words[4];
    register word_t a5 __asm__("a5") = r->words[5];
    register word_t a6 __asm__("a6") = r->words[6];
    register word_t a7 __asm__("a7") = r->words[7];
    register word_t t0 __asm__("t0") = r->call;
    register word_t t1 __asm__("t1") = r->cap;
    register word_t t2 __asm__("t2") = r->info;
    register word_t t3 __asm__("t3") = r->aux;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
                       "+r"(a7), "+r"(t0), "+r"(t1), "+r"(t2), "+r"(t3)
                     :
                     : "t4", "t5", "t6", "memory");
    *r = (struct skr_registers){t0, t1, t2, t3, {a0, a1, a2, a3, a4, a5, a6, a7}};
}

/* A value that costs nothing: whatever some register holds. */
ALWAYS_INLINE word_t skr_any(void)
{
    word_t value;

    __asm__("" : "=r"(value));
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

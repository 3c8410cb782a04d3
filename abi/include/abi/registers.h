/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's registers as thread.read and thread.write show them, one layout per architecture.
 *
 * Registers of the system-call interface:
 *            call/status  cap/badge  info  aux  w0..w7  survive
 *   aarch64  x8           x9         x10   x11  x0..x7  x19-x30, sp, tpidr_el0, FP and vectors
 *   riscv64  t0           t1         t2    t3   a0..a7  s0-s11, ra, sp, gp, tp, FP state
 * The trap instruction is svc #0, or ecall.  Of the rest, x12-x18 and t4-t6 come back as zero.
 */
#ifndef ABI_REGISTERS_H
#define ABI_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

struct abi_registers_aarch64 {
    uint64_t x[31];
    uint64_t sp, pc, pstate;        /* pstate: only the condition flags can be written */
    uint64_t tpidr;
    uint64_t has_fp;                /* 1: the fields below are in use */
    uint64_t fpcr, fpsr;
    uint64_t v[32][2];
};

struct abi_registers_riscv64 {
    uint64_t x[32];                 /* x[0] is 0 */
    uint64_t pc;
    uint64_t has_fp;                /* 1: the fields below are in use */
    uint64_t fcsr;
    uint64_t f[32];
};

_Static_assert(sizeof(struct abi_registers_aarch64) == 8 * (31 + 4 + 1 + 2 + 64), "no padding");
_Static_assert(sizeof(struct abi_registers_riscv64) == 8 * (32 + 3 + 32), "no padding");

#endif

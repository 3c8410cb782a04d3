/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: accesses that may fault.  They keep nothing on the stack, so that one common end does.
 */
        .text

        .globl  probe_read
        .type   probe_read, %function
probe_read:
        ld      a2, 0(a0)
        sd      a2, 0(a1)
        li      a0, 1
        ret

        .globl  probe_write
        .type   probe_write, %function
probe_write:
        sd      a1, 0(a0)
        li      a0, 1
        ret

        /* What is there returns to our caller, with the address, which is not 0, as the result. */
        .globl  probe_execute
        .type   probe_execute, %function
probe_execute:
        jr      a0

        .globl  probe_refused
        .type   probe_refused, %function
probe_refused:
        li      a0, 0
        ret

        .section .note.GNU-stack, "", %progbits

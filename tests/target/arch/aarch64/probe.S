/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: accesses that may fault.  They keep nothing on the stack, so that one common end does.
 */
        .text

        .globl  probe_read
        .type   probe_read, %function
probe_read:
        ldr     x2, [x0]
        str     x2, [x1]
        mov     x0, #1
        ret

        .globl  probe_write
        .type   probe_write, %function
probe_write:
        str     x1, [x0]
        mov     x0, #1
        ret

        /* What is there returns to our caller, with the address, which is not 0, as the result. */
        .globl  probe_execute
        .type   probe_execute, %function
probe_execute:
        br      x0

        .globl  probe_refused
        .type   probe_refused, %function
probe_refused:
        mov     x0, #0
        ret

        .section .note.GNU-stack, "", %progbits

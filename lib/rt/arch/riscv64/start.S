/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: a component's first instructions.
 *
 * The first argument register points to what the component is told at its start; it is passed on.
 * The stack is a segment of the image, so nobody else has to know its size, unless whoever
 * started the component has set the stack pointer to another one.
 */
        .section .text.start, "ax"
        .globl  _start
        .type   _start, %function
_start:
        bnez    sp, 1f
        la      sp, rt_stack_top
1:
        li      s0, 0
        li      ra, 0
        j       rt_start
        .size   _start, . - _start

        .section .note.GNU-stack, "", %progbits

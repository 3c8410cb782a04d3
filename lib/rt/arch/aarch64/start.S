/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: a component's first instructions.
 *
 * The first argument register points to what the component is told at its start; it is passed on.
 * The stack is a segment of the image, so nobody else has to know its size, unless whoever
 * started the component has set the stack pointer to another one.
 */
        .section .text.start, "ax"
        .globl  _start
        .type   _start, %function
_start:
        mov     x9, sp
        cbnz    x9, 1f
        adrp    x9, rt_stack_top
        add     x9, x9, :lo12:rt_stack_top
        mov     sp, x9
1:
        mov     x29, #0
        mov     x30, #0
        b       rt_start
        .size   _start, . - _start

        .section .note.GNU-stack, "", %progbits

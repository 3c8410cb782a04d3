/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: which registers a call changes, and which it leaves uncleared.
 */
        .text

        /* Pattern of register n: its number in every byte, with the high bit of each set. */
        .macro  pattern reg, n
        movz    \reg, #(0x8080 + \n * 0x101)
        movk    \reg, #(0x8080 + \n * 0x101), lsl #16
        movk    \reg, #(0x8080 + \n * 0x101), lsl #32
        movk    \reg, #(0x8080 + \n * 0x101), lsl #48
        .endm

        .macro  note_general n
        pattern x1, \n
        cmp     x\n, x1
        cset    x1, ne
        orr     x0, x0, x1, lsl #\n
        .endm

        .macro  note_vector n
        pattern x1, \n
        fmov    x2, d\n
        mov     x3, v\n\().d[1]
        cmp     x2, x1
        ccmp    x3, x1, #0, eq
        cset    x1, ne
        orr     x0, x0, x1, lsl #(32 + \n)
        .endm

        .macro  fill_vector n
        pattern x2, \n
        dup     v\n\().2d, x2
        .endm

        .globl  registers_changed_by_call
        .type   registers_changed_by_call, %function
registers_changed_by_call:
        stp     x29, x30, [sp, #-224]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mrs     x2, tpidr_el0
        stp     x0, x2, [sp, #160]
        mov     x2, sp
        str     x2, [sp, #176]
        mov     x8, x0
        mov     x9, x1

        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
               20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        fill_vector \n
        .endr
        .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        pattern x\n, \n
        .endr
        mov     x10, #0
        mov     x11, #0
        mov     x0, #0
        svc     #0

        mov     x0, #0
        .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        note_general \n
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
               20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        note_vector \n
        .endr
        ldr     x1, [sp, #176]
        mov     x2, sp
        cmp     x1, x2
        ldr     x1, [sp, #168]
        mrs     x2, tpidr_el0
        ccmp    x1, x2, #0, eq
        cset    x1, ne
        orr     x0, x0, x1, lsl #63

        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        ldp     x29, x30, [sp], #224
        ret
        .size   registers_changed_by_call, . - registers_changed_by_call

        .globl  registers_left_by_call
        .type   registers_left_by_call, %function
registers_left_by_call:
        str     x30, [sp, #-16]!
        mov     x8, x0
        mov     x9, x1
        .irp    n, 12, 13, 14, 15, 16, 17, 18
        pattern x\n, \n
        .endr
        mov     x10, #0
        mov     x11, #0
        mov     x0, #0
        svc     #0

        mov     x0, #0
        .irp    n, 12, 13, 14, 15, 16, 17, 18
        cmp     x\n, #0
        cset    x1, ne
        orr     x0, x0, x1, lsl #\n
        .endr
        ldr     x30, [sp], #16
        ret
        .size   registers_left_by_call, . - registers_left_by_call

        .section .note.GNU-stack, "", %progbits

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: instructions by their address, and register files.
 */
        .macro  function name
        .globl  \name
        .type   \name, %function
\name:
        .endm

        .macro  constant name, value
        .globl  \name
        .type   \name, %object
        .size   \name, 8
\name:  .quad   \value
        .endm

        .text
        .balign 8
function processor_load
        ldr     x0, [x0]
        ret

function processor_store
        str     x1, [x0]
        ret

function processor_undefined
        udf     #0
        ret

function processor_return
        ret

function processor_steps
        nop
        nop
        nop
        nop
        ret

function processor_execute
        br      x0

function processor_entry
        .irp    n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, \
                23, 24, 25, 26, 27, 28, 29, 30
        orr     x1, x1, x\n
        .endr
        mov     x2, sp
        mrs     x3, tpidr_el0
        stp     x2, x3, [x0]
        .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        orr     v0.16b, v0.16b, v\n\().16b
        .endr
        mov     x2, v0.d[0]
        mov     x3, v0.d[1]
        orr     x2, x2, x3
        stp     x1, x2, [x0, #16]
        mov     x8, #999
        svc     #0
        b       .

function processor_fpu_changed
        stp     d8, d9, [sp, #-64]!
        stp     d10, d11, [sp, #16]
        stp     d12, d13, [sp, #32]
        stp     d14, d15, [sp, #48]
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        add     x2, x0, #\n
        dup     v\n\().2d, x2
        .endr
1:      isb
        mrs     x2, cntvct_el0
        cmp     x2, x1
        b.lo    1b
        mov     x5, #0
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        add     x2, x0, #\n
        mov     x3, v\n\().d[0]
        mov     x4, v\n\().d[1]
        cmp     x2, x3
        ccmp    x2, x4, #0, eq
        cset    x3, ne
        orr     x5, x5, x3, lsl #\n
        .endr
        mov     x0, x5
        ldp     d10, d11, [sp, #16]
        ldp     d12, d13, [sp, #32]
        ldp     d14, d15, [sp, #48]
        ldp     d8, d9, [sp], #64
        ret

function processor_reservation_after_yield
        str     x19, [sp, #-16]!
        mov     x19, x0
        ldxr    x1, [x19]
        mov     x8, #11
        svc     #0
        mov     x1, #1
        stxr    w2, x1, [x19]
        eor     w0, w2, #1
        ldr     x19, [sp], #16
        ret

function processor_reservation_after
        ldxr    x2, [x0]
1:      mrs     x2, cntvct_el0
        cmp     x2, x1
        b.lo    1b
        stxr    w2, x1, [x0]
        eor     w0, w2, #1
        ret

function processor_foreign_call
        mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        svc     #0
        ret

function processor_changed_by_foreign_call
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        mov     x8, x0
        .irp    n, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, \
                28, 29, 30
        mov     x\n, #(0x7700 + \n)
        .endr
        svc     #0
        mov     x0, #0
        .irp    n, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, \
                28, 29, 30
        mov     x1, #(0x7700 + \n)
        cmp     x1, x\n
        cset    x1, ne
        orr     x0, x0, x1, lsl #\n
        .endr
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #96
        ret

        .section .rodata.processor, "a"
        .balign 8
constant processor_fpu_flag, 35
constant processor_fpu_first, 38
constant processor_fpu_stride, 2
constant processor_w0, 0
constant processor_tp, 34

        .section .note.GNU-stack, "", %progbits

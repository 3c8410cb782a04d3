/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: instructions by their address, and register files.
 */
        .macro  function name
        .globl  \name
        .type   \name, @function
\name:
        .endm

        .macro  constant name, value
        .globl  \name
        .type   \name, @object
        .size   \name, 8
\name:  .quad   \value
        .endm

        .option norvc                   /* all instructions have the same length */
        .text
        .balign 8
function processor_load
        ld      a0, 0(a0)
        ret

function processor_store
        sd      a1, 0(a0)
        ret

function processor_undefined
        unimp
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
        jr      a0

function processor_entry
        .irp    n, 1, 3, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, \
                26, 27, 28, 29, 30, 31
        or      a1, a1, x\n
        .endr
        sd      sp, 0(a0)
        sd      tp, 8(a0)
        sd      a1, 16(a0)
        li      a1, 0
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        fmv.x.d a2, f\n
        or      a1, a1, a2
        .endr
        sd      a1, 24(a0)
        li      t0, 999
        ecall
        j       .

function processor_fpu_changed
        addi    sp, sp, -96
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        fsd     fs\n, \n * 8(sp)
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        addi    a2, a0, \n
        fmv.d.x f\n, a2
        .endr
1:      rdtime  a2
        bltu    a2, a1, 1b
        li      a4, 0
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, \
                22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        addi    a2, a0, \n
        fmv.x.d a3, f\n
        xor     a2, a2, a3
        snez    a2, a2
        slli    a2, a2, \n
        or      a4, a4, a2
        .endr
        mv      a0, a4
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        fld     fs\n, \n * 8(sp)
        .endr
        addi    sp, sp, 96
        ret

function processor_reservation_after_yield
        addi    sp, sp, -16
        sd      s0, 0(sp)
        mv      s0, a0
        lr.d    a1, (s0)
        li      t0, 11
        ecall
        li      a1, 1
        sc.d    a0, a1, (s0)
        seqz    a0, a0
        ld      s0, 0(sp)
        addi    sp, sp, 16
        ret

function processor_reservation_after
        lr.d    a2, (a0)
1:      rdtime  a2
        bltu    a2, a1, 1b
        sc.d    a0, a1, (a0)
        seqz    a0, a0
        ret

function processor_foreign_call
        mv      t0, a0
        mv      a7, a0
        mv      a0, a1
        mv      a1, a2
        mv      a2, a3
        ecall
        ret

function processor_changed_by_foreign_call
        addi    sp, sp, -112
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        sd      s\n, \n * 8(sp)
        .endr
        sd      ra, 96(sp)
        sd      gp, 104(sp)
        mv      a7, a0
        .irp    n, 1, 3, 5, 6, 7, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li      x\n, 0x7700 + \n
        .endr
        ecall
        li      a0, 0
        .irp    n, 1, 3, 5, 6, 7, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li      a1, 0x7700 + \n
        xor     a1, a1, x\n
        snez    a1, a1
        slli    a1, a1, \n
        or      a0, a0, a1
        .endr
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        ld      s\n, \n * 8(sp)
        .endr
        ld      ra, 96(sp)
        ld      gp, 104(sp)
        addi    sp, sp, 112
        ret

        .section .rodata.processor, "a"
        .balign 8
constant processor_fpu_flag, 33
constant processor_fpu_first, 35
constant processor_fpu_stride, 1
constant processor_w0, 10
constant processor_tp, 4

        .section .note.GNU-stack, "", @progbits

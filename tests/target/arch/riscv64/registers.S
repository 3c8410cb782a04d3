/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: which registers a call changes, and which it leaves uncleared.
 */
        .text

        /* Pattern of register n: its number in every byte, with the high bit of each set. */
        .macro  pattern reg, n
        li      \reg, 0x8080808080808080 + \n * 0x0101010101010101
        .endm

        .macro  fill_general reg, n
        pattern \reg, \n
        .endm

        .macro  note_general reg, n
        pattern t0, \n
        xor     t0, t0, \reg
        snez    t0, t0
        slli    t0, t0, \n
        or      a0, a0, t0
        .endm

        .macro  fill_float n
        pattern t0, \n
        fmv.d.x f\n, t0
        .endm

        .macro  note_float n
        pattern t0, \n
        fmv.x.d t1, f\n
        xor     t0, t0, t1
        snez    t0, t0
        slli    t0, t0, 32 + \n
        or      a0, a0, t0
        .endm

        .macro  note_left reg, n
        snez    a1, \reg
        slli    a1, a1, \n
        or      a0, a0, a1
        .endm

        .globl  registers_changed_by_call
        .type   registers_changed_by_call, @function
registers_changed_by_call:
        addi    sp, sp, -240
        sd      ra, 0(sp)
        sd      gp, 8(sp)
        sd      s0, 16(sp)
        sd      s1, 24(sp)
        sd      s2, 32(sp)
        sd      s3, 40(sp)
        sd      s4, 48(sp)
        sd      s5, 56(sp)
        sd      s6, 64(sp)
        sd      s7, 72(sp)
        sd      s8, 80(sp)
        sd      s9, 88(sp)
        sd      s10, 96(sp)
        sd      s11, 104(sp)
        fsd     fs0, 112(sp)
        fsd     fs1, 120(sp)
        fsd     fs2, 128(sp)
        fsd     fs3, 136(sp)
        fsd     fs4, 144(sp)
        fsd     fs5, 152(sp)
        fsd     fs6, 160(sp)
        fsd     fs7, 168(sp)
        fsd     fs8, 176(sp)
        fsd     fs9, 184(sp)
        fsd     fs10, 192(sp)
        fsd     fs11, 200(sp)
        sd      tp, 216(sp)
        sd      sp, 224(sp)
        sd      a0, 232(sp)

        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
               20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        fill_float \n
        .endr
        fill_general ra, 1
        fill_general gp, 3
        fill_general s0, 8
        fill_general s1, 9
        fill_general s2, 18
        fill_general s3, 19
        fill_general s4, 20
        fill_general s5, 21
        fill_general s6, 22
        fill_general s7, 23
        fill_general s8, 24
        fill_general s9, 25
        fill_general s10, 26
        fill_general s11, 27
        mv      t0, a0
        mv      t1, a1
        li      t2, 0
        li      t3, 0
        li      a0, 0
        ecall

        li      a0, 0
        note_general ra, 1
        note_general gp, 3
        note_general s0, 8
        note_general s1, 9
        note_general s2, 18
        note_general s3, 19
        note_general s4, 20
        note_general s5, 21
        note_general s6, 22
        note_general s7, 23
        note_general s8, 24
        note_general s9, 25
        note_general s10, 26
        note_general s11, 27
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
               20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        note_float \n
        .endr
        ld      t0, 224(sp)
        xor     t0, t0, sp
        ld      t1, 216(sp)
        xor     t1, t1, tp
        or      t0, t0, t1
        snez    t0, t0
        slli    t0, t0, 63
        or      a0, a0, t0

        ld      ra, 0(sp)
        ld      gp, 8(sp)
        ld      s0, 16(sp)
        ld      s1, 24(sp)
        ld      s2, 32(sp)
        ld      s3, 40(sp)
        ld      s4, 48(sp)
        ld      s5, 56(sp)
        ld      s6, 64(sp)
        ld      s7, 72(sp)
        ld      s8, 80(sp)
        ld      s9, 88(sp)
        ld      s10, 96(sp)
        ld      s11, 104(sp)
        fld     fs0, 112(sp)
        fld     fs1, 120(sp)
        fld     fs2, 128(sp)
        fld     fs3, 136(sp)
        fld     fs4, 144(sp)
        fld     fs5, 152(sp)
        fld     fs6, 160(sp)
        fld     fs7, 168(sp)
        fld     fs8, 176(sp)
        fld     fs9, 184(sp)
        fld     fs10, 192(sp)
        fld     fs11, 200(sp)
        addi    sp, sp, 240
        ret
        .size   registers_changed_by_call, . - registers_changed_by_call

        .globl  registers_left_by_call
        .type   registers_left_by_call, @function
registers_left_by_call:
        mv      t0, a0
        mv      t1, a1
        fill_general t4, 29
        fill_general t5, 30
        fill_general t6, 31
        li      t2, 0
        li      t3, 0
        li      a0, 0
        ecall

        li      a0, 0
        note_left t4, 29
        note_left t5, 30
        note_left t6, 31
        ret
        .size   registers_left_by_call, . - registers_left_by_call

        .section .note.GNU-stack, "", @progbits

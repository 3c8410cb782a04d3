/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registers of the floating-point unit, extensions F and D, to and from memory.
 */
    .equ    FPU_FCSR, 256                       /* arch_context.h; register n is at 8n */

    .attribute arch, "rv64imafdc"

    .macro  each_register operation
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
               16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation f\n, \n * 8(a0)
    .endr
    .endm

    .macro  save_registers
    each_register fsd
    frcsr   t0
    sd      t0, FPU_FCSR(a0)
    .endm

    .section .text.fpu, "ax"
    .globl  fpu_save
fpu_save:
    save_registers
    ret

    .globl  fpu_switch
fpu_switch:
    save_registers
    mv      a0, a1                              /* and on into fpu_restore */

    .globl  fpu_restore
fpu_restore:
    each_register fld
    ld      t0, FPU_FCSR(a0)
    fscsr   t0
    ret

    .section .note.GNU-stack, "", @progbits

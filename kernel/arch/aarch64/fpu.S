/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating point and vector registers, in the layout of struct arch_fpu.
 */
    .arch_extension fp
    .arch_extension simd

    .equ    FPU_CONTROL, 0                      /* FPCR, then FPSR */
    .equ    FPU_V, 16

    .macro  save_registers
    stp     q0, q1, [x0, #FPU_V + 0]
    stp     q2, q3, [x0, #FPU_V + 32]
    stp     q4, q5, [x0, #FPU_V + 64]
    stp     q6, q7, [x0, #FPU_V + 96]
    stp     q8, q9, [x0, #FPU_V + 128]
    stp     q10, q11, [x0, #FPU_V + 160]
    stp     q12, q13, [x0, #FPU_V + 192]
    stp     q14, q15, [x0, #FPU_V + 224]
    stp     q16, q17, [x0, #FPU_V + 256]
    stp     q18, q19, [x0, #FPU_V + 288]
    stp     q20, q21, [x0, #FPU_V + 320]
    stp     q22, q23, [x0, #FPU_V + 352]
    stp     q24, q25, [x0, #FPU_V + 384]
    stp     q26, q27, [x0, #FPU_V + 416]
    stp     q28, q29, [x0, #FPU_V + 448]
    stp     q30, q31, [x0, #FPU_V + 480]
    mrs     x2, fpcr
    mrs     x3, fpsr
    stp     x2, x3, [x0, #FPU_CONTROL]
    .endm

    .text
    .global fpu_save
fpu_save:
    save_registers
    ret

    .global fpu_switch
fpu_switch:
    save_registers
    mov     x0, x1                              /* and on into fpu_restore */

    .global fpu_restore
fpu_restore:
    ldp     q0, q1, [x0, #FPU_V + 0]
    ldp     q2, q3, [x0, #FPU_V + 32]
    ldp     q4, q5, [x0, #FPU_V + 64]
    ldp     q6, q7, [x0, #FPU_V + 96]
    ldp     q8, q9, [x0, #FPU_V + 128]
    ldp     q10, q11, [x0, #FPU_V + 160]
    ldp     q12, q13, [x0, #FPU_V + 192]
    ldp     q14, q15, [x0, #FPU_V + 224]
    ldp     q16, q17, [x0, #FPU_V + 256]
    ldp     q18, q19, [x0, #FPU_V + 288]
    ldp     q20, q21, [x0, #FPU_V + 320]
    ldp     q22, q23, [x0, #FPU_V + 352]
    ldp     q24, q25, [x0, #FPU_V + 384]
    ldp     q26, q27, [x0, #FPU_V + 416]
    ldp     q28, q29, [x0, #FPU_V + 448]
    ldp     q30, q31, [x0, #FPU_V + 480]
    ldp     x1, x2, [x0, #FPU_CONTROL]
    msr     fpcr, x1
    msr     fpsr, x2
    ret

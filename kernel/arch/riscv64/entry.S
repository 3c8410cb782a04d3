/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traps: into the kernel and out again.
 *
 * While a thread runs, sscratch points to its context, which says where this core's kernel stack
 * is; the record on top of that stack says which core it is.  In the kernel sscratch is 0, so a
 * trap of the kernel itself is told apart by one branch.
 *
 * sstatus is neither saved nor restored: in user mode interrupts are on whatever it says, and the
 * FPU's state belongs to the core.
 */
    .equ    CONTEXT_PC, 256                     /* arch_context.h; register n is at 8n */
    .equ    CONTEXT_STACK, 264
    .equ    CONTEXT_FORWARDED, 272
    .equ    CORE_RECORD_CPU, 0                  /* core.h */
    .equ    CORE_RECORD_BYTES, 16
    .equ    KERNEL_STACK_BYTES, 4096            /* arch/cpu.h */
    .equ    CAUSE_USER_CALL, 8
    .equ    ECALL_BYTES, 4
    .equ    SSTATUS_SPP, 1 << 8

/* All but t4-t6 and tp; tp points to the context. */
    .macro  save_registers
    sd      x1, 1 * 8(tp)
    sd      x2, 2 * 8(tp)
    sd      x3, 3 * 8(tp)
    .irp    n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
    sd      x\n, \n * 8(tp)
    .endr
    .endm

/* Saves tp and, offset by \skip, the pc; then on to the kernel's stack and core, self in a0. */
    .macro  enter_kernel skip
    csrr    t1, sepc
    csrrw   t0, sscratch, zero
    .if     \skip
    addi    t1, t1, \skip
    .endif
    sd      t0, 4 * 8(tp)
    sd      t1, CONTEXT_PC(tp)
    mv      a0, tp
    ld      sp, CONTEXT_STACK(tp)
    ld      tp, CORE_RECORD_CPU(sp)
    .endm

    .section .text.trap, "ax"
    .balign 4
    .globl  trap_entry
trap_entry:
    csrrw   tp, sscratch, tp
    beqz    tp, trap_of_kernel
    sd      t4, 29 * 8(tp)
    csrr    t4, scause
    save_registers
    addi    t4, t4, -CAUSE_USER_CALL
    bnez    t4, 1f
    ld      t4, CONTEXT_FORWARDED(tp)
    bnez    t4, 2f

    sd      zero, 29 * 8(tp)                    /* lost in a call */
    sd      zero, 30 * 8(tp)
    sd      zero, 31 * 8(tp)
    enter_kernel ECALL_BYTES
    jal     trap_call

/* a0 = the thread to go on with */
thread_resume:
    ld      t0, CONTEXT_PC(a0)
    sd      sp, CONTEXT_STACK(a0)
    csrw    sscratch, a0
    csrw    sepc, t0
    sc.d    zero, zero, (a0)                    /* ends any reservation; x[0] stays 0 */
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, \
               17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld      x\n, \n * 8(a0)
    .endr
    ld      a0, 10 * 8(a0)
    sret

1:  sd      t5, 30 * 8(tp)
    sd      t6, 31 * 8(tp)
    enter_kernel 0
    csrr    a1, scause
    csrr    a2, stval
    jal     trap_other
    j       thread_resume

2:  sd      t5, 30 * 8(tp)
    sd      t6, 31 * 8(tp)
    enter_kernel ECALL_BYTES
    jal     trap_forwarded
    j       thread_resume

/* Only the first exit comes here, with SPP still set by the trap that turned the MMU on. */
    .globl  trap_exit
trap_exit:
    li      t0, KERNEL_STACK_BYTES - 1
    or      sp, sp, t0
    addi    sp, sp, 1 - CORE_RECORD_BYTES
    li      t0, SSTATUS_SPP
    csrc    sstatus, t0
    j       thread_resume

/* Go on with what there is of a stack: the panic only reads and prints. */
trap_of_kernel:
    csrrw   tp, sscratch, zero
    csrr    a0, sepc
    csrr    a1, stval
    csrr    a2, scause
    jal     kernel_trap_panic

    .section .note.GNU-stack, "", @progbits

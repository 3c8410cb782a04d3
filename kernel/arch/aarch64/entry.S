/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trap entry and exit.
 *
 * In user mode the kernel's stack pointer points to the running thread's context, so entry stores
 * registers there at once.  Only then it turns to the core's kernel stack, whose top is in
 * TPIDR_EL1, and calls C; what C returns is the context to leave with.  There is one exit.
 * Exception return clears the exclusive monitor (DDI 0487, AArch64.ExceptionReturn), so a switch
 * needs no clrex; it also synchronises TTBR0 and the FPU's enable bits.
 */
#include "sysreg.h"

    .equ    CONTEXT_X30, 240                    /* and CONTEXT_SP */
    .equ    CONTEXT_PC, 256                     /* and CONTEXT_SPSR */
    .equ    CONTEXT_TP, 272
    .equ    CONTEXT_FORWARDED, 280

    .macro  store first, second
    stp     x\first, x\second, [sp, #8 * \first]
    .endm

    .macro  load first, second
    ldp     x\first, x\second, [sp, #8 * \first]
    .endm

    .macro  store_scratch                       /* x12-x18 and, as pairs are, x19 */
    store   12, 13
    store   14, 15
    store   16, 17
    store   18, 19
    .endm

/* The rest, then change stacks: x0 = context. */
    .macro  store_kept
    store   20, 21
    store   22, 23
    store   24, 25
    store   26, 27
    store   28, 29
    mrs     x20, sp_el0
    mrs     x21, elr_el1
    mrs     x22, spsr_el1
    mrs     x23, tpidr_el0
    stp     x30, x20, [sp, #CONTEXT_X30]
    stp     x21, x22, [sp, #CONTEXT_PC]
    str     x23, [sp, #CONTEXT_TP]
    mov     x0, sp
    mrs     x20, tpidr_el1
    mov     sp, x20
    .endm

    .macro  store_call_registers                /* beside x0 and x1 */
    store   2, 3
    store   4, 5
    store   6, 7
    store   8, 9
    store   10, 11
    .endm

    .macro  vector target
    .balign 128
    b       \target
    .endm

    .text
    .balign 2048
    .global vectors
vectors:
    vector  entry_kernel                        /* from the kernel, on a stack it never uses */
    vector  entry_kernel
    vector  entry_kernel
    vector  entry_kernel
    vector  entry_kernel                        /* from the kernel itself */
    vector  entry_kernel
    vector  entry_kernel
    vector  entry_kernel

    .balign 128                                 /* from user mode: synchronous */
    store   0, 1
    mrs     x0, esr_el1
    lsr     x0, x0, #ESR_CLASS_SHIFT
    cmp     x0, #ESR_CLASS_SVC
    b.ne    entry_fault
    ldr     x0, [sp, #CONTEXT_FORWARDED]
    store_call_registers
    cbnz    x0, entry_forwarded
    stp     xzr, xzr, [sp, #8 * 12]
    stp     xzr, xzr, [sp, #8 * 14]
    stp     xzr, xzr, [sp, #8 * 16]
    stp     xzr, x19, [sp, #8 * 18]
    b       entry_call

    vector  entry_interrupt                     /* IRQ */
    vector  entry_interrupt                     /* FIQ */
    .balign 128                                 /* SError: blamed on whoever runs */
    store   0, 1
    b       entry_fault

    vector  entry_kernel                        /* 32-bit user mode: never entered */
    vector  entry_kernel
    vector  entry_kernel
    vector  entry_kernel

entry_forwarded:
    store_scratch
    store_kept
    bl      trap_forwarded
    b       trap_exit

entry_call:
    store_kept
    bl      trap_call

/* x0 = the thread to leave with; it begins with its context. */
    .global trap_exit
trap_exit:
    mov     sp, x0
    ldp     x21, x22, [sp, #CONTEXT_PC]
    ldr     x23, [sp, #CONTEXT_TP]
    ldp     x30, x20, [sp, #CONTEXT_X30]
    msr     elr_el1, x21
    msr     spsr_el1, x22
    msr     tpidr_el0, x23
    msr     sp_el0, x20
    load    0, 1
    load    2, 3
    load    4, 5
    load    6, 7
    load    8, 9
    load    10, 11
    load    12, 13
    load    14, 15
    load    16, 17
    load    18, 19
    load    20, 21
    load    22, 23
    load    24, 25
    load    26, 27
    load    28, 29
    eret

entry_interrupt:
    store   0, 1
    store_call_registers
    store_scratch
    store_kept
    bl      trap_interrupt
    b       trap_exit

entry_fault:
    store_call_registers
    store_scratch
    store_kept
    mrs     x1, esr_el1
    mrs     x2, far_el1
    bl      fault_handle
    b       trap_exit

/* A bug, unless it is the one instruction that may trap: no emulator heard it. */
entry_kernel:
    mrs     x0, elr_el1
    adrp    x1, semihosting_call
    add     x1, x1, :lo12:semihosting_call
    cmp     x0, x1
    b.ne    1f
    add     x0, x0, #4
    msr     elr_el1, x0
    eret
1:  mrs     x1, far_el1
    mrs     x2, esr_el1
    mrs     x20, tpidr_el1
    mov     sp, x20
    bl      kernel_trap_panic

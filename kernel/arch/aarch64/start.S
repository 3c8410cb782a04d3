/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the loader to C: image header, boot core, secondary cores, and the stub left behind at EL2.
 *
 * Entered as the Linux arm64 boot protocol says (Documentation/arch/arm64/booting.rst): MMU and
 * data cache off, at EL1 or EL2, x0 = device tree.  Code here is position independent until it
 * jumps to its link address with the MMU on.  Kept over the calls: x19 = where to go on,
 * x20 = entry time, x21 = the argument.
 */
#include "sysreg.h"

    .section .head, "ax"
    .global image_header
image_header:
    b       start_boot
    nop
    .quad   0                                   /* offset from a 2 MiB boundary */
    .quad   kernel_image_size
    .quad   0xa                                 /* little-endian, 4 KiB pages, anywhere in RAM */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .text
start_boot:
    mrs     x20, cntvct_el0
    mov     x21, x0
    bl      start_enter_el1
    bl      start_clear_bss
    adrp    x0, boot_stack_top
    mov     sp, x0
    bl      start_make_tables
    bl      start_drop_bss_lines                /* what was fetched before it was written */
    ldr     x19, =start_boot_mapped
    b       start_mmu

start_boot_mapped:
    adrp    x1, boot_stack_top
    bl      start_use_stack
    mov     x0, x21
    mov     x1, x20
    bl      start_boot_core

/* x0 = kernel address of the top of this core's stack; its number stands just below. */
    .global start_secondary
start_secondary:
    mov     x21, x0
    bl      start_enter_el1
    ldr     x19, =start_secondary_mapped
    b       start_mmu

start_secondary_mapped:
    mov     x1, x21
    bl      start_use_stack
    ldr     x0, [sp, #8]
    bl      start_secondary_core

/* The two words at the top of the stack at x1 are: pointer to struct cpu, number of the core. */
start_use_stack:
    sub     x1, x1, #16
    mov     sp, x1
    msr     tpidr_el1, x1
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    msr     vbar_el1, x0
    isb
    ret

/* Zero .bss, writing past the caches; drop what they hold of it first. */
start_clear_bss:
    mov     x10, x30
    bl      start_drop_bss_lines
    adrp    x0, kernel_bss_start
    adrp    x1, kernel_image_end
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x1
    b.lo    1b
    ret     x10

start_drop_bss_lines:
    adrp    x0, kernel_bss_start
    adrp    x1, kernel_image_end
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4                     /* log2 of the words in the smallest line */
    mov     x3, #4
    lsl     x3, x3, x2
    dsb     sy
1:  dc      ivac, x0
    add     x0, x0, x3
    cmp     x0, x1
    b.lo    1b
    dsb     sy
    ret

/* Switch the MMU on and go on at x19. */
start_mmu:
    ldr     x0, =MAIR_VALUE
    msr     mair_el1, x0
    mrs     x1, id_aa64mmfr0_el1
    and     x2, x1, #7
    cmp     x2, #5                              /* 48 bits are all that our tables can say */
    mov     x3, #5
    csel    x2, x2, x3, lo
    ldr     x0, =TCR_VALUE
    orr     x0, x0, x2, lsl #TCR_SIZE_SHIFT
    ubfx    x1, x1, #5, #1                      /* ASIDBits is 0 or 2 */
    orr     x0, x0, x1, lsl #TCR_WIDE_ID
    msr     tcr_el1, x0
    adrp    x0, low_table
    msr     ttbr0_el1, x0
    adrp    x0, kernel_table
    msr     ttbr1_el1, x0
    isb
    tlbi    vmalle1
    ic      iallu
    dsb     nsh
    isb
    ldr     x0, =SCTLR_VALUE
    msr     sctlr_el1, x0
    isb
    br      x19

/* Return at EL1, from wherever the loader or the firmware entered. */
start_enter_el1:
    msr     daifset, #15
    ldr     x1, =SCTLR_MMU_OFF
    msr     sctlr_el1, x1
    mrs     x2, CurrentEL
    cmp     x2, #(2 << 2)
    b.eq    1f
    isb
    ret
1:  ldr     x1, =HCR_VALUE
    msr     hcr_el2, x1
    isb
    mrs     x1, midr_el1
    msr     vpidr_el2, x1
    mrs     x1, mpidr_el1
    msr     vmpidr_el2, x1
    mov     x1, #3                              /* counter and timer are EL1's as well */
    msr     cnthctl_el2, x1
    msr     cntvoff_el2, xzr
    mov     x1, #0x33ff                         /* no trap of FP; the rest is reserved */
    msr     cptr_el2, x1
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x1, pmcr_el0
    ubfx    x1, x1, #11, #5                     /* all event counters are EL1's, no debug trap */
    msr     mdcr_el2, x1
    mrs     x1, id_aa64pfr0_el1
    tst     x1, #(0xf << 24)
    b.eq    2f                                  /* no system register interface to the GIC */
    mov     x1, #9                              /* enable it, also for EL1 */
    msr     S3_4_C12_C9_5, x1                   /* ICC_SRE_EL2 */
    isb
2:  adrp    x1, stub_vectors
    add     x1, x1, :lo12:stub_vectors
    msr     vbar_el2, x1
    mov     x1, #PSTATE_EL1_MASKED
    msr     spsr_el2, x1
    msr     elr_el2, x30
    eret

/*
 * What stays at EL2.  hvc with x0 = STUB_SET_VECTORS makes x1 the vectors of EL2, so that a
 * hypervisor can be put there later; any other number is answered with -1.  Whatever else comes
 * here is given to EL1 as if it had been trapped there.
 */
    .equ    STUB_SET_VECTORS, 1
    .equ    VECTOR_OF_EL0, 0x400
    .equ    VECTOR_OF_EL1, 0x200

    .balign 2048
stub_vectors:
    .rept   8
    b       .
    .balign 128
    .endr
    b       stub_call                           /* synchronous, from EL1 or EL0 */
    .rept   7
    .balign 128
    b       .
    .endr

stub_call:
    msr     tpidr_el2, x2
    mrs     x2, esr_el2
    lsr     x2, x2, #ESR_CLASS_SHIFT
    cmp     x2, #ESR_CLASS_HVC
    b.ne    stub_give_to_el1
    cmp     x0, #STUB_SET_VECTORS
    mov     x0, #-1
    b.ne    1f
    msr     vbar_el2, x1
    mov     x0, #0
1:  eret

stub_give_to_el1:
    mrs     x2, esr_el2
    msr     esr_el1, x2
    mrs     x2, far_el2
    msr     far_el1, x2
    mrs     x2, elr_el2
    msr     elr_el1, x2
    mrs     x2, spsr_el2
    msr     spsr_el1, x2
    tst     x2, #(3 << 2)                       /* the level it came from */
    mrs     x2, vbar_el1
    b.ne    1f
    add     x2, x2, #(VECTOR_OF_EL0 - VECTOR_OF_EL1)
1:  add     x2, x2, #VECTOR_OF_EL1
    msr     elr_el2, x2
    mov     x2, #PSTATE_EL1_MASKED
    msr     spsr_el2, x2
    mrs     x2, tpidr_el2
    eret

    .equ    BOOT_STACK_BYTES, 4096

    .bss
    .balign 4096
    .skip   BOOT_STACK_BYTES
boot_stack_top:

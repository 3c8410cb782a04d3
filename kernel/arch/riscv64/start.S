/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the boot loader to C.
 *
 * The image is flat, linked at the top of the address space and started at any multiple of 2 MiB
 * with the MMU off.  All addressing is relative to pc, so the same code runs at both addresses;
 * mmu_on is where one becomes the other.
 *
 * All cores come in at the same address, and the first one boots.  An address of its own for the
 * others would not do: older OpenSBI says "start" before it stores the address, and a core that
 * looks in between goes to the image's.  Header: Linux Documentation/riscv/boot-image-header.rst.
 */
    .equ    IMAGE_BASE, 0xffffffff80000000      /* KERNEL_IMAGE_BASE */
    .equ    CORE_RECORD_BYTES, 16               /* core.h; cpu, index */
    .equ    CORE_RECORD_INDEX, 8
    .equ    CORE_SLOT_BYTES, 16                 /* core.h; hart, stack */
    .equ    CORE_SLOT_HART, 0
    .equ    CORE_SLOT_STACK, 8
    .equ    CPU_MAX, 8                          /* arch/cpu.h */
    .equ    KERNEL_STACK_BYTES, 4096
    .equ    SSTATUS_USER, 0xc6722               /* MXR, SUM, XS, FS, VS, SPP, SIE: all start as 0 */
    .equ    COUNTERS_ALL, 7                     /* cycle, time, instret */

    .section .text.start, "ax"
    .globl  kernel_start
kernel_start:
    .option push
    .option norvc
    j       boot
    .4byte  0
    .option pop
    .8byte  0x200000                            /* where in a multiple of 2 MiB: at its start */
    .8byte  kernel_image_end - kernel_start
    .8byte  0                                   /* little-endian */
    .4byte  2                                   /* header version 0.2 */
    .4byte  0
    .8byte  0
    .ascii  "RISCV\0\0\0"
    .ascii  "RSC\005"
    .4byte  0

/* a0 = hart, a1 = device tree if this is the first */
boot:
    csrr    s0, time
    csrw    sie, zero
    la      t0, is_taken
    li      t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez    t1, secondary
    mv      s1, a0
    mv      s2, a1

    la      t0, kernel_bss_start
    la      t1, kernel_image_end
1:  sd      zero, 0(t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b

    la      t0, boot_hart
    sd      s1, 0(t0)
    la      sp, boot_stack_end - CORE_RECORD_BYTES
    mv      a0, s2
    call    kernel_space_create
    mv      s3, a0
    call    mmu_on

    la      sp, boot_stack_end - CORE_RECORD_BYTES
    mv      a0, s3
    mv      a1, s2
    mv      a2, s0
    tail    kernel_main

/* a0 = hart; its stack is where core_slots has it, once the boot core says so */
secondary:
    la      t0, core_slots
    addi    t1, t0, CPU_MAX * CORE_SLOT_BYTES
1:  ld      s0, CORE_SLOT_STACK(t0)
    fence   r, rw
    ld      t2, CORE_SLOT_HART(t0)
    addi    t0, t0, CORE_SLOT_BYTES
    beqz    s0, 2f
    beq     t2, a0, 3f
2:  bltu    t0, t1, 1b
    j       secondary

3:  call    mmu_on
    addi    sp, s0, -CORE_RECORD_BYTES
    ld      a0, CORE_RECORD_INDEX(sp)
    tail    kernel_main_secondary

/*
 * Returns to the caller at its linked address, with the core's control registers as the kernel
 * wants them.  Turning the MMU on makes the next fetch fault, which leads to the linked address of
 * that same instruction: no mapping of the physical address is needed.
 */
mmu_on:
    la      t0, kernel_start
    li      t1, IMAGE_BASE
    sub     t1, t1, t0
    add     ra, ra, t1
    la      t0, 1f
    add     t0, t0, t1
    csrw    stvec, t0
    la      t0, kernel_satp
    ld      t0, 0(t0)
    sfence.vma
    csrw    satp, t0
    .balign 4
1:  la      t0, trap_entry
    csrw    stvec, t0
    csrw    sscratch, zero
    li      t0, SSTATUS_USER
    csrc    sstatus, t0
    li      t0, COUNTERS_ALL
    csrw    scounteren, t0
    mv      tp, zero
    ret

    .section .bss.stack, "aw", @nobits
    .balign KERNEL_STACK_BYTES
    .skip   KERNEL_STACK_BYTES
boot_stack_end:

    .section .data.start, "aw"
    .balign 8
    .globl  boot_hart
boot_hart:
    .8byte  0
is_taken:
    .4byte  0

    .section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * riscv64: the inline parts of arch/paging.h, for Sv39.
 *
 * The lower half of every space is the user's, the upper half the kernel's:
 *   KERNEL_DIRECT_BASE   all RAM, at a fixed offset
 *   KERNEL_IMAGE_BASE    the kernel image, wherever the loader put it
 *   KERNEL_DEVICE_BASE   device registers of the kernel's own drivers, in the same GiB
 */
#ifndef ARCH_RISCV64_PAGING_H
#define ARCH_RISCV64_PAGING_H

#include <base/types.h>

static const vaddr_t USER_TOP = 0x0000004000000000;
static const vaddr_t KERNEL_DIRECT_BASE = 0xffffffc000000000;
static const vaddr_t KERNEL_IMAGE_BASE = 0xffffffff80000000;
static const vaddr_t KERNEL_DEVICE_BASE = 0xffffffffa0000000;

static const word_t SATP_SV39 = (word_t)8 << 60;
enum { SATP_ID_SHIFT = 44, SATP_ID_MASK = 0xffff };

/* Where the loader put the image; set once, before the MMU is on. */
extern paddr_t kernel_image_paddr;

static inline void *phys_to_virt(paddr_t paddr)
{
    return (void *)(paddr + KERNEL_DIRECT_BASE);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
    vaddr_t address = (vaddr_t)pointer;

    if (address >= KERNEL_IMAGE_BASE)
        return address - KERNEL_IMAGE_BASE + kernel_image_paddr;
    return address - KERNEL_DIRECT_BASE;
}

/* Id 0 belongs to nobody for long: whoever runs under it starts with an empty TLB. */
static inline void satp_load(paddr_t root, word_t id)
{
    word_t satp = SATP_SV39 | id << SATP_ID_SHIFT | root >> 12;

    __asm__ volatile("csrw satp, %0" ::"r"(satp) : "memory");
    if (id == 0)
        __asm__ volatile("sfence.vma zero, %0" ::"r"(id) : "memory");
}

static inline void paging_activate(const struct paging *paging, word_t id)
{
    satp_load(paging->root, id);
}

#endif

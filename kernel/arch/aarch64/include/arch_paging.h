/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aarch64: the inline parts of arch/paging.h, for 4 KiB pages and 39-bit addresses.
 *
 * TTBR0 is the running space's, TTBR1 the kernel's own and the same for all:
 *   KERNEL_DIRECT_BASE   all RAM, at a fixed offset
 *   KERNEL_IMAGE_BASE    the kernel image, wherever the loader put it
 *   KERNEL_DEVICE_BASE   device registers of the kernel's own drivers, in the same GiB
 */
#ifndef ARCH_AARCH64_PAGING_H
#define ARCH_AARCH64_PAGING_H

#include <arch/paging.h>
#include <base/types.h>

static const vaddr_t USER_TOP = 0x0000008000000000;
static const vaddr_t KERNEL_DIRECT_BASE = 0xffffff8000000000;
static const vaddr_t KERNEL_IMAGE_BASE = 0xffffffff80000000;
static const vaddr_t KERNEL_TREE_BASE = 0xffffffffbfa00000;
static const vaddr_t KERNEL_DEVICE_BASE = 0xffffffffbfe00000;

enum { TTBR_ID_SHIFT = 48 };

/* Where the loader put the image; set once, at start. */
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

/* No barrier: the kernel touches no user address, and the return to user mode synchronises. */
static inline void paging_activate(const struct paging *paging, word_t id)
{
    __asm__ volatile("msr ttbr0_el1, %0" ::"r"(paging->root | id << TTBR_ID_SHIFT) : "memory");
}

#endif

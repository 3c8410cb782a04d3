/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: "RAM" is one array at a fixed distance from its physical addresses.
 */
#ifndef ARCH_HOST_PAGING_H
#define ARCH_HOST_PAGING_H

#include <arch/paging.h>
#include <base/types.h>

static const vaddr_t USER_TOP = 0x0000008000000000;

/* Where RAM starts, for the kernel and in this process. */
static const paddr_t HOST_RAM_BASE = 0x40000000;
static const paddr_t HOST_DEVICE_BASE = 0x80000000;
enum { HOST_RAM_BYTES = 6 << 20, HOST_DEVICE_BYTES = 1 << 30 };

extern char host_ram[HOST_RAM_BYTES];

static inline void *phys_to_virt(paddr_t paddr)
{
    return host_ram + (paddr - HOST_RAM_BASE);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
    return (paddr_t)((const char *)pointer - host_ram) + HOST_RAM_BASE;
}

void host_paging_activate(paddr_t root, word_t id);

static inline void paging_activate(const struct paging *paging, word_t id)
{
    host_paging_activate(paging->root, id);
}

#endif

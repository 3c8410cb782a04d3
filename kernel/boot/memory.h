/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's memory, from the device tree: what is RAM, what is taken, what is free.  Until
 * root's memories are made, pages for the kernel itself are taken from here.
 */
#ifndef KERNEL_BOOT_MEMORY_H
#define KERNEL_BOOT_MEMORY_H

#include <base/fdt.h>
#include <base/types.h>

/* A zeroed page for the kernel, for ever.  Boot only. */
paddr_t boot_page(void);

/* Pages in a row, as a pointer. */
void *boot_pages(size_t count);

/* Find RAM and what lies in it; the device tree and the boot bundle are kept out of the free part.
 */
void boot_memory_find(const struct fdt *fdt, struct fdt_range device_tree, struct fdt_range bundle);

/* Let the direct map cover all RAM. */
void boot_memory_map(void);

/* The end of boot: the free ranges become kernel.memory[], devices too; returns bytes the kernel
 * kept for itself. */
uint64_t boot_memory_give(const struct fdt *fdt);

#endif

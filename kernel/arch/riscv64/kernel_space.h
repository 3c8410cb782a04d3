/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What start.S needs of the kernel's half of the spaces.
 */
#ifndef RISCV64_KERNEL_SPACE_H
#define RISCV64_KERNEL_SPACE_H

#include <base/types.h>

/* Satp of the kernel's own root, for every core's start. */
extern word_t kernel_satp;

/* Called with the MMU off, once.  Returns where the device tree will be seen. */
vaddr_t kernel_space_create(paddr_t device_tree);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which executables run on this architecture: ARCH_ELF_MACHINE, defined in the architecture's
 * <arch_cpu.h>.
 */
#ifndef ARCH_IMAGE_H
#define ARCH_IMAGE_H

#include <abi/boot.h>
#include <arch_cpu.h>

#endif

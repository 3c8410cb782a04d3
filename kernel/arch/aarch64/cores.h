/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cores there are.  A core is its index in our list, the boot core being 0; the processor
 * knows it by its affinity.
 */
#ifndef AARCH64_CORES_H
#define AARCH64_CORES_H

#include <base/types.h>

/* The affinity fields of MPIDR_EL1, as the device tree and the interrupt controller use them. */
static const uint64_t AFFINITY_MASK = 0xff00ffffff;

unsigned core_current(void);
uint64_t core_affinity(unsigned index);
unsigned core_count(void);

#endif

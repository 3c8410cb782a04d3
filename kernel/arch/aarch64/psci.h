/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls to the firmware: Arm Power State Coordination Interface, DEN 0022.
 */
#ifndef AARCH64_PSCI_H
#define AARCH64_PSCI_H

#include <base/fdt.h>
#include <base/types.h>

static const uint32_t PSCI_CPU_ON = 0xc4000003;
static const uint32_t PSCI_SYSTEM_OFF = 0x84000008;
static const uint32_t PSCI_SYSTEM_RESET = 0x84000009;

/* Find out how to call it; without it the machine has one core and stays on. */
void psci_init(const struct fdt *fdt);

/* 0, or a negative error. */
int64_t psci_call(uint32_t function, uint64_t a, uint64_t b, uint64_t c);

#endif

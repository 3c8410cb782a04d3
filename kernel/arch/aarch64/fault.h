/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Called by entry.S for everything but calls and interrupts: the registers are in the context.
 * Returns the thread to leave with.
 */
#ifndef AARCH64_FAULT_H
#define AARCH64_FAULT_H

#include <arch/context.h>
#include <arch/trap.h>

struct thread *fault_handle(struct arch_context *context, word_t syndrome, word_t address);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fault handling needs to know about the debug registers.
 */
#ifndef AARCH64_DEBUG_H
#define AARCH64_DEBUG_H

#include <arch/context.h>

/* In a context's spsr: step over one instruction. */
static const word_t SPSR_STEP = 1 << 21;

/* Which of this core's breakpoints is at the address. */
word_t debug_find_breakpoint(word_t pc);

/* Which of its watchpoints an access that was reported at the address hit. */
word_t debug_find_watchpoint(word_t address);

#endif

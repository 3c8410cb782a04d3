/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only assembly can see; one file per architecture in arch/.
 */
#ifndef TESTS_REGISTERS_H
#define TESTS_REGISTERS_H

#include <base/types.h>

/*
 * Fills every register with a pattern, makes the call on the capability, and compares: one bit for
 * each register that should have survived and did not (by its number; 32 and up: floating point,
 * 63: the stack pointer).
 */
uint64_t registers_changed_by_call(word_t call, word_t cap);

/* The same, for those that should come back as zero and did not. */
uint64_t registers_left_by_call(word_t call, word_t cap);

#endif

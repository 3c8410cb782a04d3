/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host tests: what the processor does elsewhere, the test does here.  It defines these functions
 * and plays the kernel.
 */
#ifndef RT_TRAP_H
#define RT_TRAP_H

#include <base/compiler.h>
#include <base/types.h>

status_t skr_trap(word_t call, word_t *cap, word_t *info, word_t *aux, word_t words[8]);
uint64_t rt_counter(void);
word_t rt_thread_pointer(void);

static inline word_t skr_any(void)
{
    return (word_t)0xa5a5a5a5a5a5a5a5;
}

#endif

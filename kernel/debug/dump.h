/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's whole state as text, for test kernels.  Release kernels link no_dump.c, which
 * answers ERR_NOT_SUPPORTED.
 */
#ifndef KERNEL_DEBUG_DUMP_H
#define KERNEL_DEBUG_DUMP_H

#include <base/types.h>

/* The part's text goes to out; *next is the part to ask for then, 0 after the last.  part is any
 * number: one that was never given out is ERR_BAD_ARGUMENT, or some other part. */
status_t dump_part(word_t part, char *out, size_t size, word_t *next, word_t *used);

#endif

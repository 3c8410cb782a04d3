/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel log: a ring of bytes that keeps the last ones, and a copy on the debug console where
 * there is one.
 */
#ifndef KERNEL_DEBUG_LOG_H
#define KERNEL_DEBUG_LOG_H

#include <base/compiler.h>
#include <base/types.h>

void log_write(const char *bytes, size_t size);
void log_text(const char *text);
PRINTF_LIKE(1, 2) void log_format(const char *format, ...);

/* No copy on the console, from when its registers are given away until a panic. */
void log_set_silent(bool is_silent);

/* Copy what follows *position; *position moves on.  *lost: bytes that were overwritten before. */
size_t log_read(word_t *position, char *out, size_t size, word_t *lost);

#endif

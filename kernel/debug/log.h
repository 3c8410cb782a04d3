/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel log: a ring of bytes that keeps the last ones.  Components read it; what none of them
 * has read when the machine ends goes to the port that the firmware talks on.
 */
#ifndef KERNEL_DEBUG_LOG_H
#define KERNEL_DEBUG_LOG_H

#include <base/compiler.h>
#include <base/types.h>

void log_write(const char *bytes, size_t size);
void log_text(const char *text);
PRINTF_LIKE(1, 2) void log_format(const char *format, ...);

/* The last words: what nobody has read goes to the firmware's port, whoever owns that by now. */
void log_show(void);

/* Copy what follows *position; *position moves on.  *lost: bytes that were overwritten before. */
size_t log_read(word_t *position, char *out, size_t size, word_t *lost);

#endif

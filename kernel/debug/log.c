/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log ring.  Positions count every byte ever written, so a reader knows what it missed.
 */
#include "debug/log.h"

#include <arch/irq.h>
#include <base/format.h>
#include <base/memory.h>
#include <stdarg.h>

#include "debug/mirror.h"

enum { LOG_BYTES = 4096, LOG_LINE_MAX = 160 };

static struct {
    word_t written;
    word_t read;                        /* somebody has it, here or outside */
    char ring[LOG_BYTES];
} log_ring;

void log_write(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        log_ring.ring[log_ring.written++ % LOG_BYTES] = bytes[i];
    mirror_log();
}

static word_t oldest_position(void)
{
    return log_ring.written > LOG_BYTES ? log_ring.written - LOG_BYTES : 0;
}

void log_show(void)
{
    word_t at = word_max(log_ring.read, oldest_position());

    for (; at < log_ring.written; at++) {
        if (log_ring.ring[at % LOG_BYTES] == '\n')
            debug_console_put('\r');
        debug_console_put(log_ring.ring[at % LOG_BYTES]);
    }
    log_ring.read = log_ring.written;
}

void log_text(const char *text)
{
    log_write(text, str_length(text));
}

void log_format(const char *format_text, ...)
{
    char line[LOG_LINE_MAX];
    va_list arguments;

    va_start(arguments, format_text);
    (void)format_v(line, sizeof(line), format_text, arguments);
    va_end(arguments);
    log_text(line);
}

size_t log_read(word_t *position, char *out, size_t size, word_t *lost)
{
    word_t oldest = oldest_position();
    word_t from = *position > log_ring.written ? log_ring.written : word_max(*position, oldest);
    size_t count = word_min(size, log_ring.written - from);

    *lost = *position < oldest ? oldest - *position : 0;
    size_t first = word_min(count, LOG_BYTES - from % LOG_BYTES);

    mem_copy(out, &log_ring.ring[from % LOG_BYTES], first);
    mem_copy(out + first, log_ring.ring, count - first);
    *position = from + count;
    log_ring.read = word_max(log_ring.read, from + count);
    return count;
}

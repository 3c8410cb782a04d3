/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to the kernel log, in pieces of what the message buffer's list area holds.
 */
#include <base/format.h>
#include <base/memory.h>
#include <rt/print.h>
#include <rt/process.h>
#include <rt/startup.h>

enum { LINE_MAX_BYTES = 256 };

void rt_print(const char *text)
{
    cap_t log = rt_self()->process->log;
    size_t left = log != 0 ? str_length(text) : 0;

    while (left > 0) {
        size_t size = word_min(left, ABI_LIST_BYTES);

        mem_copy(rt_buffer()->list, text, size);
        if (skr_log_control_write(log, size) != OK)
            return;
        text += size;
        left -= size;
    }
}

void rt_printf(const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, fmt);
    format_v(line, sizeof(line), fmt, args);
    va_end(args);
    rt_print(line);
}

static noreturn void end_in_panic(void)
{
    for (;;) {
        word_t unused = 0;

        (void)skr_trap_word(RT_CALL_PANIC, 0, &unused);
    }
}

noreturn void rt_panic(const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, fmt);
    format_v(line, sizeof(line), fmt, args);
    va_end(args);
    rt_printf("panic: %s\n", line);
    end_in_panic();
}

noreturn void rt_assert_failed(const char *condition, const char *file, int line)
{
    rt_panic("%s:%d: this should hold: %s", file, line, condition);
}

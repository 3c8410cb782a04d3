/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console: input, log and answers share one serial line.
 *
 * The prompt with what is being typed is always the last line of the screen: before anything else
 * is written it is taken away, and afterwards it is put back.
 */
#include "console.h"

#include <base/format.h>
#include <base/memory.h>
#include <protocol/root_client.h>
#include <protocol/uart_client.h>
#include <rt/process.h>
#include <stdarg.h>

enum { WRITE_BYTES = 240, PRINT_BYTES = 160, TRIES_MAX = 2000 };

static const uint64_t RETRY_NS = 2000000;

static struct console the_console;

/* What the driver's queue does not take now, it takes a little later; a dead line takes it all. */
static void write_all(struct console *console, const char *text, size_t size)
{
    for (unsigned try = 0; size > 0 && try < TRIES_MAX; try++) {
        word_t written = 0;
        status_t status = uart_write(console->uart, text, word_min(size, WRITE_BYTES), &written);

        if (status != OK)
            return;
        text += written;
        size -= written;
        if (size == 0 || written > 0)
            continue;
        component_wake_in(&console->self, RETRY_NS);
        (void)component_wait(&console->self);
    }
}

void console_put(struct console *console, const char *text, size_t size)
{
    char out[WRITE_BYTES];
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        if (length + 2 > sizeof(out)) {
            write_all(console, out, length);
            length = 0;
        }
        if (text[i] == '\n')
            out[length++] = '\r';
        out[length++] = text[i];
    }
    write_all(console, out, length);
}

static void put_text(struct console *console, const char *text)
{
    console_put(console, text, str_length(text));
}

void console_print(struct console *console, const char *fmt, ...)
{
    char line[PRINT_BYTES];
    va_list args;

    va_start(args, fmt);
    format_v(line, sizeof(line), fmt, args);
    va_end(args);
    put_text(console, line);
}

/* ---- the prompt ---- */

static void take_prompt_away(struct console *console)
{
    if (console->has_prompt)
        put_text(console, "\r\x1b[K");
    console->has_prompt = false;
}

static void put_prompt(struct console *console)
{
    if (!console->has_prompt)
        console_print(console, "skerry> %s", console->editor.line);
    console->has_prompt = true;
}

/* ---- the log ---- */

static void show_log(struct console *console, bool is_silent)
{
    char text[ABI_LIST_BYTES];
    word_t next, size, lost;

    if (console->log == 0)
        return;
    while (skr_log_control_read(console->log, console->log_position, &next, &size, &lost) == OK &&
           size > 0) {
        mem_copy(text, rt_buffer()->list, size);
        console->log_position = next;
        if (is_silent)
            continue;
        take_prompt_away(console);
        console_put(console, text, size);
    }
}

/* ---- input ---- */

static void take_byte(struct console *console, uint8_t byte)
{
    char echo[EDITOR_ECHO_MAX];
    bool is_complete = editor_take(&console->editor, byte, echo);

    if (!is_complete) {
        put_text(console, echo);
        return;
    }
    put_text(console, "\n");
    console->has_prompt = false;
    console_execute(console, console->editor.line);
    editor_clear(&console->editor);
    show_log(console, false);
    put_prompt(console);
}

/* Takes all input there is; false when the driver is gone. */
static bool take_input(struct console *console)
{
    uint8_t byte;
    uint32_t done;

    do {
        while (ring_pop(&console->input, &byte, 1, &done) == OK) {
            if (ring_release(&console->input)) {
                /* the driver never waits for room */
            }
            take_byte(console, byte);
        }
        if (console->input.end.is_peer_gone)
            return false;
    } while (!ring_consumer_may_wait(&console->input, 1));
    return true;
}

static status_t connect(struct console *console)
{
    cap_t wake = 0;
    status_t status;

    status = component_connect(&console->self, "main", "uart", UART_VERSION, &console->uart);
    if (status == OK)
        status = component_take_ring(&console->self, 1, &console->lend, &console->memory);
    if (status == OK)
        status = ring_consumer_init(&console->input, console->memory, 1,
                                    component_ring_slots(ABI_PAGE_SIZE, 1));
    if (status == OK)
        status = component_make_wake(&console->self, UART_EVENT_INPUT | UART_EVENT_LOST, &wake);
    if (status == OK)
        status = uart_open(console->uart, console->lend, wake);
    component_drop(&console->self, wake);
    return status;
}

int component_main(const struct rt_startup *startup)
{
    struct console *console = &the_console;
    status_t status;

    component_init(&console->self, startup);
    console->log = rt_startup_find(startup, "log");
    status = connect(console);
    if (status != OK)
        return status;
    show_log(console, startup->generation > 1);
    component_ready(&console->self);
    for (;;) {
        show_log(console, false);
        if (!take_input(console))
            return ERR_PEER_GONE;
        show_log(console, false);
        put_prompt(console);
        (void)component_wait(&console->self);
    }
}

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
#include <protocol/uart_client.h>
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

/* ---- the prompt ---- */

static void take_prompt_away(struct console *console)
{
    static const char away[] = "\r\x1b[K";

    if (console->has_prompt)
        write_all(console, away, sizeof(away) - 1);
    console->has_prompt = false;
}

static void put_prompt(struct console *console)
{
    const struct editor *editor = &console->editor;

    if (console->has_prompt)
        return;
    console_print(console, "skerry> %s", editor->line);
    for (uint32_t i = editor->cursor; i < editor->length; i++)
        write_all(console, "\b", 1);
    console->has_prompt = true;
}

/* ---- output ---- */

void console_put(struct console *console, const char *text, size_t size)
{
    char out[WRITE_BYTES];
    size_t length = 0;

    take_prompt_away(console);
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

void console_print(struct console *console, const char *fmt, ...)
{
    char line[PRINT_BYTES];
    va_list args;

    va_start(args, fmt);
    format_v(line, sizeof(line), fmt, args);
    va_end(args);
    console_put(console, line, str_length(line));
}

/* ---- input ---- */

/* The line stays on the screen; what follows begins below it. */
static void leave_line(struct console *console)
{
    console->has_prompt = false;
    console_print(console, "\n");
}

static void show_choices(struct console *console)
{
    const char *word;
    unsigned next = 0;

    leave_line(console);
    while ((word = editor_choice(&console->editor, &next)) != NULL)
        console_print(console, "%s ", word);
    console_print(console, "\n");
    put_prompt(console);
}

static void run_line(struct console *console)
{
    char line[EDITOR_LINE_MAX + 1];

    leave_line(console);
    str_copy(line, sizeof(line), console->editor.line);
    editor_clear(&console->editor);
    console_execute(console, line);
    console_show_news(console);
    put_prompt(console);
}

static void take_byte(struct console *console, uint8_t byte)
{
    char echo[EDITOR_ECHO_MAX];

    switch (editor_take(&console->editor, byte, echo)) {
    case EDITOR_GOES_ON: write_all(console, echo, str_length(echo)); break;
    case EDITOR_CHOICES: show_choices(console); break;
    case EDITOR_LINE: run_line(console); break;
    }
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
    console->editor.word = console_word;
    console->editor.word_state = console;
    console->log = rt_startup_find(startup, "log");
    console->control = rt_startup_find(startup, "control");
    console->inspect = rt_startup_find(startup, "inspect");
    status = connect(console);
    if (status != OK)
        return status;
    if (startup->generation > 1)
        console_skip_news(console);
    component_ready(&console->self);
    for (;;) {
        console_show_news(console);
        if (!take_input(console))
            return ERR_PEER_GONE;
        console_show_news(console);
        put_prompt(console);
        (void)component_wait(&console->self);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console's state, and what its parts do for each other.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "editor.h"

#include <base/compiler.h>
#include <component/component.h>
#include <ring/ring.h>

struct console {
    struct component self;
    struct editor editor;
    cap_t uart;
    cap_t log;
    word_t log_position;
    struct ipc_lend lend;
    void *memory;
    struct ring_consumer input;
    bool has_prompt; /* the prompt and what is typed are on the screen's last line */
};

/* Text to the serial line; \n becomes the end of a line there. */
void console_put(struct console *console, const char *text, size_t size);
PRINTF_LIKE(2, 3) void console_print(struct console *console, const char *fmt, ...);

/* Does what a line says. */
void console_execute(struct console *console, char *line);

#endif

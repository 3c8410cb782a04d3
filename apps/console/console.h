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

enum { CONSOLE_NAME_BYTES = 32, CONSOLE_ARGUMENTS_MAX = 2 };

struct console {
    struct component self;
    struct editor editor;
    cap_t uart;
    cap_t control; /* sessions at root, or 0 */
    cap_t inspect;
    struct ipc_lend lend;
    void *memory;
    struct ring_consumer input;
    bool has_prompt; /* the prompt and what is typed are on the screen's last line */

    cap_t log; /* the system's log, or 0 */
    word_t log_position;
    cap_t log_reader;    /* a session at the log service, or 0 */
    uint64_t log_number; /* of the last line of it that was shown */

    char word[CONSOLE_NAME_BYTES]; /* a name that completion found */
};

/* Text to the serial line; \n becomes the end of a line there. */
void console_put(struct console *console, const char *text, size_t size);
PRINTF_LIKE(2, 3) void console_print(struct console *console, const char *fmt, ...);

/* Does what a line says. */
void console_execute(struct console *console, char *line);
/* An editor_word_fn: commands and their arguments. */
const char *console_word(void *state, const char *line, unsigned position, unsigned index);

/* Says why a command failed; nothing when it did not. */
void console_report(struct console *console, const char *name, status_t status);

/* An app's index by its name, or ERR_NOT_FOUND. */
MUST_CHECK status_t console_find_app(const struct console *console, const char *name,
                                     word_t *index);
/* An app's name; false: there is none with this index. */
bool console_app_name(const struct console *console, word_t index, char name[CONSOLE_NAME_BYTES]);

/* Shows what was said since: root's and the kernel's log, then lines of the log service. */
void console_show_news(struct console *console);
/* Leaves out what was said so far. */
void console_skip_news(struct console *console);

/* Commands that look; `arguments` has empty texts where none was given. */
void console_ps(struct console *console, char *const *arguments);
void console_top(struct console *console, char *const *arguments);
void console_apps(struct console *console, char *const *arguments);
void console_mem(struct console *console, char *const *arguments);
void console_caps(struct console *console, char *const *arguments);
void console_tree(struct console *console, char *const *arguments);
void console_protocols(struct console *console, char *const *arguments);
void console_log(struct console *console, char *const *arguments);
void console_loglevel(struct console *console, char *const *arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line being typed: bytes in, what the terminal must show out.
 *
 * Knows printable characters, backspace and the end of a line; escape sequences are swallowed.
 */
#ifndef CONSOLE_EDITOR_H
#define CONSOLE_EDITOR_H

#include <base/types.h>

enum { EDITOR_LINE_MAX = 79, EDITOR_ECHO_MAX = 4 };

struct editor {
    char line[EDITOR_LINE_MAX + 1]; /* terminated */
    uint32_t length;
    uint8_t escape;  /* where in an escape sequence; 0: in none */
    bool was_return; /* the last byte was \r: a \n that follows is the same end */
};

/*
 * Takes one byte; `echo` gets what to show for it, terminated.  True: the line is complete, and is
 * to be cleared with editor_clear before the next byte.
 */
bool editor_take(struct editor *editor, uint8_t byte, char echo[EDITOR_ECHO_MAX]);
void editor_clear(struct editor *editor);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line editing, the least that works on any terminal.
 */
#include "editor.h"

#include <base/memory.h>

enum { BACKSPACE = 0x08, DELETE = 0x7f, ESCAPE = 0x1b, FIRST_PRINTABLE = 0x20 };
enum { ESCAPE_BEGUN = 1, ESCAPE_SEQUENCE = 2 };

void editor_clear(struct editor *editor)
{
    editor->length = 0;
    editor->line[0] = '\0';
}

/* ESC, then '[' with parameters up to a letter, or one other byte. */
static void take_escape(struct editor *editor, uint8_t byte)
{
    if (editor->escape == ESCAPE_BEGUN && byte == '[')
        editor->escape = ESCAPE_SEQUENCE;
    else if (editor->escape == ESCAPE_BEGUN || (byte >= '@' && byte <= '~'))
        editor->escape = 0;
}

static void take_printable(struct editor *editor, uint8_t byte, char echo[EDITOR_ECHO_MAX])
{
    if (editor->length == EDITOR_LINE_MAX)
        return;
    editor->line[editor->length++] = (char)byte;
    editor->line[editor->length] = '\0';
    echo[0] = (char)byte;
    echo[1] = '\0';
}

bool editor_take(struct editor *editor, uint8_t byte, char echo[EDITOR_ECHO_MAX])
{
    bool follows_return = editor->was_return;

    echo[0] = '\0';
    editor->was_return = byte == '\r';
    if (editor->escape != 0) {
        take_escape(editor, byte);
        return false;
    }
    if (byte == ESCAPE)
        editor->escape = ESCAPE_BEGUN;
    else if (byte == '\r' || byte == '\n')
        return byte == '\r' || !follows_return;
    else if ((byte == BACKSPACE || byte == DELETE) && editor->length > 0) {
        editor->line[--editor->length] = '\0';
        str_copy(echo, EDITOR_ECHO_MAX, "\b \b");
    } else if (byte >= FIRST_PRINTABLE && byte < DELETE)
        take_printable(editor, byte, echo);
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line being typed: bytes in, what the terminal must show out; pure.
 *
 * Knows cursor keys, Home, End, Delete and the usual control characters (^A ^B ^E ^F ^K ^U ^W ^C,
 * ^P and ^N for the history), and completes the word before the cursor with Tab.  Everything is
 * shown with printable characters and backspaces alone, so any terminal will do.
 */
#ifndef CONSOLE_EDITOR_H
#define CONSOLE_EDITOR_H

#include <base/types.h>

enum {
    EDITOR_LINE_MAX = 79,
    EDITOR_HISTORY_MAX = 16,
    EDITOR_ECHO_MAX = 5 * EDITOR_LINE_MAX + 8, /* a line replaced by another, in the worst case */
    EDITOR_WORD_MAX = 31,
};

enum editor_result {
    EDITOR_GOES_ON,
    EDITOR_LINE,    /* complete: to be cleared with editor_clear before the next byte */
    EDITOR_CHOICES, /* several words would do: show them, then the line again */
};

/*
 * Words that fit at a place: the one with `index` among those that could be the `position`th word
 * of the line, 0 being the first.  Null: there are no more.
 */
typedef const char *editor_word_fn(void *state, const char *line, unsigned position,
                                   unsigned index);

struct editor {
    char line[EDITOR_LINE_MAX + 1]; /* terminated */
    uint32_t length;
    uint32_t cursor;

    uint8_t escape;    /* where in an escape sequence; 0: in none */
    uint8_t parameter; /* of it */
    bool was_return;   /* the last byte was \r: a \n that follows is the same end */

    char history[EDITOR_HISTORY_MAX][EDITOR_LINE_MAX + 1]; /* the oldest first */
    uint32_t history_count;
    uint32_t history_at;             /* what is shown; history_count: what is being typed */
    char typed[EDITOR_LINE_MAX + 1]; /* that, while the history is shown */

    editor_word_fn *word; /* null: nothing is completed */
    void *word_state;
};

/* Takes one byte; `echo` gets what to show for it, terminated. */
enum editor_result editor_take(struct editor *editor, uint8_t byte, char echo[EDITOR_ECHO_MAX]);

/* Remembers the line, and begins a new one. */
void editor_clear(struct editor *editor);

/* After EDITOR_CHOICES: the words that would do, one after the other; null: no more. */
const char *editor_choice(const struct editor *editor, unsigned *next);

#endif

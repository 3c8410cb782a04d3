/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line editor, byte by byte.
 */
#include "editor.h"

#include <base/memory.h>
#include <check/check.h>

static struct editor editor;

/* Types a text; the number of lines it completed. */
static unsigned type(const char *text)
{
    char echo[EDITOR_ECHO_MAX];
    unsigned lines = 0;

    for (; *text != '\0'; text++)
        lines += editor_take(&editor, (uint8_t)*text, echo);
    return lines;
}

static void set_up(void)
{
    mem_zero(&editor, sizeof(editor));
}

static void what_is_typed_is_the_line_and_is_echoed(void)
{
    char echo[EDITOR_ECHO_MAX];

    set_up();
    CHECK_EQ(type("ps"), 0);
    CHECK_STR(editor.line, "ps");
    CHECK(!editor_take(&editor, 'x', echo));
    CHECK_STR(echo, "x");
}

static void any_end_of_line_ends_it_once(void)
{
    set_up();
    CHECK_EQ(type("\r"), 1);
    CHECK_EQ(type("a\n"), 1);
    CHECK_EQ(type("a\r\n"), 1);
    CHECK_EQ(type("\r\n\r\n"), 2);
}

static void backspace_takes_the_last_character_and_nothing_else(void)
{
    char echo[EDITOR_ECHO_MAX];

    set_up();
    type("ab");
    editor_take(&editor, 0x7f, echo);
    CHECK_STR(editor.line, "a");
    CHECK_STR(echo, "\b \b");
    editor_take(&editor, 0x08, echo);
    editor_take(&editor, 0x08, echo);
    CHECK_STR(editor.line, "");
    CHECK_STR(echo, "");
}

static void a_line_has_an_end(void)
{
    set_up();
    for (unsigned i = 0; i < 2 * EDITOR_LINE_MAX; i++)
        type("a");
    CHECK_EQ(editor.length, EDITOR_LINE_MAX);
    CHECK_EQ(str_length(editor.line), EDITOR_LINE_MAX);
}

static void escape_sequences_and_control_characters_are_swallowed(void)
{
    set_up();
    type("a\x1b[A\x1b[1;5Cb\x1bOc\x01");
    CHECK_STR(editor.line, "abc");
}

int main(void)
{
    static const struct check_test tests[] = {
        {"what_is_typed_is_the_line_and_is_echoed", what_is_typed_is_the_line_and_is_echoed},
        {"any_end_of_line_ends_it_once", any_end_of_line_ends_it_once},
        {"backspace_takes_the_last_character_and_nothing_else",
         backspace_takes_the_last_character_and_nothing_else},
        {"a_line_has_an_end", a_line_has_an_end},
        {"escape_sequences_and_control_characters_are_swallowed",
         escape_sequences_and_control_characters_are_swallowed},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

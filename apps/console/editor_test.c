/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line editor, byte by byte, with a terminal that does what the echo says.
 */
#include "editor.h"

#include <base/memory.h>
#include <check/check.h>

#define UP    "\x1b[A"
#define DOWN  "\x1b[B"
#define RIGHT "\x1b[C"
#define LEFT  "\x1b[D"

static struct editor editor;

/* One line of a terminal that knows printable characters and backspace. */
static struct {
    char line[2 * EDITOR_ECHO_MAX];
    size_t cursor;
} terminal;

static void terminal_take(const char *echo)
{
    for (; *echo != '\0'; echo++) {
        if (*echo == '\b') {
            CHECK(terminal.cursor > 0);
            terminal.cursor--;
        } else {
            CHECK(*echo >= ' ' && *echo < 0x7f);
            terminal.line[terminal.cursor++] = *echo;
        }
    }
}

/* What is on the terminal, but for blanks at its end, is the line, and so is the cursor. */
static void check_terminal(void)
{
    size_t end = str_length(terminal.line);

    while (end > editor.length && terminal.line[end - 1] == ' ')
        end--;
    CHECK_EQ(end, editor.length);
    CHECK(mem_equal(terminal.line, editor.line, editor.length));
    CHECK_EQ(terminal.cursor, editor.cursor);
}

/* Types a text; the result for its last byte. */
static enum editor_result type(const char *text)
{
    char echo[EDITOR_ECHO_MAX];
    enum editor_result result = EDITOR_GOES_ON;

    for (; *text != '\0'; text++) {
        result = editor_take(&editor, (uint8_t)*text, echo);
        terminal_take(echo);
        check_terminal();
    }
    return result;
}

static void enter(const char *text)
{
    type(text);
    CHECK_EQ(type("\r"), EDITOR_LINE);
    editor_clear(&editor);
    mem_zero(&terminal, sizeof(terminal));
}

static const char *find_word(void *state, const char *line, unsigned position, unsigned index)
{
    static const char *const commands[] = {"kill", "mem", "monitor", "restart", "reboot"};
    static const char *const names[] = {"station", "timer"};

    CHECK(state == &editor);
    if (position == 0)
        return index < array_count(commands) ? commands[index] : NULL;
    return position == 1 && str_starts_with(line, "kill ") && index < array_count(names)
               ? names[index]
               : NULL;
}

static void set_up(void)
{
    mem_zero(&editor, sizeof(editor));
    mem_zero(&terminal, sizeof(terminal));
    editor.word = find_word;
    editor.word_state = &editor;
}

static void what_is_typed_is_the_line_and_is_echoed(void)
{
    set_up();
    CHECK_EQ(type("ps"), EDITOR_GOES_ON);
    CHECK_STR(editor.line, "ps");
    CHECK_STR(terminal.line, "ps");
}

static void any_end_of_line_ends_it_once(void)
{
    set_up();
    CHECK_EQ(type("\r"), EDITOR_LINE);
    CHECK_EQ(type("\n"), EDITOR_GOES_ON);
    CHECK_EQ(type("\n"), EDITOR_LINE);
    CHECK_EQ(type("a\n"), EDITOR_LINE);
    CHECK_EQ(type("\r"), EDITOR_LINE);
    CHECK_EQ(type("\r"), EDITOR_LINE);
}

static void keys_move_and_change_in_the_middle(void)
{
    set_up();
    type("kil station"
         "\x01" RIGHT RIGHT RIGHT "l");
    CHECK_STR(editor.line, "kill station");
    type("\x1b[3~_\x05!");
    CHECK_STR(editor.line, "kill_station!");
    type(LEFT LEFT "\x08");
    CHECK_STR(editor.line, "kill_statin!");
    type("\x1b[H\x1b[3~\x1bOF?");
    CHECK_STR(editor.line, "ill_statin!?");
    type("\x02\x02\x0b");
    CHECK_STR(editor.line, "ill_statin");
    type("\x1b[1~\x04\x7f" LEFT);
    CHECK_STR(editor.line, "ill_statin");
    type("\x1b[4~" RIGHT "\x1b[3~");
    CHECK_STR(editor.line, "ill_statin");
}

static void words_and_lines_are_erased(void)
{
    set_up();
    type("one two  three  \x17");
    CHECK_STR(editor.line, "one two  ");
    type("\x17");
    CHECK_STR(editor.line, "one ");
    type("x y" LEFT "\x15");
    CHECK_STR(editor.line, "y");
    type("\x03z");
    CHECK_STR(editor.line, "z");
    type("\x15\x17\x08\x7f");
    CHECK_STR(editor.line, "");
}

static void a_line_has_an_end(void)
{
    set_up();
    for (unsigned i = 0; i < 2 * EDITOR_LINE_MAX; i++)
        type("a");
    CHECK_EQ(editor.length, EDITOR_LINE_MAX);
    type("\x01"
         "b");
    CHECK_EQ(editor.length, EDITOR_LINE_MAX);
    CHECK_EQ(str_length(editor.line), EDITOR_LINE_MAX);
}

static void other_sequences_and_control_characters_are_swallowed(void)
{
    set_up();
    type("a\x1b[1;5Qb\x1bxc\x04\x1b[200~");
    CHECK_STR(editor.line, "abc");
    editor_take(&editor, 0xc3, (char[EDITOR_ECHO_MAX]){0});
    CHECK_STR(editor.line, "abc");
}

static void history_goes_back_and_forth(void)
{
    set_up();
    enter("first");
    enter("second");
    enter("second");
    enter("");
    type("dra" UP);
    CHECK_STR(editor.line, "second");
    type(UP);
    CHECK_STR(editor.line, "first");
    type(UP UP);
    CHECK_STR(editor.line, "first");
    type(DOWN DOWN "ft");
    CHECK_STR(editor.line, "draft");
    type(DOWN);
    CHECK_STR(editor.line, "draft");
    type("\x10\x10");
    CHECK_STR(editor.line, "first");
    enter("!");
    type(UP);
    CHECK_STR(editor.line, "first!");
}

static void old_history_gives_way(void)
{
    char text[2] = "a";

    set_up();
    for (unsigned i = 0; i < EDITOR_HISTORY_MAX + 3; i++, text[0]++)
        enter(text);
    for (unsigned i = 0; i < EDITOR_HISTORY_MAX + 3; i++)
        type(UP);
    CHECK_STR(editor.line, "d");
}

static void a_word_is_completed_as_far_as_it_is_certain(void)
{
    set_up();
    CHECK_EQ(type("k\t"), EDITOR_GOES_ON);
    CHECK_STR(editor.line, "kill ");
    CHECK_EQ(type("sta\t"), EDITOR_GOES_ON);
    CHECK_STR(editor.line, "kill station ");
    type("\x15r\t");
    CHECK_STR(editor.line, "re");
    CHECK_EQ(type("\t"), EDITOR_CHOICES);
    CHECK_EQ(type("x\t"), EDITOR_GOES_ON);
    CHECK_STR(editor.line, "rex");
    type("\x15mo\x01\t");
    CHECK_STR(editor.line, "mo");
}

static void choices_are_those_that_would_do(void)
{
    unsigned next = 0;

    set_up();
    CHECK_EQ(type("kill \t"), EDITOR_CHOICES);
    CHECK_STR(editor_choice(&editor, &next), "station");
    CHECK_STR(editor_choice(&editor, &next), "timer");
    CHECK(editor_choice(&editor, &next) == NULL);
}

/* Whatever is typed, the line stays a line and the terminal shows it. */
static void random_bytes_do_no_harm(void)
{
    static const uint8_t often[] = {0x1b, '[', 'A', 'B', 'C', 'D', '3', '~', '\t', ' ', 0x7f, 1, 5};
    char echo[EDITOR_ECHO_MAX];
    uint32_t random = 1;

    set_up();
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t byte;

        random = random * 1664525u + 1013904223u;
        byte = (uint8_t)(random >> 16);
        if ((random & 3) == 0)
            byte = often[(random >> 8) % sizeof(often)];
        if (editor_take(&editor, byte, echo) == EDITOR_LINE) {
            editor_clear(&editor);
            mem_zero(&terminal, sizeof(terminal));
        } else {
            terminal_take(echo);
        }
        if (!CHECK(editor.cursor <= editor.length && editor.length <= EDITOR_LINE_MAX &&
                   str_length(editor.line) == editor.length))
            return;
        check_terminal();
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"what_is_typed_is_the_line_and_is_echoed", what_is_typed_is_the_line_and_is_echoed},
        {"any_end_of_line_ends_it_once", any_end_of_line_ends_it_once},
        {"keys_move_and_change_in_the_middle", keys_move_and_change_in_the_middle},
        {"words_and_lines_are_erased", words_and_lines_are_erased},
        {"a_line_has_an_end", a_line_has_an_end},
        {"other_sequences_and_control_characters_are_swallowed",
         other_sequences_and_control_characters_are_swallowed},
        {"history_goes_back_and_forth", history_goes_back_and_forth},
        {"old_history_gives_way", old_history_gives_way},
        {"a_word_is_completed_as_far_as_it_is_certain",
         a_word_is_completed_as_far_as_it_is_certain},
        {"choices_are_those_that_would_do", choices_are_those_that_would_do},
        {"random_bytes_do_no_harm", random_bytes_do_no_harm},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line editing.
 *
 * The terminal's cursor is where the editor's is between two bytes; each function that changes the
 * line says how to get there.
 */
#include "editor.h"

#include <base/memory.h>

enum { BACKSPACE = 0x08, DELETE = 0x7f, ESCAPE = 0x1b, FIRST_PRINTABLE = 0x20, TAB = 0x09 };
enum { ESCAPE_BEGUN = 1, ESCAPE_SEQUENCE = 2, ESCAPE_SHORT = 3 };

/* What the terminal is to be told. */
struct echo {
    char *text;
    uint32_t size;
};

static uint8_t control(char letter)
{
    return (uint8_t)(letter - '@');
}

static void show(struct echo *echo, const char *text, size_t size)
{
    for (size_t i = 0; i < size && echo->size < EDITOR_ECHO_MAX - 1; i++)
        echo->text[echo->size++] = text[i];
    echo->text[echo->size] = '\0';
}

static void show_times(struct echo *echo, char character, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        show(echo, &character, 1);
}

/* ---- moving and changing ---- */

static void move_to(struct editor *editor, uint32_t cursor, struct echo *echo)
{
    if (cursor < editor->cursor)
        show_times(echo, '\b', editor->cursor - cursor);
    else
        show(echo, editor->line + editor->cursor, cursor - editor->cursor);
    editor->cursor = cursor;
}

static void insert(struct editor *editor, const char *text, size_t size, struct echo *echo)
{
    uint32_t count = (uint32_t)word_min(size, EDITOR_LINE_MAX - editor->length);
    uint32_t behind = editor->length - editor->cursor;

    mem_move(editor->line + editor->cursor + count, editor->line + editor->cursor, behind);
    mem_copy(editor->line + editor->cursor, text, count);
    editor->length += count;
    editor->line[editor->length] = '\0';
    show(echo, editor->line + editor->cursor, count + behind);
    show_times(echo, '\b', behind);
    editor->cursor += count;
}

/* Takes out what stands from `start` to the cursor. */
static void erase_back_to(struct editor *editor, uint32_t start, struct echo *echo)
{
    uint32_t count = editor->cursor - start;
    uint32_t behind = editor->length - editor->cursor;

    move_to(editor, start, echo);
    mem_move(editor->line + start, editor->line + start + count, behind);
    editor->length -= count;
    editor->line[editor->length] = '\0';
    show(echo, editor->line + start, behind);
    show_times(echo, ' ', count);
    show_times(echo, '\b', count + behind);
}

static void erase_ahead(struct editor *editor, uint32_t count, struct echo *echo)
{
    uint32_t start = editor->cursor;

    move_to(editor, start + (uint32_t)word_min(count, editor->length - start), echo);
    erase_back_to(editor, start, echo);
}

static uint32_t word_start(const struct editor *editor)
{
    uint32_t start = editor->cursor;

    while (start > 0 && editor->line[start - 1] == ' ')
        start--;
    while (start > 0 && editor->line[start - 1] != ' ')
        start--;
    return start;
}

static void replace(struct editor *editor, const char *text, struct echo *echo)
{
    move_to(editor, editor->length, echo);
    erase_back_to(editor, 0, echo);
    insert(editor, text, str_length(text), echo);
}

/* ---- history ---- */

static void show_older(struct editor *editor, struct echo *echo)
{
    if (editor->history_at == 0)
        return;
    if (editor->history_at == editor->history_count)
        str_copy(editor->typed, sizeof(editor->typed), editor->line);
    replace(editor, editor->history[--editor->history_at], echo);
}

static void show_newer(struct editor *editor, struct echo *echo)
{
    if (editor->history_at == editor->history_count)
        return;
    editor->history_at++;
    replace(editor,
            editor->history_at == editor->history_count ? editor->typed
                                                        : editor->history[editor->history_at],
            echo);
}

/* Empty lines, and the same line again, are not worth remembering. */
static void remember(struct editor *editor)
{
    uint32_t count = editor->history_count;

    if (editor->length == 0 || (count > 0 && str_equal(editor->history[count - 1], editor->line)))
        return;
    if (count == EDITOR_HISTORY_MAX) {
        mem_move(editor->history[0], editor->history[1],
                 sizeof(editor->history) - sizeof(editor->history[0]));
        count--;
    }
    str_copy(editor->history[count], sizeof(editor->history[count]), editor->line);
    editor->history_count = count + 1;
}

static void begin_line(struct editor *editor)
{
    editor->length = 0;
    editor->cursor = 0;
    editor->line[0] = '\0';
    editor->history_at = editor->history_count;
}

void editor_clear(struct editor *editor)
{
    remember(editor);
    begin_line(editor);
}

/* ---- completion ---- */

/* The word before the cursor: where it begins, and which of the line's words it is. */
static uint32_t find_word(const struct editor *editor, unsigned *position)
{
    uint32_t start = 0;

    *position = 0;
    for (uint32_t i = 0; i < editor->cursor; i++) {
        if (editor->line[i] != ' ')
            continue;
        if (i > start)
            (*position)++;
        start = i + 1;
    }
    return start;
}

const char *editor_choice(const struct editor *editor, unsigned *next)
{
    unsigned position;
    uint32_t start = find_word(editor, &position);
    uint32_t length = editor->cursor - start;
    const char *word;

    while (editor->word != NULL &&
           (word = editor->word(editor->word_state, editor->line, position, (*next)++)) != NULL) {
        if (str_length_bounded(word, length) == length &&
            mem_equal(word, editor->line + start, length))
            return word;
    }
    return NULL;
}

/* What all words that would do have in common; how many they are. */
static unsigned find_common(const struct editor *editor, char common[EDITOR_WORD_MAX + 1])
{
    unsigned next = 0, count = 0;
    const char *word;

    while ((word = editor_choice(editor, &next)) != NULL) {
        size_t same = 0;

        if (count++ == 0)
            str_copy(common, EDITOR_WORD_MAX + 1, word);
        while (common[same] != '\0' && common[same] == word[same])
            same++;
        common[same] = '\0';
    }
    return count;
}

static enum editor_result complete(struct editor *editor, struct echo *echo)
{
    char common[EDITOR_WORD_MAX + 1] = "";
    unsigned position, count = find_common(editor, common);
    uint32_t length = editor->cursor - find_word(editor, &position);
    size_t more = str_length(common) > length ? str_length(common) - length : 0;

    if (count == 0)
        return EDITOR_GOES_ON;
    insert(editor, common + length, more, echo);
    if (count == 1)
        insert(editor, " ", 1, echo);
    return count > 1 && more == 0 ? EDITOR_CHOICES : EDITOR_GOES_ON;
}

/* ---- bytes ---- */

static void take_key(struct editor *editor, uint8_t final, struct echo *echo)
{
    uint8_t key = final == '~' ? editor->parameter : final;

    switch (key) {
    case 'A': show_older(editor, echo); break;
    case 'B': show_newer(editor, echo); break;
    case 'C':
        if (editor->cursor < editor->length)
            move_to(editor, editor->cursor + 1, echo);
        break;
    case 'D':
        if (editor->cursor > 0)
            move_to(editor, editor->cursor - 1, echo);
        break;
    case 'H':
    case '1': move_to(editor, 0, echo); break;
    case 'F':
    case '4': move_to(editor, editor->length, echo); break;
    case '3': erase_ahead(editor, 1, echo); break;
    default: break;
    }
}

/* ESC, then '[' with parameters up to a letter or '~', or 'O' and a letter, or one other byte. */
static void take_escape(struct editor *editor, uint8_t byte, struct echo *echo)
{
    if (editor->escape == ESCAPE_BEGUN) {
        editor->escape = byte == '[' ? ESCAPE_SEQUENCE : byte == 'O' ? ESCAPE_SHORT : 0;
        editor->parameter = 0;
        return;
    }
    if (byte >= '@' && byte <= '~') {
        editor->escape = 0;
        take_key(editor, byte, echo);
    } else if (editor->parameter == 0) {
        editor->parameter = byte;
    }
}

static void take_control(struct editor *editor, uint8_t byte, struct echo *echo)
{
    if (byte == control('A'))
        move_to(editor, 0, echo);
    else if (byte == control('E'))
        move_to(editor, editor->length, echo);
    else if (byte == control('B'))
        take_key(editor, 'D', echo);
    else if (byte == control('F'))
        take_key(editor, 'C', echo);
    else if (byte == control('P'))
        show_older(editor, echo);
    else if (byte == control('N'))
        show_newer(editor, echo);
    else if (byte == control('K'))
        erase_ahead(editor, editor->length, echo);
    else if (byte == control('U'))
        erase_back_to(editor, 0, echo);
    else if (byte == control('W'))
        erase_back_to(editor, word_start(editor), echo);
    else if (byte == control('C'))
        replace(editor, "", echo);
    else if ((byte == BACKSPACE || byte == DELETE) && editor->cursor > 0)
        erase_back_to(editor, editor->cursor - 1, echo);
}

enum editor_result editor_take(struct editor *editor, uint8_t byte, char text[EDITOR_ECHO_MAX])
{
    struct echo echo = {.text = text};
    bool follows_return = editor->was_return;
    char character = (char)byte;

    text[0] = '\0';
    editor->was_return = byte == '\r';
    if (editor->escape != 0)
        take_escape(editor, byte, &echo);
    else if (byte == ESCAPE)
        editor->escape = ESCAPE_BEGUN;
    else if (byte == '\r' || byte == '\n')
        return byte == '\r' || !follows_return ? EDITOR_LINE : EDITOR_GOES_ON;
    else if (byte == TAB)
        return complete(editor, &echo);
    else if (byte >= FIRST_PRINTABLE && byte < DELETE)
        insert(editor, &character, 1, &echo);
    else
        take_control(editor, byte, &echo);
    return EDITOR_GOES_ON;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes to the console from outside: keys, and text that others wrote.
 *
 * After any keys the line is a line; after cleaning no control is left in any text, and cleaning it
 * again changes nothing.
 */
#include "clean.h"
#include "editor.h"
#include "require.h"

#include <base/memory.h>
#include <stdlib.h>

static const char *find_word(void *state, const char *line, unsigned position, unsigned index)
{
    static const char *const words[] = {"restart", "reboot", "r",
                                        "a-name-that-is-longer-than-words"};

    (void)state;
    (void)line;
    return index < array_count(words) && position < 2 ? words[index] : NULL;
}

static void type(const uint8_t *data, size_t size)
{
    struct editor editor = {.word = find_word};
    char echo[EDITOR_ECHO_MAX];

    for (size_t i = 0; i < size; i++) {
        unsigned next = 0;

        switch (editor_take(&editor, data[i], echo)) {
        case EDITOR_LINE: editor_clear(&editor); break;
        case EDITOR_CHOICES: require(editor_choice(&editor, &next) != NULL); break;
        default: break;
        }
        require(editor.length <= EDITOR_LINE_MAX && editor.cursor <= editor.length);
        require(str_length(editor.line) == editor.length);
        require(str_is_terminated(echo, sizeof(echo)));
    }
}

static void clean(const uint8_t *data, size_t size)
{
    char *once = malloc(size), *twice = malloc(size);

    if (once != NULL && twice != NULL && size > 0) {
        mem_copy(once, data, size);
        clean_text(once, size);
        mem_copy(twice, once, size);
        clean_text(twice, size);
        require(mem_equal(once, twice, size));
        for (size_t i = 0; i < size; i++)
            require(once[i] == '\n' || ((uint8_t)once[i] >= 0x20 && once[i] != 0x7f));
    }
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    type(data, size);
    clean(data, size);
    return 0;
}

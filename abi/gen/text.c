/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cutting ABI text into lines and tokens, in place: a token is a pointer into the file's bytes,
 * so nothing is copied and nothing is freed before the source itself.
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool problem_at(struct problem *problem, struct place place, const char *cure, const char *cause,
                ...)
{
    va_list arguments;
    char what[PROBLEM_SIZE / 2];

    va_start(arguments, cause);
    vsnprintf(what, sizeof(what), cause, arguments);
    va_end(arguments);
    if (problem->text[0] == '\0')
        snprintf(problem->text, sizeof(problem->text), "%s:%d: %s: %s", place.path, place.line,
                 what, cure);
    return false;
}

static bool read_all(FILE *file, struct source *source)
{
    size_t capacity = 0;

    for (;;) {
        if (source->size + 1 >= capacity) {
            char *larger = realloc(source->text, capacity = capacity * 2 + 4096);
            if (!larger)
                return false;
            source->text = larger;
        }
        size_t got = fread(source->text + source->size, 1, capacity - source->size - 1, file);
        if (got == 0)
            break;
        source->size += got;
    }
    source->text[source->size] = '\0';
    return !ferror(file);
}

bool source_open(struct source *source, const char *path, struct problem *problem)
{
    struct place place = {path, 0};
    FILE *file = fopen(path, "rb");

    *source = (struct source){.path = path};
    if (!file)
        return problem_at(problem, place, "name a file that exists", "cannot be opened");
    bool is_read = read_all(file, source);
    fclose(file);
    source->next = source->text;
    if (!is_read)
        return problem_at(problem, place, "name a readable file", "cannot be read");
    if (strlen(source->text) != source->size)
        return problem_at(problem, place, "write text", "holds a zero byte");
    return true;
}

void source_from_string(struct source *source, const char *path, const char *text)
{
    *source = (struct source){.path = path, .text = strdup(text), .size = strlen(text)};
    source->next = source->text;
}

void source_close(struct source *source)
{
    free(source->text);
    *source = (struct source){0};
}

/* Cuts one token off `*at`; on the token's end comes a zero. */
static bool cut_token(char **at, struct token *token, struct place place, struct problem *problem)
{
    char *end;

    token->is_quoted = **at == '"';
    if (token->is_quoted) {
        token->text = *at + 1;
        end = strchr(token->text, '"');
        if (!end)
            return problem_at(problem, place, "end it with \" on the same line",
                              "a string does not end");
    } else {
        token->text = *at;
        end = *at + strcspn(*at, " \"#");
    }
    if (token->is_quoted && end[1] != '\0' && end[1] != ' ')
        return problem_at(problem, place, "put a space behind a string", "'%c' follows a string",
                          end[1]);
    if (!token->is_quoted && *end == '"')
        return problem_at(problem, place, "put a space before a string",
                          "a string begins inside a word");
    *at = *end == '\0' || *end == '#' ? end : end + 1;
    if (*end == '#')
        **at = '\0';
    *end = '\0';
    return true;
}

static bool cut_line(char *text, struct line *line, struct problem *problem)
{
    size_t indent = strspn(text, " ");
    char *at = text + indent;

    line->count = 0;
    line->level = (int)(indent / INDENT);
    if (strchr(text, '\t'))
        return problem_at(problem, line->place, "indent with four spaces", "a tab");
    for (;;) {
        at += strspn(at, " ");
        if (*at == '\0' || *at == '#')
            break;
        if (line->count == LINE_TOKENS_MAX)
            return problem_at(problem, line->place, "shorten it", "more than %d words on a line",
                              LINE_TOKENS_MAX);
        if (!cut_token(&at, &line->tokens[line->count++], line->place, problem))
            return false;
    }
    if (line->count > 0 && indent % INDENT != 0)
        return problem_at(problem, line->place, "indent with four spaces a level",
                          "%zu spaces of indentation", indent);
    return true;
}

enum line_result source_next_line(struct source *source, struct line *line, struct problem *problem)
{
    while (*source->next != '\0') {
        char *text = source->next;
        size_t length = strcspn(text, "\n");
        bool is_last = text[length] == '\0';

        text[length] = '\0';
        source->next = is_last ? text + length : text + length + 1;
        line->place = (struct place){source->path, ++source->line};
        if (!cut_line(text, line, problem))
            return LINE_BAD;
        if (line->count > 0)
            return LINE_READ;
    }
    return LINE_END;
}

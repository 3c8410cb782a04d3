/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ABI text into the model: finds the clause that a line is, checks its form, and calls its
 * function.  What spans lines is checked later, by check*.c.
 */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool is_number(const char *text)
{
    char *end;

    errno = 0;
    strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

const char *word(const struct reader *reader, int index)
{
    return reader->line.tokens[index].text;
}

bool read_name(struct reader *reader, int index, struct name *name)
{
    const char *text = word(reader, index);
    size_t length = strlen(text);

    if (length >= NAME_SIZE)
        return problem_at(reader->problem, reader->line.place, "shorten it", "'%s' is too long",
                          text);
    if (text[0] < 'a' || text[0] > 'z' ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return problem_at(reader->problem, reader->line.place,
                          "use small letters, digits and _, a letter first", "'%s' is no name",
                          text);
    for (size_t i = 0; i <= length; i++) {
        bool is_letter = text[i] >= 'a' && text[i] <= 'z';
        name->lower[i] = text[i];
        name->upper[i] = (char)(is_letter ? text[i] - 'a' + 'A' : text[i]);
    }
    return true;
}

long number(const struct reader *reader, int index)
{
    return strtol(word(reader, index), NULL, 10);
}

bool has_room(struct reader *reader, int count, int limit)
{
    return count < limit ||
           problem_at(reader->problem, reader->line.place, "raise the limit in abi/gen/model.h",
                      "more than %d of these", limit);
}

bool read_doc(struct reader *reader, struct doc *doc)
{
    if (!has_room(reader, doc->count, DOCS_MAX))
        return false;
    doc->lines[doc->count++] = word(reader, 1);
    return true;
}

bool read_status_use(struct reader *reader, struct status_use *list, int *count)
{
    struct status_use *use = &list[*count];

    if (!has_room(reader, *count, ERRORS_MAX))
        return false;
    use->place = reader->line.place;
    use->cause = word(reader, 2);
    (*count)++;
    return read_name(reader, 1, &use->status);
}

static bool token_fits(const struct token *token, char letter)
{
    switch (letter) {
    case 's': return token->is_quoted;
    case 'n': return !token->is_quoted && is_number(token->text);
    default: return !token->is_quoted;
    }
}

static bool line_fits(const struct line *line, const char *form)
{
    int index = 1;

    for (const char *letter = form; *letter != '\0'; letter++) {
        if (*letter == '*')
            return true;
        if (*letter == '+') {
            while (index < line->count && token_fits(&line->tokens[index], letter[-1]))
                index++;
            continue;
        }
        if (index >= line->count || !token_fits(&line->tokens[index], *letter))
            return false;
        index++;
    }
    return index == line->count;
}

static enum block block_of_line(const struct reader *reader)
{
    if (reader->line.level == 0)
        return BLOCK_TOP;
    if (reader->line.level == 1 && reader->block == BLOCK_OPERATION)
        return BLOCK_OBJECT;
    if (reader->line.level == 1 && reader->block == BLOCK_PROTOCOL_OPERATION)
        return BLOCK_PROTOCOL;
    if (reader->line.level == 1 && reader->block == BLOCK_PART)
        return BLOCK_RECORD;
    return reader->block;
}

static bool level_fits(const struct reader *reader, enum block block)
{
    bool is_inside =
        block == BLOCK_OPERATION || block == BLOCK_PROTOCOL_OPERATION || block == BLOCK_PART;

    return reader->line.level == (block == BLOCK_TOP ? 0 : is_inside ? 2 : 1);
}

static const struct clause *find_clause(const struct clause *list, enum block block,
                                        const char *keyword)
{
    for (; list->read; list++)
        if (list->block == block && (!list->keyword || strcmp(list->keyword, keyword) == 0))
            return list;
    return NULL;
}

static bool read_line(struct reader *reader)
{
    enum block block = block_of_line(reader);
    const struct clause *clause = find_clause(system_clauses, block, word(reader, 0));

    if (!clause)
        clause = find_clause(protocol_clauses, block, word(reader, 0));
    if (!clause)
        clause = find_clause(manifest_clauses, block, word(reader, 0));
    if (!level_fits(reader, block))
        return problem_at(reader->problem, reader->line.place,
                          "indent clauses one level deeper than what they belong to",
                          "nothing to belong to at this indentation");
    if (!clause)
        return problem_at(reader->problem, reader->line.place,
                          "see abi/README.md for the lines that may stand here",
                          "'%s' is not known here", word(reader, 0));
    if (!line_fits(&reader->line, clause->form))
        return problem_at(reader->problem, reader->line.place, clause->usage,
                          "the line has not the form of '%s'", word(reader, 0));
    return clause->read(reader);
}

bool model_read(struct model *model, struct source *source, struct problem *problem)
{
    struct reader reader = {.model = model, .problem = problem};

    for (;;) {
        switch (source_next_line(source, &reader.line, problem)) {
        case LINE_END: return true;
        case LINE_BAD: return false;
        case LINE_READ: break;
        }
        if (!read_line(&reader))
            return false;
    }
}

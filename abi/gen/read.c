/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ABI text into the model.  Every kind of line is one row of `clauses`: where it may
 * stand, its keyword, its form, and the function that takes it in.  What spans lines is checked
 * later, by check.c.
 */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Which block a line belongs to. */
enum block { BLOCK_TOP, BLOCK_STATUS, BLOCK_CALL, BLOCK_ENUM, BLOCK_OBJECT, BLOCK_OPERATION };

struct reader {
    struct model *model;
    struct problem *problem;
    struct line line;
    enum block block; /* of the last line of level 0, or 1 in an operation */
    struct call *call;
    struct enumeration *enumeration;
    struct object *object;
    struct operation *operation;
};

/*
 * Form: one letter a token behind the keyword: w word, n number, s string.  A + repeats the letter
 * before it to the line's end; after * anything goes.
 */
struct clause {
    enum block block;
    const char *keyword;
    const char *form;
    const char *usage;
    bool (*read)(struct reader *reader);
};

static const char *word(const struct reader *reader, int index)
{
    return reader->line.tokens[index].text;
}

static bool is_number(const char *text)
{
    char *end;

    errno = 0;
    strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool read_name(struct reader *reader, int index, struct name *name)
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

static long number(const struct reader *reader, int index)
{
    return strtol(word(reader, index), NULL, 10);
}

static bool has_room(struct reader *reader, int count, int limit)
{
    return count < limit ||
           problem_at(reader->problem, reader->line.place, "raise the limit in abi/gen/model.h",
                      "more than %d of these", limit);
}

static bool read_status(struct reader *reader)
{
    struct model *model = reader->model;
    struct status *status = &model->statuses[model->status_count];

    if (!has_room(reader, model->status_count, STATUSES_MAX))
        return false;
    status->place = reader->line.place;
    status->number = number(reader, 2);
    status->culprit = word(reader, 3);
    status->meaning = word(reader, 4);
    model->status_count++;
    reader->block = BLOCK_STATUS;
    return read_name(reader, 1, &status->name);
}

static bool read_call(struct reader *reader)
{
    struct model *model = reader->model;

    if (!has_room(reader, model->call_count, CALLS_MAX))
        return false;
    reader->call = &model->calls[model->call_count++];
    reader->call->place = reader->line.place;
    reader->call->number = number(reader, 2);
    reader->block = BLOCK_CALL;
    return read_name(reader, 1, &reader->call->name);
}

static bool read_registers(struct reader *reader, unsigned *registers)
{
    static const char *const names[] = {"cap", "info", "aux", "words"};

    for (int i = 1; i < reader->line.count; i++) {
        unsigned bit = 0;
        for (unsigned n = 0; n < 4; n++)
            if (strcmp(word(reader, i), names[n]) == 0)
                bit = 1u << n;
        if (bit == 0 || (*registers & bit) != 0)
            return problem_at(reader->problem, reader->line.place,
                              "name each of cap, info, aux, words at most once",
                              "'%s' is no register, or named twice", word(reader, i));
        *registers |= bit;
    }
    return true;
}

static bool read_call_uses(struct reader *reader)
{
    return read_registers(reader, &reader->call->uses);
}

static bool read_call_gives(struct reader *reader)
{
    return read_registers(reader, &reader->call->gives);
}

static bool read_call_right(struct reader *reader)
{
    if (strcmp(word(reader, 2), "on") != 0)
        return problem_at(reader->problem, reader->line.place, "write: right RIGHT on OBJECT",
                          "'%s' where 'on' belongs", word(reader, 2));
    return read_name(reader, 1, &reader->call->right) &&
           read_name(reader, 3, &reader->call->object);
}

static bool read_call_statuses(struct reader *reader)
{
    struct call *call = reader->call;

    for (int i = 1; i < reader->line.count; i++) {
        if (!has_room(reader, call->status_count, ERRORS_MAX))
            return false;
        struct status_use *use = &call->statuses[call->status_count++];
        use->place = reader->line.place;
        if (!read_name(reader, i, &use->status))
            return false;
    }
    return true;
}

static bool read_doc(struct reader *reader, struct doc *doc)
{
    if (!has_room(reader, doc->count, DOCS_MAX))
        return false;
    doc->lines[doc->count++] = word(reader, 1);
    return true;
}

static bool read_call_doc(struct reader *reader)
{
    return read_doc(reader, &reader->call->doc);
}

static bool read_enum(struct reader *reader)
{
    struct model *model = reader->model;

    if (!has_room(reader, model->enum_count, ENUMS_MAX))
        return false;
    reader->enumeration = &model->enums[model->enum_count++];
    reader->enumeration->place = reader->line.place;
    reader->block = BLOCK_ENUM;
    return read_name(reader, 1, &reader->enumeration->name);
}

static bool read_enum_value(struct reader *reader)
{
    struct enumeration *enumeration = reader->enumeration;
    struct value *value = &enumeration->values[enumeration->value_count];

    if (!has_room(reader, enumeration->value_count, ENUM_VALUES_MAX))
        return false;
    value->place = reader->line.place;
    value->number = number(reader, 1);
    value->meaning = word(reader, 2);
    enumeration->value_count++;
    return read_name(reader, 0, &value->name);
}

static bool read_object(struct reader *reader)
{
    struct model *model = reader->model;

    if (!has_room(reader, model->object_count, OBJECTS_MAX))
        return false;
    reader->object = &model->objects[model->object_count++];
    reader->object->place = reader->line.place;
    reader->object->number = number(reader, 2);
    reader->block = BLOCK_OBJECT;
    return read_name(reader, 1, &reader->object->name);
}

static bool read_object_doc(struct reader *reader)
{
    return read_doc(reader, &reader->object->doc);
}

static bool read_operation(struct reader *reader)
{
    struct object *object = reader->object;

    if (!has_room(reader, object->operation_count, OPERATIONS_MAX))
        return false;
    reader->operation = &object->operations[object->operation_count++];
    reader->operation->place = reader->line.place;
    reader->operation->number = number(reader, 2);
    reader->block = BLOCK_OPERATION;
    return read_name(reader, 1, &reader->operation->name);
}

static bool read_operation_right(struct reader *reader)
{
    return read_name(reader, 1, &reader->operation->right);
}

static bool read_cap(struct reader *reader, struct argument *argument)
{
    const struct line *line = &reader->line;

    argument->is_cap = true;
    argument->is_optional = strcmp(word(reader, 2), "cap?") == 0;
    if (line->count < 5 || line->tokens[3].is_quoted || line->tokens[4].is_quoted)
        return problem_at(reader->problem, line->place, "write: in NAME cap OBJECT RIGHT",
                          "the capability's object and right are missing");
    if (line->count == 6 && line->tokens[5].is_quoted)
        argument->meaning = word(reader, 5);
    else if (line->count != 5)
        return problem_at(reader->problem, line->place, "write: in NAME cap OBJECT RIGHT \"what\"",
                          "words behind the right");
    return read_name(reader, 3, &argument->object) && read_name(reader, 4, &argument->right);
}

static bool read_word(struct reader *reader, struct argument *argument)
{
    const struct line *line = &reader->line;

    if (line->count != 4 || !line->tokens[3].is_quoted)
        return problem_at(reader->problem, line->place, "write: in NAME TYPE \"what\"",
                          "the argument's description is missing");
    argument->meaning = word(reader, 3);
    return read_name(reader, 2, &argument->type);
}

static bool read_argument(struct reader *reader, struct argument *list, int *count)
{
    const char *type = word(reader, 2);
    struct argument *argument = &list[*count];

    if (!has_room(reader, *count, ARGUMENTS_MAX))
        return false;
    argument->place = reader->line.place;
    (*count)++;
    if (!read_name(reader, 1, &argument->name))
        return false;
    if (strcmp(type, "cap") == 0 || strcmp(type, "cap?") == 0)
        return read_cap(reader, argument);
    return read_word(reader, argument);
}

static bool read_in(struct reader *reader)
{
    return read_argument(reader, reader->operation->in, &reader->operation->in_count);
}

static bool read_out(struct reader *reader)
{
    struct operation *operation = reader->operation;

    if (!read_argument(reader, operation->out, &operation->out_count))
        return false;
    if (operation->out[operation->out_count - 1].is_cap)
        return problem_at(reader->problem, reader->line.place,
                          "let the caller name an empty slot with `in NAME index`",
                          "an operation can't give a capability in a word");
    return true;
}

static bool read_error(struct reader *reader)
{
    struct operation *operation = reader->operation;
    struct status_use *use = &operation->errors[operation->error_count];

    if (!has_room(reader, operation->error_count, ERRORS_MAX))
        return false;
    use->place = reader->line.place;
    use->cause = word(reader, 2);
    operation->error_count++;
    return read_name(reader, 1, &use->status);
}

static bool read_operation_doc(struct reader *reader)
{
    return read_doc(reader, &reader->operation->doc);
}

static const struct clause clauses[] = {
    {BLOCK_TOP, "status", "wnws", "status NAME NUMBER CULPRIT \"meaning\"", read_status},
    {BLOCK_TOP, "call", "wn", "call NAME NUMBER", read_call},
    {BLOCK_TOP, "enum", "w", "enum NAME", read_enum},
    {BLOCK_TOP, "object", "wn", "object NAME TYPE-NUMBER", read_object},
    {BLOCK_CALL, "uses", "w+", "uses REGISTER...", read_call_uses},
    {BLOCK_CALL, "gives", "w+", "gives REGISTER...", read_call_gives},
    {BLOCK_CALL, "right", "www", "right RIGHT on OBJECT", read_call_right},
    {BLOCK_CALL, "status", "w+", "status STATUS...", read_call_statuses},
    {BLOCK_CALL, "doc", "s", "doc \"text\"", read_call_doc},
    {BLOCK_OBJECT, "doc", "s", "doc \"text\"", read_object_doc},
    {BLOCK_OBJECT, "op", "wn", "op NAME NUMBER", read_operation},
    {BLOCK_OPERATION, "right", "w", "right RIGHT", read_operation_right},
    {BLOCK_OPERATION, "in", "ww*", "in NAME TYPE \"what\"", read_in},
    {BLOCK_OPERATION, "out", "ww*", "out NAME TYPE \"what\"", read_out},
    {BLOCK_OPERATION, "error", "ws", "error STATUS \"cause\"", read_error},
    {BLOCK_OPERATION, "doc", "s", "doc \"text\"", read_operation_doc},
};

/* An enum's lines begin with the value's own name. */
static const struct clause enum_value = {
    BLOCK_ENUM, NULL, "ns", "NAME NUMBER \"meaning\"", read_enum_value,
};

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
    return reader->block;
}

static bool level_fits(const struct reader *reader, enum block block)
{
    return reader->line.level == (block == BLOCK_TOP ? 0 : block == BLOCK_OPERATION ? 2 : 1);
}

static bool read_line(struct reader *reader)
{
    enum block block = block_of_line(reader);
    const struct clause *clause = block == BLOCK_ENUM ? &enum_value : NULL;

    if (!level_fits(reader, block))
        return problem_at(reader->problem, reader->line.place,
                          "indent clauses one level deeper than what they belong to",
                          "nothing to belong to at this indentation");
    for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]) && !clause; i++)
        if (clauses[i].block == block && strcmp(clauses[i].keyword, word(reader, 0)) == 0)
            clause = &clauses[i];
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

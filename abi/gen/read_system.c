/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of status.abi, calls.abi and objects.abi: each kind is one row of `system_clauses`.
 */
#include "reader.h"

#include <string.h>

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
    return read_status_use(reader, reader->operation->errors, &reader->operation->error_count);
}

static bool read_operation_doc(struct reader *reader)
{
    return read_doc(reader, &reader->operation->doc);
}

const struct clause system_clauses[] = {
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
    {BLOCK_ENUM, NULL, "ns", "NAME NUMBER \"meaning\"", read_enum_value},
    {0},
};

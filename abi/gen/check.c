/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no single line can show: names and numbers used once, references that exist, documentation
 * that is there, arguments that fit into the message words.
 */
#include "check.h"

#include <string.h>

static const char *const reserved_names[] = {
    /* C keywords that read like names */
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "union", "unsigned", "void", "volatile", "while",
    /* names that generated code uses itself */
    "args", "cap", "culprit", "info", "message", "self", "status", "words",
};

static const char *const culprits[] = {
    "nobody", "caller", "owner", "peer", "holder", "machine", "device",
};

static bool is_listed(const char *const list[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

bool check_doc(const struct check *check, struct place place, const char *what,
               const struct name *name, const struct doc *doc)
{
    return doc->count > 0 || problem_at(check->problem, place, "add a doc line",
                                        "%s '%s' has no documentation", what, name->lower);
}

bool check_distinct(const struct check *check, const char *what, const struct name *name,
                    long number, struct place place, const struct name *other, long other_number)
{
    if (strcmp(name->lower, other->lower) == 0)
        return problem_at(check->problem, place, "choose another name", "%s '%s' exists already",
                          what, name->lower);
    if (number == other_number)
        return problem_at(check->problem, place, "numbers are never reused: take the next free one",
                          "number %ld belongs to %s '%s'", number, what, other->lower);
    return true;
}

static bool check_status(const struct check *check, const struct status *status)
{
    bool is_ok = strcmp(status->name.lower, "ok") == 0;

    if (is_ok ? status->number != 0 : status->number >= 0)
        return problem_at(check->problem, status->place, "ok is 0, every other status negative",
                          "status '%s' has number %ld", status->name.lower, status->number);
    if (status->number <= -STATUSES_MAX)
        return problem_at(check->problem, status->place, "take the next free number",
                          "status '%s' has number %ld", status->name.lower, status->number);
    if (!is_listed(culprits, sizeof(culprits) / sizeof(culprits[0]), status->culprit))
        return problem_at(check->problem, status->place,
                          "name nobody, caller, owner, peer, holder, machine or device",
                          "'%s' is no culprit", status->culprit);
    return true;
}

static bool check_statuses(const struct check *check)
{
    const struct status *list = check->model->statuses;

    for (int i = 0; i < check->model->status_count; i++) {
        if (!check_status(check, &list[i]))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "status", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    }
    return true;
}

static bool check_enum(const struct check *check, const struct enumeration *enumeration)
{
    const struct value *list = enumeration->values;

    for (int i = 0; i < enumeration->value_count; i++)
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "value", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    return true;
}

static bool check_enums(const struct check *check)
{
    const struct enumeration *list = check->model->enums;

    for (int i = 0; i < check->model->enum_count; i++) {
        if (!check_enum(check, &list[i]))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "enum", &list[i].name, i, list[i].place, &list[n].name, n))
                return false;
    }
    return true;
}

static bool check_right(const struct check *check, const struct name *right, struct place place)
{
    const struct enumeration *rights = model_find_enum(check->model, "right");

    return (rights && enum_find_value(rights, right->lower)) ||
           problem_at(check->problem, place, "name a value of enum right", "'%s' is no right",
                      right->lower);
}

static bool check_object_name(const struct check *check, const struct name *object,
                              struct place place)
{
    return model_find_object(check->model, object->lower) ||
           problem_at(check->problem, place, "name an object that is declared", "'%s' is no object",
                      object->lower);
}

bool check_status_uses(const struct check *check, const struct status_use *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (!model_find_status(check->model, list[i].status.lower))
            return problem_at(check->problem, list[i].place, "declare it in status.abi",
                              "'%s' is no status", list[i].status.lower);
        for (int n = 0; n < i; n++)
            if (strcmp(list[i].status.lower, list[n].status.lower) == 0)
                return problem_at(check->problem, list[i].place, "name it once",
                                  "status '%s' is listed twice", list[i].status.lower);
    }
    return true;
}

/* `status any` stands for whatever the invoked operation may answer. */
static bool call_answers_any(const struct call *call)
{
    return call->status_count == 1 && strcmp(call->statuses[0].status.lower, "any") == 0;
}

static bool check_call(const struct check *check, const struct call *call)
{
    if (call->number <= 0)
        return problem_at(check->problem, call->place, "number calls from 1 on",
                          "call '%s' has number %ld", call->name.lower, call->number);
    if (call->status_count == 0)
        return problem_at(check->problem, call->place, "add a status line",
                          "call '%s' lists no status", call->name.lower);
    if (call->right.lower[0] != '\0' && (!check_right(check, &call->right, call->place) ||
                                         !check_object_name(check, &call->object, call->place)))
        return false;
    if (!call_answers_any(call) && !check_status_uses(check, call->statuses, call->status_count))
        return false;
    return check_doc(check, call->place, "call", &call->name, &call->doc);
}

static bool check_calls(const struct check *check)
{
    const struct call *list = check->model->calls;

    for (int i = 0; i < check->model->call_count; i++) {
        if (!check_call(check, &list[i]))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "call", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    }
    return true;
}

bool check_free_name(const struct check *check, const struct name *name, struct place place,
                     const struct name *owner)
{
    if (is_listed(reserved_names, sizeof(reserved_names) / sizeof(reserved_names[0]),
                  name->lower) ||
        strcmp(name->lower, owner->lower) == 0)
        return problem_at(check->problem, place, "choose another name",
                          "'%s' has a meaning of its own in the generated code", name->lower);
    return true;
}

static bool check_type(const struct check *check, const struct argument *argument)
{
    if (argument->is_cap)
        return check_object_name(check, &argument->object, argument->place) &&
               check_right(check, &argument->right, argument->place);
    if (!type_is_builtin(argument->type.lower) &&
        !model_find_enum(check->model, argument->type.lower))
        return problem_at(check->problem, argument->place,
                          "use a word type of objects.abi's head, or declare the enum",
                          "'%s' is no type", argument->type.lower);
    return true;
}

/* Gives each argument its words, in the order of the text. */
static bool place_arguments(const struct check *check, const struct object *object,
                            struct argument *list, int count)
{
    int word = 0;

    for (int i = 0; i < count; i++) {
        if (!check_free_name(check, &list[i].name, list[i].place, &object->name) ||
            !check_type(check, &list[i]))
            return false;
        list[i].word = word;
        list[i].word_count = list[i].is_cap ? 1 : type_word_count(check->model, list[i].type.lower);
        word += list[i].word_count;
        if (word > MESSAGE_WORDS)
            return problem_at(check->problem, list[i].place, "pass fewer arguments",
                              "'%s' does not fit into the %d message words", list[i].name.lower,
                              MESSAGE_WORDS);
    }
    return true;
}

/* Arguments in and out share one struct, so their names are one set. */
static bool check_argument_names(const struct check *check, const struct operation *operation)
{
    const struct argument *seen[2 * ARGUMENTS_MAX];
    int count = 0;

    for (int i = 0; i < operation->in_count; i++)
        seen[count++] = &operation->in[i];
    for (int i = 0; i < operation->out_count; i++)
        seen[count++] = &operation->out[i];
    for (int i = 0; i < count; i++)
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "argument", &seen[i]->name, i, seen[i]->place,
                                &seen[n]->name, n))
                return false;
    return true;
}

static bool check_operation(const struct check *check, const struct object *object,
                            struct operation *operation)
{
    if (operation->number <= 0 || operation->number > OPERATIONS_MAX)
        return problem_at(check->problem, operation->place, "number operations from 1 on, densely",
                          "operation '%s' has number %ld", operation->name.lower,
                          operation->number);
    if (operation->right.lower[0] == '\0')
        return problem_at(check->problem, operation->place, "add a right line",
                          "operation '%s' names no right", operation->name.lower);
    return check_right(check, &operation->right, operation->place) &&
           place_arguments(check, object, operation->in, operation->in_count) &&
           place_arguments(check, object, operation->out, operation->out_count) &&
           check_argument_names(check, operation) &&
           check_status_uses(check, operation->errors, operation->error_count) &&
           check_doc(check, operation->place, "operation", &operation->name, &operation->doc);
}

/* An object's number is its value in enum object_type. */
static bool check_object_number(const struct check *check, const struct object *object)
{
    const struct enumeration *types = model_find_enum(check->model, "object_type");
    const struct value *value = types ? enum_find_value(types, object->name.lower) : NULL;

    if (!value)
        return problem_at(check->problem, object->place, "add it to enum object_type",
                          "object '%s' has no type", object->name.lower);
    if (value->number != object->number)
        return problem_at(check->problem, object->place, "give both the same number",
                          "object '%s' has number %ld, enum object_type says %ld",
                          object->name.lower, object->number, value->number);
    return true;
}

static bool check_object(const struct check *check, struct object *object)
{
    if (!check_object_number(check, object) ||
        !check_doc(check, object->place, "object", &object->name, &object->doc))
        return false;
    for (int i = 0; i < object->operation_count; i++) {
        struct operation *operation = &object->operations[i];
        if (!check_operation(check, object, operation))
            return false;
        for (int n = 0; n < i; n++) {
            const struct operation *other = &object->operations[n];
            if (!check_distinct(check, "operation", &operation->name, operation->number,
                                operation->place, &other->name, other->number))
                return false;
        }
    }
    return true;
}

static bool check_objects(const struct check *check, struct model *model)
{
    struct object *list = model->objects;

    for (int i = 0; i < model->object_count; i++) {
        if (!check_object(check, &list[i]))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "object", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    }
    return true;
}

bool model_check(struct model *model, struct problem *problem)
{
    const struct check check = {model, problem};

    return check_statuses(&check) && check_enums(&check) && check_objects(&check, model) &&
           check_calls(&check) && check_protocol(&check, &model->protocol) &&
           check_manifest(&check, &model->schema);
}

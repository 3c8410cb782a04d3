/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What no single line of a protocol's text can show, and the layout of its messages.
 */
#include "check.h"

#include <string.h>

bool field_has_size(const struct field *field)
{
    return field->kind == FIELD_STRING || field->kind == FIELD_BYTES;
}

/* Words of a field that is full. */
static int field_words(const struct field *field, int word_bits)
{
    int word_bytes = word_bits / 8;

    switch (field->kind) {
    case FIELD_WORD: return 1;
    case FIELD_U64:
    case FIELD_TIME: return 64 / word_bits;
    case FIELD_STRING:
    case FIELD_BYTES: return 1 + (int)(field->max + word_bytes - 1) / word_bytes;
    case FIELD_CAP: return 0;
    case FIELD_LEND: return 2;
    }
    return 0;
}

static bool check_sizes(const struct check *check, const struct layout *layout)
{
    int words = 0, caps = 0;

    for (int i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        if (field_has_size(field) && (field->max < 1 || field->max > 4 * PROTOCOL_WORDS_MAX))
            return problem_at(check->problem, field->place, "pass longer data through a ring",
                              "%ld bytes", field->max);
        words += field_words(field, 32);
        caps += field->kind == FIELD_CAP || field->kind == FIELD_LEND;
        if (words > PROTOCOL_WORDS_MAX)
            return problem_at(check->problem, field->place, "pass less, or use a ring",
                              "'%s' does not fit into %d words of 32 bits", field->name.lower,
                              PROTOCOL_WORDS_MAX);
        if (caps > PROTOCOL_CAPS_MAX)
            return problem_at(check->problem, field->place, "pass fewer",
                              "more than %d capabilities", PROTOCOL_CAPS_MAX);
    }
    return true;
}

static void place_fields(struct layout *layout, int word_bits)
{
    for (int i = 0; i < layout->count; i++) {
        struct field *field = &layout->fields[i];
        bool is_variable = i == layout->count - 1 && field_has_size(field);
        field->word = layout->words_max;
        field->cap = layout->caps;
        layout->words_max += field_words(field, word_bits);
        layout->words_min = is_variable ? field->word + 1 : layout->words_max;
        layout->caps += field->kind == FIELD_CAP || field->kind == FIELD_LEND;
    }
}

static bool check_fields(const struct check *check, const struct protocol_operation *operation)
{
    const struct field *seen[2 * FIELDS_MAX];
    int count = 0;

    for (int i = 0; i < operation->in.count; i++)
        seen[count++] = &operation->in.fields[i];
    for (int i = 0; i < operation->out.count; i++)
        seen[count++] = &operation->out.fields[i];
    for (int i = 0; i < count; i++) {
        if (!check_free_name(check, &seen[i]->name, seen[i]->place, &check->model->protocol.name))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "argument", &seen[i]->name, i, seen[i]->place,
                                &seen[n]->name, n))
                return false;
    }
    return check_sizes(check, &operation->in) && check_sizes(check, &operation->out);
}

static bool check_operation(const struct check *check, struct protocol_operation *operation)
{
    if (operation->number < 1 || operation->number > 255)
        return problem_at(check->problem, operation->place, "number operations from 1 to 255",
                          "operation '%s' has number %ld", operation->name.lower,
                          operation->number);
    if (!check_fields(check, operation) ||
        !check_status_uses(check, operation->errors, operation->error_count))
        return false;
    place_fields(&operation->in, check->model->word_bits);
    place_fields(&operation->out, check->model->word_bits);
    return check_doc(check, operation->place, "operation", &operation->name, &operation->doc);
}

static bool check_operations(const struct check *check, struct protocol *protocol)
{
    struct protocol_operation *list = protocol->operations;

    for (int i = 0; i < protocol->operation_count; i++) {
        if (!check_operation(check, &list[i]))
            return false;
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "operation", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    }
    return true;
}

static bool check_events(const struct check *check, const struct protocol *protocol)
{
    const struct value *list = protocol->events;

    for (int i = 0; i < protocol->event_count; i++) {
        if (list[i].number < 0 || list[i].number > 31)
            return problem_at(check->problem, list[i].place, "use bits 0 to 31",
                              "event '%s' is bit %ld", list[i].name.lower, list[i].number);
        for (int n = 0; n < i; n++)
            if (!check_distinct(check, "event", &list[i].name, list[i].number, list[i].place,
                                &list[n].name, list[n].number))
                return false;
    }
    return true;
}

bool check_protocol(const struct check *check, struct protocol *protocol)
{
    if (protocol->name.lower[0] == '\0')
        return true;
    if (protocol->version < 1 || protocol->version > 255)
        return problem_at(check->problem, protocol->place, "number versions from 1 to 255",
                          "protocol '%s' has version %ld", protocol->name.lower, protocol->version);
    return check_events(check, protocol) && check_operations(check, protocol) &&
           check_doc(check, protocol->place, "protocol", &protocol->name, &protocol->doc);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a protocol's text: each kind is one row of `protocol_clauses`.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

static bool read_protocol(struct reader *reader)
{
    struct protocol *protocol = &reader->model->protocol;

    if (protocol->name.lower[0] != '\0')
        return problem_at(reader->problem, reader->line.place, "write one file a protocol",
                          "a second protocol");
    protocol->place = reader->line.place;
    protocol->version = number(reader, 2);
    reader->block = BLOCK_PROTOCOL;
    return read_name(reader, 1, &protocol->name);
}

static bool read_protocol_doc(struct reader *reader)
{
    return read_doc(reader, &reader->model->protocol.doc);
}

static bool read_event(struct reader *reader)
{
    struct protocol *protocol = &reader->model->protocol;
    struct value *event = &protocol->events[protocol->event_count];

    if (!has_room(reader, protocol->event_count, EVENTS_MAX))
        return false;
    event->place = reader->line.place;
    event->number = number(reader, 2);
    event->meaning = word(reader, 3);
    protocol->event_count++;
    return read_name(reader, 1, &event->name);
}

static bool read_operation(struct reader *reader)
{
    struct protocol *protocol = &reader->model->protocol;

    if (!has_room(reader, protocol->operation_count, PROTOCOL_OPERATIONS_MAX))
        return false;
    reader->protocol_operation = &protocol->operations[protocol->operation_count++];
    reader->protocol_operation->place = reader->line.place;
    reader->protocol_operation->number = number(reader, 2);
    reader->block = BLOCK_PROTOCOL_OPERATION;
    return read_name(reader, 1, &reader->protocol_operation->name);
}

static bool read_kind(struct reader *reader, struct field *field)
{
    static const char *const kinds[] = {
        [FIELD_WORD] = "word",     [FIELD_U64] = "u64",     [FIELD_TIME] = "time",
        [FIELD_STRING] = "string", [FIELD_BYTES] = "bytes", [FIELD_CAP] = "cap",
        [FIELD_LEND] = "lend",
    };

    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i], word(reader, 2)) == 0) {
            field->kind = (enum field_kind)i;
            return true;
        }
    }
    return problem_at(reader->problem, reader->line.place,
                      "use word, u64, time, string, bytes, cap or lend", "'%s' is no type",
                      word(reader, 2));
}

/* NAME TYPE "what", or NAME TYPE MAX-BYTES "what" */
static bool read_field(struct reader *reader, struct layout *layout)
{
    const struct line *line = &reader->line;
    struct field *field = &layout->fields[layout->count];

    if (!has_room(reader, layout->count, FIELDS_MAX))
        return false;
    field->place = line->place;
    layout->count++;
    if (!read_name(reader, 1, &field->name) || !read_kind(reader, field))
        return false;
    int last = field_has_size(field) ? 4 : 3;
    if (line->count != last + 1 || !line->tokens[last].is_quoted)
        return problem_at(reader->problem, line->place,
                          field_has_size(field) ? "write: NAME TYPE MAX-BYTES \"what\""
                                                : "write: NAME TYPE \"what\"",
                          "the argument has not the form of its type");
    if (field_has_size(field) && !is_number(word(reader, 3)))
        return problem_at(reader->problem, line->place, "write: NAME TYPE MAX-BYTES \"what\"",
                          "'%s' is no number of bytes", word(reader, 3));
    field->meaning = word(reader, last);
    field->max = field_has_size(field) ? number(reader, 3) : 0;
    return true;
}

static bool read_in(struct reader *reader)
{
    return read_field(reader, &reader->protocol_operation->in);
}

static bool read_out(struct reader *reader)
{
    struct layout *out = &reader->protocol_operation->out;

    if (!read_field(reader, out))
        return false;
    if (out->fields[out->count - 1].kind == FIELD_LEND)
        return problem_at(reader->problem, reader->line.place, "hand over a capability: out cap",
                          "a reply can't lend memory");
    return true;
}

static bool read_later(struct reader *reader)
{
    reader->protocol_operation->is_later = true;
    return true;
}

static bool read_error(struct reader *reader)
{
    struct protocol_operation *operation = reader->protocol_operation;

    return read_status_use(reader, operation->errors, &operation->error_count);
}

static bool read_operation_doc(struct reader *reader)
{
    return read_doc(reader, &reader->protocol_operation->doc);
}

const struct clause protocol_clauses[] = {
    {BLOCK_TOP, "protocol", "wn", "protocol NAME VERSION", read_protocol},
    {BLOCK_PROTOCOL, "doc", "s", "doc \"text\"", read_protocol_doc},
    {BLOCK_PROTOCOL, "event", "wns", "event NAME BIT \"meaning\"", read_event},
    {BLOCK_PROTOCOL, "op", "wn", "op NAME NUMBER", read_operation},
    {BLOCK_PROTOCOL_OPERATION, "in", "ww*", "in NAME TYPE \"what\"", read_in},
    {BLOCK_PROTOCOL_OPERATION, "out", "ww*", "out NAME TYPE \"what\"", read_out},
    {BLOCK_PROTOCOL_OPERATION, "later", "", "later", read_later},
    {BLOCK_PROTOCOL_OPERATION, "error", "ws", "error STATUS \"cause\"", read_error},
    {BLOCK_PROTOCOL_OPERATION, "doc", "s", "doc \"text\"", read_operation_doc},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a wire protocol's text: a line is a channel, a record, a message, or a field of the last.
 *
 * A record stands above the lists that hold it, so records cannot contain themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

struct reader {
    struct wire *wire;
    struct problem *problem;
    struct line line;
};

static const char *word(const struct reader *reader, int index)
{
    return reader->line.tokens[index].text;
}

static bool complain(struct reader *reader, const char *cure, const char *cause)
{
    return problem_at(reader->problem, reader->line.place, cure, "%s: '%s'", cause,
                      word(reader, 0));
}

/* A number from `least` to `most`; anything else is -1. */
static long number(const struct reader *reader, int index, long least, long most)
{
    char *end;
    long value = strtol(word(reader, index), &end, 10);

    return *end == '\0' && value >= least && value <= most ? value : -1;
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(text, *list) == 0)
            return true;
    return false;
}

const struct shape *find_shape(const struct wire *wire, const char *name)
{
    for (int i = 0; i < wire->shape_count; i++)
        if (strcmp(wire->shapes[i].name, name) == 0)
            return &wire->shapes[i];
    return NULL;
}

static bool has_channel(const struct wire *wire, const char *name)
{
    for (int i = 0; i < wire->channel_count; i++)
        if (strcmp(wire->channels[i].name, name) == 0)
            return true;
    return false;
}

static bool has_message(const struct wire *wire, long number_wanted)
{
    for (int i = 0; i < wire->shape_count; i++)
        if (wire->shapes[i].number == number_wanted)
            return true;
    return false;
}

/* KEY NAME TYPE [MAX | RECORD MAX] "what", the numbers ascending. */
static bool read_field(struct reader *reader)
{
    static const char *const plain[] = {"uint", "bool", "real", NULL};
    static const char *const sized[] = {"text", "bytes", NULL};
    struct shape *shape = &reader->wire->shapes[reader->wire->shape_count - 1];
    struct field *field = &shape->fields[shape->field_count];
    int count = reader->line.count;
    long previous = shape->field_count > 0 ? field[-1].key : 0;
    bool is_list;

    if (reader->wire->shape_count == 0 || shape->field_count == FIELDS_MAX || count < 4)
        return complain(reader, "write: NUMBER NAME TYPE \"what\"", "no field can stand here");
    *field = (struct field){.key = number(reader, 0, previous + 1, KEY_MAX),
                            .name = word(reader, 1),
                            .type = word(reader, 2),
                            .doc = word(reader, count - 1)};
    if (field->key < 0)
        return complain(reader, "fields ascend from 1, and stay below 24", "bad field number");

    is_list = strcmp(field->type, "list") == 0;
    if (is_list && count == 6) {
        field->record = word(reader, 3);
        field->max = number(reader, 4, 1, 1 << 10);
    } else if (is_one_of(field->type, sized) && count == 5) {
        field->max = number(reader, 3, 1, 1 << 16);
    } else if (!is_one_of(field->type, plain) || count != 4) {
        return complain(reader, "types: uint, bool, real, text MAX, bytes MAX, list RECORD MAX",
                        "bad type of field");
    }
    if (field->max < 0)
        return complain(reader, "give how many there can be", "bad maximum of field");
    if (is_list && find_shape(reader->wire, field->record) == NULL)
        return complain(reader, "write the record above its first use", "unknown record in field");
    shape->field_count++;
    return true;
}

/* `record NAME "what"` or `message NAME NUMBER SIDE CHANNEL "what"`. */
static bool read_shape(struct reader *reader, bool is_message)
{
    static const char *const sides[] = {"device", "service", "both", NULL};
    struct wire *wire = reader->wire;
    struct shape *shape = &wire->shapes[wire->shape_count];

    if (reader->line.count != (is_message ? 6 : 3) || wire->shape_count == SHAPES_MAX)
        return complain(reader, "record NAME \"what\"; message NAME NUMBER SIDE CHANNEL \"what\"",
                        "bad line");
    if (find_shape(wire, word(reader, 1)) != NULL)
        return complain(reader, "choose another name", "this name is taken");
    *shape = (struct shape){.name = word(reader, 1), .doc = word(reader, reader->line.count - 1)};
    if (is_message) {
        shape->number = number(reader, 2, 1, 255);
        shape->side = word(reader, 3);
        shape->channel = word(reader, 4);
        if (shape->number < 0 || has_message(wire, shape->number))
            return complain(reader, "numbers are 1 to 255, each once", "bad message number");
        if (!is_one_of(shape->side, sides) || !has_channel(wire, shape->channel))
            return complain(reader, "sides: device, service, both; then a channel from above",
                            "bad side or channel");
    }
    wire->shape_count++;
    return true;
}

static bool read_channel(struct reader *reader)
{
    struct wire *wire = reader->wire;

    if (reader->line.count != 4 || wire->channel_count == CHANNELS_MAX ||
        number(reader, 2, 0, CHANNELS_MAX - 1) != wire->channel_count)
        return complain(reader, "channel NAME NUMBER \"meaning\", counting from 0", "bad line");
    wire->channels[wire->channel_count++] =
        (struct channel){word(reader, 1), word(reader, 3), wire->channel_count};
    return true;
}

static bool read_line(struct reader *reader)
{
    const char *keyword = word(reader, 0);

    if (reader->line.level == 0 && strcmp(keyword, "wire") == 0 && reader->line.count == 3) {
        reader->wire->name = word(reader, 1);
        reader->wire->version = number(reader, 2, 1, 1000);
        return true;
    }
    if (reader->line.level == 2)
        return read_field(reader);
    if (reader->line.level != 1 || reader->wire->name == NULL)
        return complain(reader, "begin with: wire NAME VERSION", "misplaced line");
    if (strcmp(keyword, "doc") == 0)
        return true;
    if (strcmp(keyword, "channel") == 0)
        return read_channel(reader);
    if (strcmp(keyword, "record") == 0 || strcmp(keyword, "message") == 0)
        return read_shape(reader, keyword[0] == 'm');
    return complain(reader, "doc, channel, record or message", "not known here");
}

bool wire_read(struct wire *wire, struct source *source, struct problem *problem)
{
    struct reader reader = {.wire = wire, .problem = problem};

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

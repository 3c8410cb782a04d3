/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is generated: a struct for each record and message, and tables that say where each field is.
 *
 * The tables are data for lib/wire, which holds the one encoder and the one decoder.
 */
#include <stdio.h>
#include <string.h>

#include "model.h"

static void print_upper(const char *text)
{
    for (; *text != '\0'; text++)
        putchar(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text);
}

static bool is_type(const struct field *field, const char *type)
{
    return strcmp(field->type, type) == 0;
}

static void emit_member(const struct wire *wire, const struct field *field)
{
    printf("    /* %s */\n", field->doc);
    if (is_type(field, "uint"))
        printf("    uint64_t %s;\n", field->name);
    else if (is_type(field, "bool"))
        printf("    bool %s;\n", field->name);
    else if (is_type(field, "real"))
        printf("    double %s;\n", field->name);
    else if (is_type(field, "list"))
        printf("    struct %s_%s %s[%ld];\n    uint32_t %s_count;\n", wire->name, field->record,
               field->name, field->max, field->name);
    else
        printf("    struct wire_bytes %s; /* at most %ld */\n", field->name, field->max);
}

static void emit_struct(const struct wire *wire, const struct shape *shape)
{
    printf("/* %s */\nstruct %s_%s {\n", shape->doc, wire->name, shape->name);
    for (int i = 0; i < shape->field_count; i++)
        emit_member(wire, &shape->fields[i]);
    printf("};\n\n");
}

static void emit_numbers(const struct wire *wire)
{
    printf("enum {\n    ");
    print_upper(wire->name);
    printf("_VERSION = %ld,\n};\n\nenum %s_channel {\n", wire->version, wire->name);
    for (int i = 0; i < wire->channel_count; i++) {
        printf("    ");
        print_upper(wire->name);
        printf("_CHANNEL_");
        print_upper(wire->channels[i].name);
        printf(" = %ld, /* %s */\n", wire->channels[i].number, wire->channels[i].doc);
    }
    printf("};\n\nenum %s_type {\n", wire->name);
    for (int i = 0; i < wire->shape_count; i++) {
        if (wire->shapes[i].number == 0)
            continue;
        printf("    ");
        print_upper(wire->name);
        putchar('_');
        print_upper(wire->shapes[i].name);
        printf(" = %ld,\n", wire->shapes[i].number);
    }
    printf("};\n\n");
}

void emit_header(const struct wire *wire)
{
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n");
    printf("/* Generated from %s.wire. */\n", wire->name);
    printf("#ifndef WIRE_");
    print_upper(wire->name);
    printf("_H\n#define WIRE_");
    print_upper(wire->name);
    printf("_H\n\n#include <wire/wire.h>\n\n");
    emit_numbers(wire);
    for (int i = 0; i < wire->shape_count; i++)
        emit_struct(wire, &wire->shapes[i]);

    printf("struct %s_message {\n    enum %s_type type;\n    union {\n", wire->name, wire->name);
    for (int i = 0; i < wire->shape_count; i++)
        if (wire->shapes[i].number != 0)
            printf("        struct %s_%s %s;\n", wire->name, wire->shapes[i].name,
                   wire->shapes[i].name);
    printf("    };\n};\n\nextern const struct wire_protocol %s_protocol;\n\n#endif\n", wire->name);
}

static void emit_row(const struct wire *wire, const struct shape *shape, const struct field *field)
{
    printf("    {.key = %ld, .kind = WIRE_", field->key);
    print_upper(field->type);
    printf(", .max = %ld, .offset = offsetof(struct %s_%s, %s)", field->max, wire->name,
           shape->name, field->name);
    if (is_type(field, "list"))
        printf(",\n     .count_offset = offsetof(struct %s_%s, %s_count), .record = &%s_record",
               wire->name, shape->name, field->name, field->record);
    printf("},\n");
}

static void emit_record(const struct wire *wire, const struct shape *shape)
{
    if (shape->field_count > 0) {
        printf("static const struct wire_field %s_fields[] = {\n", shape->name);
        for (int i = 0; i < shape->field_count; i++)
            emit_row(wire, shape, &shape->fields[i]);
        printf("};\n");
    }
    printf("static const struct wire_record %s_record = {\n    .fields = %s%s, .field_count = %d, "
           ".size = sizeof(struct %s_%s),\n};\n\n",
           shape->name, shape->field_count > 0 ? shape->name : "NULL",
           shape->field_count > 0 ? "_fields" : "", shape->field_count, wire->name, shape->name);
}

static const char *sender(const struct shape *shape)
{
    if (strcmp(shape->side, "both") == 0)
        return "WIRE_FROM_DEVICE | WIRE_FROM_SERVICE";
    return strcmp(shape->side, "device") == 0 ? "WIRE_FROM_DEVICE" : "WIRE_FROM_SERVICE";
}

/* All messages begin at the same place; any of them can tell it. */
static const char *first_message(const struct wire *wire)
{
    for (int i = 0; i < wire->shape_count; i++)
        if (wire->shapes[i].number != 0)
            return wire->shapes[i].name;
    return "type";
}

void emit_source(const struct wire *wire)
{
    printf("/* SPDX-License-Identifier: Apache-2.0 */\n/* Generated from %s.wire. */\n"
           "#include <wire/%s.h>\n\n", wire->name, wire->name);
    for (int i = 0; i < wire->shape_count; i++)
        emit_record(wire, &wire->shapes[i]);

    printf("static const struct wire_message messages[] = {\n");
    for (int i = 0; i < wire->shape_count; i++) {
        const struct shape *shape = &wire->shapes[i];
        if (shape->number == 0)
            continue;
        printf("    {.number = %ld, .name = \"%s\", .senders = %s,\n     .channel = ",
               shape->number, shape->name, sender(shape));
        print_upper(wire->name);
        printf("_CHANNEL_");
        print_upper(shape->channel);
        printf(", .record = &%s_record},\n", shape->name);
    }
    printf("};\n\nconst struct wire_protocol %s_protocol = {\n    .messages = messages,\n"
           "    .message_count = array_count(messages),\n    .body_offset = offsetof(struct "
           "%s_message, %s),\n    .size = sizeof(struct %s_message),\n};\n",
           wire->name, wire->name, first_message(wire), wire->name);
}

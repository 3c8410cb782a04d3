/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is generated from the manifest's text: the structs that a manifest is read into, the tables
 * by which lib/manifest reads and tools write one, and the reference page.
 */
#include "emit.h"

#include <string.h>

/* The field that counts a list's elements. */
static const char *count_field(const struct name *field, char text[NAME_SIZE + 8])
{
    size_t length = strlen(field->lower);
    bool is_plural =
        length > 2 && field->lower[length - 1] == 's' && field->lower[length - 2] != 's';

    snprintf(text, NAME_SIZE + 8, "%.*s_count", (int)(is_plural ? length - 1 : length),
             field->lower);
    return text;
}

static bool is_system(const struct record *record)
{
    return record->array.lower[0] == '\0';
}

/* The C name of a record's struct. */
static const char *struct_name(const struct record *record, char text[NAME_SIZE + 16])
{
    snprintf(text, NAME_SIZE + 16, "manifest%s%s", is_system(record) ? "" : "_",
             is_system(record) ? "" : record->name.lower);
    return text;
}

static void emit_limits(const struct schema *schema, FILE *out)
{
    fprintf(out, "enum {\n    MANIFEST_VERSION = %ld,\n", schema->version);
    for (int i = 0; i < schema->limit_count; i++) {
        emit_comment(out, 4, schema->limits[i].meaning);
        fprintf(out, "    MANIFEST_%s_MAX = %ld,\n", schema->limits[i].name.upper,
                schema->limits[i].number);
    }
    fprintf(out, "};\n\n");
}

static void emit_choices(const struct schema *schema, FILE *out)
{
    for (int i = 0; i < schema->choice_count; i++) {
        const struct choice *choice = &schema->choices[i];

        fprintf(out, "enum manifest_%s {\n", choice->name.lower);
        for (int n = 0; n < choice->value_count; n++)
            fprintf(out, "    MANIFEST_%s_%s, /* %s */\n", choice->name.upper,
                    choice->values[n].name.upper, choice->values[n].meaning);
        fprintf(out, "};\n\n");
    }
}

static void emit_field(const struct schema *schema, const struct member *member, FILE *out)
{
    const char *field = member->field.lower;
    char count[NAME_SIZE + 8];

    if (field[0] == '\0' || member->kind == MEMBER_LISTS_BY_NAME)
        return;
    if (member->meaning != NULL)
        emit_comment(out, 4, member->meaning);
    switch (member->kind) {
    case MEMBER_NAMED:
    case MEMBER_TEXT: fprintf(out, "    const char *%s;\n", field); break;
    case MEMBER_COMPONENT:
    case MEMBER_NUMBER:
    case MEMBER_REFER: fprintf(out, "    uint32_t %s;\n", field); break;
    case MEMBER_CHOOSE:
        fprintf(out, "    uint32_t %s; /* enum manifest_%s */\n", field, member->other);
        break;
    case MEMBER_SIZE: fprintf(out, "    uint64_t %s;\n", field); break;
    case MEMBER_FLAG:
    case MEMBER_FACT:
    case MEMBER_PART: fprintf(out, "    bool %s;\n", field); break;
    case MEMBER_TEXTS: fprintf(out, "    struct manifest_texts %s;\n", field); break;
    case MEMBER_SET: fprintf(out, "    manifest_set_t %s;\n", field); break;
    case MEMBER_TEXTS_BY_NAME:
        fprintf(out, "    struct manifest_texts %s_names;\n    struct manifest_texts %s_values;\n",
                field, field);
        break;
    case MEMBER_NUMBERS:
    case MEMBER_REFERS:
    case MEMBER_LISTED:
        fprintf(out, "    uint32_t %s[%ld];\n    uint32_t %s;\n", field, member->count.number,
                count_field(&member->field, count));
        break;
    default:
        fprintf(out, "    const struct manifest_%s *%s;\n    uint32_t %s;\n",
                schema->records[member->other_index].name.lower, field,
                count_field(&member->field, count));
    }
}

static void emit_arrays(const struct schema *schema, FILE *out)
{
    char count[NAME_SIZE + 8];

    fprintf(out, "\n    /* Where the lists lie. */\n");
    for (int i = 0; i < schema->record_count; i++) {
        const struct record *record = &schema->records[i];

        if (!is_system(record))
            fprintf(out, "    struct manifest_%s %s[%ld];\n    uint32_t %s;\n", record->name.lower,
                    record->array.lower, record->max.number, count_field(&record->array, count));
    }
    fprintf(out, "    const char *all_texts[MANIFEST_ALL_TEXTS_MAX];\n"
                 "    uint32_t all_text_count;\n");
}

void emit_manifest_h(const struct model *model, FILE *out)
{
    const struct schema *schema = &model->schema;
    char name[NAME_SIZE + 16];

    emit_head(out, "What a manifest says, as it is read.", "abi/manifest.abi");
    fprintf(out, "#ifndef MANIFEST_SCHEMA_H\n#define MANIFEST_SCHEMA_H\n\n"
                 "#include <stdbool.h>\n#include <stdint.h>\n\n");
    emit_limits(schema, out);
    emit_choices(schema, out);
    fprintf(out, "/* Components: a bit for each index. */\ntypedef uint32_t manifest_set_t;\n\n"
                 "struct manifest_texts {\n    const char *const *text;\n    uint32_t count;\n"
                 "};\n\n");
    for (int i = 0; i < schema->record_count; i++) {
        const struct record *record = &schema->records[i];

        for (int n = 0; n < record->doc.count; n++)
            emit_comment(out, 0, record->doc.lines[n]);
        fprintf(out, "struct %s {\n", struct_name(record, name));
        for (int n = 0; n < record->member_count; n++)
            emit_field(schema, &record->members[n], out);
        if (is_system(record))
            emit_arrays(schema, out);
        fprintf(out, "};\n\n");
    }
    fprintf(out, "#endif\n");
}

static void emit_offset(const char *what, const char *struct_text, const char *field, FILE *out)
{
    fprintf(out, ".%s = offsetof(struct %s, %s), ", what, struct_text, field);
}

static void emit_fields(const struct schema *schema, const struct record *record,
                        const struct member *member, FILE *out)
{
    char owner[NAME_SIZE + 16], count[NAME_SIZE + 8], text[2 * NAME_SIZE];
    const char *field = member->field.lower;

    struct_name(record, owner);
    switch (member->kind) {
    case MEMBER_TEXTS_BY_NAME:
        snprintf(text, sizeof(text), "%s_names", field);
        emit_offset("field", owner, text, out);
        snprintf(text, sizeof(text), "%s_values", field);
        emit_offset("counter", owner, text, out);
        break;
    case MEMBER_LISTS_BY_NAME:
        struct_name(&schema->records[member->other_index], owner);
        emit_offset("field", owner, field, out);
        emit_offset("counter", owner, count_field(&member->field, count), out);
        break;
    case MEMBER_NUMBERS:
    case MEMBER_REFERS:
    case MEMBER_LIST:
    case MEMBER_LIST_OF_SELF:
        emit_offset("field", owner, field, out);
        emit_offset("counter", owner, count_field(&member->field, count), out);
        break;
    default:
        if (field[0] != '\0')
            emit_offset("field", owner, field, out);
    }
}

static const char *const kind_names[MEMBER_KINDS] = {
    [MEMBER_NAMED] = "NAMED",
    [MEMBER_COMPONENT] = "COMPONENT",
    [MEMBER_NUMBER] = "NUMBER",
    [MEMBER_SIZE] = "SIZE",
    [MEMBER_NUMBERS] = "NUMBERS",
    [MEMBER_FLAG] = "FLAG",
    [MEMBER_TEXT] = "TEXT",
    [MEMBER_TEXTS] = "TEXTS",
    [MEMBER_CHOOSE] = "CHOOSE",
    [MEMBER_REFER] = "REFER",
    [MEMBER_REFERS] = "REFERS",
    [MEMBER_SET] = "SET",
    [MEMBER_TEXTS_BY_NAME] = "TEXTS_BY_NAME",
    [MEMBER_LIST] = "LIST",
    [MEMBER_LIST_OF_SELF] = "LIST_OF_SELF",
    [MEMBER_LISTS_BY_NAME] = "LISTS_BY_NAME",
    [MEMBER_PART] = "PART",
};

static void emit_member(const struct schema *schema, const struct record *record,
                        const struct member *member, FILE *out)
{
    fprintf(out, "    {.kind = MANIFEST_%s, ", kind_names[member->kind]);
    if (member->property != NULL)
        fprintf(out, ".name = \"%s\", ", member->property);
    emit_fields(schema, record, member, out);
    if (member->is_required)
        fprintf(out, ".is_required = true, ");
    if (member->kind == MEMBER_PART)
        fprintf(out, "%s.members = %s_part_%d, .count = array_count(%s_part_%d), ",
                member->field.lower[0] != '\0' ? ".has_field = true, " : "", record->name.lower,
                member->part, record->name.lower, member->part);
    if (member->kind == MEMBER_LIST || member->kind == MEMBER_LIST_OF_SELF)
        fprintf(out, ".shape = &manifest_%s_shape, ",
                schema->records[member->other_index].name.lower);
    if (member->kind == MEMBER_CHOOSE)
        fprintf(out, ".texts = %s_texts, .most = array_count(%s_texts), ", member->other,
                member->other);
    if (member->count.text != NULL)
        fprintf(out, ".count = %ld, ", member->count.number);
    if (member->name_most.text != NULL)
        fprintf(out, ".name_most = %ld, ", member->name_most.number);
    if (member->most.text != NULL)
        fprintf(out, ".least = %ld, .most = %ld, ", member->least.number, member->most.number);
    fprintf(out, ".otherwise = %ld,\n     .meaning = \"%s\"},\n", member->otherwise.number,
            member->meaning != NULL ? member->meaning : "");
}

static void emit_members(const struct schema *schema, const struct record *record, int part,
                         FILE *out)
{
    if (part > 0)
        fprintf(out, "static const struct manifest_member %s_part_%d[] = {\n", record->name.lower,
                part);
    else
        fprintf(out, "static const struct manifest_member %s_members[] = {\n", record->name.lower);
    for (int i = 0; i < record->member_count; i++) {
        const struct member *member = &record->members[i];

        if (member->kind != MEMBER_FACT && member->kind != MEMBER_LISTED &&
            (member->is_in_part ? member->part : 0) == part)
            emit_member(schema, record, member, out);
    }
    if (part > 0)
        fprintf(out, "    {.kind = MANIFEST_END},\n");
    fprintf(out, "};\n\n");
}

static void emit_shape(const struct schema *schema, const struct record *record, FILE *out)
{
    char name[NAME_SIZE + 16], count[NAME_SIZE + 8];

    for (int part = record->part_count; part >= 0; part--)
        emit_members(schema, record, part, out);
    struct_name(record, name);
    fprintf(out,
            "const struct manifest_shape manifest_%s_shape = {\n    .name = \"%s\",\n"
            "    .members = %s_members,\n    .count = array_count(%s_members),\n"
            "    .bytes = sizeof(struct %s),\n",
            record->name.lower, record->name.lower, record->name.lower, record->name.lower, name);
    if (!is_system(record))
        fprintf(out,
                "    .array = offsetof(struct manifest, %s),\n"
                "    .array_counter = offsetof(struct manifest, %s),\n    .array_most = %ld,\n",
                record->array.lower, count_field(&record->array, count), record->max.number);
    fprintf(out, "};\n\n");
}

void emit_manifest_tables(const struct model *model, FILE *out)
{
    const struct schema *schema = &model->schema;

    emit_head(out, "The manifest's nodes and properties, as tables.", "abi/manifest.abi");
    fprintf(out, "#include <manifest/table.h>\n\n");
    for (int i = 0; i < schema->choice_count; i++) {
        const struct choice *choice = &schema->choices[i];

        fprintf(out, "static const char *const %s_texts[] = {", choice->name.lower);
        for (int n = 0; n < choice->value_count; n++)
            fprintf(out, "%s\"%s\"", n > 0 ? ", " : "", choice->values[n].name.lower);
        fprintf(out, "};\n\n");
    }
    for (int i = 0; i < schema->record_count; i++)
        fprintf(out, "extern const struct manifest_shape manifest_%s_shape;\n",
                schema->records[i].name.lower);
    fprintf(out, "\n");
    for (int i = 0; i < schema->record_count; i++)
        emit_shape(schema, &schema->records[i], out);
}

/* What a value looks like, and its bounds. */
static void emit_form(const struct schema *schema, const struct member *member, FILE *out)
{
    switch (member->kind) {
    case MEMBER_NUMBER:
        fprintf(out, "`<N>`, %ld to %ld", member->least.number, member->most.number);
        break;
    case MEMBER_SIZE:
        fprintf(out, "`<0xN>`, bytes in whole pages, 0x%lx to 0x%lx", member->least.number,
                member->most.number);
        break;
    case MEMBER_NUMBERS:
        fprintf(out, "`<N ...>`, up to %ld, each at most %ld", member->count.number,
                member->most.number);
        break;
    case MEMBER_FLAG: fprintf(out, "there or not"); break;
    case MEMBER_TEXT: fprintf(out, "text, up to %ld bytes", member->most.number); break;
    case MEMBER_TEXTS:
        fprintf(out, "up to %ld texts of up to %ld bytes", member->count.number,
                member->most.number);
        break;
    case MEMBER_CHOOSE: {
        const struct choice *choice = &schema->choices[member->other_index];

        for (int i = 0; i < choice->value_count; i++)
            fprintf(out, "%s`\"%s\"` (%s)", i > 0 ? " or " : "", choice->values[i].name.lower,
                    choice->values[i].meaning);
        break;
    }
    case MEMBER_REFER: fprintf(out, "a component's name"); break;
    case MEMBER_REFERS: fprintf(out, "up to %ld components", member->count.number); break;
    case MEMBER_SET: fprintf(out, "components"); break;
    case MEMBER_TEXTS_BY_NAME:
        fprintf(out, "node; up to %ld properties NAME = \"TEXT\"", member->count.number);
        break;
    case MEMBER_LIST:
    case MEMBER_LIST_OF_SELF:
        fprintf(out, "node; in it up to %ld nodes, each a [%s](#%s)", member->count.number,
                member->other, member->other);
        break;
    case MEMBER_LISTS_BY_NAME: fprintf(out, "node; properties NAME = components"); break;
    default: fprintf(out, "node"); break;
    }
}

/* The value where none is written. */
static void emit_default(const struct schema *schema, const struct member *member, FILE *out)
{
    if (member->is_required)
        fprintf(out, "must be there");
    else if (member->kind == MEMBER_NUMBER)
        fprintf(out, "%ld", member->otherwise.number);
    else if (member->kind == MEMBER_SIZE)
        fprintf(out, "0x%lx", member->otherwise.number);
    else if (member->kind == MEMBER_CHOOSE)
        fprintf(out, "%s",
                schema->choices[member->other_index].values[member->otherwise.number].name.lower);
}

static void emit_record_reference(const struct schema *schema, const struct record *record,
                                  FILE *out)
{
    const char *part = "";

    fprintf(out, "## %s\n\n", record->name.lower);
    for (int i = 0; i < record->doc.count; i++)
        fprintf(out, "%s\n", record->doc.lines[i]);
    fprintf(out, "%s| name | what | form | default |\n|---|---|---|---|\n",
            record->doc.count > 0 ? "\n" : "");
    for (int i = 0; i < record->member_count; i++) {
        const struct member *member = &record->members[i];
        bool is_own = member->property != NULL && strcmp(member->property, ".") == 0;

        if (member->kind == MEMBER_PART)
            part = member->property;
        if (member->property == NULL)
            continue;
        fprintf(out, "| `%s%s%s` | %s | ", member->is_in_part ? part : "",
                member->is_in_part ? " " : "", is_own ? "*" : member->property, member->meaning);
        emit_form(schema, member, out);
        fprintf(out, " | ");
        emit_default(schema, member, out);
        fprintf(out, " |\n");
    }
    fprintf(out, "\n");
}

void emit_manifest_reference(const struct model *model, FILE *out)
{
    const struct schema *schema = &model->schema;

    fprintf(out, "<!-- SPDX-License-Identifier: Apache-2.0; generated by abigen from "
                 "abi/manifest.abi -->\n# Manifest reference\n\n");
    for (int i = 0; i < schema->doc.count; i++)
        fprintf(out, "%s\n", schema->doc.lines[i]);
    fprintf(out, "\nThe root node also has `compatible = \"skerry,manifest-v%ld\"`.\n\n",
            schema->version);
    for (int i = schema->record_count - 1; i >= 0; i--)
        emit_record_reference(schema, &schema->records[i], out);
}

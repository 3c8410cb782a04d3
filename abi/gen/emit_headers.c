/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abi/status.h, abi/calls.h, abi/objects.h and abi/hash.h: the numbers, for everyone.
 */
#include "emit.h"

void emit_status_h(const struct model *model, FILE *out)
{
    char comment[512];

    emit_head(out, "Status codes: zero is success, the others say whose fault it is.",
              "status.abi");
    fprintf(out, "#ifndef ABI_STATUS_H\n#define ABI_STATUS_H\n\n#include <stdint.h>\n\n"
                 "typedef int32_t status_t;\n\nenum abi_status {\n");
    for (int i = 0; i < model->status_count; i++) {
        const struct status *status = &model->statuses[i];
        snprintf(comment, sizeof(comment), "%s: %s", status->culprit, status->meaning);
        emit_comment(out, 4, comment);
        fprintf(out, "    %s%s = %ld,\n", status->number == 0 ? "" : "ERR_", status->name.upper,
                status->number);
    }
    fprintf(out, "};\n\n#endif\n");
}

void emit_calls_h(const struct model *model, FILE *out)
{
    emit_head(out, "System call numbers.", "calls.abi");
    fprintf(out, "#ifndef ABI_CALLS_H\n#define ABI_CALLS_H\n\nenum abi_call {\n");
    for (int i = 0; i < model->call_count; i++)
        fprintf(out, "    ABI_CALL_%s = %ld,\n", model->calls[i].name.upper,
                model->calls[i].number);
    fprintf(out, "};\n\n#endif\n");
}

static void emit_enum(const struct enumeration *enumeration, FILE *out)
{
    fprintf(out, "enum abi_%s {\n", enumeration->name.lower);
    for (int i = 0; i < enumeration->value_count; i++) {
        const struct value *value = &enumeration->values[i];
        emit_comment(out, 4, value->meaning);
        fprintf(out, "    %s_%s = %ld,\n", enum_prefix(enumeration), value->name.upper,
                value->number);
    }
    fprintf(out, "};\n\n");
}

static long highest_number(const struct enumeration *enumeration)
{
    long highest = 0;

    for (int i = 0; i < enumeration->value_count; i++)
        if (enumeration->values[i].number > highest)
            highest = enumeration->values[i].number;
    return highest;
}

static void emit_operations(const struct object *object, FILE *out)
{
    if (object->operation_count == 0)
        return;
    fprintf(out, "enum abi_%s_operation {\n", object->name.lower);
    for (int i = 0; i < object->operation_count; i++)
        fprintf(out, "    OP_%s_%s = %ld,\n", object->name.upper, object->operations[i].name.upper,
                object->operations[i].number);
    fprintf(out, "};\n\n");
}

void emit_objects_h(const struct model *model, FILE *out)
{
    const struct enumeration *types = model_find_enum(model, "object_type");

    emit_head(out, "Objects: types, rights, operation numbers, events and faults.", "objects.abi");
    fprintf(out, "#ifndef ABI_OBJECTS_H\n#define ABI_OBJECTS_H\n\n");
    for (int i = 0; i < model->enum_count; i++)
        emit_enum(&model->enums[i], out);
    if (types)
        fprintf(out, "enum { ABI_TYPE_COUNT = %ld };\n\n", highest_number(types) + 1);
    for (int i = 0; i < model->object_count; i++)
        emit_operations(&model->objects[i], out);
    fprintf(out, "#endif\n");
}

void emit_hash_h(const struct model *model, FILE *out)
{
    emit_head(out, "The ABI's own hash: images built against another one are refused.",
              "every .abi file and fixed layout");
    fprintf(out, "#ifndef ABI_HASH_H\n#define ABI_HASH_H\n\n"
                 "/* SHA-256 over the files in the order of abi/meson.build. */\n"
                 "#define ABI_HASH_INIT \\\n    { \\\n");
    for (unsigned i = 0; i < sizeof(model->hash); i++)
        fprintf(out, "%s0x%02x,%s", i % 8 == 0 ? "        " : " ", model->hash[i],
                i % 8 == 7 ? " \\\n" : "");
    fprintf(out, "    }\n\n#endif\n");
}

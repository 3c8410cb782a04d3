/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abi/names.h and names.c: numbers to names, for traces, test output and the command line tool.
 */
#include "emit.h"

void emit_names_h(const struct model *model, FILE *out)
{
    emit_head(out, "Names of the ABI's numbers; \"?\" for a number that has none.",
              "every .abi file");
    fprintf(out,
            "#ifndef ABI_NAMES_H\n#define ABI_NAMES_H\n\n#include <stdint.h>\n\n"
            "#include \"abi/status.h\"\n\n"
            "const char *status_name(status_t status);\n\n"
            "/* Whose fault it is: nobody, caller, owner, peer, holder, machine or device. */\n"
            "const char *status_culprit(status_t status);\n\n"
            "const char *abi_call_name(uint64_t number);\n"
            "const char *abi_operation_name(uint64_t type, uint64_t number);\n");
    for (int i = 0; i < model->enum_count; i++)
        fprintf(out, "const char *abi_%s_name(uint64_t number);\n",
                model->enums[i].name.lower);
    fprintf(out, "\n#endif\n");
}

static void emit_case(FILE *out, const char *label, const char *name)
{
    fprintf(out, "    case %s: return \"%s\";\n", label, name);
}

static void emit_statuses(const struct model *model, FILE *out)
{
    fprintf(out, "const char *status_name(status_t status)\n{\n    switch (status) {\n");
    for (int i = 0; i < model->status_count; i++)
        fprintf(out, "    case %ld: return \"%s\";\n", model->statuses[i].number,
                model->statuses[i].name.lower);
    fprintf(out, "    }\n    return \"?\";\n}\n\n"
                 "const char *status_culprit(status_t status)\n{\n    switch (status) {\n");
    for (int i = 0; i < model->status_count; i++)
        fprintf(out, "    case %ld: return \"%s\";\n", model->statuses[i].number,
                model->statuses[i].culprit);
    fprintf(out, "    }\n    return \"?\";\n}\n\n");
}

static void emit_calls(const struct model *model, FILE *out)
{
    fprintf(out, "const char *abi_call_name(uint64_t number)\n{\n    switch (number) {\n");
    for (int i = 0; i < model->call_count; i++)
        fprintf(out, "    case ABI_CALL_%s: return \"%s\";\n", model->calls[i].name.upper,
                model->calls[i].name.lower);
    fprintf(out, "    }\n    return \"?\";\n}\n\n");
}

static void emit_enum(const struct enumeration *enumeration, FILE *out)
{
    char label[3 * NAME_SIZE];

    fprintf(out, "const char *abi_%s_name(uint64_t number)\n{\n    switch (number) {\n",
            enumeration->name.lower);
    for (int i = 0; i < enumeration->value_count; i++) {
        const struct name *name = &enumeration->values[i].name;
        snprintf(label, sizeof(label), "%s_%s", enum_prefix(enumeration), name->upper);
        emit_case(out, label, name->lower);
    }
    fprintf(out, "    }\n    return \"?\";\n}\n\n");
}

static void emit_operations(const struct object *object, FILE *out)
{
    char label[3 * NAME_SIZE];

    fprintf(out, "static const char *%s_operation(uint64_t number)\n{\n    switch (number) {\n",
            object->name.lower);
    for (int i = 0; i < object->operation_count; i++) {
        const struct name *name = &object->operations[i].name;
        snprintf(label, sizeof(label), "OP_%s_%s", object->name.upper, name->upper);
        emit_case(out, label, name->lower);
    }
    fprintf(out, "    }\n    return \"?\";\n}\n\n");
}

void emit_names_c(const struct model *model, FILE *out)
{
    emit_head(out, "Names of the ABI's numbers.", "every .abi file");
    fprintf(out, "#include \"abi/names.h\"\n\n#include \"abi/calls.h\"\n"
                 "#include \"abi/objects.h\"\n\n");
    emit_statuses(model, out);
    emit_calls(model, out);
    for (int i = 0; i < model->enum_count; i++)
        emit_enum(&model->enums[i], out);
    for (int i = 0; i < model->object_count; i++)
        if (model->objects[i].operation_count > 0)
            emit_operations(&model->objects[i], out);
    fprintf(out, "const char *abi_operation_name(uint64_t type, uint64_t number)\n{\n"
                 "    switch (type) {\n");
    for (int i = 0; i < model->object_count; i++)
        if (model->objects[i].operation_count > 0)
            fprintf(out, "    case TYPE_%s: return %s_operation(number);\n",
                    model->objects[i].name.upper, model->objects[i].name.lower);
    fprintf(out, "    }\n    return \"?\";\n}\n");
}

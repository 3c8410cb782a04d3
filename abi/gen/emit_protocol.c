/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <protocol>.h: a protocol's numbers, limits and argument structs, for both sides; and its decoder.
 */
#include "emit_protocol.h"

#include <string.h>

static void emit_struct(const struct protocol *protocol, const struct protocol_operation *operation,
                        const char *direction, const struct layout *layout, FILE *out)
{
    if (layout->count == 0)
        return;
    fprintf(out, "struct %s_%s_%s {\n", protocol->name.lower, operation->name.lower, direction);
    for (int i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        const char *name = field->name.lower;
        emit_comment(out, 4, field->meaning);
        switch (field->kind) {
        case FIELD_WORD: fprintf(out, "    word_t %s;\n", name); break;
        case FIELD_U64:
        case FIELD_TIME: fprintf(out, "    uint64_t %s;\n", name); break;
        case FIELD_STRING: fprintf(out, "    char %s[%ld + 1];\n", name, field->max); break;
        case FIELD_BYTES:
            fprintf(out, "    uint8_t %s[%ld];\n    word_t %s_size;\n", name, field->max, name);
            break;
        case FIELD_CAP: fprintf(out, "    cap_t %s;\n", name); break;
        case FIELD_LEND: fprintf(out, "    struct ipc_lend %s;\n", name); break;
        }
    }
    fprintf(out, "};\n\n");
}

static void emit_limits(const struct protocol *protocol, const struct protocol_operation *operation,
                        const struct layout *layout, FILE *out)
{
    for (int i = 0; i < layout->count; i++)
        if (field_has_size(&layout->fields[i]))
            fprintf(out, "enum { %s_%s_%s_MAX = %ld }; /* bytes */\n", protocol->name.upper,
                    operation->name.upper, layout->fields[i].name.upper, layout->fields[i].max);
}

static void emit_events(const struct protocol *protocol, FILE *out)
{
    if (protocol->event_count == 0)
        return;
    fprintf(out,
            "/* What the server signals: bits of the notification it was given. */\n"
            "enum %s_event {\n",
            protocol->name.lower);
    for (int i = 0; i < protocol->event_count; i++) {
        const struct value *event = &protocol->events[i];
        emit_comment(out, 4, event->meaning);
        fprintf(out, "    %s_EVENT_%s = %lu,\n", protocol->name.upper, event->name.upper,
                1ul << event->number);
    }
    fprintf(out, "};\n\n");
}

void emit_protocol_h(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_head(protocol, "numbers, limits and arguments", "", out);
    fprintf(out, "#include <ipc/message.h>\n\nenum { %s_VERSION = %ld };\n\n", protocol->name.upper,
            protocol->version);
    fprintf(out, "enum %s_operation {\n", protocol->name.lower);
    for (int i = 0; i < protocol->operation_count; i++)
        fprintf(out, "    %s_%s = %ld,\n", protocol->name.upper, protocol->operations[i].name.upper,
                protocol->operations[i].number);
    fprintf(out, "};\n\n");
    emit_events(protocol, out);
    for (int i = 0; i < protocol->operation_count; i++) {
        const struct protocol_operation *operation = &protocol->operations[i];
        emit_limits(protocol, operation, &operation->in, out);
        emit_limits(protocol, operation, &operation->out, out);
        emit_struct(protocol, operation, "in", &operation->in, out);
        emit_struct(protocol, operation, "out", &operation->out, out);
    }
    fprintf(out, "#endif\n");
}

void emit_protocol_decode_h(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_head(protocol, "names of its numbers, for traces", "_decode", out);
    fprintf(out,
            "#include <stdint.h>\n\n"
            "/* By an operation's number; \"?\" when there is none. */\n"
            "const char *%s_operation_name(uint64_t number);\n\n"
            "/* Its arguments, as `NAME TYPE, ... -> NAME TYPE, ...`. */\n"
            "const char *%s_operation_arguments(uint64_t number);\n\n#endif\n",
            protocol->name.lower, protocol->name.lower);
}

static void emit_arguments(const struct layout *layout, FILE *out)
{
    static const char *const kinds[] = {
        [FIELD_WORD] = "word",     [FIELD_U64] = "u64",     [FIELD_TIME] = "time",
        [FIELD_STRING] = "string", [FIELD_BYTES] = "bytes", [FIELD_CAP] = "cap",
        [FIELD_LEND] = "lend",
    };

    for (int i = 0; i < layout->count; i++)
        fprintf(out, "%s%s %s", i > 0 ? ", " : "", layout->fields[i].name.lower,
                kinds[layout->fields[i].kind]);
}

void emit_protocol_decode_c(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_c_head(protocol, "names of its numbers", "_decode", out);
    fprintf(out, "const char *%s_operation_name(uint64_t number)\n{\n    switch (number) {\n",
            protocol->name.lower);
    for (int i = 0; i < protocol->operation_count; i++)
        fprintf(out, "    case %ld: return \"%s\";\n", protocol->operations[i].number,
                protocol->operations[i].name.lower);
    fprintf(out,
            "    }\n    return \"?\";\n}\n\n"
            "const char *%s_operation_arguments(uint64_t number)\n{\n    switch (number) {\n",
            protocol->name.lower);
    for (int i = 0; i < protocol->operation_count; i++) {
        fprintf(out, "    case %ld: return \"", protocol->operations[i].number);
        emit_arguments(&protocol->operations[i].in, out);
        fprintf(out, " -> ");
        emit_arguments(&protocol->operations[i].out, out);
        fprintf(out, "\";\n");
    }
    fprintf(out, "    }\n    return \"?\";\n}\n");
}

static void emit_table(const char *direction, const struct layout *layout, FILE *out)
{
    static const char *const kinds[] = {
        [FIELD_WORD] = "word",
        [FIELD_U64] = "64-bit number",
        [FIELD_TIME] = "time, nanoseconds",
        [FIELD_STRING] = "text",
        [FIELD_BYTES] = "bytes",
        [FIELD_CAP] = "capability",
        [FIELD_LEND] = "lent memory",
    };

    for (int i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        fprintf(out, "| %s | %s | %s", direction, field->name.lower, kinds[field->kind]);
        if (field_has_size(field))
            fprintf(out, ", at most %ld bytes", field->max);
        fprintf(out, " | %s |\n", field->meaning);
    }
}

static void emit_lines(const struct doc *doc, FILE *out)
{
    for (int i = 0; i < doc->count; i++)
        fprintf(out, "%s\n", doc->lines[i]);
    fprintf(out, "\n");
}

static void emit_operation(const struct protocol_operation *operation, FILE *out)
{
    fprintf(out, "## %s (%ld)\n\n", operation->name.lower, operation->number);
    emit_lines(&operation->doc, out);
    if (operation->is_later)
        fprintf(out, "The reply may come later.\n\n");
    if (operation->in.count + operation->out.count > 0) {
        fprintf(out, "| | name | type | what |\n|---|---|---|---|\n");
        emit_table("in", &operation->in, out);
        emit_table("out", &operation->out, out);
        fprintf(out, "\n");
    }
    for (int i = 0; i < operation->error_count; i++)
        fprintf(out, "- `%s`: %s\n", operation->errors[i].status.lower, operation->errors[i].cause);
    if (operation->error_count > 0)
        fprintf(out, "\n");
}

void emit_protocol_reference(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    fprintf(
        out,
        "<!-- SPDX-License-Identifier: Apache-2.0; generated by abigen from abi/protocols/ -->\n"
        "# Protocol %s, version %ld\n\n",
        protocol->name.lower, protocol->version);
    emit_lines(&protocol->doc, out);
    for (int i = 0; i < protocol->event_count; i++)
        fprintf(out, "- signals bit %ld, %s: %s\n", protocol->events[i].number,
                protocol->events[i].name.lower, protocol->events[i].meaning);
    if (protocol->event_count > 0)
        fprintf(out, "\n");
    for (int i = 0; i < protocol->operation_count; i++)
        emit_operation(&protocol->operations[i], out);
}

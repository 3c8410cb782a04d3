/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that move fields into and out of a message, for client and server alike.
 */
#include "emit_protocol.h"

#include <string.h>

void emit_protocol_head(const struct protocol *protocol, const char *what, const char *suffix,
                        FILE *out)
{
    char guard[NAME_SIZE];
    size_t i;

    for (i = 0; suffix[i] != '\0'; i++)
        guard[i] = (char)(suffix[i] == '_' ? '_' : suffix[i] - 'a' + 'A');
    guard[i] = '\0';
    fprintf(out,
            "/* SPDX-License-Identifier: Apache-2.0 */\n"
            "/*\n"
            " * Protocol %s, version %ld: %s.\n"
            " *\n"
            " * Generated from protocols/%s.abi by abigen; change the text, not this file.\n"
            " */\n"
            "#ifndef PROTOCOL_%s%s_H\n#define PROTOCOL_%s%s_H\n\n",
            protocol->name.lower, protocol->version, what, protocol->name.lower,
            protocol->name.upper, guard, protocol->name.upper, guard);
}

void emit_protocol_c_head(const struct protocol *protocol, const char *what, const char *suffix,
                          FILE *out)
{
    fprintf(out,
            "/* SPDX-License-Identifier: Apache-2.0 */\n"
            "/*\n"
            " * Protocol %s, version %ld: %s.\n"
            " *\n"
            " * Generated from protocols/%s.abi by abigen; change the text, not this file.\n"
            " */\n"
            "#include <protocol/%s%s.h>\n\n",
            protocol->name.lower, protocol->version, what, protocol->name.lower,
            protocol->name.lower, suffix);
}

void emit_operation_comment(const struct protocol_operation *operation, FILE *out)
{
    char line[512];

    fprintf(out, "/*\n");
    for (int i = 0; i < operation->doc.count; i++)
        emit_comment_line(out, 0, operation->doc.lines[i]);
    for (int i = 0; i < operation->error_count; i++) {
        snprintf(line, sizeof(line), "ERR_%s: %s", operation->errors[i].status.upper,
                 operation->errors[i].cause);
        emit_comment_line(out, 0, line);
    }
    fprintf(out, " */\n");
}

bool layout_can_fail(const struct layout *layout)
{
    for (int i = 0; i < layout->count; i++)
        if (field_has_size(&layout->fields[i]))
            return true;
    return false;
}

static void emit_check(const struct access *access, FILE *out)
{
    fprintf(out, "    if (status != OK)\n        %s\n", access->on_error);
}

void emit_put_fields(const struct layout *layout, const struct access *access, FILE *out)
{
    const char *message = access->message, *member = access->member, *value = access->value;

    for (int i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        const char *name = field->name.lower;
        switch (field->kind) {
        case FIELD_WORD:
            fprintf(out, "    %swords[%d] = %s%s;\n", member, field->word, value, name);
            break;
        case FIELD_U64:
        case FIELD_TIME:
            fprintf(out, "    ipc_put_u64(%s, %d, %s%s);\n", message, field->word, value, name);
            break;
        case FIELD_STRING:
            fprintf(out, "    status = ipc_put_string(%s, %d, %s%s, %ld);\n", message, field->word,
                    value, name, field->max);
            emit_check(access, out);
            break;
        case FIELD_BYTES:
            fprintf(out, "    status = ipc_put_bytes(%s, %d, %s%s, %s%s_size, %ld);\n", message,
                    field->word, value, name, value, name, field->max);
            emit_check(access, out);
            break;
        case FIELD_CAP:
            fprintf(out, "    %scaps[%d] = %s%s;\n", member, field->cap, value, name);
            break;
        case FIELD_LEND:
            fprintf(out,
                    "    %scaps[%d] = %s%s.frame;\n"
                    "    %swords[%d] = %s%s.first_page;\n"
                    "    %swords[%d] = %s%s.page_count;\n",
                    member, field->cap, value, name, member, field->word, value, name, member,
                    field->word + 1, value, name);
            break;
        }
    }
}

void emit_get_fields(const struct layout *layout, const struct access *access, FILE *out)
{
    const char *message = access->message, *member = access->member, *value = access->value;
    const char *scalar = access->is_pointer ? "*" : "", *size = access->is_pointer ? "" : "&";

    for (int i = 0; i < layout->count; i++) {
        const struct field *field = &layout->fields[i];
        const char *name = field->name.lower;
        switch (field->kind) {
        case FIELD_WORD:
            fprintf(out, "    %s%s%s = %swords[%d];\n", scalar, value, name, member, field->word);
            break;
        case FIELD_U64:
        case FIELD_TIME:
            fprintf(out, "    %s%s%s = ipc_get_u64(%s, %d);\n", scalar, value, name, message,
                    field->word);
            break;
        case FIELD_STRING:
            fprintf(out, "    status = ipc_get_string(%s, %d, %s%s, %ld);\n", message, field->word,
                    value, name, field->max);
            emit_check(access, out);
            break;
        case FIELD_BYTES:
            fprintf(out, "    status = ipc_get_bytes(%s, %d, %s%s, %s%s%s_size, %ld);\n", message,
                    field->word, value, name, size, value, name, field->max);
            emit_check(access, out);
            break;
        case FIELD_CAP:
            if (!access->is_pointer)
                fprintf(out, "    %s%s = %scaps[%d];\n", value, name, member, field->cap);
            break;
        case FIELD_LEND:
            fprintf(out,
                    "    %s%s.frame = %scaps[%d];\n"
                    "    %s%s.first_page = %swords[%d];\n"
                    "    %s%s.page_count = %swords[%d];\n",
                    value, name, member, field->cap, value, name, member, field->word, value, name,
                    member, field->word + 1);
            break;
        }
    }
}

void emit_length(const struct layout *layout, const char *member, FILE *out)
{
    fprintf(out, "%d", layout->words_min);
    if (layout->words_max > layout->words_min)
        fprintf(out, " + ipc_words(%swords[%d])", member, layout->words_min - 1);
}

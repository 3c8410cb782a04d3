/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <protocol>_client.h and .c: one function per operation that fills a message in, calls, and reads
 * the reply.
 */
#include "emit_protocol.h"

static void emit_in_parameter(const struct field *field, FILE *out)
{
    const char *name = field->name.lower;

    switch (field->kind) {
    case FIELD_WORD: fprintf(out, ",\n    word_t %s", name); break;
    case FIELD_U64:
    case FIELD_TIME: fprintf(out, ",\n    uint64_t %s", name); break;
    case FIELD_STRING: fprintf(out, ",\n    const char *%s", name); break;
    case FIELD_BYTES: fprintf(out, ",\n    const void *%s, word_t %s_size", name, name); break;
    case FIELD_CAP: fprintf(out, ",\n    cap_t %s", name); break;
    case FIELD_LEND: fprintf(out, ",\n    struct ipc_lend %s", name); break;
    }
}

static void emit_out_parameter(const struct field *field, FILE *out)
{
    const char *name = field->name.lower;

    switch (field->kind) {
    case FIELD_WORD: fprintf(out, ",\n    word_t *%s", name); break;
    case FIELD_U64:
    case FIELD_TIME: fprintf(out, ",\n    uint64_t *%s", name); break;
    case FIELD_STRING: fprintf(out, ",\n    char %s[%ld + 1]", name, field->max); break;
    case FIELD_BYTES:
        fprintf(out, ",\n    uint8_t %s[%ld], word_t *%s_size", name, field->max, name);
        break;
    case FIELD_CAP:
    case FIELD_LEND: fprintf(out, ",\n    cap_t %s_slot", name); break;
    }
}

static void emit_prototype(const struct protocol *protocol,
                           const struct protocol_operation *operation, FILE *out)
{
    fprintf(out, "status_t %s_%s(cap_t %s", protocol->name.lower, operation->name.lower,
            protocol->name.lower);
    for (int i = 0; i < operation->in.count; i++)
        emit_in_parameter(&operation->in.fields[i], out);
    for (int i = 0; i < operation->out.count; i++)
        emit_out_parameter(&operation->out.fields[i], out);
    fprintf(out, ")");
}

void emit_protocol_client_h(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_head(protocol, "the client's side", "_client", out);
    fprintf(
        out,
        "#include <protocol/%s.h>\n\n"
        "/*\n"
        " * `%s` is the connection.  Results are set when the answer is OK.  A result that is a\n"
        " * capability goes into the empty slot that the caller names.  Besides what is listed:\n"
        " * ERR_BAD_ARGUMENT, a text or bytes argument is too long and nothing was sent; the\n"
        " * statuses of the system call `call`; ERR_PEER_GONE, also for a reply that breaks the\n"
        " * protocol; ERR_NOT_SUPPORTED, the server has another version or lacks the operation.\n"
        " */\n\n",
        protocol->name.lower, protocol->name.lower);
    for (int i = 0; i < protocol->operation_count; i++) {
        emit_operation_comment(&protocol->operations[i], out);
        emit_prototype(protocol, &protocol->operations[i], out);
        fprintf(out, ";\n\n");
    }
    fprintf(out, "#endif\n");
}

static void emit_slots(const struct layout *layout, FILE *out)
{
    for (int i = 0; i < layout->count; i++)
        if (layout->fields[i].kind == FIELD_CAP)
            fprintf(out, "    message.slots[%d] = %s_slot;\n", layout->fields[i].cap,
                    layout->fields[i].name.lower);
}

static void emit_exchange(const struct protocol *protocol,
                          const struct protocol_operation *operation, FILE *out)
{
    const struct layout *reply = &operation->out;

    fprintf(out,
            "    status = ipc_exchange(%s, &message,\n"
            "        (word_t)%s_VERSION << IPC_OPERATION_BITS | %s_%s,\n        ",
            protocol->name.lower, protocol->name.upper, protocol->name.upper,
            operation->name.upper);
    emit_length(&operation->in, "message.", out);
    fprintf(out, ", %d);\n", operation->in.caps);
    if (reply->count == 0) {
        fprintf(out, "    return status;\n");
        return;
    }
    fprintf(out,
            "    if (status != OK)\n        return status;\n"
            "    if (!ipc_fits(&message, %d, %d, %d))\n        return ERR_PEER_GONE;\n",
            reply->words_min, reply->words_max, reply->caps);
}

static void emit_function(const struct protocol *protocol,
                          const struct protocol_operation *operation, FILE *out)
{
    const struct access put = {"", "&message", "message.", "return status;", false};
    const struct access get = {"", "&message", "message.", "return ERR_PEER_GONE;", true};

    emit_prototype(protocol, operation, out);
    fprintf(out, "\n{\n    struct ipc_message message;\n    status_t status;\n\n"
                 "    ipc_begin(&message);\n");
    emit_put_fields(&operation->in, &put, out);
    emit_slots(&operation->out, out);
    emit_exchange(protocol, operation, out);
    if (operation->out.count > 0) {
        emit_get_fields(&operation->out, &get, out);
        fprintf(out, "    return OK;\n");
    }
    fprintf(out, "}\n\n");
}

void emit_protocol_client_c(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_c_head(protocol, "the client's side", "_client", out);
    fprintf(out, "#include <ipc/pack.h>\n\n");
    for (int i = 0; i < protocol->operation_count; i++)
        emit_function(protocol, &protocol->operations[i], out);
}

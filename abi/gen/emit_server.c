/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <protocol>_server.h and .c: the protocol's table for the service loop, and between the table and
 * a service's handlers the code that moves arguments.  The loop checks number, version, size and
 * capabilities against the table before any of it runs.
 */
#include "emit_protocol.h"

static void emit_handler(const struct protocol *protocol,
                         const struct protocol_operation *operation, FILE *out)
{
    const char *owner = protocol->name.lower, *name = operation->name.lower;

    fprintf(out, "status_t %s_on_%s(void *state, struct ipc_request *request", owner, name);
    if (operation->in.count > 0)
        fprintf(out, ",\n    const struct %s_%s_in *in", owner, name);
    if (operation->out.count > 0)
        fprintf(out, ",\n    struct %s_%s_out *out", owner, name);
    fprintf(out, ");\n\n");
}

static bool has_public_pack(const struct protocol_operation *operation)
{
    return operation->is_later && operation->out.count > 0;
}

static void emit_pack_prototype(const struct protocol *protocol,
                                const struct protocol_operation *operation, FILE *out)
{
    const char *owner = protocol->name.lower, *name = operation->name.lower;

    fprintf(out,
            "status_t %s_%s_pack(struct ipc_message *message,\n"
            "    const struct %s_%s_out *out)",
            owner, name, owner, name);
}

static const char handlers_comment[] =
    "/*\n"
    " * What the service writes.  Arguments were checked for size and form; `in` is borrowed,\n"
    " * `out` starts as zero, and request->message.badge says whose session it is.  A handler\n"
    " * answers OK or an error; one whose reply may come later may ipc_keep it and return\n"
    " * IPC_REPLY_LATER.  A capability that came along is deleted afterwards unless it is taken\n"
    " * by ipc_take_cap.\n"
    " */\n\n";

void emit_protocol_server_h(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_head(protocol, "the server's side", "_server", out);
    fprintf(out,
            "#include <ipc/service.h>\n#include <protocol/%s.h>\n\n"
            "/* For struct ipc_service; its state is what handlers get. */\n"
            "extern const struct ipc_protocol %s_protocol;\n\n%s",
            protocol->name.lower, protocol->name.lower, handlers_comment);
    for (int i = 0; i < protocol->operation_count; i++) {
        emit_operation_comment(&protocol->operations[i], out);
        emit_handler(protocol, &protocol->operations[i], out);
    }
    for (int i = 0; i < protocol->operation_count; i++) {
        if (!has_public_pack(&protocol->operations[i]))
            continue;
        fprintf(out, "/* Makes `message` the reply of a kept %s for ipc_reply_later. */\n",
                protocol->operations[i].name.lower);
        emit_pack_prototype(protocol, &protocol->operations[i], out);
        fprintf(out, ";\n\n");
    }
    fprintf(out, "#endif\n");
}

static void emit_pack(const struct protocol *protocol, const struct protocol_operation *operation,
                      FILE *out)
{
    const struct access put = {"out->", "message", "message->", "return status;", false};

    if (operation->out.count == 0)
        return;
    if (!has_public_pack(operation))
        fprintf(out, "static ");
    emit_pack_prototype(protocol, operation, out);
    fprintf(out, "\n{\n");
    if (layout_can_fail(&operation->out))
        fprintf(out, "    status_t status;\n\n");
    fprintf(out, "    ipc_begin(message);\n");
    emit_put_fields(&operation->out, &put, out);
    fprintf(out, "    message->info = ipc_info(0, ");
    emit_length(&operation->out, "message->", out);
    fprintf(out, ", %d);\n    return OK;\n}\n\n", operation->out.caps);
}

static void emit_handle(const struct protocol *protocol, const struct protocol_operation *operation,
                        FILE *out)
{
    const char *owner = protocol->name.lower, *name = operation->name.lower;
    const bool has_in = operation->in.count > 0, has_out = operation->out.count > 0;
    const struct access get = {"in.", "message", "message->", "return status;", false};

    fprintf(out,
            "static status_t handle_%s(void *state, struct ipc_request *request)\n{\n"
            "    struct ipc_message *message = &request->message;\n",
            name);
    if (has_in)
        fprintf(out, "    struct %s_%s_in in;\n", owner, name);
    if (has_out)
        fprintf(out, "    struct %s_%s_out out = {0};\n", owner, name);
    fprintf(out, "    status_t status;\n\n");
    emit_get_fields(&operation->in, &get, out);
    fprintf(out, "    status = %s_on_%s(state, request%s%s);\n", owner, name,
            has_in ? ", &in" : "", has_out ? ", &out" : "");
    if (has_out)
        fprintf(out, "    return status != OK ? status : %s_%s_pack(message, &out);\n", owner,
                name);
    else
        fprintf(out, "    return status != OK ? status : ipc_answer(message, OK);\n");
    fprintf(out, "}\n\n");
}

static void emit_table(const struct protocol *protocol, FILE *out)
{
    const char *owner = protocol->name.lower;

    fprintf(out, "static const struct ipc_operation operations[] = {\n");
    for (int i = 0; i < protocol->operation_count; i++) {
        const struct protocol_operation *operation = &protocol->operations[i];
        fprintf(out, "    {%s_%s, %d, %d, %d, handle_%s},\n", protocol->name.upper,
                operation->name.upper, operation->in.words_min, operation->in.words_max,
                operation->in.caps, operation->name.lower);
    }
    fprintf(out,
            "};\n\n"
            "const struct ipc_protocol %s_protocol = {\n"
            "    .name = \"%s\",\n"
            "    .version = %s_VERSION,\n"
            "    .operations = operations,\n"
            "    .operation_count = array_count(operations),\n"
            "};\n",
            owner, owner, protocol->name.upper);
}

void emit_protocol_server_c(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;

    emit_protocol_c_head(protocol, "the server's side", "_server", out);
    fprintf(out, "#include <ipc/pack.h>\n\n");
    for (int i = 0; i < protocol->operation_count; i++) {
        emit_pack(protocol, &protocol->operations[i], out);
        emit_handle(protocol, &protocol->operations[i], out);
    }
    emit_table(protocol, out);
}

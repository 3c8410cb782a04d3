/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <protocol>_fake.h and .c: handlers that record what they were asked and answer what a test put
 * there, to test clients without their server.
 */
#include "emit_protocol.h"

void emit_protocol_fake_h(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;
    const char *owner = protocol->name.lower;

    emit_protocol_head(protocol, "a fake server for tests", "_fake", out);
    fprintf(out,
            "#include <protocol/%s_server.h>\n\n"
            "/* For each operation: how often it was asked, with what, and what to answer. */\n"
            "struct %s_fake {\n    word_t badge; /* of the last request */\n",
            owner, owner);
    for (int i = 0; i < protocol->operation_count; i++) {
        const struct protocol_operation *operation = &protocol->operations[i];
        const char *name = operation->name.lower;
        fprintf(out, "    struct {\n        unsigned count;\n        status_t status;\n");
        if (operation->in.count > 0)
            fprintf(out, "        struct %s_%s_in in;\n", owner, name);
        if (operation->out.count > 0)
            fprintf(out, "        struct %s_%s_out out;\n", owner, name);
        fprintf(out, "    } %s;\n", name);
    }
    fprintf(out,
            "};\n\n"
            "/* What a test's ipc_call does: the fake turns the request into its reply. */\n"
            "status_t %s_fake_call(struct %s_fake *fake, struct ipc_message *message);\n\n"
            "#endif\n",
            owner, owner);
}

static void emit_handler(const struct protocol *protocol,
                         const struct protocol_operation *operation, FILE *out)
{
    const char *owner = protocol->name.lower, *name = operation->name.lower;

    fprintf(out, "status_t %s_on_%s(void *state, struct ipc_request *request", owner, name);
    if (operation->in.count > 0)
        fprintf(out, ",\n    const struct %s_%s_in *in", owner, name);
    if (operation->out.count > 0)
        fprintf(out, ",\n    struct %s_%s_out *out", owner, name);
    fprintf(out,
            ")\n{\n    struct %s_fake *fake = state;\n\n"
            "    fake->badge = request->message.badge;\n    fake->%s.count++;\n",
            owner, name);
    if (operation->in.count > 0)
        fprintf(out, "    fake->%s.in = *in;\n", name);
    if (operation->out.count > 0)
        fprintf(out, "    *out = fake->%s.out;\n", name);
    fprintf(out, "    return fake->%s.status;\n}\n\n", name);
}

void emit_protocol_fake_c(const struct model *model, FILE *out)
{
    const struct protocol *protocol = &model->protocol;
    const char *owner = protocol->name.lower;

    emit_protocol_c_head(protocol, "a fake server for tests", "_fake", out);
    fprintf(out, "#include <abi/objects.h>\n#include <ipc/pack.h>\n\n");
    for (int i = 0; i < protocol->operation_count; i++)
        emit_handler(protocol, &protocol->operations[i], out);
    fprintf(out,
            "status_t %s_fake_call(struct %s_fake *fake, struct ipc_message *message)\n{\n"
            "    struct ipc_request request = {.message = *message, .event = EVENT_CALL};\n"
            "    const struct ipc_operation *operation;\n"
            "    status_t status;\n\n"
            "    operation = ipc_operation_find(&%s_protocol, message, &status);\n"
            "    if (operation)\n        status = operation->handle(fake, &request);\n"
            "    *message = request.message;\n"
            "    if (status != OK)\n        ipc_answer(message, status);\n"
            "    return OK;\n}\n",
            owner, owner, owner);
}

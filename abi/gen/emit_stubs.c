/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skr/objects.h: one inline function per operation for components, on top of the one primitive
 * that lib/rt writes per architecture.
 */
#include "emit.h"

#include <string.h>

static const char stubs_head[] =
    "#ifndef SKR_OBJECTS_H\n#define SKR_OBJECTS_H\n\n"
    "#include <stdint.h>\n\n"
    "#include \"abi/message.h\"\n"
    "#include \"abi/objects.h\"\n"
    "#include \"abi/status.h\"\n\n"
    "typedef uintptr_t word_t;\n"
    "typedef word_t cap_t; /* an index in the caller's captable; 0 is never one */\n\n"
    "/*\n"
    " * The system call `invoke`, defined by rt/call.h, which includes this file: `words` goes in "
    "as\n"
    " * arguments and comes back as results.  `culprit` may be NULL; else it becomes the number "
    "of\n"
    " * the argument at fault.\n"
    " */\n"
    "static inline status_t skr_invoke(cap_t cap, word_t info, word_t words[ABI_REGISTER_WORDS],\n"
    "    word_t *culprit);\n\n"
    "/* In all of these a result's pointer may be NULL.  Results are set on failure too. */\n\n";

/* Capabilities and slots are cap_t for whoever calls; the rest as in the kernel. */
static const char *parameter_type(const struct argument *argument)
{
    if (argument->is_cap || strcmp(argument->type.lower, "index") == 0)
        return "cap_t";
    return argument_type(argument);
}

static void emit_parameters(const struct operation *operation, FILE *out)
{
    for (int i = 0; i < operation->in_count; i++)
        fprintf(out, ",\n    %s %s", parameter_type(&operation->in[i]),
                operation->in[i].name.lower);
    for (int i = 0; i < operation->out_count; i++)
        fprintf(out, ",\n    %s *%s", parameter_type(&operation->out[i]),
                operation->out[i].name.lower);
}

static void emit_words(const struct operation *operation, FILE *out)
{
    fprintf(out, "    word_t words[ABI_REGISTER_WORDS] = {");
    for (int i = 0; i < operation->in_count; i++) {
        const struct argument *argument = &operation->in[i];
        fprintf(out, argument->word_count == 2 ? "%s(word_t)%s" : "%s%s", i > 0 ? ", " : "",
                argument->name.lower);
        if (argument->word_count == 2)
            fprintf(out, ", (word_t)(%s >> 32)", argument->name.lower);
    }
    fprintf(out, "%s};\n", operation->in_count > 0 ? "" : "0");
}

static void emit_result(const struct argument *argument, FILE *out)
{
    fprintf(out, "    if (%s)\n        *%s = words[%d]", argument->name.lower, argument->name.lower,
            argument->word);
    if (argument->word_count == 2)
        fprintf(out, " | (uint64_t)words[%d] << 32", argument->word + 1);
    fprintf(out, ";\n");
}

static void emit_stub(const struct object *object, const struct operation *operation, FILE *out)
{
    for (int i = 0; i < operation->doc.count; i++)
        emit_comment(out, 0, operation->doc.lines[i]);
    fprintf(out, "static inline status_t skr_%s_%s(cap_t %s", object->name.lower,
            operation->name.lower, object->name.lower);
    emit_parameters(operation, out);
    fprintf(out, ")\n{\n");
    emit_words(operation, out);
    fprintf(out,
            "    word_t info = (word_t)OP_%s_%s << ABI_INFO_LABEL_SHIFT;\n"
            "    status_t status = skr_invoke(%s, info, words, (word_t *)0);\n\n",
            object->name.upper, operation->name.upper, object->name.lower);
    for (int i = 0; i < operation->out_count; i++)
        emit_result(&operation->out[i], out);
    fprintf(out, "    return status;\n}\n\n");
}

void emit_stubs_h(const struct model *model, FILE *out)
{
    emit_head(out, "The kernel's operations as functions, for components.", "objects.abi");
    fputs(stubs_head, out);
    for (int i = 0; i < model->object_count; i++)
        for (int n = 0; n < model->objects[i].operation_count; n++)
            emit_stub(&model->objects[i], &model->objects[i].operations[n], out);
    fprintf(out, "#endif\n");
}

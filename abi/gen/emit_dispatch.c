/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abi/dispatch.h and dispatch.c: from an invoke's words to the handler of one operation and back.
 *
 * The kernel writes the handlers and the three functions that look into capabilities; everything
 * between them is generated, so no handler decodes words or forgets a right.
 */
#include "emit.h"

#include <string.h>

static void emit_field(const struct argument *argument, FILE *out)
{
    if (argument->is_cap) {
        fprintf(out, "    struct cap *%s;", argument->name.lower);
        fprintf(out, argument->is_optional ? " /* %s, or NULL */\n" : " /* %s */\n",
                argument->object.lower);
        return;
    }
    emit_comment(out, 4, argument->meaning);
    fprintf(out, "    %s %s;\n", argument_type(argument), argument->name.lower);
}

static void emit_struct(const struct object *object, const struct operation *operation, FILE *out)
{
    fprintf(out, "struct %s_%s {\n    word_t culprit;\n", object->name.lower,
            operation->name.lower);
    for (int i = 0; i < operation->in_count; i++)
        emit_field(&operation->in[i], out);
    if (operation->out_count > 0)
        fprintf(out, "    /* results */\n");
    for (int i = 0; i < operation->out_count; i++)
        emit_field(&operation->out[i], out);
    fprintf(out, "};\nstatus_t sys_%s_%s(struct thread *self, struct cap *%s,\n",
            object->name.lower, operation->name.lower, object->name.lower);
    fprintf(out, "    struct %s_%s *args);\n\n", object->name.lower, operation->name.lower);
}

void emit_dispatch_h(const struct model *model, FILE *out)
{
    emit_head(out, "Operations as the kernel sees them: arguments, results and handlers.",
              "objects.abi");
    fprintf(
        out,
        "#ifndef ABI_DISPATCH_H\n#define ABI_DISPATCH_H\n\n"
        "#include <stdint.h>\n\n#include \"abi/status.h\"\n\n"
        "struct cap;\nstruct thread;\n\ntypedef uintptr_t word_t;\n\n"
        "/*\n"
        " * Do operation `operation` on the live capability `cap`.  `words` holds the arguments;\n"
        " * afterwards it holds the results, the words behind them zero.  `*culprit` names the\n"
        " * argument at fault (0: `cap` itself).  A handler's positive answer is the kernel's\n"
        " * own (the call will be restarted) and leaves `words` as they were.\n"
        " */\n"
        "status_t dispatch_invoke(struct thread *self, struct cap *cap, word_t operation,\n"
        "    word_t words[%d], word_t *culprit);\n\n"
        "/*\n"
        " * Handlers.  Capability arguments were found to have the type and right that the text\n"
        " * asks for, and are borrowed for the call.  Results and culprit are zero at first.\n"
        " */\n\n",
        MESSAGE_WORDS);
    for (int i = 0; i < model->object_count; i++)
        for (int n = 0; n < model->objects[i].operation_count; n++)
            emit_struct(&model->objects[i], &model->objects[i].operations[n], out);
    fprintf(out, "#endif\n");
}

static void emit_value_in(const struct argument *argument, FILE *out)
{
    if (argument->word_count == 2)
        fprintf(out, "        .%s = words[%d] | (uint64_t)words[%d] << 32,\n", argument->name.lower,
                argument->word, argument->word + 1);
    else if (!argument->is_cap)
        fprintf(out, "        .%s = words[%d],\n", argument->name.lower, argument->word);
}

static void emit_cap_in(const struct argument *argument, int number, FILE *out)
{
    fprintf(out,
            "    args.culprit = %d;\n"
            "    status = %s(self, words[%d], TYPE_%s, RIGHT_%s,\n"
            "        &args.%s);\n"
            "    if (status != OK)\n"
            "        goto out;\n",
            number, argument->is_optional ? "optional_argument" : "cap_argument", argument->word,
            argument->object.upper, argument->right.upper, argument->name.lower);
}

static void emit_value_out(const struct argument *argument, FILE *out)
{
    fprintf(out, "    words[%d] = (word_t)args.%s;\n", argument->word, argument->name.lower);
    if (argument->word_count == 2)
        fprintf(out, "    words[%d] = (word_t)(args.%s >> 32);\n", argument->word + 1,
                argument->name.lower);
}

static int words_out(const struct operation *operation)
{
    int count = 0;

    for (int i = 0; i < operation->out_count; i++)
        count += operation->out[i].word_count;
    return count;
}

/* Returns whether there was one. */
static bool emit_caps_in(const struct operation *operation, FILE *out)
{
    bool has_caps = false;

    for (int i = 0; i < operation->in_count; i++) {
        if (operation->in[i].is_cap)
            emit_cap_in(&operation->in[i], i + 1, out);
        has_caps = has_caps || operation->in[i].is_cap;
    }
    if (has_caps)
        fprintf(out, "    args.culprit = 0;\n");
    return has_caps;
}

static void emit_invoke(const struct object *object, const struct operation *operation, FILE *out)
{
    fprintf(out,
            "static status_t invoke_%s_%s(struct thread *self, struct cap *cap,\n"
            "    word_t words[%d], word_t *culprit)\n"
            "{\n"
            "    struct %s_%s args = {\n"
            "        .culprit = 0,\n",
            object->name.lower, operation->name.lower, MESSAGE_WORDS, object->name.lower,
            operation->name.lower);
    for (int i = 0; i < operation->in_count; i++)
        emit_value_in(&operation->in[i], out);
    fprintf(out, "    };\n    status_t status;\n\n");
    if (operation->in_count + operation->out_count == 0)
        fprintf(out, "    (void)words;\n");
    bool has_caps = emit_caps_in(operation, out);
    fprintf(out, "    status = sys_%s_%s(self, cap, &args);\n", object->name.lower,
            operation->name.lower);
    if (operation->out_count > 0)
        fprintf(out, "    if (status > OK)\n        return status;\n");
    if (has_caps)
        fprintf(out, "out:\n");
    for (int i = 0; i < operation->out_count; i++)
        emit_value_out(&operation->out[i], out);
    fprintf(out, "    *culprit = args.culprit;\n    return status;\n}\n\n");
}

static void emit_table(const struct object *object, FILE *out)
{
    fprintf(out, "static const struct operation %s_operations[] = {\n", object->name.lower);
    for (int i = 0; i < object->operation_count; i++) {
        const struct operation *operation = &object->operations[i];
        fprintf(out, "    [OP_%s_%s] = {invoke_%s_%s, RIGHT_%s, %d},\n", object->name.upper,
                operation->name.upper, object->name.lower, operation->name.lower,
                operation->right.upper, words_out(operation));
    }
    fprintf(out, "};\n\n");
}

static void emit_objects(const struct model *model, FILE *out)
{
    fprintf(out, "static const struct operations objects[ABI_TYPE_COUNT] = {\n");
    for (int i = 0; i < model->object_count; i++) {
        const struct object *object = &model->objects[i];
        if (object->operation_count > 0)
            fprintf(out,
                    "    [TYPE_%s] = {%s_operations, sizeof(%s_operations)\n"
                    "        / sizeof(%s_operations[0])},\n",
                    object->name.upper, object->name.lower, object->name.lower, object->name.lower);
    }
    fprintf(out, "};\n\n");
}

static const char dispatch_head[] =
    "#include \"abi/dispatch.h\"\n\n"
    "#include <stddef.h>\n\n"
    "#include \"abi/objects.h\"\n"
    "#include \"object/cap.h\"\n\n"
    "/* Decodes the arguments, calls the handler, and writes the results to the words. */\n"
    "struct operation {\n"
    "    status_t (*invoke)(struct thread *self, struct cap *cap, word_t words[8],\n"
    "        word_t *culprit);\n"
    "    uint32_t right;\n"
    "    uint32_t words_out;\n"
    "};\n\n"
    "/* Indexed by operation number; a number that is not used has no function. */\n"
    "struct operations {\n"
    "    const struct operation *list;\n"
    "    word_t count;\n"
    "};\n\n"
    "static inline status_t optional_argument(struct thread *self, word_t index,\n"
    "    enum abi_object_type type, word_t right, struct cap **out)\n"
    "{\n"
    "    return index == 0 ? OK : cap_argument(self, index, type, right, out);\n"
    "}\n\n";

static const char dispatch_tail[] =
    "/* Each word falls through to the next: a loop costs three times as much. */\n"
    "static status_t clear_words(word_t words[8], word_t first, status_t status)\n"
    "{\n"
    "    switch (first) {\n"
    "    case 0: words[0] = 0; /* fall through */\n"
    "    case 1: words[1] = 0; /* fall through */\n"
    "    case 2: words[2] = 0; /* fall through */\n"
    "    case 3: words[3] = 0; /* fall through */\n"
    "    case 4: words[4] = 0; /* fall through */\n"
    "    case 5: words[5] = 0; /* fall through */\n"
    "    case 6: words[6] = 0; /* fall through */\n"
    "    case 7: words[7] = 0; /* fall through */\n"
    "    default: return status;\n"
    "    }\n"
    "}\n\n"
    "status_t dispatch_invoke(struct thread *self, struct cap *cap, word_t operation,\n"
    "    word_t words[8], word_t *culprit)\n"
    "{\n"
    "    const struct operations *operations = &objects[cap_type(cap)];\n"
    "    const struct operation *entry;\n"
    "    status_t status;\n\n"
    "    *culprit = 0;\n"
    "    if (operation >= operations->count || !operations->list[operation].invoke)\n"
    "        return clear_words(words, 0, ERR_BAD_CALL);\n"
    "    entry = &operations->list[operation];\n"
    "    if (!(cap_rights(cap) & entry->right))\n"
    "        return clear_words(words, 0, ERR_NO_RIGHT);\n"
    "    status = entry->invoke(self, cap, words, culprit);\n"
    "    return status > OK ? status : clear_words(words, entry->words_out, status);\n"
    "}\n";

void emit_dispatch_c(const struct model *model, FILE *out)
{
    emit_head(out, "Decoding of invoked operations: rights, capability arguments, results.",
              "objects.abi");
    fputs(dispatch_head, out);
    for (int i = 0; i < model->object_count; i++) {
        const struct object *object = &model->objects[i];
        for (int n = 0; n < object->operation_count; n++)
            emit_invoke(object, &object->operations[n], out);
        if (object->operation_count > 0)
            emit_table(object, out);
    }
    emit_objects(model, out);
    fputs(dispatch_tail, out);
}

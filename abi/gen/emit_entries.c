/* SPDX-License-Identifier: Apache-2.0 */
/*
 * abi/entries.h and entries.c: every call and operation as data, so that a test can call each one
 * with each kind of wrong argument without knowing any of them.
 */
#include "emit.h"

#include <string.h>

static int entry_count(const struct model *model)
{
    int count = 0;

    for (int i = 0; i < model->call_count; i++)
        count += strcmp(model->calls[i].name.lower, "invoke") != 0;
    for (int i = 0; i < model->object_count; i++)
        count += model->objects[i].operation_count;
    return count;
}

static const char entries_head[] =
    "#ifndef ABI_ENTRIES_H\n#define ABI_ENTRIES_H\n\n"
    "#include <stdbool.h>\n#include <stdint.h>\n\n"
    "enum abi_argument_kind {\n"
    "    ABI_ARGUMENT_WORD,\n"
    "    ABI_ARGUMENT_COUNT,\n"
    "    ABI_ARGUMENT_INDEX,   /* a slot in the caller's captable */\n"
    "    ABI_ARGUMENT_OFFSET,  /* bytes in a memory */\n"
    "    ABI_ARGUMENT_ADDRESS, /* in a space */\n"
    "    ABI_ARGUMENT_PAGES,\n"
    "    ABI_ARGUMENT_TIME, /* 64-bit nanoseconds */\n"
    "    ABI_ARGUMENT_BITS,\n"
    "    ABI_ARGUMENT_RIGHTS,\n"
    "    ABI_ARGUMENT_PRIORITY,\n"
    "    ABI_ARGUMENT_ENUM,\n"
    "    ABI_ARGUMENT_CAP, /* an index in the caller's captable */\n"
    "};\n\n"
    "/* The registers that a call uses. */\n"
    "enum { ABI_USES_CAP = 1, ABI_USES_INFO = 2, ABI_USES_AUX = 4, ABI_USES_WORDS = 8 };\n\n"
    "struct abi_argument {\n"
    "    const char *name;\n"
    "    uint8_t kind;\n"
    "    uint8_t word;     /* the first of its message words */\n"
    "    uint8_t type;     /* capability: the TYPE_* it must have */\n"
    "    bool is_optional; /* capability: 0 means none */\n"
    "    uint32_t right;   /* capability: the right it must have */\n"
    "};\n\n"
    "struct abi_entry {\n"
    "    const char *name;\n"
    "    uint8_t call;      /* ABI_CALL_*; ABI_CALL_INVOKE for an operation */\n"
    "    uint8_t uses;      /* registers */\n"
    "    uint8_t type;      /* of the capability register; 0: the call does not use it */\n"
    "    uint8_t operation; /* OP_*; 0 for a call */\n"
    "    uint8_t in_count;\n"
    "    uint8_t words_out;\n"
    "    uint32_t right; /* on the capability register */\n"
    "    struct abi_argument in[8];\n"
    "};\n\n";

void emit_entries_h(const struct model *model, FILE *out)
{
    emit_head(out, "Every call and operation as data; invoke itself is in its operations.",
              "calls.abi and objects.abi");
    fputs(entries_head, out);
    fprintf(out, "enum { ABI_ENTRY_COUNT = %d };\n\n", entry_count(model));
    fprintf(out, "extern const struct abi_entry abi_entries[ABI_ENTRY_COUNT];\n\n#endif\n");
}

static void emit_call(const struct call *call, FILE *out)
{
    static const char *const registers[] = {"CAP", "INFO", "AUX", "WORDS"};

    fprintf(out, "    {.name = \"%s\", .call = ABI_CALL_%s, .uses = 0", call->name.lower,
            call->name.upper);
    for (unsigned i = 0; i < 4; i++)
        if (call->uses & 1u << i)
            fprintf(out, " | ABI_USES_%s", registers[i]);
    if (call->right.lower[0] != '\0')
        fprintf(out, ",\n        .type = TYPE_%s, .right = RIGHT_%s", call->object.upper,
                call->right.upper);
    fprintf(out, "},\n");
}

static void emit_argument(const struct argument *argument, FILE *out)
{
    const char *kind = type_is_builtin(argument->type.lower) ? argument->type.upper : "ENUM";

    fprintf(out, "            {.name = \"%s\", .kind = ABI_ARGUMENT_%s, .word = %d",
            argument->name.lower, argument->is_cap ? "CAP" : kind, argument->word);
    if (argument->is_cap)
        fprintf(out, ",\n                .type = TYPE_%s, .right = RIGHT_%s, .is_optional = %s",
                argument->object.upper, argument->right.upper,
                argument->is_optional ? "true" : "false");
    fprintf(out, "},\n");
}

static void emit_operation(const struct object *object, const struct operation *operation,
                           FILE *out)
{
    int words_out = 0;

    for (int i = 0; i < operation->out_count; i++)
        words_out += operation->out[i].word_count;
    fprintf(out,
            "    {.name = \"%s.%s\", .call = ABI_CALL_INVOKE,\n"
            "        .uses = ABI_USES_CAP | ABI_USES_INFO | ABI_USES_WORDS,\n"
            "        .type = TYPE_%s, .operation = OP_%s_%s, .right = RIGHT_%s,\n"
            "        .in_count = %d, .words_out = %d",
            object->name.lower, operation->name.lower, object->name.upper, object->name.upper,
            operation->name.upper, operation->right.upper, operation->in_count, words_out);
    if (operation->in_count > 0) {
        fprintf(out, ", .in = {\n");
        for (int i = 0; i < operation->in_count; i++)
            emit_argument(&operation->in[i], out);
        fprintf(out, "        }");
    }
    fprintf(out, "},\n");
}

void emit_entries_c(const struct model *model, FILE *out)
{
    emit_head(out, "Every call and operation as data.", "calls.abi and objects.abi");
    fprintf(out, "#include \"abi/entries.h\"\n\n#include \"abi/calls.h\"\n"
                 "#include \"abi/objects.h\"\n\n"
                 "const struct abi_entry abi_entries[ABI_ENTRY_COUNT] = {\n");
    for (int i = 0; i < model->call_count; i++)
        if (strcmp(model->calls[i].name.lower, "invoke") != 0)
            emit_call(&model->calls[i], out);
    for (int i = 0; i < model->object_count; i++)
        for (int n = 0; n < model->objects[i].operation_count; n++)
            emit_operation(&model->objects[i], &model->objects[i].operations[n], out);
    fprintf(out, "};\n");
}

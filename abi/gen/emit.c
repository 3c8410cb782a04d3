/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several emitters share: file heads and the C names of things.
 */
#include "emit.h"

#include <string.h>

void emit_head(FILE *out, const char *what, const char *source)
{
    fprintf(out,
            "/* SPDX-License-Identifier: Apache-2.0 */\n"
            "/*\n"
            " * %s\n"
            " *\n"
            " * Generated from %s by abigen; change the text, not this file.\n"
            " */\n",
            what, source);
}

/* Enums whose C name is shorter than the text's. */
static const struct {
    const char *name, *prefix, *tag;
} short_names[] = {
    {"object_type", "TYPE", "abi_type"}, {"map_attribute", "MAP", "abi_map_attribute"},
    {"right", "RIGHT", "abi_right"},     {"event", "EVENT", "abi_event"},
    {"fault", "FAULT", "abi_fault"},
};

const char *enum_prefix(const struct enumeration *enumeration)
{
    for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++)
        if (strcmp(short_names[i].name, enumeration->name.lower) == 0)
            return short_names[i].prefix;
    return enumeration->name.upper;
}

const char *enum_tag(const struct enumeration *enumeration)
{
    for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++)
        if (strcmp(short_names[i].name, enumeration->name.lower) == 0)
            return short_names[i].tag;
    return enumeration->name.lower;
}

const char *argument_type(const struct argument *argument)
{
    return strcmp(argument->type.lower, "time") == 0 ? "uint64_t" : "word_t";
}

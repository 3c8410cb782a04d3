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

const char *enum_prefix(const struct enumeration *enumeration)
{
    if (strcmp(enumeration->name.lower, "object_type") == 0)
        return "TYPE";
    if (strcmp(enumeration->name.lower, "map_attribute") == 0)
        return "MAP";
    return enumeration->name.upper;
}

const char *argument_type(const struct argument *argument)
{
    return strcmp(argument->type.lower, "time") == 0 ? "uint64_t" : "word_t";
}

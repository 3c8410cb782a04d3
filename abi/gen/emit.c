/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several emitters share: file heads and the C names of things.
 */
#include "emit.h"

#include <string.h>

enum { COLUMNS = 100 };

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

/* Prints the text after ` * `, as often as it takes lines. */
void emit_comment_line(FILE *out, int indent, const char *text)
{
    const int room = COLUMNS - indent - 3;

    while (*text != '\0') {
        int length = (int)strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
        }
        fprintf(out, "%*s * %.*s\n", indent, "", length, text);
        text += length;
        text += strspn(text, " ");
    }
}

void emit_comment(FILE *out, int indent, const char *text)
{
    if (indent + (int)strlen(text) + 6 <= COLUMNS) {
        fprintf(out, "%*s/* %s */\n", indent, "", text);
        return;
    }
    fprintf(out, "%*s/*\n", indent, "");
    emit_comment_line(out, indent, text);
    fprintf(out, "%*s */\n", indent, "");
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

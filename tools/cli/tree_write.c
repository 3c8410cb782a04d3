/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a tree to device tree source.  Members stand in the order of the schema, and what has no
 * order of its own by name, so one system has one text and one binary.
 */
#include "schema.h"
#include "tree.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMENTED_MAX = 128 };

struct writer {
    FILE *out;
    const char *commented[COMMENTED_MAX]; /* meanings that stand in the text already */
    uint32_t commented_count;
    bool is_at_top; /* of a node: the next line is its first */
};

static void write_node(struct writer *writer, struct tree_node *node,
                       const struct schema_level *level, int depth);

static void indent(const struct writer *writer, int depth)
{
    fprintf(writer->out, "%*s", 4 * depth, "");
}

/* Each meaning is told once, where a reader meets it first. */
static bool is_news(struct writer *writer, const char *meaning)
{
    for (uint32_t i = 0; i < writer->commented_count; i++) {
        if (writer->commented[i] == meaning)
            return false;
    }
    if (writer->commented_count < COMMENTED_MAX)
        writer->commented[writer->commented_count++] = meaning;
    return true;
}

/* Above what it explains. */
static void write_meaning(struct writer *writer, const struct manifest_member *member, int depth)
{
    if (member == NULL || !is_news(writer, member->meaning))
        return;
    indent(writer, depth);
    fprintf(writer->out, "/* %s */\n", member->meaning);
}

static void write_text(const struct writer *writer, const char *text)
{
    fputc('"', writer->out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(writer->out, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            fprintf(writer->out, "\\x%02x", c);
        else
            fputc(c, writer->out);
    }
    fputc('"', writer->out);
}

static void write_number(const struct writer *writer, uint64_t number, bool is_size)
{
    if (number > UINT32_MAX)
        fprintf(writer->out, "0x%" PRIx64 " 0x%" PRIx64, number >> 32, number & UINT32_MAX);
    else
        fprintf(writer->out, is_size ? "0x%" PRIx64 : "%" PRIu64, number);
}

static void write_property(struct writer *writer, const struct tree_property *property,
                           const struct manifest_member *member, int depth)
{
    bool is_size = member != NULL && member->kind == MANIFEST_SIZE;

    writer->is_at_top = false;
    write_meaning(writer, member, depth);
    indent(writer, depth);
    fprintf(writer->out, "%s", property->name);
    for (uint32_t i = 0; i < property->count; i++) {
        if (property->kind == TREE_TEXTS) {
            fprintf(writer->out, i == 0 ? " = " : ", ");
            write_text(writer, property->texts[i]);
        } else {
            fprintf(writer->out, i == 0 ? " = <" : " ");
            write_number(writer, property->numbers[i], is_size);
        }
    }
    fprintf(writer->out, "%s;\n", property->kind == TREE_NUMBERS ? ">" : "");
}

static void write_child(struct writer *writer, struct tree_node *node,
                        const struct schema_level *level, const struct manifest_member *member,
                        int depth)
{
    const struct schema_level below = schema_below(level, node->name);

    if (!writer->is_at_top)
        fputc('\n', writer->out);
    writer->is_at_top = true;
    write_meaning(writer, member, depth);
    indent(writer, depth);
    fprintf(writer->out, "%s {", node->name);
    if (node->place.line > 0)
        fprintf(writer->out, " /* line %d */", node->place.line);
    fputc('\n', writer->out);
    if (member != NULL && schema_is_by_name(member))
        tree_sort_properties(node);
    if (member != NULL &&
        (strcmp(member->name, "dir_access_control") == 0 || strcmp(member->name, "limits") == 0))
        tree_sort_nodes(node);
    write_node(writer, node, &below, depth + 1);
    writer->is_at_top = false;
    indent(writer, depth);
    fprintf(writer->out, "};\n");
}

/* What the members name, in their order. */
static void write_members(struct writer *writer, struct tree_node *node,
                          const struct schema_level *level, int depth, bool is_nodes)
{
    for (uint32_t i = 0; i < level->count; i++) {
        const struct manifest_member *member = &level->members[i];

        if (!is_nodes && manifest_is_property(member)) {
            struct tree_property *property = tree_find_property(node, member->name);

            if (property != NULL)
                write_property(writer, property, member, depth);
        } else if (is_nodes && manifest_is_node(member)) {
            struct tree_node *child = tree_find_node(node, member->name);

            if (child != NULL)
                write_child(writer, child, level, member, depth);
        }
    }
}

/* What they don't: elements of lists, properties with names of their own. */
static void write_others(struct writer *writer, struct tree_node *node,
                         const struct schema_level *level, int depth, bool is_nodes)
{
    for (struct tree_property *p = node->properties; !is_nodes && p != NULL; p = p->next) {
        if (schema_find(level, p->name) == NULL)
            write_property(writer, p, NULL, depth);
    }
    for (struct tree_node *child = node->children; is_nodes && child != NULL; child = child->next) {
        if (schema_find(level, child->name) == NULL)
            write_child(writer, child, level, NULL, depth);
    }
}

/* dtc wants a node's properties before its children. */
static void write_node(struct writer *writer, struct tree_node *node,
                       const struct schema_level *level, int depth)
{
    for (int pass = 0; pass < 2; pass++) {
        write_members(writer, node, level, depth, pass == 1);
        write_others(writer, node, level, depth, pass == 1);
    }
}

struct bytes tree_write(struct tree_node *root, const char *origin)
{
    const struct schema_level top = schema_top();
    struct bytes text = {0};
    struct writer writer = {.out = open_memstream(&text.data, &text.size)};

    if (writer.out == NULL)
        out_of_memory();
    origin = strrchr(origin, '/') != NULL ? strrchr(origin, '/') + 1 : origin;
    fprintf(writer.out,
            "/* SPDX-License-Identifier: Apache-2.0 */\n"
            "/* Written by `skerry manifest build` from %s: change that. */\n/dts-v1/;\n\n"
            "/ {\n    compatible = \"skerry,manifest-v%d\";\n",
            origin, MANIFEST_VERSION);
    write_node(&writer, root, &top, 1);
    fprintf(writer.out, "};\n");
    if (fclose(writer.out) != 0)
        out_of_memory();
    return text;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a compiled manifest back to a tree.  A blob does not say whether bytes are numbers or texts:
 * the schema does, so the reader has accepted the blob before.
 */
#include "schema.h"
#include "tree.h"
#include <base/fdt.h>
#include <string.h>

static void add_numbers(struct tree_node *node, const struct fdt_property *property, bool is_list)
{
    struct tree_property *added = tree_add_property(node, property->name, TREE_NUMBERS);
    uint32_t cells = fdt_cell_count(property);
    uint64_t number = 0;

    if (!is_list && fdt_cells(property, 0, cells, &number))
        tree_add_number(added, number);
    for (uint32_t i = 0; is_list && i < cells; i++) {
        uint32_t cell = 0;

        (void)fdt_cell(property, i, &cell);
        tree_add_number(added, cell);
    }
}

static void add_texts(struct tree_node *node, const struct fdt_property *property)
{
    struct tree_property *added = tree_add_property(node, property->name, TREE_TEXTS);
    const char *text;

    for (uint32_t i = 0; fdt_string(property, i, &text); i++)
        tree_add_text(added, text);
}

static void add_property(struct tree_node *node, const struct schema_level *level,
                         const struct fdt_property *property)
{
    const struct manifest_member *member = schema_find(level, property->name);
    uint32_t kind = member != NULL ? member->kind : MANIFEST_TEXTS;

    if (kind == MANIFEST_FLAG)
        (void)tree_add_property(node, property->name, TREE_FLAG);
    else if (kind == MANIFEST_NUMBER || kind == MANIFEST_SIZE || kind == MANIFEST_NUMBERS)
        add_numbers(node, property, kind == MANIFEST_NUMBERS);
    else
        add_texts(node, property);
}

/* The depth is bounded by that of a blob that can be opened. */
static void add_all(struct tree_node *node, const struct schema_level *level,
                    const struct fdt_node *from)
{
    struct fdt_property property = {0};
    struct fdt_node child;

    while (fdt_next_property(from, &property)) {
        if (from->depth > 0 || strcmp(property.name, "compatible") != 0)
            add_property(node, level, &property);
    }
    for (bool more = fdt_first_child(from, &child); more; more = fdt_next_sibling(&child)) {
        const struct schema_level below = schema_below(level, fdt_name(&child));

        add_all(tree_add_node(node, fdt_name(&child), (struct place){0}), &below, &child);
    }
}

struct tree_node *tree_from_blob(const struct bytes *blob)
{
    const struct schema_level top = schema_top();
    struct tree_node *root = tree_new("", (struct place){0});
    struct fdt fdt;
    struct fdt_node node;

    if (fdt_open(&fdt, blob->data, blob->size) == FDT_OK) {
        fdt_root(&fdt, &node);
        add_all(root, &top, &node);
    }
    return root;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest as its writer wrote it: nodes and properties with the place that each came from.
 *
 * It is made from Lua, or from a compiled manifest that the reader has accepted, and written as
 * device tree source in the order of the schema.  A tree owns all that hangs on it.
 */
#ifndef CLI_TREE_H
#define CLI_TREE_H

#include "program.h"
#include <stdint.h>

/* Where a person wrote something; line 0: not known. */
struct place {
    const char *file; /* owned by whoever made the place */
    int line;
};

enum tree_value { TREE_FLAG, TREE_NUMBERS, TREE_TEXTS };

struct tree_property {
    struct tree_property *next;
    char *name;
    enum tree_value kind;
    uint32_t count;
    uint64_t *numbers;
    char **texts;
};

struct tree_node {
    struct tree_node *next;
    char *name; /* "" for the root */
    struct place place;
    struct tree_property *properties;
    struct tree_node *children;
};

struct tree_node *tree_new(const char *name, struct place place);
void tree_free(struct tree_node *node);

/* Added last; the node owns it. */
struct tree_node *tree_add_node(struct tree_node *parent, const char *name, struct place place);
struct tree_property *tree_add_property(struct tree_node *node, const char *name,
                                        enum tree_value kind);
void tree_add_number(struct tree_property *property, uint64_t number);
void tree_add_text(struct tree_property *property, const char *text);

struct tree_node *tree_find_node(const struct tree_node *parent, const char *name);
struct tree_property *tree_find_property(const struct tree_node *node, const char *name);

/* The children by their names. */
void tree_sort_nodes(struct tree_node *parent);
void tree_sort_properties(struct tree_node *node);

/* The tree of a compiled manifest that the reader has accepted. */
struct tree_node *tree_from_blob(const struct bytes *blob);

/*
 * The tree as source: one for each system, whatever order its writer chose, with what each
 * property means above the first of its kind.  `origin` is named at the top.  Sorts the tree's
 * lists that have no order.  To be freed.
 */
struct bytes tree_write(struct tree_node *root, const char *origin);

#endif

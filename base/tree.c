/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AVL tree: insertion, removal and stepping.
 *
 * A node leans to the side whose subtree is one level higher.  Inserting and removing change the
 * height along one path; walking up that path, each node's lean either absorbs the change or, where
 * it would lean by two, one or two rotations put it right.  Left and right are the indices 0 and 1,
 * so each case is written once for both.
 */
#include <base/tree.h>

static unsigned lean_of(const struct tree_node *node)
{
    return (unsigned)(node->parent_and_lean & TREE_LEAN_MASK);
}

static unsigned lean_towards(enum tree_side side)
{
    return side == TREE_LEFT ? TREE_LEANS_LEFT : TREE_LEANS_RIGHT;
}

static enum tree_side other_side(enum tree_side side)
{
    return side == TREE_LEFT ? TREE_RIGHT : TREE_LEFT;
}

static enum tree_side side_of(const struct tree_node *parent, const struct tree_node *child)
{
    return parent->child[TREE_LEFT] == child ? TREE_LEFT : TREE_RIGHT;
}

static void set_lean(struct tree_node *node, unsigned lean)
{
    node->parent_and_lean = (node->parent_and_lean & ~(word_t)TREE_LEAN_MASK) | lean;
}

static void set_parent(struct tree_node *node, struct tree_node *parent)
{
    node->parent_and_lean = (word_t)parent | lean_of(node);
}

/* Puts `heir`, which may be NULL, where `node` hangs; the heir's own pointers are not touched. */
static void replace_child(struct tree *tree, struct tree_node *node, struct tree_node *heir)
{
    struct tree_node *parent = tree_parent(node);

    if (parent == NULL)
        tree->root = heir;
    else
        parent->child[side_of(parent, node)] = heir;
}

/* Moves `node` down to `side`; the child from its other side takes its place. */
static void rotate(struct tree *tree, struct tree_node *node, enum tree_side side)
{
    struct tree_node *up = node->child[other_side(side)];
    struct tree_node *inner = up->child[side];

    replace_child(tree, node, up);
    set_parent(up, tree_parent(node));

    up->child[side] = node;
    set_parent(node, up);

    node->child[other_side(side)] = inner;
    if (inner != NULL)
        set_parent(inner, node);
}

/*
 * Mends `node`, which is two levels higher on `side`.  Returns the node now in its place; that one
 * leans only where the height is still what it was before the mending.
 */
static struct tree_node *rebalance(struct tree *tree, struct tree_node *node, enum tree_side side)
{
    enum tree_side other = other_side(side);
    struct tree_node *child = node->child[side];
    struct tree_node *top = child;
    unsigned lean;

    if (lean_of(child) == lean_towards(other)) {
        top = child->child[other];
        lean = lean_of(top);
        rotate(tree, child, side);
        rotate(tree, node, other);
        set_lean(node, lean == lean_towards(side) ? lean_towards(other) : TREE_EVEN);
        set_lean(child, lean == lean_towards(other) ? lean_towards(side) : TREE_EVEN);
        set_lean(top, TREE_EVEN);
        return top;
    }

    lean = lean_of(child);
    rotate(tree, node, other);
    set_lean(node, lean == TREE_EVEN ? lean_towards(side) : TREE_EVEN);
    set_lean(child, lean == TREE_EVEN ? lean_towards(other) : TREE_EVEN);
    return top;
}

/* The subtree of `parent` on `side` became one level higher. */
static void grown(struct tree *tree, struct tree_node *parent, enum tree_side side)
{
    while (parent != NULL) {
        struct tree_node *node = parent;

        if (lean_of(node) == lean_towards(side)) {
            rebalance(tree, node, side);
            return;
        }
        if (lean_of(node) != TREE_EVEN) {
            set_lean(node, TREE_EVEN);
            return;
        }
        set_lean(node, lean_towards(side));
        parent = tree_parent(node);
        if (parent != NULL)
            side = side_of(parent, node);
    }
}

/* The subtree of `parent` on `side` became one level lower. */
static void shrunk(struct tree *tree, struct tree_node *parent, enum tree_side side)
{
    while (parent != NULL) {
        struct tree_node *node = parent;

        if (lean_of(node) == lean_towards(side)) {
            set_lean(node, TREE_EVEN);
        } else if (lean_of(node) == TREE_EVEN) {
            set_lean(node, lean_towards(other_side(side)));
            return;
        } else {
            node = rebalance(tree, node, other_side(side));
            if (lean_of(node) != TREE_EVEN)
                return;
        }
        parent = tree_parent(node);
        if (parent != NULL)
            side = side_of(parent, node);
    }
}

void tree_link(struct tree *tree, struct tree_node *parent, enum tree_side side,
               struct tree_node *node)
{
    node->child[TREE_LEFT] = NULL;
    node->child[TREE_RIGHT] = NULL;
    node->parent_and_lean = (word_t)parent | TREE_EVEN;

    parent->child[side] = node;
    if (parent == tree->first && side == TREE_LEFT)
        tree->first = node;
    grown(tree, parent, side);
}

void tree_insert_general(struct tree *tree, struct tree_node *node, tree_before_fn *before)
{
    struct tree_node *parent = tree->root;
    enum tree_side side;

    for (;;) {
        side = before(node, parent) ? TREE_LEFT : TREE_RIGHT;
        if (parent->child[side] == NULL)
            break;
        parent = parent->child[side];
    }
    tree_link(tree, parent, side, node);
}

/* `heir`, no longer in the tree, becomes what `node` was. */
static void take_place(struct tree *tree, struct tree_node *node, struct tree_node *heir)
{
    replace_child(tree, node, heir);
    *heir = *node;
    for (unsigned side = TREE_LEFT; side <= TREE_RIGHT; side++) {
        if (heir->child[side] != NULL)
            set_parent(heir->child[side], heir);
    }
}

void tree_remove_general(struct tree *tree, struct tree_node *node)
{
    bool has_both = node->child[TREE_LEFT] != NULL && node->child[TREE_RIGHT] != NULL;
    struct tree_node *gone = has_both ? tree_next(node) : node; /* its place disappears */
    struct tree_node *child = gone->child[gone->child[TREE_LEFT] == NULL];
    struct tree_node *parent = tree_parent(gone);
    enum tree_side side = parent != NULL ? side_of(parent, gone) : TREE_LEFT;

    if (tree->first == node)
        tree->first = tree_next(node);

    replace_child(tree, gone, child);
    if (child != NULL)
        set_parent(child, parent);
    if (gone != node) {
        take_place(tree, node, gone);
        if (parent == node)
            parent = gone;
    }
    shrunk(tree, parent, side);
}

/* The node at the end of the path that always goes to `side`. */
static struct tree_node *outermost(struct tree_node *node, enum tree_side side)
{
    while (node->child[side] != NULL)
        node = node->child[side];
    return node;
}

static struct tree_node *neighbour(const struct tree_node *node, enum tree_side side)
{
    struct tree_node *parent;

    if (node->child[side] != NULL)
        return outermost(node->child[side], other_side(side));

    parent = tree_parent(node);
    while (parent != NULL && side_of(parent, node) == side) {
        node = parent;
        parent = tree_parent(node);
    }
    return parent;
}

struct tree_node *tree_last(const struct tree *tree)
{
    return tree->root == NULL ? NULL : outermost(tree->root, TREE_RIGHT);
}

struct tree_node *tree_next(const struct tree_node *node)
{
    return neighbour(node, TREE_RIGHT);
}

struct tree_node *tree_prev(const struct tree_node *node)
{
    return neighbour(node, TREE_LEFT);
}

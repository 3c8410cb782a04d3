/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive balanced search tree (AVL) of three words a node.
 *
 * The nodes carry no key: the caller gives a comparison, or walks down itself and says where the
 * new node goes.  Equal elements keep the order in which they came, so a tree is also a priority
 * queue with first-come-first-served.  Every operation is bounded by the height, at most
 * 1.44 log2(n); the first element is at hand without a search; the tree of one element, which is
 * what a queue nearly always is, is handled inline.  The tree owns nothing and never allocates.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <base/compiler.h>
#include <base/types.h>

enum tree_side { TREE_LEFT, TREE_RIGHT };

/* How a node leans, in the low bits of its parent pointer. */
enum { TREE_EVEN, TREE_LEANS_LEFT, TREE_LEANS_RIGHT, TREE_LEAN_MASK = 3 };

struct tree_node {
    struct tree_node *child[2]; /* by enum tree_side */
    word_t parent_and_lean;
};

static_assert(sizeof(struct tree_node) == 3 * sizeof(word_t), "three words a node");
static_assert(_Alignof(struct tree_node) > TREE_LEAN_MASK, "room for the lean in a pointer");

struct tree {
    struct tree_node *root;
    struct tree_node *first;
};

/* `a` sorts strictly before `b`. */
typedef bool tree_before_fn(const struct tree_node *a, const struct tree_node *b);

/* The general cases of the inline functions below; not called directly. */
void tree_link(struct tree *tree, struct tree_node *parent, enum tree_side side,
               struct tree_node *node);
void tree_insert_general(struct tree *tree, struct tree_node *node, tree_before_fn *before);
void tree_remove_general(struct tree *tree, struct tree_node *node);

static inline void tree_init(struct tree *tree)
{
    tree->root = NULL;
    tree->first = NULL;
}

static inline bool tree_is_empty(const struct tree *tree)
{
    return tree->root == NULL;
}

static inline struct tree_node *tree_parent(const struct tree_node *node)
{
    return (struct tree_node *)(node->parent_and_lean & ~(word_t)TREE_LEAN_MASK);
}

ALWAYS_INLINE void tree_insert_only(struct tree *tree, struct tree_node *node)
{
    node->child[TREE_LEFT] = NULL;
    node->child[TREE_RIGHT] = NULL;
    node->parent_and_lean = TREE_EVEN;
    tree->root = node;
    tree->first = node;
}

/* Inserts `node` behind all elements that it does not sort before. */
static inline void tree_insert(struct tree *tree, struct tree_node *node, tree_before_fn *before)
{
    if (likely(tree->root == NULL))
        tree_insert_only(tree, node);
    else
        tree_insert_general(tree, node, before);
}

/*
 * Inserts `node` as the child of `parent` on `side`, where there is none yet.  For callers that
 * walked down from tree->root themselves; `parent` is NULL, and `side` ignored, in an empty tree.
 */
static inline void tree_insert_at(struct tree *tree, struct tree_node *parent, enum tree_side side,
                                  struct tree_node *node)
{
    if (likely(parent == NULL))
        tree_insert_only(tree, node);
    else
        tree_link(tree, parent, side, node);
}

/* Removes `node`, which must be in `tree`.  Its memory is the caller's again. */
static inline void tree_remove(struct tree *tree, struct tree_node *node)
{
    bool is_only = tree->root == node && tree->first == node && node->child[TREE_RIGHT] == NULL;

    if (likely(is_only))
        tree_init(tree);
    else
        tree_remove_general(tree, node);
}

/* First, last, next and previous element in order, or NULL where there is none. */
static inline struct tree_node *tree_first(const struct tree *tree)
{
    return tree->first;
}

struct tree_node *tree_last(const struct tree *tree);
struct tree_node *tree_next(const struct tree_node *node);
struct tree_node *tree_prev(const struct tree_node *node);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of pointers, and the nodes of the model's derivation tree.
 */
#ifndef TESTS_RANDOM_MODEL_TREE_H
#define TESTS_RANDOM_MODEL_TREE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t u64;

/* ---- lists of pointers, in order ---- */

struct list {
    void **item;
    unsigned count;
    unsigned room;
};

void m_list_insert(struct list *list, unsigned at, void *item);
void m_list_append(struct list *list, void *item);
void m_list_remove(struct list *list, const void *item);         /* which may be missing */
unsigned m_list_find(const struct list *list, const void *item); /* count: not there */

/* ---- the derivation tree ---- */

enum node_kind { NODE_CAP, NODE_ANCHOR, NODE_MAPPING, NODE_TOP };

struct object;

struct node {
    enum node_kind kind;
    struct node *parent;
    struct list children;

    /* a capability */
    struct object
        *holder;    /* chunk, thread, interrupt or timer it is in; NULL: the kernel's watch */
    unsigned index; /* slot in it */
    unsigned type;
    unsigned rights; /* of a mapping: the most it may be given */
    bool is_owner;
    bool is_session;
    bool is_closed;
    bool is_making;
    struct object *object; /* of an anchor: the object itself; of a mapping: the space */
    u64 badge;
    u64 base; /* frame, mapping: physical address */
    u64 pages;
    bool is_device;

    /* a mapping */
    u64 address;
    unsigned attributes;
};

#endif

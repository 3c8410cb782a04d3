/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive circular doubly linked list.
 *
 * The list is a node like its elements, so inserting and removing have no special cases and a node
 * can leave without knowing its list.  A removed node points to itself: removing it again is
 * harmless and list_is_linked tells.  It owns nothing and is not meant for sorted data (tree.h).
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <base/types.h>

struct list_node {
    struct list_node *next;
    struct list_node *prev;
};

struct list {
    struct list_node ends; /* ends.next is the first element, ends.prev the last */
};

static inline void list_node_init(struct list_node *node)
{
    node->next = node;
    node->prev = node;
}

static inline void list_init(struct list *list)
{
    list_node_init(&list->ends);
}

static inline bool list_is_linked(const struct list_node *node)
{
    return node->next != node;
}

static inline bool list_is_empty(const struct list *list)
{
    return !list_is_linked(&list->ends);
}

static inline void list_insert_before(struct list_node *place, struct list_node *node)
{
    node->next = place;
    node->prev = place->prev;
    place->prev->next = node;
    place->prev = node;
}

static inline void list_insert_after(struct list_node *place, struct list_node *node)
{
    list_insert_before(place->next, node);
}

static inline void list_push_front(struct list *list, struct list_node *node)
{
    list_insert_after(&list->ends, node);
}

static inline void list_push_back(struct list *list, struct list_node *node)
{
    list_insert_before(&list->ends, node);
}

/* Takes a node out that is going into a list again at once: its own links are left as they were. */
static inline void list_unlink(struct list_node *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
}

static inline void list_remove(struct list_node *node)
{
    list_unlink(node);
    list_node_init(node);
}

/* First, last, next and previous element, or NULL where there is none. */
static inline struct list_node *list_first(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->ends.next;
}

static inline struct list_node *list_last(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->ends.prev;
}

static inline struct list_node *list_next(const struct list *list, const struct list_node *node)
{
    return node->next == &list->ends ? NULL : node->next;
}

static inline struct list_node *list_prev(const struct list *list, const struct list_node *node)
{
    return node->prev == &list->ends ? NULL : node->prev;
}

/* Takes the first element off the list, or returns NULL. */
static inline struct list_node *list_pop_front(struct list *list)
{
    struct list_node *node = list_first(list);

    if (node != NULL)
        list_remove(node);
    return node;
}

/* Moves all elements of `from`, in order, to the end of `list`; `from` is empty afterwards. */
static inline void list_append(struct list *list, struct list *from)
{
    if (list_is_empty(from))
        return;
    from->ends.next->prev = list->ends.prev;
    list->ends.prev->next = from->ends.next;
    from->ends.prev->next = &list->ends;
    list->ends.prev = from->ends.prev;
    list_init(from);
}

#endif

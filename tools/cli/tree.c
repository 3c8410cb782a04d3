/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building trees, looking into them, and sorting their lists.
 */
#include "tree.h"
#include <stdlib.h>
#include <string.h>

struct tree_node *tree_new(const char *name, struct place place)
{
    struct tree_node *node = allocate(sizeof(*node));

    *node = (struct tree_node){.name = copy_text(name), .place = place};
    return node;
}

static void free_property(struct tree_property *property)
{
    for (uint32_t i = 0; property->texts != NULL && i < property->count; i++)
        free(property->texts[i]);
    free(property->texts);
    free(property->numbers);
    free(property->name);
    free(property);
}

void tree_free(struct tree_node *node)
{
    if (node == NULL)
        return;
    while (node->properties != NULL) {
        struct tree_property *next = node->properties->next;

        free_property(node->properties);
        node->properties = next;
    }
    while (node->children != NULL) {
        struct tree_node *next = node->children->next;

        tree_free(node->children);
        node->children = next;
    }
    free(node->name);
    free(node);
}

struct tree_node *tree_add_node(struct tree_node *parent, const char *name, struct place place)
{
    struct tree_node **end = &parent->children;

    while (*end != NULL)
        end = &(*end)->next;
    *end = tree_new(name, place);
    return *end;
}

struct tree_property *tree_add_property(struct tree_node *node, const char *name,
                                        enum tree_value kind)
{
    struct tree_property **end = &node->properties;

    while (*end != NULL)
        end = &(*end)->next;
    *end = allocate(sizeof(**end));
    **end = (struct tree_property){.name = copy_text(name), .kind = kind};
    return *end;
}

void tree_add_number(struct tree_property *property, uint64_t number)
{
    property->numbers =
        resize(property->numbers, (property->count + 1) * sizeof(*property->numbers));
    property->numbers[property->count++] = number;
}

void tree_add_text(struct tree_property *property, const char *text)
{
    property->texts = resize(property->texts, (property->count + 1) * sizeof(*property->texts));
    property->texts[property->count++] = copy_text(text);
}

struct tree_node *tree_find_node(const struct tree_node *parent, const char *name)
{
    struct tree_node *node = parent->children;

    while (node != NULL && strcmp(node->name, name) != 0)
        node = node->next;
    return node;
}

struct tree_property *tree_find_property(const struct tree_node *node, const char *name)
{
    struct tree_property *property = node->properties;

    while (property != NULL && strcmp(property->name, name) != 0)
        property = property->next;
    return property;
}

/* Insertion: the lists are short, and equal names keep their order. */
void tree_sort_nodes(struct tree_node *parent)
{
    struct tree_node *sorted = NULL;

    while (parent->children != NULL) {
        struct tree_node *node = parent->children;
        struct tree_node **at = &sorted;

        parent->children = node->next;
        while (*at != NULL && strcmp((*at)->name, node->name) <= 0)
            at = &(*at)->next;
        node->next = *at;
        *at = node;
    }
    parent->children = sorted;
}

void tree_sort_properties(struct tree_node *node)
{
    struct tree_property *sorted = NULL;

    while (node->properties != NULL) {
        struct tree_property *property = node->properties;
        struct tree_property **at = &sorted;

        node->properties = property->next;
        while (*at != NULL && strcmp((*at)->name, property->name) <= 0)
            at = &(*at)->next;
        property->next = *at;
        *at = property;
    }
    node->properties = sorted;
}

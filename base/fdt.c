/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking a checked device tree: nodes, properties, values.
 *
 * A node is known by the offset of its token.  Nothing here tests bounds of the blob: fdt_open did.
 * What is tested are indices and sizes that the caller or the tree's author chose.
 */
#include "fdt_format.h"

static uint32_t node_offset(const struct fdt_node *node)
{
    return node->path[node->depth];
}

static uint32_t skip_nops(const struct fdt *fdt, uint32_t at)
{
    while (fdt_load_at(fdt, at) == FDT_NOP)
        at += FDT_TOKEN_BYTES;
    return at;
}

/* The token behind the node's properties: its first child's, or its own end. */
static uint32_t after_properties(const struct fdt *fdt, uint32_t node)
{
    uint32_t at = skip_nops(fdt, fdt_after_name(fdt, node));

    while (fdt_load_at(fdt, at) == FDT_PROP)
        at = skip_nops(fdt, fdt_after_property(fdt, at));
    return at;
}

void fdt_root(const struct fdt *fdt, struct fdt_node *node)
{
    node->fdt = fdt;
    node->depth = 0;
    node->path[0] = fdt->root;
}

bool fdt_next(struct fdt_node *node)
{
    const struct fdt *fdt = node->fdt;
    uint32_t at = after_properties(fdt, node_offset(node));
    uint32_t depth = node->depth + 1;

    while (fdt_load_at(fdt, at) == FDT_END_NODE) {
        depth--;
        if (depth == 0)
            return false;
        at = skip_nops(fdt, at + FDT_TOKEN_BYTES);
    }
    node->depth = depth;
    node->path[depth] = at;
    return true;
}

bool fdt_first_child(const struct fdt_node *node, struct fdt_node *child)
{
    uint32_t at = after_properties(node->fdt, node_offset(node));

    if (fdt_load_at(node->fdt, at) != FDT_BEGIN_NODE)
        return false;
    *child = *node;
    child->depth++;
    child->path[child->depth] = at;
    return true;
}

bool fdt_next_sibling(struct fdt_node *node)
{
    struct fdt_node next = *node;

    while (fdt_next(&next) && next.depth >= node->depth) {
        if (next.depth > node->depth)
            continue;
        *node = next;
        return true;
    }
    return false;
}

bool fdt_parent(const struct fdt_node *node, struct fdt_node *parent)
{
    if (node->depth == 0)
        return false;
    *parent = *node;
    parent->depth--;
    return true;
}

const char *fdt_name(const struct fdt_node *node)
{
    return fdt_name_at(node->fdt, node_offset(node));
}

static bool name_is(const struct fdt_node *node, const char *name, size_t length)
{
    const char *own = fdt_name(node);
    size_t i = 0;

    while (i < length && own[i] != '\0' && own[i] == name[i])
        i++;
    return i == length && (own[i] == '\0' || own[i] == '@');
}

bool fdt_name_is(const struct fdt_node *node, const char *name)
{
    return name_is(node, name, str_length(name));
}

static bool find_child(const struct fdt_node *node, const char *name, size_t length,
                       struct fdt_node *child)
{
    struct fdt_node next;

    for (bool more = fdt_first_child(node, &next); more; more = fdt_next_sibling(&next)) {
        if (name_is(&next, name, length)) {
            *child = next;
            return true;
        }
    }
    return false;
}

bool fdt_find_child(const struct fdt_node *node, const char *name, struct fdt_node *child)
{
    return find_child(node, name, str_length(name), child);
}

bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node)
{
    struct fdt_node found;

    if (*path != '/')
        return false;
    fdt_root(fdt, &found);
    while (*path == '/') {
        size_t length = 0;

        path++;
        while (path[length] != '\0' && path[length] != '/' && path[length] != ':')
            length++;
        if (length > 0 && !find_child(&found, path, length, &found))
            return false;
        path += length;
    }
    *node = found;
    return true;
}

bool fdt_find_phandle(const struct fdt *fdt, uint32_t phandle, struct fdt_node *node)
{
    struct fdt_node next;
    uint32_t value;

    fdt_root(fdt, &next);
    do {
        if (fdt_read_u32(&next, "phandle", &value) && value == phandle) {
            *node = next;
            return true;
        }
    } while (fdt_next(&next));
    return false;
}

bool fdt_is_compatible(const struct fdt_node *node, const char *compatible)
{
    struct fdt_property property;
    uint32_t at = 0;

    if (!fdt_find_property(node, "compatible", &property))
        return false;
    while (at < property.size) {
        const char *text = (const char *)property.value + at;
        uint32_t length = (uint32_t)str_length_bounded(text, property.size - at);

        if (str_equal_bounded(text, length, compatible))
            return true;
        at += length + 1;
    }
    return false;
}

bool fdt_next_compatible(struct fdt_node *node, const char *compatible)
{
    struct fdt_node next = *node;

    while (fdt_next(&next)) {
        if (fdt_is_compatible(&next, compatible)) {
            *node = next;
            return true;
        }
    }
    return false;
}

bool fdt_is_enabled(const struct fdt_node *node)
{
    struct fdt_property property;
    const char *status;

    if (!fdt_find_property(node, "status", &property))
        return true;
    return fdt_string(&property, 0, &status) &&
           (str_equal(status, "okay") || str_equal(status, "ok"));
}

static bool property_at(const struct fdt *fdt, uint32_t at, struct fdt_property *property)
{
    at = skip_nops(fdt, at);
    if (fdt_load_at(fdt, at) != FDT_PROP)
        return false;
    property->size = fdt_load_at(fdt, at + 4);
    property->name = (const char *)fdt->blob + fdt->strings + fdt_load_at(fdt, at + 8);
    property->value = fdt->blob + at + FDT_PROP_BYTES;
    property->next = fdt_after_property(fdt, at);
    return true;
}

bool fdt_next_property(const struct fdt_node *node, struct fdt_property *property)
{
    uint32_t at = property->next;

    if (at == 0)
        at = fdt_after_name(node->fdt, node_offset(node));
    return property_at(node->fdt, at, property);
}

bool fdt_find_property(const struct fdt_node *node, const char *name,
                       struct fdt_property *property)
{
    struct fdt_property next = {0};

    while (fdt_next_property(node, &next)) {
        if (str_equal(next.name, name)) {
            *property = next;
            return true;
        }
    }
    return false;
}

uint32_t fdt_cell_count(const struct fdt_property *property)
{
    return property->size / 4;
}

bool fdt_cell(const struct fdt_property *property, uint32_t index, uint32_t *value)
{
    if (index >= fdt_cell_count(property))
        return false;
    *value = fdt_load(property->value + (size_t)index * 4);
    return true;
}

bool fdt_cells(const struct fdt_property *property, uint32_t index, uint32_t count,
               uint64_t *value)
{
    uint32_t available = fdt_cell_count(property);
    uint64_t number = 0;

    if (count > 2 || index > available || count > available - index)
        return false;
    for (uint32_t i = 0; i < count; i++)
        number = number << 32 | fdt_load(property->value + ((size_t)index + i) * 4);
    *value = number;
    return true;
}

bool fdt_string(const struct fdt_property *property, uint32_t index, const char **text)
{
    const char *string = (const char *)property->value;
    size_t left = property->size;

    for (;;) {
        size_t length = str_length_bounded(string, left);

        if (length == left)
            return false;
        if (index == 0)
            break;
        index--;
        string += length + 1;
        left -= length + 1;
    }
    *text = string;
    return true;
}

bool fdt_read_u32(const struct fdt_node *node, const char *name, uint32_t *value)
{
    struct fdt_property property;

    return fdt_find_property(node, name, &property) && property.size == 4 &&
           fdt_cell(&property, 0, value);
}

bool fdt_read_u64(const struct fdt_node *node, const char *name, uint64_t *value)
{
    struct fdt_property property;

    return fdt_find_property(node, name, &property) &&
           (property.size == 4 || property.size == 8) &&
           fdt_cells(&property, 0, fdt_cell_count(&property), value);
}

bool fdt_read_string(const struct fdt_node *node, const char *name, const char **text)
{
    struct fdt_property property;

    return fdt_find_property(node, name, &property) && fdt_string(&property, 0, text);
}

bool fdt_inherited_u32(const struct fdt_node *node, const char *name, uint32_t *value)
{
    struct fdt_node at = *node;

    do {
        if (fdt_read_u32(&at, name, value))
            return true;
    } while (fdt_parent(&at, &at));
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes, by the tables: which ones may stand where, and how often.  The depth of the recursion is
 * that of the tables: system, component, part, record.
 */
#include "read.h"

/* A row of tables with the struct that they fill. */
struct record {
    const struct manifest_member *members;
    uint32_t count;
    char *base;
};

static void read_members(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct record *record);

static const struct manifest_member *find_property(const struct record *record, const char *name)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const struct manifest_member *member = &record->members[i];

        if (manifest_is_property(member) && str_equal(member->name, name))
            return member;
    }
    return NULL;
}

/* The member that a child node belongs to. */
static const struct manifest_member *find_node(const struct record *record, const char *name)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const struct manifest_member *member = &record->members[i];

        if (manifest_is_node(member) &&
            (str_equal(member->name, name) || str_equal(member->name, ".")))
            return member;
    }
    return NULL;
}

/* A property that the tables have, once: a second one would be ignored. */
static void check_property(struct manifest_reader *reader, const struct fdt_node *node,
                           const struct record *record, const struct fdt_property *property)
{
    bool is_version = node->depth == 0 && str_equal(property->name, "compatible");
    struct fdt_property first;

    if (!is_version && find_property(record, property->name) == NULL)
        manifest_refuse(reader, node, property->name,
                        "is not a property of this node: remove or correct it");
    else if (fdt_find_property(node, property->name, &first) && first.next != property->next)
        manifest_refuse(reader, node, property->name, "stands there twice: remove one");
}

static void check_child(struct manifest_reader *reader, const struct fdt_node *node,
                        const struct record *record, const struct fdt_node *child)
{
    const struct manifest_member *member = find_node(record, fdt_name(child));
    struct fdt_node first;

    if (member == NULL && node->depth == 0 && fdt_name_is(child, "dir_access_control"))
        manifest_refuse(reader, child, NULL,
                        "is an older form: move it into a node of msg_servers");
    else if (member == NULL)
        manifest_refuse(reader, child, NULL,
                        "is not a node that may stand here: remove or correct it");
    else if (fdt_find_child(node, member->name, &first) &&
             first.path[first.depth] != child->path[child->depth])
        manifest_refuse(reader, child, NULL, "stands there twice: remove one");
}

/* What is not in the tables is refused; `has_elements` when its children are its list's. */
static void check_known(struct manifest_reader *reader, const struct fdt_node *node,
                        const struct record *record, bool has_elements)
{
    struct fdt_property property = {0};
    struct fdt_node child;

    while (fdt_next_property(node, &property))
        check_property(reader, node, record, &property);
    if (has_elements)
        return;
    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child))
        check_child(reader, node, record, &child);
}

/* The next element of the array that all records of a kind lie in; null when it is full. */
static char *take_element(struct manifest_reader *reader, const struct fdt_node *node,
                          const struct manifest_shape *shape)
{
    char *manifest = (char *)reader->manifest;
    uint32_t *used = manifest_field(manifest, shape->array_counter);

    if (*used == shape->array_most) {
        manifest_refuse(reader, node, NULL, "is one too many in the manifest: at most %u",
                        shape->array_most);
        return NULL;
    }
    return manifest + shape->array + shape->bytes * (*used)++;
}

static bool is_name_good(const char *name)
{
    for (; *name != '\0'; name++) {
        bool is_letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');

        if (!is_letter && (*name < '0' || *name > '9') && *name != '-' && *name != '_')
            return false;
    }
    return true;
}

/* No two components have one name, nor two records of a list. */
static void check_unique(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct manifest_shape *shape, const char *first, const char *element)
{
    uint32_t field = shape->members[0].field;
    const char *name = *(const char *const *)(const void *)(element + field);

    if (shape == &manifest_component_shape)
        first = (const char *)reader->manifest + shape->array;
    for (; first < element; first += shape->bytes) {
        if (str_equal(*(const char *const *)(const void *)(first + field), name))
            manifest_refuse(reader, node, NULL, "has another's name: rename one");
    }
}

static void read_name(struct manifest_reader *reader, const struct fdt_node *node,
                      const struct manifest_member *member, const char *name, char *base)
{
    if (str_length(name) > member->most)
        manifest_refuse(reader, node, NULL, "has too long a name: at most %u bytes",
                        (uint32_t)member->most);
    else if (!is_name_good(name))
        manifest_refuse(reader, node, NULL,
                        "has a strange name: use letters, digits, - and _ alone");
    *(const char **)manifest_field(base, member->field) = name;
}

static void read_component_name(struct manifest_reader *reader, const struct fdt_node *node,
                                const struct manifest_member *member, char *base)
{
    uint32_t *component = manifest_field(base, member->field);

    *component = manifest_find(reader->manifest, fdt_name(node));
    if (*component == MANIFEST_NONE)
        manifest_refuse(reader, node, NULL, "is no component: correct or remove it");
}

/* An element's node; `is_self` when its children are elements themselves. */
static void read_element(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct manifest_shape *shape, bool is_self, const char *list,
                         char *element)
{
    const struct manifest_member *first = &shape->members[0];
    const struct record record = {shape->members, shape->count, element};

    if (reader->pass == PASS_VALUES && first->kind == MANIFEST_NAMED) {
        read_name(reader, node, first, is_self ? "" : fdt_name(node), element);
        check_unique(reader, node, shape, list, element);
    }
    if (reader->pass == PASS_NAMES && first->kind == MANIFEST_COMPONENT)
        read_component_name(reader, node, first, element);
    if (reader->pass == PASS_VALUES)
        check_known(reader, node, &record, is_self);
    read_members(reader, node, &record);
}

/* In the second pass the elements are there already, in the order of the nodes. */
static void read_list_element(struct manifest_reader *reader, const struct fdt_node *node,
                              const struct manifest_member *member, bool is_self, char *base)
{
    const struct manifest_shape *shape = member->shape;
    char **list = manifest_field(base, member->field);
    uint32_t *count = manifest_field(base, member->counter);
    char *element = *list != NULL ? *list + (size_t)*count * shape->bytes : NULL;

    if (*count == member->count) {
        manifest_refuse(reader, node, NULL, "is one too many: at most %u", member->count);
        return;
    }
    if (reader->pass == PASS_VALUES) {
        element = take_element(reader, node, shape);
        if (element == NULL)
            return;
        if (*list == NULL)
            *list = element;
    }
    (*count)++;
    read_element(reader, node, shape, is_self, *list, element);
}

static void read_list(struct manifest_reader *reader, const struct fdt_node *node,
                      const struct manifest_member *member, char *base)
{
    uint32_t *count = manifest_field(base, member->counter);
    bool has_self = member->kind == MANIFEST_LIST_OF_SELF;
    struct fdt_node child;

    *count = 0;
    if (has_self &&
        (fdt_next_property(node, &(struct fdt_property){0}) || !fdt_first_child(node, &child)))
        read_list_element(reader, node, member, true, base);
    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child))
        read_list_element(reader, &child, member, false, base);
    if (*count == 0 && reader->pass == PASS_VALUES && !str_equal(member->name, "."))
        manifest_refuse(reader, node, NULL, "is empty: add what belongs into it, or remove it");
}

/* Each property names a component, and lists some. */
static void read_lists_by_name(struct manifest_reader *reader, const struct fdt_node *node,
                               const struct manifest_member *member)
{
    struct fdt_property property = {0};

    if (reader->pass != PASS_NAMES)
        return;
    while (fdt_next_property(node, &property)) {
        uint32_t index = manifest_find(reader->manifest, property.name);
        char *base = (char *)reader->manifest->components;
        struct fdt_property first;

        if (index == MANIFEST_NONE) {
            manifest_refuse(reader, node, property.name, "is no component: correct or remove it");
            continue;
        }
        if (fdt_find_property(node, property.name, &first) && first.next != property.next)
            manifest_refuse(reader, node, property.name, "stands there twice: remove one");
        base += sizeof(struct manifest_component) * index;
        manifest_read_references(reader, node, &property, MANIFEST_COMPONENTS_MAX,
                                 manifest_field(base, member->field),
                                 manifest_field(base, member->counter));
    }
}

/* A part that is not there leaves its members as if nothing stood in it. */
static void read_part(struct manifest_reader *reader, const struct fdt_node *node,
                      const struct manifest_member *member, char *base)
{
    const struct record record = {member->members, member->count, base};

    if (member->has_field)
        *(bool *)manifest_field(base, member->field) = true;
    if (reader->pass == PASS_VALUES)
        check_known(reader, node, &record, false);
    read_members(reader, node, &record);
}

/* A list has no properties of its own, and what has names of its own no nodes. */
static void check_plain(struct manifest_reader *reader, const struct fdt_node *node,
                        const struct manifest_member *member)
{
    bool is_by_name =
        member->kind == MANIFEST_TEXTS_BY_NAME || member->kind == MANIFEST_LISTS_BY_NAME;
    const struct record none = {NULL, 0, NULL};
    struct fdt_property property = {0};
    struct fdt_node child;

    while (member->kind == MANIFEST_LIST && fdt_next_property(node, &property))
        check_property(reader, node, &none, &property);
    for (bool more = is_by_name && fdt_first_child(node, &child); more;
         more = fdt_next_sibling(&child))
        check_child(reader, node, &none, &child);
}

static void read_node(struct manifest_reader *reader, const struct fdt_node *parent,
                      const struct manifest_member *member, char *base)
{
    struct fdt_node node;

    if (str_equal(member->name, ".")) {
        read_list(reader, parent, member, base);
        return;
    }
    if (!fdt_find_child(parent, member->name, &node)) {
        if (member->is_required && reader->pass == PASS_VALUES)
            manifest_refuse(reader, parent, member->name, "is missing: add the node");
        return;
    }
    if (reader->pass == PASS_VALUES)
        check_plain(reader, &node, member);
    switch (member->kind) {
    case MANIFEST_LIST:
    case MANIFEST_LIST_OF_SELF: read_list(reader, &node, member, base); break;
    case MANIFEST_TEXTS_BY_NAME: manifest_read_texts_by_name(reader, &node, member, base); break;
    case MANIFEST_LISTS_BY_NAME: read_lists_by_name(reader, &node, member); break;
    default: read_part(reader, &node, member, base);
    }
}

static void read_members(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct record *record)
{
    for (uint32_t i = 0; i < record->count; i++) {
        const struct manifest_member *member = &record->members[i];

        if (manifest_is_node(member))
            read_node(reader, node, member, record->base);
        else if (manifest_is_property(member))
            manifest_read_property(reader, node, member, record->base);
    }
}

void manifest_read_system(struct manifest_reader *reader, const struct fdt_node *root)
{
    const struct record record = {manifest_system_shape.members, manifest_system_shape.count,
                                  (char *)reader->manifest};

    if (reader->pass == PASS_VALUES)
        check_known(reader, root, &record, false);
    read_members(reader, root, &record);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What components are to each other: message servers, access to protocols, supervision.
 */
#include "read.h"

bool manifest_read_names(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct fdt_property *property, uint32_t length, const char **names,
                         uint32_t max, uint32_t *count)
{
    const char *text;

    for (*count = 0; fdt_string(property, *count, &text); (*count)++) {
        if (*count == max)
            return manifest_refuse_name(reader, node, property->name, text, "is one too many");
        if (text[0] == '\0' || str_length(text) > length)
            return manifest_refuse_name(reader, node, property->name, text,
                                        "is empty or too long: shorten it");
        names[*count] = text;
    }
    if (*count == 0)
        return manifest_refuse(reader, node, property->name, "is not a list of texts");
    return true;
}

bool manifest_read_components(struct manifest_reader *reader, const struct fdt_node *node,
                              const struct fdt_property *property,
                              uint32_t list[MANIFEST_COMPONENTS_MAX], uint32_t *count)
{
    const char *names[MANIFEST_COMPONENTS_MAX];
    manifest_set_t seen = 0;

    if (!manifest_read_names(reader, node, property, MANIFEST_NAME_MAX, names,
                             MANIFEST_COMPONENTS_MAX, count))
        return false;
    for (uint32_t i = 0; i < *count; i++) {
        uint32_t found = manifest_find(reader->manifest, names[i]);

        if (found == MANIFEST_NONE)
            return manifest_refuse_name(reader, node, property->name, names[i],
                                        "is no component: correct or remove it");
        if (seen >> found & 1)
            return manifest_refuse_name(reader, node, property->name, names[i],
                                        "stands there twice: remove one");
        seen |= UINT32_C(1) << found;
        list[i] = found;
    }
    return true;
}

bool manifest_read_servers(struct manifest_reader *reader, const struct fdt_node *node,
                           struct manifest_component *component)
{
    uint32_t list[MANIFEST_COMPONENTS_MAX];
    struct fdt_property property;

    if (!fdt_find_property(node, "msg_servers", &property))
        return true;
    if (!manifest_read_components(reader, node, &property, list, &component->server_count))
        return false;
    if (component->server_count > MANIFEST_SERVERS_MAX)
        return manifest_refuse(reader, node, "msg_servers", "lists too many: at most 4");
    for (uint32_t i = 0; i < component->server_count; i++) {
        const struct manifest_component *server = &reader->manifest->components[list[i]];

        if (!server->is_message_server || component->is_message_server)
            return manifest_refuse_name(reader, node, "msg_servers", server->name,
                                        "cannot be its message server: list nodes of msg_servers");
        component->servers[i] = list[i];
    }
    return true;
}

bool manifest_read_installer(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component)
{
    const char *name;

    if (component->image_bytes_max == 0)
        return true;
    if (!fdt_read_string(node, "installer", &name))
        return manifest_refuse(reader, node, "installer", "is not a text");
    component->installer = manifest_find(reader->manifest, name);
    if (component->installer == MANIFEST_NONE ||
        !reader->manifest->components[component->installer].may_control)
        return manifest_refuse_name(reader, node, "installer", name,
                                    "cannot install: name a component that has control");
    return true;
}

/* The components that a property lists; every one of them must have `server` in its own list. */
static bool read_set(struct manifest_reader *reader, const struct fdt_node *node, const char *name,
                     uint32_t server, manifest_set_t *set)
{
    uint32_t list[MANIFEST_COMPONENTS_MAX];
    struct fdt_property property;
    uint32_t count;

    if (!fdt_find_property(node, name, &property))
        return manifest_refuse(reader, node, name, "is missing: nobody could use the protocol");
    if (!manifest_read_components(reader, node, &property, list, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct manifest_component *component = &reader->manifest->components[list[i]];
        bool is_client = false;

        for (uint32_t s = 0; s < component->server_count; s++)
            is_client = is_client || component->servers[s] == server;
        if (!is_client)
            return manifest_refuse_name(reader, node, name, component->name,
                                        "does not talk to this server: add it to its msg_servers");
        *set |= UINT32_C(1) << list[i];
    }
    return true;
}

static bool read_rule(struct manifest_reader *reader, const struct fdt_node *node, uint32_t server,
                      struct manifest_access *access)
{
    struct fdt_property property = {0};

    *access = (struct manifest_access){.protocol = fdt_name(node)};
    if (str_length(access->protocol) > MANIFEST_PROTOCOL_MAX)
        return manifest_refuse(reader, node, NULL, "has too long a name: at most 31 bytes");
    while (fdt_next_property(node, &property)) {
        if (!str_equal(property.name, "publish") && !str_equal(property.name, "request"))
            return manifest_refuse(reader, node, property.name,
                                   "is no permission: use publish and request");
    }
    return read_set(reader, node, "publish", server, &access->publish) &&
           read_set(reader, node, "request", server, &access->request);
}

bool manifest_read_access(struct manifest_reader *reader, const struct fdt_node *node,
                          struct manifest_component *component)
{
    uint32_t index = (uint32_t)(component - reader->manifest->components);
    struct fdt_node matrix, rule;

    if (!fdt_find_child(node, "dir_access_control", &matrix))
        return component->is_message_server
                   ? manifest_refuse(reader, node, "dir_access_control",
                                     "is missing: say who may publish and request what")
                   : true;
    if (!component->is_message_server)
        return manifest_refuse(reader, &matrix, NULL, "belongs into a node of msg_servers");
    for (bool more = fdt_first_child(&matrix, &rule); more; more = fdt_next_sibling(&rule)) {
        if (component->access_count == MANIFEST_ACCESS_MAX)
            return manifest_refuse(reader, &rule, NULL, "is one too many: at most 24 protocols");
        if (!read_rule(reader, &rule, index, &component->access[component->access_count++]))
            return false;
    }
    return true;
}

/* A component that depends on itself, through however many others, could never be restarted. */
static uint32_t find_cycle(const struct manifest *manifest)
{
    manifest_set_t reached[MANIFEST_COMPONENTS_MAX] = {0};
    uint32_t count = manifest->component_count;

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t d = 0; d < manifest->components[i].dependant_count; d++)
            reached[i] |= UINT32_C(1) << manifest->components[i].dependants[d];
    }
    for (uint32_t via = 0; via < count; via++) {
        for (uint32_t i = 0; i < count; i++)
            reached[i] |= reached[i] >> via & 1 ? reached[via] : 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (reached[i] >> i & 1)
            return i;
    }
    return MANIFEST_NONE;
}

bool manifest_read_supervision(struct manifest_reader *reader, const struct fdt_node *node)
{
    struct manifest *manifest = reader->manifest;
    struct fdt_property property = {0};
    uint32_t cycle;

    while (fdt_next_property(node, &property)) {
        uint32_t index = manifest_find(manifest, property.name);
        struct manifest_component *component;

        if (index == MANIFEST_NONE)
            return manifest_refuse(reader, node, property.name,
                                   "is no component: correct or remove it");
        component = &manifest->components[index];
        if (!manifest_read_components(reader, node, &property, component->dependants,
                                      &component->dependant_count))
            return false;
    }
    cycle = find_cycle(manifest);
    if (cycle != MANIFEST_NONE)
        return manifest_refuse(reader, node, manifest->components[cycle].name,
                               "depends on itself: break the cycle");
    return true;
}

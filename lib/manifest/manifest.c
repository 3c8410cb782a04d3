/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest as a whole: components first, then, since these name each other, their relations.
 */
#include "read.h"

enum { ROOT_BUDGET_US = 30000, ROOT_PERIOD_US = 100000, MILLION = 1000000 };

/* The node as a path, without the root's own empty name. */
static size_t write_path(char *out, size_t size, const struct fdt_node *node)
{
    struct fdt_node at = *node;
    size_t length = 0;

    for (uint32_t depth = 1; depth <= node->depth && length < size; depth++) {
        at = *node;
        while (at.depth > depth)
            (void)fdt_parent(&at, &at);
        length += format(out + length, size - length, "/%s", fdt_name(&at));
    }
    return length;
}

bool manifest_refuse_name(struct manifest_reader *reader, const struct fdt_node *node,
                          const char *property, const char *name, const char *why)
{
    char *text = reader->error->text;
    size_t length = write_path(text, MANIFEST_ERROR_BYTES / 2, node);

    length = word_min(length, MANIFEST_ERROR_BYTES / 2 - 1);
    format(text + length, MANIFEST_ERROR_BYTES - length, "%s%.40s: %s%.40s%s%s",
           property != NULL ? " " : "", property != NULL ? property : "", name != NULL ? "'" : "",
           name != NULL ? name : "", name != NULL ? "' " : "", why);
    return false;
}

bool manifest_refuse(struct manifest_reader *reader, const struct fdt_node *node,
                     const char *property, const char *why)
{
    return manifest_refuse_name(reader, node, property, NULL, why);
}

uint32_t manifest_find(const struct manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if (str_equal(manifest->components[i].name, name))
            return i;
    }
    return MANIFEST_NONE;
}

uint64_t manifest_share(const struct manifest *manifest, uint32_t core, uint32_t core_count)
{
    uint64_t sum =
        core == 0 ? (uint64_t)manifest->root_budget_us * MILLION / manifest->root_period_us : 0;

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        if (component->core % core_count == core)
            sum += (uint64_t)component->budget_us * MILLION / component->period_us;
    }
    return sum;
}

static bool read_group(struct manifest_reader *reader, const struct fdt_node *group)
{
    struct manifest *manifest = reader->manifest;
    bool is_message_server = fdt_name_is(group, "msg_servers");
    struct fdt_node node;

    for (bool more = fdt_first_child(group, &node); more; more = fdt_next_sibling(&node)) {
        struct manifest_component *component = &manifest->components[manifest->component_count];

        if (manifest->component_count == MANIFEST_COMPONENTS_MAX)
            return manifest_refuse(reader, &node, NULL, "is one too many: at most 24 components");
        if (manifest_find(manifest, fdt_name(&node)) != MANIFEST_NONE)
            return manifest_refuse(reader, &node, NULL, "has another's name: rename one");
        *component = (struct manifest_component){.is_message_server = is_message_server};
        if (!manifest_read_component(reader, &node, component))
            return false;
        manifest->component_count++;
    }
    return true;
}

static bool read_relations(struct manifest_reader *reader, const struct fdt_node *group,
                           bool (*read)(struct manifest_reader *, const struct fdt_node *,
                                        struct manifest_component *))
{
    struct fdt_node node;

    for (bool more = fdt_first_child(group, &node); more; more = fdt_next_sibling(&node)) {
        uint32_t index = manifest_find(reader->manifest, fdt_name(&node));

        if (!read(reader, &node, &reader->manifest->components[index]))
            return false;
    }
    return true;
}

static bool check_top(struct manifest_reader *reader, const struct fdt_node *root)
{
    static const char *const known[] = {"msg_servers", "apps", "supervision", "aux_devices"};
    struct fdt_node node;

    if (!fdt_is_compatible(root, "skerry,manifest-v1"))
        return manifest_refuse(reader, root, "/ compatible",
                               "is not \"skerry,manifest-v1\": no other version is known");
    if (!fdt_read_string(root, "system", &reader->manifest->system))
        return manifest_refuse(reader, root, "/ system", "is missing: name the system");
    for (bool more = fdt_first_child(root, &node); more; more = fdt_next_sibling(&node)) {
        bool is_good = false;

        if (fdt_name_is(&node, "dir_access_control"))
            return manifest_refuse(reader, &node, NULL,
                                   "is an older form: move it into a node of msg_servers");
        for (size_t i = 0; i < array_count(known); i++)
            is_good = is_good || fdt_name_is(&node, known[i]);
        if (!is_good)
            return manifest_refuse(reader, &node, NULL,
                                   "is no part of a manifest: remove or correct it");
    }
    return true;
}

static bool check_shares(struct manifest_reader *reader, const struct fdt_node *apps)
{
    for (uint32_t i = 0; i < reader->manifest->component_count; i++) {
        uint32_t core = reader->manifest->components[i].core;

        if (manifest_share(reader->manifest, core, MANIFEST_PAGE_BYTES) > MILLION)
            return manifest_refuse_name(reader, apps, "budget-us",
                                        reader->manifest->components[i].name,
                                        "overloads its core: lower budgets or move it");
    }
    return true;
}

bool manifest_read(struct manifest *manifest, const void *blob, size_t size,
                   struct manifest_error *error)
{
    struct manifest_reader reader = {.manifest = manifest, .error = error};
    enum fdt_error fdt_error = fdt_open(&reader.fdt, blob, size);
    struct fdt_node root, servers, apps, supervision, aux;
    bool has_servers;

    error->text[0] = '\0';
    manifest->component_count = 0;
    manifest->aux_device_count = 0;
    manifest->root_budget_us = ROOT_BUDGET_US;
    manifest->root_period_us = ROOT_PERIOD_US;
    if (fdt_error != FDT_OK) {
        format(error->text, sizeof(error->text), "not a compiled manifest: %s: compile it with dtc",
               fdt_error_text(fdt_error));
        return false;
    }
    fdt_root(&reader.fdt, &root);
    if (!check_top(&reader, &root))
        return false;
    if (!fdt_find_child(&root, "apps", &apps))
        return manifest_refuse(&reader, &root, "/ apps", "is missing: nothing would run");

    if (fdt_find_child(&root, "aux_devices", &aux) && !manifest_read_aux_devices(&reader, &aux))
        return false;
    has_servers = fdt_find_child(&root, "msg_servers", &servers);
    if ((has_servers && !read_group(&reader, &servers)) || !read_group(&reader, &apps))
        return false;
    if (!read_relations(&reader, &apps, manifest_read_servers) ||
        !read_relations(&reader, &apps, manifest_read_installer) ||
        !read_relations(&reader, &apps, manifest_read_access))
        return false;
    if (has_servers && (!read_relations(&reader, &servers, manifest_read_servers) ||
                        !read_relations(&reader, &servers, manifest_read_access)))
        return false;
    if (fdt_find_child(&root, "supervision", &supervision) &&
        !manifest_read_supervision(&reader, &supervision))
        return false;
    return check_shares(&reader, &apps);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heartbeats: the component's own, whose numbers stand in the node itself, and one for each thread
 * or service loop that has a node of its name in it.
 */
#include "read.h"

enum { PERIOD_MIN_MS = 10, PERIOD_MAX_MS = 3600000, LIMIT_MAX = 1000, LIMIT_DEFAULT = 3 };

static bool check_names(struct manifest_reader *reader, const struct fdt_node *node)
{
    struct fdt_property property = {0};

    while (fdt_next_property(node, &property)) {
        if (!str_equal(property.name, "period-ms") && !str_equal(property.name, "limit"))
            return manifest_refuse(reader, node, property.name,
                                   "is not a property of a heartbeat: use period-ms and limit");
    }
    return true;
}

static bool read_heartbeat(struct manifest_reader *reader, const struct fdt_node *node,
                           const char *name, struct manifest_component *component)
{
    struct manifest_heartbeat *heartbeat;

    if (component->heartbeat_count == MANIFEST_HEARTBEATS_MAX)
        return manifest_refuse(reader, node, NULL, "is one too many: at most 4 heartbeats");
    heartbeat = &component->heartbeats[component->heartbeat_count++];
    *heartbeat = (struct manifest_heartbeat){.name = name, .limit = LIMIT_DEFAULT};
    if (!check_names(reader, node))
        return false;
    if (!fdt_read_u32(node, "period-ms", &heartbeat->period_ms) ||
        heartbeat->period_ms < PERIOD_MIN_MS || heartbeat->period_ms > PERIOD_MAX_MS)
        return manifest_refuse(reader, node, "period-ms", "is not 10 to 3600000: correct it");
    if (fdt_find_property(node, "limit", &(struct fdt_property){0}) &&
        (!fdt_read_u32(node, "limit", &heartbeat->limit) || heartbeat->limit == 0 ||
         heartbeat->limit > LIMIT_MAX))
        return manifest_refuse(reader, node, "limit", "is not 1 to 1000: correct it");
    return true;
}

bool manifest_read_heartbeats(struct manifest_reader *reader, const struct fdt_node *node,
                              struct manifest_component *component)
{
    struct fdt_node child;

    if (fdt_find_property(node, "period-ms", &(struct fdt_property){0}) &&
        !read_heartbeat(reader, node, "", component))
        return false;
    if (!check_names(reader, node))
        return false;
    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child)) {
        if (str_length(fdt_name(&child)) > MANIFEST_NAME_MAX)
            return manifest_refuse(reader, &child, NULL, "has too long a name: at most 23 bytes");
        if (!read_heartbeat(reader, &child, fdt_name(&child), component))
            return false;
    }
    return component->heartbeat_count > 0
               ? true
               : manifest_refuse(reader, node, "period-ms", "is missing: say how often");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs of manifests, read by root's own reader.
 */
#include "graph.h"

#include <manifest/manifest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The parts of a graph; a difference has the same. */
static const char *const parts[] = {"apps", "connections", "devices", "powers"};

static json_t *app_of(const struct manifest_component *component)
{
    json_t *images = json_array();

    for (uint32_t i = 0; i < component->images.count; i++)
        json_array_append_new(images, json_string(component->images.text[i]));
    return json_pack("{s:s, s:o, s:I, s:I, s:I, s:b}", "name", component->name, "images", images,
                     "memory", (json_int_t)component->memory_bytes, "budget_us",
                     (json_int_t)component->budget_us, "period_us",
                     (json_int_t)component->period_us, "is_server", component->is_message_server);
}

static bool is_in(manifest_set_t set, uint32_t index)
{
    return (set >> index & 1) != 0;
}

/* Everyone who may ask, for everyone who may publish. */
static void add_access(json_t *connections, const struct manifest *manifest, const char *via,
                       const struct manifest_access *access)
{
    for (uint32_t client = 0; client < manifest->component_count; client++) {
        for (uint32_t server = 0; server < manifest->component_count; server++) {
            if (!is_in(access->request, client) || !is_in(access->publish, server))
                continue;
            json_array_append_new(
                connections,
                json_pack("{s:s, s:s, s:s, s:s}", "client", manifest->components[client].name,
                          "server", manifest->components[server].name, "protocol",
                          access->protocol, "via", via));
        }
    }
}

static void add_devices(json_t *devices, const struct manifest_component *component)
{
    for (uint32_t i = 0; i < component->resource_count; i++)
        json_array_append_new(
            devices, json_pack("{s:s, s:s, s:b}", "app", component->name, "device",
                               component->resources[i].compatible.text[0], "has_dma",
                               component->resources[i].has_dma));
}

static void add_power(json_t *powers, const struct manifest_component *component, bool has_it,
                      const char *words)
{
    if (has_it)
        json_array_append_new(powers,
                              json_pack("{s:s, s:s}", "app", component->name, "may", words));
}

static json_t *graph_of(const struct manifest *manifest)
{
    json_t *lists[array_count(parts)];
    json_t *graph = json_pack("{s:s}", "system", manifest->system);

    for (size_t i = 0; i < array_count(parts); i++)
        json_object_set_new(graph, parts[i], lists[i] = json_array());
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        json_array_append_new(lists[0], app_of(component));
        for (uint32_t j = 0; j < component->access_count; j++)
            add_access(lists[1], manifest, component->name, &component->access[j]);
        add_devices(lists[2], component);
        add_power(lists[3], component, component->may_control,
                  "restart, stop and upgrade the system");
        add_power(lists[3], component, component->may_inspect, "look at all apps");
        add_power(lists[3], component, component->reads_log, "read the system log");
    }
    return graph;
}

json_t *graph_of_manifest(const void *blob, size_t size, char *problem, size_t problem_size)
{
    struct manifest *manifest = calloc(1, sizeof(*manifest));
    struct manifest_error error = {{0}};
    json_t *graph = NULL;

    if (manifest != NULL && manifest_read(manifest, blob, size, &error))
        graph = graph_of(manifest);
    else
        snprintf(problem, problem_size, "manifest.dtb: %s", error.text);
    free(manifest);
    return graph;
}

/* What two entries must share to be the same one: an app is its name, the rest is all it says. */
static bool is_same(const char *part, const json_t *a, const json_t *b)
{
    if (strcmp(part, "apps") == 0)
        return json_equal(json_object_get(a, "name"), json_object_get(b, "name"));
    return json_equal(a, b);
}

/* The entries of `list` that `others`, which may be null, lacks. */
static json_t *missing_in(const char *part, const json_t *others, const json_t *list)
{
    json_t *missing = json_array();
    size_t i;
    json_t *entry;

    json_array_foreach(list, i, entry)
    {
        bool is_there = false;

        for (size_t j = 0; j < json_array_size(others) && !is_there; j++)
            is_there = is_same(part, entry, json_array_get(others, j));
        if (!is_there)
            json_array_append(missing, entry);
    }
    return missing;
}

json_t *graph_difference(const json_t *from, const json_t *to)
{
    json_t *gained = json_object();
    json_t *lost = json_object();

    for (size_t i = 0; i < array_count(parts); i++) {
        const json_t *before = json_object_get(from, parts[i]);
        const json_t *after = json_object_get(to, parts[i]);

        json_object_set_new(gained, parts[i], missing_in(parts[i], before, after));
        json_object_set_new(lost, parts[i], missing_in(parts[i], after, before));
    }
    return json_pack("{s:o, s:o}", "gained", gained, "lost", lost);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest for people, as text.
 */
#include "manifest.h"

enum { KIB = 1024, PERCENT = 100 };

static void list_texts(FILE *out, const char *what, const struct manifest_texts *texts)
{
    for (uint32_t i = 0; i < texts->count; i++)
        fprintf(out, "%s%s", i == 0 ? what : ", ", texts->text[i]);
    if (texts->count > 0)
        fputc('\n', out);
}

static void list_components(FILE *out, const char *what, const struct manifest *manifest,
                            const uint32_t *list, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i == 0 ? what : ", ", manifest->components[list[i]].name);
    if (count > 0)
        fputc('\n', out);
}

static void show_powers(FILE *out, const struct manifest_component *component)
{
    if (component->may_inspect || component->may_control || component->reads_log ||
        component->writes_log)
        fprintf(out, "    may      %s%s%s%s\n", component->may_inspect ? "look " : "",
                component->may_control ? "control " : "", component->reads_log ? "read-log " : "",
                component->writes_log ? "write-kernel-log" : "");
}

static void show_resources(FILE *out, const struct manifest_component *component)
{
    for (uint32_t i = 0; i < component->resource_count; i++) {
        const struct manifest_resource *resource = &component->resources[i];

        fprintf(out, "    device   %s:", resource->name);
        for (uint32_t n = 0; n < resource->compatible.count; n++)
            fprintf(out, "%s %s", n == 0 ? "" : " or", resource->compatible.text[n]);
        if (resource->virtio_id != 0)
            fprintf(out, " with device %u behind it", resource->virtio_id);
        if (resource->index != 0)
            fprintf(out, ", number %u", resource->index);
        fprintf(out, "%s\n", resource->has_dma ? ", masters the bus" : "");
    }
}

static void show_time(FILE *out, const struct manifest_component *component)
{
    fprintf(out, "    time     %u of %u us (%u %%) on core", component->budget_us,
            component->period_us,
            (uint32_t)((uint64_t)component->budget_us * PERCENT / component->period_us));
    for (uint32_t i = 0; i < component->core_count; i++)
        fprintf(out, " %u", component->cores[i]);
    fprintf(out, ", priority %u\n", component->priority);
}

static void show_heartbeats(FILE *out, const struct manifest_component *component)
{
    for (uint32_t i = 0; i < component->heartbeat_count; i++) {
        const struct manifest_heartbeat *heartbeat = &component->heartbeats[i];

        fprintf(out, "    beats    %s%severy %u ms, restarted after %u missing\n", heartbeat->name,
                heartbeat->name[0] != '\0' ? " " : "", heartbeat->period_ms, heartbeat->limit);
    }
}

static void show_component(FILE *out, const struct manifest *manifest,
                           const struct manifest_component *component)
{
    fprintf(out, "%s%s\n", component->name,
            component->is_message_server ? " (message server)" : "");
    list_texts(out, "    image    ", &component->images);
    if (component->installer != MANIFEST_NONE)
        fprintf(out, "    image    installed by %s, up to %llu KiB\n",
                manifest->components[component->installer].name,
                (unsigned long long)component->image_bytes_max / KIB);
    fprintf(out, "    memory   %llu KiB", (unsigned long long)component->memory_bytes / KIB);
    if (component->heap_bytes > 0)
        fprintf(out, ", heap %llu KiB", (unsigned long long)component->heap_bytes / KIB);
    if (component->ring_bytes > 0)
        fprintf(out, ", rings %llu KiB", (unsigned long long)component->ring_bytes / KIB);
    fputc('\n', out);
    show_time(out, component);
    list_texts(out, "    args     ", &component->arguments);
    for (uint32_t i = 0; i < component->environment_names.count; i++)
        fprintf(out, "    env      %s=%s\n", component->environment_names.text[i],
                component->environment_values.text[i]);
    show_resources(out, component);
    list_components(out, "    servers  ", manifest, component->servers, component->server_count);
    list_components(out, "    restarts ", manifest, component->dependants,
                    component->dependant_count);
    show_heartbeats(out, component);
    show_powers(out, component);
}

static void list_set(FILE *out, const struct manifest *manifest, manifest_set_t set)
{
    const char *comma = "";

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if ((set >> i & 1) != 0) {
            fprintf(out, "%s%s", comma, manifest->components[i].name);
            comma = ", ";
        }
    }
}

static void show_access(FILE *out, const struct manifest *manifest,
                        const struct manifest_component *server)
{
    for (uint32_t i = 0; i < server->access_count; i++) {
        const struct manifest_access *access = &server->access[i];

        fprintf(out, "    %s %s: ", server->name, access->protocol);
        list_set(out, manifest, access->request);
        fprintf(out, " -> ");
        list_set(out, manifest, access->publish);
        fputc('\n', out);
    }
}

static void show_totals(FILE *out, const struct manifest *manifest)
{
    unsigned long long memory = 0;

    for (uint32_t i = 0; i < manifest->component_count; i++)
        memory += manifest->components[i].memory_bytes + manifest->components[i].image_bytes_max;
    fprintf(out, "%u components, %llu KiB of memory in all\n", manifest->component_count,
            memory / KIB);
    for (uint32_t core = 0; core <= 63; core++) {
        uint64_t share = manifest_share(manifest, core, 64);

        if (share > 0)
            fprintf(out, "core %u: %u %% given away\n", core, (uint32_t)(share / 10000));
    }
}

void manifest_show_text(const struct manifest *manifest, FILE *out)
{
    fprintf(out, "system %s\n\n", manifest->system);
    for (uint32_t i = 0; i < manifest->component_count; i++)
        show_component(out, manifest, &manifest->components[i]);
    fprintf(out, "\nconnections that are allowed (server protocol: who asks -> who publishes)\n");
    for (uint32_t i = 0; i < manifest->server_count; i++)
        show_access(out, manifest, &manifest->servers[i]);
    fputc('\n', out);
    show_totals(out, manifest);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest for programs, as JSON: what the running system's introspection also tells, in its
 * order.  Lists are there even when they are empty.
 */
#include "manifest.h"

static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < ' ')
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static void put_key(FILE *out, const char *before, const char *key)
{
    fprintf(out, "%s\"%s\": ", before, key);
}

static void put_texts(FILE *out, const char *key, const struct manifest_texts *texts)
{
    put_key(out, ", ", key);
    fputc('[', out);
    for (uint32_t i = 0; i < texts->count; i++) {
        fprintf(out, "%s", i > 0 ? ", " : "");
        put_text(out, texts->text[i]);
    }
    fputc(']', out);
}

static void put_numbers(FILE *out, const char *key, const uint32_t *numbers, uint32_t count)
{
    put_key(out, ", ", key);
    fputc('[', out);
    for (uint32_t i = 0; i < count; i++)
        fprintf(out, "%s%u", i > 0 ? ", " : "", numbers[i]);
    fputc(']', out);
}

static void put_components(FILE *out, const char *key, const struct manifest *manifest,
                           const uint32_t *list, uint32_t count)
{
    put_key(out, ", ", key);
    fputc('[', out);
    for (uint32_t i = 0; i < count; i++) {
        fprintf(out, "%s", i > 0 ? ", " : "");
        put_text(out, manifest->components[list[i]].name);
    }
    fputc(']', out);
}

static void put_set(FILE *out, const char *key, const struct manifest *manifest, manifest_set_t set)
{
    uint32_t list[MANIFEST_COMPONENTS_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if ((set >> i & 1) != 0)
            list[count++] = i;
    }
    put_components(out, key, manifest, list, count);
}

static void put_flag(FILE *out, const char *key, bool is_set)
{
    fprintf(out, ", \"%s\": %s", key, is_set ? "true" : "false");
}

static void put_resources(FILE *out, const struct manifest_component *component)
{
    fprintf(out, ",\n     \"resources\": [");
    for (uint32_t i = 0; i < component->resource_count; i++) {
        const struct manifest_resource *resource = &component->resources[i];

        put_key(out, i > 0 ? ", {" : "{", "name");
        put_text(out, resource->name);
        put_texts(out, "compatible", &resource->compatible);
        fprintf(out, ", \"index\": %u, \"virtio_id\": %u", resource->index, resource->virtio_id);
        put_flag(out, "dma", resource->has_dma);
        fputc('}', out);
    }
    fputc(']', out);
}

static void put_component(FILE *out, const struct manifest *manifest,
                          const struct manifest_component *component)
{
    put_key(out, "    {", "name");
    put_text(out, component->name);
    put_flag(out, "message_server", component->is_message_server);
    put_texts(out, "images", &component->images);
    fprintf(out,
            ",\n     \"memory\": %llu, \"heap\": %llu, \"rings\": %llu, \"budget_us\": %u, "
            "\"period_us\": %u, \"priority\": %u",
            (unsigned long long)component->memory_bytes, (unsigned long long)component->heap_bytes,
            (unsigned long long)component->ring_bytes, component->budget_us, component->period_us,
            component->priority);
    put_numbers(out, "cores", component->cores, component->core_count);
    put_resources(out, component);
    fprintf(out, ",\n     \"restart_limit\": %u", component->restart_limit);
    put_components(out, "msg_servers", manifest, component->servers, component->server_count);
    put_components(out, "dependants", manifest, component->dependants, component->dependant_count);
    put_flag(out, "introspection", component->may_inspect);
    put_flag(out, "control", component->may_control);
    fputc('}', out);
}

static void put_connections(FILE *out, const struct manifest *manifest)
{
    const char *comma = "\n";

    for (uint32_t i = 0; i < manifest->server_count; i++) {
        const struct manifest_component *server = &manifest->servers[i];

        for (uint32_t n = 0; n < server->access_count; n++) {
            const struct manifest_access *access = &server->access[n];

            fprintf(out, "%s", comma);
            comma = ",\n";
            put_key(out, "    {", "server");
            put_text(out, server->name);
            put_key(out, ", ", "protocol");
            put_text(out, access->protocol);
            put_set(out, "publish", manifest, access->publish);
            put_set(out, "request", manifest, access->request);
            fputc('}', out);
        }
    }
}

void manifest_show_json(const struct manifest *manifest, FILE *out)
{
    put_key(out, "{", "system");
    put_text(out, manifest->system);
    fprintf(out, ", \"generation\": %u,\n \"components\": [", manifest->generation);
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        fprintf(out, "%s\n", i > 0 ? "," : "");
        put_component(out, manifest, &manifest->components[i]);
    }
    fprintf(out, "],\n \"connections\": [");
    put_connections(out, manifest);
    fprintf(out, "]}\n");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifest reader on any bytes: what it accepts keeps every promise of its header, what it refuses
 * comes with a reason.
 */
#include "require.h"
#include <base/memory.h>
#include <manifest/manifest.h>
#include <script/script.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where texts must lie. */
static const char *blob;
static size_t blob_bytes;

static void check_text(const char *text, size_t most)
{
    require(text >= blob && text < blob + blob_bytes);
    require(str_length_bounded(text, (size_t)(blob + blob_bytes - text)) <= most);
}

static void check_texts(const struct manifest_texts *texts, uint32_t count, size_t most)
{
    require(texts->count <= count);
    for (uint32_t i = 0; i < texts->count; i++)
        check_text(texts->text[i], most);
}

/* What root relies on when it runs a script. */
static void check_scripts(const struct manifest *manifest,
                          const struct manifest_component *component)
{
    const struct manifest_texts *scripts[] = {&component->reset_script, &component->setup_script};

    for (uint32_t s = 0; s < array_count(scripts); s++) {
        for (uint32_t i = 0; i < scripts[s]->count; i++) {
            struct script_step step;

            require(script_parse(scripts[s]->text[i], &step) == NULL);
            require(step.verb == SCRIPT_DELAY ||
                    manifest_declares(manifest, component, s == 1, step.device, step.offset));
        }
    }
}

static void check_lists(const struct manifest *manifest, const struct manifest_component *component)
{
    require(component->core_count >= 1 && component->core_count <= MANIFEST_CORES_MAX);
    require(component->resource_count <= MANIFEST_RESOURCES_MAX);
    for (uint32_t i = 0; i < component->resource_count; i++) {
        const struct manifest_resource *resource = &component->resources[i];

        require(resource >= manifest->resource_pool &&
                resource < manifest->resource_pool + manifest->resource_pool_count);
        check_text(resource->name, MANIFEST_NAME_MAX);
        check_texts(&resource->compatible, MANIFEST_IMAGES_MAX, MANIFEST_COMPATIBLE_MAX);
        require(resource->compatible.count > 0);
        require(!resource->has_dma || component->reset_script.count > 0);
    }
    for (uint32_t i = 0; i < component->heartbeat_count; i++)
        require(component->heartbeats[i].period_ms >= 10 && component->heartbeats[i].limit >= 1);
    for (uint32_t i = 0; i < component->quota_count; i++)
        require(manifest_is_client(&manifest->components[component->quotas[i].component],
                                   (uint32_t)(component - manifest->components)));
}

static void check_component(const struct manifest *manifest, uint32_t index)
{
    const struct manifest_component *component = &manifest->components[index];
    manifest_set_t all = (UINT32_C(1) << manifest->component_count) - 1; /* of at most 31 */

    require(str_length(component->name) <= MANIFEST_NAME_MAX);
    require(manifest_find(manifest, component->name) == index);
    check_texts(&component->images, MANIFEST_IMAGES_MAX, MANIFEST_IMAGE_MAX);
    check_texts(&component->arguments, MANIFEST_TEXTS_MAX, MANIFEST_VALUE_MAX);
    check_texts(&component->environment_names, MANIFEST_TEXTS_MAX, MANIFEST_NAME_MAX);
    check_texts(&component->environment_values, MANIFEST_TEXTS_MAX, MANIFEST_VALUE_MAX);
    require(component->environment_names.count == component->environment_values.count);
    check_scripts(manifest, component);
    check_lists(manifest, component);
    require((component->images.count == 0) == (component->installer != MANIFEST_NONE));
    require(component->budget_us <= component->period_us && component->period_us >= 100);
    require(component->heap_bytes + component->ring_bytes < component->memory_bytes);
    for (uint32_t i = 0; i < component->dependant_count; i++) {
        require(component->dependants[i] < manifest->component_count);
        require(component->dependants[i] != index);
    }
    for (uint32_t i = 0; i < component->server_count; i++)
        require(manifest->components[component->servers[i]].is_message_server);
    for (uint32_t i = 0; i < component->access_count; i++)
        require(((component->access[i].publish | component->access[i].request) & ~all) == 0);
    require(component->is_message_server == (component->access_count > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct manifest manifest;
    struct manifest_error error;

    blob = (const char *)data;
    blob_bytes = size;
    if (!manifest_read(&manifest, data, size, &error)) {
        require(error.text[0] != '\0');
        require(str_length_bounded(error.text, sizeof(error.text)) < sizeof(error.text));
        return 0;
    }
    check_text(manifest.system, MANIFEST_PROTOCOL_MAX);
    for (uint32_t i = 0; i < manifest.component_count; i++)
        check_component(&manifest, i);
    for (uint32_t core = 0; core < 64; core++)
        require(manifest_share(&manifest, core, 64) <= 1000000);
    return 0;
}

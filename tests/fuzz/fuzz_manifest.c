/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifest reader on any bytes: what it accepts keeps every promise of its header, what it refuses
 * comes with a reason.
 */
#include "require.h"
#include <base/memory.h>
#include <manifest/manifest.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_component(const struct manifest *manifest, uint32_t index)
{
    const struct manifest_component *component = &manifest->components[index];
    manifest_set_t all = (UINT32_C(1) << manifest->component_count) - 1; /* of at most 31 */

    require(str_length(component->name) <= MANIFEST_NAME_MAX);
    require(manifest_find(manifest, component->name) == index);
    require(component->images.count <= MANIFEST_IMAGES_MAX);
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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct manifest manifest;
    struct manifest_error error;

    if (!manifest_read(&manifest, data, size, &error)) {
        require(error.text[0] != '\0');
        require(str_length_bounded(error.text, sizeof(error.text)) < sizeof(error.text));
        return 0;
    }
    for (uint32_t i = 0; i < manifest.component_count; i++)
        check_component(&manifest, i);
    return 0;
}

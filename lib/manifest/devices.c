/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices, and the scripts that set them up and reset them.  A script is checked against the
 * registers that the manifest declares; root runs it against the same ones.
 */
#include "read.h"

#include <script/script.h>

static bool read_registers(struct manifest_reader *reader, const struct fdt_node *node,
                           struct manifest_resource *resource)
{
    struct fdt_property property;

    if (!fdt_find_property(node, "registers", &property))
        return true;
    resource->register_count = fdt_cell_count(&property);
    if (resource->register_count == 0 || resource->register_count > MANIFEST_REGISTERS_MAX)
        return manifest_refuse(reader, node, "registers", "is not a list of 1 to 8 offsets");
    for (uint32_t i = 0; i < resource->register_count; i++) {
        (void)fdt_cell(&property, i, &resource->registers[i]);
        if (resource->registers[i] % sizeof(uint32_t) != 0)
            return manifest_refuse(reader, node, "registers",
                                   "has an offset that is no register's: use multiples of 4");
    }
    return true;
}

static bool read_resource(struct manifest_reader *reader, const struct fdt_node *node,
                          struct manifest_resource *resource)
{
    static const char *const known[] = {"compatible", "index", "virtio-id", "dma", "registers"};
    struct fdt_property property = {0};

    while (fdt_next_property(node, &property)) {
        bool is_good = false;

        for (size_t i = 0; i < array_count(known); i++)
            is_good = is_good || str_equal(property.name, known[i]);
        if (!is_good)
            return manifest_refuse(reader, node, property.name,
                                   "is not a property of a resource: remove or correct it");
    }
    if (!fdt_find_property(node, "compatible", &property))
        return manifest_refuse(reader, node, "compatible", "is missing: say which device it is");
    *resource = (struct manifest_resource){.name = fdt_name(node)};
    if (str_length(resource->name) > MANIFEST_NAME_MAX)
        return manifest_refuse(reader, node, NULL, "has too long a name: at most 23 bytes");
    (void)fdt_read_u32(node, "index", &resource->index);
    (void)fdt_read_u32(node, "virtio-id", &resource->virtio_id);
    resource->has_dma = fdt_find_property(node, "dma", &(struct fdt_property){0});
    return manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES, resource->compatible,
                               MANIFEST_IMAGES_MAX, &resource->compatible_count) &&
           read_registers(reader, node, resource);
}

static bool declares(const struct manifest_resource *devices, uint32_t count, const char *device,
                     uint32_t offset)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t r = 0; r < devices[i].register_count; r++) {
            if (str_equal(devices[i].name, device) && devices[i].registers[r] == offset)
                return true;
        }
    }
    return false;
}

/* What a script is checked against: it has registers, but nothing behind them. */
struct declared {
    const struct manifest *manifest;
    const struct manifest_component *component;
    bool has_aux;
};

bool manifest_declares(const struct manifest *manifest, const struct manifest_component *component,
                       bool has_aux, const char *device, uint32_t offset)
{
    return declares(component->resources, component->resource_count, device, offset) ||
           (has_aux && declares(manifest->aux_devices, manifest->aux_device_count, device, offset));
}

static bool has_register(void *state, const char *device, uint32_t offset)
{
    const struct declared *declared = state;

    return manifest_declares(declared->manifest, declared->component, declared->has_aux, device,
                             offset);
}

static bool read_script(struct manifest_reader *reader, const struct fdt_node *node,
                        const char *name, struct declared *declared, struct manifest_texts *script)
{
    const struct script_bus bus = {.state = declared, .has = has_register};
    struct fdt_property property;
    const char *why;
    uint32_t step;

    if (!fdt_find_property(node, name, &property))
        return true;
    if (!manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES, script->text,
                             MANIFEST_TEXTS_MAX, &script->count))
        return false;
    why = script_check(script->text, script->count, &bus, &step);
    return why == NULL ? true : manifest_refuse_name(reader, node, name, script->text[step], why);
}

bool manifest_read_resources(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component)
{
    struct declared declared = {.manifest = reader->manifest, .component = component};
    struct fdt_property property = {0};
    struct fdt_node child;

    while (fdt_next_property(node, &property)) {
        if (!str_equal(property.name, "device_reset_script") &&
            !str_equal(property.name, "aux_device_setup_script"))
            return manifest_refuse(reader, node, property.name,
                                   "is not a property of resources: remove or correct it");
    }
    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child)) {
        if (component->resource_count == MANIFEST_RESOURCES_MAX)
            return manifest_refuse(reader, &child, NULL, "is one too many: at most 6 resources");
        if (!read_resource(reader, &child, &component->resources[component->resource_count++]))
            return false;
    }
    if (!read_script(reader, node, "device_reset_script", &declared, &component->reset_script))
        return false;
    for (uint32_t i = 0; i < component->resource_count; i++) {
        if (component->resources[i].has_dma && component->reset_script.count == 0)
            return manifest_refuse_name(reader, node, "device_reset_script",
                                        component->resources[i].name,
                                        "reaches memory: say how it is made to stop");
    }
    declared.has_aux = true;
    return read_script(reader, node, "aux_device_setup_script", &declared,
                       &component->setup_script);
}

bool manifest_read_aux_devices(struct manifest_reader *reader, const struct fdt_node *node)
{
    struct manifest *manifest = reader->manifest;
    struct fdt_node child;

    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child)) {
        if (manifest->aux_device_count == MANIFEST_AUX_DEVICES_MAX)
            return manifest_refuse(reader, &child, NULL, "is one too many: at most 4 devices");
        if (!read_resource(reader, &child, &manifest->aux_devices[manifest->aux_device_count++]))
            return false;
    }
    return true;
}

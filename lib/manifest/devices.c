/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices, and the scripts that set them up and reset them: no device belongs to two, one that
 * reaches memory can be stopped, and a script touches what is declared, as lib/script will hold
 * root to.
 */
#include "read.h"

#include <script/script.h>

/* A component's devices under check. */
struct checked {
    struct manifest_reader *reader;
    const struct manifest_component *component;
    bool is_setup;    /* the script at hand may name auxiliary devices */
    const char *path; /* of the node `resources` */
};

static bool declares(const struct manifest_resource *devices, uint32_t count, const char *device,
                     uint32_t offset)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t r = 0; r < devices[i].register_count; r++) {
            if (devices[i].registers[r] == offset && str_equal(devices[i].name, device))
                return true;
        }
    }
    return false;
}

bool manifest_declares(const struct manifest *manifest, const struct manifest_component *component,
                       bool is_setup, const char *device, uint32_t offset)
{
    return declares(component->resources, component->resource_count, device, offset) ||
           (is_setup &&
            declares(manifest->aux_devices, manifest->aux_device_count, device, offset));
}

static bool has_register(void *state, const char *device, uint32_t offset)
{
    const struct checked *checked = state;

    return manifest_declares(checked->reader->manifest, checked->component, checked->is_setup,
                             device, offset);
}

/* A bus with registers, but nothing behind them: root runs the script on the same ones. */
static void check_script(struct checked *checked, const char *property,
                         const struct manifest_texts *script)
{
    const struct script_bus bus = {.state = checked, .has = has_register};
    uint32_t step;
    const char *why = script_check(script->text, script->count, &bus, &step);

    if (why != NULL)
        manifest_refuse_at(checked->reader, checked->path, property, "'%.60s' %s",
                           script->text[step], why);
}

static void check_registers(struct manifest_reader *reader, const char *path,
                            const struct manifest_resource *resource)
{
    for (uint32_t i = 0; i < resource->register_count; i++) {
        if (resource->registers[i] % sizeof(uint32_t) != 0)
            manifest_refuse_at(reader, path, "registers",
                               "has 0x%x, which is no register's offset: use multiples of 4",
                               resource->registers[i]);
    }
}

static bool is_same_kind(const struct manifest_resource *a, const struct manifest_resource *b)
{
    if (a->index != b->index || a->virtio_id != b->virtio_id)
        return false;
    for (uint32_t i = 0; i < a->compatible.count; i++) {
        for (uint32_t n = 0; n < b->compatible.count; n++) {
            if (str_equal(a->compatible.text[i], b->compatible.text[n]))
                return true;
        }
    }
    return false;
}

static void check_others(const struct checked *checked, const char *path,
                         const struct manifest_resource *resource, const char *owner,
                         const struct manifest_resource *others, uint32_t count)
{
    for (uint32_t i = 0; i < count && &others[i] != resource; i++) {
        if (is_same_kind(resource, &others[i]))
            manifest_refuse_at(checked->reader, path, NULL,
                               "is the device that %s has as '%s': give it another index, or "
                               "remove one",
                               owner, others[i].name);
    }
}

static void check_device(const struct checked *checked, const struct manifest_resource *resource)
{
    const struct manifest *manifest = checked->reader->manifest;
    char path[MANIFEST_WHERE_BYTES];

    format(path, sizeof(path), "%s/%s", checked->path, resource->name);
    check_registers(checked->reader, path, resource);
    if (resource->has_dma && checked->component->reset_script.count == 0)
        manifest_refuse_at(checked->reader, checked->path, "device_reset_script",
                           "is missing: '%s' reaches memory, say how it is made to stop",
                           resource->name);
    check_others(checked, path, resource, "aux_devices", manifest->aux_devices,
                 manifest->aux_device_count);
    for (const struct manifest_component *other = manifest->components; other <= checked->component;
         other++)
        check_others(checked, path, resource, other->name, other->resources, other->resource_count);
}

void manifest_check_devices(struct manifest_reader *reader,
                            const struct manifest_component *component, const char *path)
{
    char resources[MANIFEST_WHERE_BYTES];
    struct checked checked = {.reader = reader, .component = component, .path = resources};

    format(resources, sizeof(resources), "%s/resources", path);
    for (uint32_t i = 0; i < component->resource_count; i++)
        check_device(&checked, &component->resources[i]);
    check_script(&checked, "device_reset_script", &component->reset_script);
    checked.is_setup = true;
    check_script(&checked, "aux_device_setup_script", &component->setup_script);
}

void manifest_check_aux_devices(struct manifest_reader *reader)
{
    const struct manifest *manifest = reader->manifest;
    char path[MANIFEST_WHERE_BYTES];

    for (uint32_t i = 0; i < manifest->aux_device_count; i++) {
        format(path, sizeof(path), "/aux_devices/%s", manifest->aux_devices[i].name);
        check_registers(reader, path, &manifest->aux_devices[i]);
    }
}

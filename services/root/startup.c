/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a component is told at its start: where things are, and the texts of its manifest entry.
 */
#include "build.h"

#include <base/format.h>
#include <base/memory.h>

/* Appends "name=value", or the value alone; `*at` is its offset, or 0 when there is no room. */
static void put_text(struct rt_startup *told, uint32_t *at, const char *name, const char *value)
{
    uint32_t room = RT_STARTUP_BYTES_MAX - told->size_bytes;
    char *text = (char *)told + told->size_bytes;
    size_t length = format(text, room, "%s%s%s", name, name[0] != '\0' ? "=" : "", value);

    *at = 0;
    if (length + 1 > room)
        return;
    *at = told->size_bytes;
    told->size_bytes += (uint32_t)length + 1;
}

static status_t put_argument(struct build *build, const char *value)
{
    struct rt_startup *told = build->told;
    uint32_t at;

    put_text(told, &at, "", value);
    if (at == 0 || told->argument_count == RT_STARTUP_TEXTS_MAX)
        return build_refuse(build, "args", "they do not fit into a page", ERR_OVER_LIMIT);
    told->arguments[told->argument_count++] = at;
    return OK;
}

static status_t put_variable(struct build *build, const char *name, const char *value)
{
    struct rt_startup *told = build->told;
    uint32_t at;

    put_text(told, &at, name, value);
    if (at == 0 || told->environment_count == RT_STARTUP_TEXTS_MAX)
        return build_refuse(build, "env", "it does not fit into a page", ERR_OVER_LIMIT);
    told->environment[told->environment_count++] = at;
    return OK;
}

enum {
    /* "name=" and its name; a device's name, an '=' and its kind. */
    NAME_BYTES = 5 + MANIFEST_NAME_MAX + 1,
    DEVICE_BYTES = MANIFEST_NAME_MAX + 1 + MANIFEST_COMPATIBLE_MAX + 1,
    OWN_BYTES = NAME_BYTES + MANIFEST_RESOURCES_MAX * DEVICE_BYTES,
};

static_assert(sizeof(struct rt_startup) + OWN_BYTES + MANIFEST_START_BYTES_MAX <=
                  RT_STARTUP_BYTES_MAX,
              "what a manifest may say fits into the page");

/* Its name, its device's kinds, then what the manifest says. */
static status_t put_texts(struct build *build)
{
    const struct manifest_component *entry = build->entry;
    status_t status = put_variable(build, "name", entry->name);

    for (uint32_t i = 0; i < entry->resource_count && status == OK; i++)
        status =
            put_variable(build, entry->resources[i].name, build->component->devices[i].compatible);
    for (uint32_t i = 0; i < entry->environment_names.count && status == OK; i++)
        status = put_variable(build, entry->environment_names.text[i],
                              entry->environment_values.text[i]);
    for (uint32_t i = 0; i < entry->arguments.count && status == OK; i++)
        status = put_argument(build, entry->arguments.text[i]);
    return status;
}

status_t startup_fill(struct build *build)
{
    struct root *root = build->root;
    struct rt_startup *told = build->told;
    uint32_t index = component_index(root, build->component);

    told->magic = RT_STARTUP_MAGIC;
    told->version = RT_STARTUP_VERSION;
    told->size_bytes = sizeof(*told);
    told->time_frequency = root->boot->time_frequency;
    told->buffer_address = build->buffer_address;
    told->heap_address = build->heap_address;
    told->heap_bytes = build->heap_pages * ABI_PAGE_SIZE;
    told->free_address = build->free_address;
    told->generation = root->supervisor.children[index].starts + 1;
    told->memory_first_free = (uint32_t)(align_up(build->next, ABI_PAGE_SIZE) / ABI_PAGE_SIZE);
    told->first_free_slot = (uint32_t)build->next_slot;
    told->slot_count = ABI_CHUNK_SLOTS;
    return put_texts(build);
}

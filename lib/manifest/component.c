/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One component's node: two tables say which properties exist, so that everything else is a
 * mistake of the writer.
 */
#include "read.h"

enum number_width { NUMBER_32, NUMBER_64 };

struct number {
    const char *name;
    uint16_t offset;
    uint8_t width; /* enum number_width */
    bool is_required;
    uint64_t least;
    uint64_t most;
    uint64_t otherwise;
};

#define NUMBER(field) offsetof(struct manifest_component, field)

static const struct number numbers[] = {
    {"memory", NUMBER(memory_bytes), NUMBER_64, true, 16 * 4096, UINT64_C(1) << 40, 0},
    {"heap", NUMBER(heap_bytes), NUMBER_64, false, 0, UINT64_C(1) << 40, 0},
    {"ring-memory", NUMBER(ring_bytes), NUMBER_64, false, 0, 1 << 20, 0},
    {"budget-us", NUMBER(budget_us), NUMBER_32, true, 10, 1000000000, 0},
    {"period-us", NUMBER(period_us), NUMBER_32, true, 100, 1000000000, 0},
    {"priority", NUMBER(priority), NUMBER_32, true, 1, 61, 0},
    {"core", NUMBER(core), NUMBER_32, false, 0, 63, 0},
    {"ready-timeout-ms", NUMBER(ready_timeout_ms), NUMBER_32, false, 1, 3600000, 10000},
    {"restart-limit", NUMBER(restart_limit), NUMBER_32, false, 0, 1000000, 5},
    {"restart-window-ms", NUMBER(restart_window_ms), NUMBER_32, false, 1, 3600000, 10000},
};

struct flag {
    const char *name;
    uint16_t offset;
};

static const struct flag flags[] = {
    {"introspection", NUMBER(may_inspect)},
    {"control", NUMBER(may_control)},
    {"log-reader", NUMBER(reads_log)},
    {"log-writer", NUMBER(writes_log)},
};

static bool refuse_range(struct manifest_reader *reader, const struct fdt_node *node,
                         const struct number *number)
{
    char why[64];

    format(why, sizeof(why), "is out of range: use %llu to %llu", (unsigned long long)number->least,
           (unsigned long long)number->most);
    return manifest_refuse(reader, node, number->name, why);
}

static bool read_number(struct manifest_reader *reader, const struct fdt_node *node,
                        const struct number *number, struct manifest_component *component)
{
    char *field = (char *)component + number->offset;
    struct fdt_property property;
    uint64_t value = number->otherwise;

    if (fdt_find_property(node, number->name, &property)) {
        if (!fdt_read_u64(node, number->name, &value))
            return manifest_refuse(reader, node, number->name, "is not a number: write it as <N>");
        if (value < number->least || value > number->most)
            return refuse_range(reader, node, number);
    } else if (number->is_required) {
        return manifest_refuse(reader, node, number->name, "is missing: every component needs it");
    }
    if (number->width == NUMBER_64)
        mem_copy(field, &value, sizeof(uint64_t));
    else
        mem_copy(field, &(uint32_t){(uint32_t)value}, sizeof(uint32_t));
    return true;
}

static bool is_known(const char *name)
{
    static const char *const others[] = {"image", "args", "msg_servers", "ready"};

    for (size_t i = 0; i < array_count(numbers); i++) {
        if (str_equal(name, numbers[i].name))
            return true;
    }
    for (size_t i = 0; i < array_count(flags); i++) {
        if (str_equal(name, flags[i].name))
            return true;
    }
    for (size_t i = 0; i < array_count(others); i++) {
        if (str_equal(name, others[i]))
            return true;
    }
    return false;
}

static bool check_names(struct manifest_reader *reader, const struct fdt_node *node)
{
    struct fdt_property property = {0};
    struct fdt_node child;

    while (fdt_next_property(node, &property)) {
        if (!is_known(property.name))
            return manifest_refuse(reader, node, property.name,
                                   "is not a property of a component: remove or correct it");
    }
    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child)) {
        if (!fdt_name_is(&child, "env") && !fdt_name_is(&child, "resources") &&
            !fdt_name_is(&child, "dir_access_control"))
            return manifest_refuse(reader, &child, NULL,
                                   "is not a part of a component: remove or correct it");
    }
    return true;
}

static bool read_ready(struct manifest_reader *reader, const struct fdt_node *node,
                       struct manifest_component *component)
{
    const char *text = "explicit";
    struct fdt_property property;

    if (fdt_find_property(node, "ready", &property) && !fdt_string(&property, 0, &text))
        return manifest_refuse(reader, node, "ready", "is not a text");
    component->is_ready_when_started = str_equal(text, "started");
    if (!component->is_ready_when_started && !str_equal(text, "explicit"))
        return manifest_refuse(reader, node, "ready", "is neither \"started\" nor \"explicit\"");
    return true;
}

static bool read_environment(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component)
{
    struct manifest_texts *names = &component->environment_names;
    struct manifest_texts *values = &component->environment_values;
    struct fdt_property property = {0};

    while (fdt_next_property(node, &property)) {
        if (names->count == MANIFEST_TEXTS_MAX)
            return manifest_refuse(reader, node, property.name, "is one too many: at most 16");
        if (str_length(property.name) > MANIFEST_NAME_MAX)
            return manifest_refuse(reader, node, property.name, "is too long: at most 23 bytes");
        if (!fdt_string(&property, 0, &values->text[values->count]))
            return manifest_refuse(reader, node, property.name, "is not a text");
        names->text[names->count++] = property.name;
        values->count++;
    }
    return true;
}

static bool read_resets(struct manifest_reader *reader, const struct fdt_node *node,
                        struct manifest_resource *resource)
{
    struct fdt_property property;
    uint32_t cells;

    if (!fdt_find_property(node, "reset", &property))
        return true;
    cells = fdt_cell_count(&property);
    if (cells == 0 || cells % 2 != 0 || cells / 2 > MANIFEST_RESETS_MAX)
        return manifest_refuse(reader, node, "reset",
                               "is not a list of 1 to 4 pairs <offset value>");
    for (uint32_t i = 0; i < cells / 2; i++) {
        struct manifest_reset *reset = &resource->reset[i];

        (void)fdt_cell(&property, 2 * i, &reset->offset);
        (void)fdt_cell(&property, 2 * i + 1, &reset->value);
        if (reset->offset % sizeof(uint32_t) != 0 || reset->offset >= MANIFEST_PAGE_BYTES)
            return manifest_refuse(reader, node, "reset", "has an offset that is no register's");
    }
    resource->reset_count = cells / 2;
    return true;
}

static bool read_resource(struct manifest_reader *reader, const struct fdt_node *node,
                          struct manifest_resource *resource)
{
    static const char *const known[] = {"compatible", "index", "virtio-id", "dma", "reset"};
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
           read_resets(reader, node, resource);
}

static bool read_resources(struct manifest_reader *reader, const struct fdt_node *node,
                           struct manifest_component *component)
{
    struct fdt_node child;

    for (bool more = fdt_first_child(node, &child); more; more = fdt_next_sibling(&child)) {
        if (component->resource_count == MANIFEST_RESOURCES_MAX)
            return manifest_refuse(reader, &child, NULL, "is one too many: at most 6 resources");
        if (!read_resource(reader, &child, &component->resources[component->resource_count++]))
            return false;
    }
    return true;
}

/* What one number says about another. */
static bool check_numbers(struct manifest_reader *reader, const struct fdt_node *node,
                          const struct manifest_component *component)
{
    uint64_t own = component->heap_bytes + component->ring_bytes;

    if ((component->memory_bytes | own) % MANIFEST_PAGE_BYTES != 0)
        return manifest_refuse(reader, node, "memory",
                               "and heap and ring-memory are whole pages: use multiples of 4096");
    if (own > component->memory_bytes - component->memory_bytes / 4)
        return manifest_refuse(reader, node, "memory",
                               "has no room beside heap and rings: raise it or lower them");
    if (component->budget_us > component->period_us)
        return manifest_refuse(reader, node, "budget-us", "is more than period-us: lower it");
    if (component->image_count > 1 &&
        (component->resource_count == 0 ||
         component->image_count != component->resources[0].compatible_count))
        return manifest_refuse(reader, node, "image",
                               "lists several: the first resource must list as many devices");
    return true;
}

bool manifest_read_component(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component)
{
    struct fdt_property property;
    struct fdt_node child;

    component->name = fdt_name(node);
    if (str_length(component->name) > MANIFEST_NAME_MAX)
        return manifest_refuse(reader, node, NULL, "has too long a name: at most 23 bytes");
    if (!check_names(reader, node) || !read_ready(reader, node, component))
        return false;
    for (size_t i = 0; i < array_count(numbers); i++) {
        if (!read_number(reader, node, &numbers[i], component))
            return false;
    }
    for (size_t i = 0; i < array_count(flags); i++)
        *((bool *)((char *)component + flags[i].offset)) =
            fdt_find_property(node, flags[i].name, &property);

    if (!fdt_find_property(node, "image", &property))
        return manifest_refuse(reader, node, "image", "is missing: name a file of the bundle");
    if (!manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES, component->images,
                             MANIFEST_IMAGES_MAX, &component->image_count))
        return false;
    if (fdt_find_property(node, "args", &property) &&
        !manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES,
                             component->arguments.text, MANIFEST_TEXTS_MAX,
                             &component->arguments.count))
        return false;
    if (fdt_find_child(node, "env", &child) && !read_environment(reader, &child, component))
        return false;
    if (fdt_find_child(node, "resources", &child) && !read_resources(reader, &child, component))
        return false;
    return check_numbers(reader, node, component);
}

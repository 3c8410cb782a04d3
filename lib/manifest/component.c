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
    {"stack", NUMBER(stack_bytes), NUMBER_64, false, 4096, 1 << 24, 0},
    {"heap", NUMBER(heap_bytes), NUMBER_64, false, 0, UINT64_C(1) << 40, 0},
    {"ring-memory", NUMBER(ring_bytes), NUMBER_64, false, 0, 1 << 20, 0},
    {"budget-us", NUMBER(budget_us), NUMBER_32, true, 10, 1000000000, 0},
    {"period-us", NUMBER(period_us), NUMBER_32, true, 100, 1000000000, 0},
    {"priority", NUMBER(priority), NUMBER_32, true, 1, 61, 0},
    {"core", NUMBER(core), NUMBER_32, false, 0, 63, 0},
    {"ready-timeout-ms", NUMBER(ready_timeout_ms), NUMBER_32, false, 1, 3600000, 10000},
    {"restart-limit", NUMBER(restart_limit), NUMBER_32, false, 0, 1000000, 5},
    {"restart-window-ms", NUMBER(restart_window_ms), NUMBER_32, false, 1, 3600000, 10000},
    {"minimum-run-ms", NUMBER(minimum_run_ms), NUMBER_32, false, 0, 60000, 50},
    {"diagnosis-ms", NUMBER(diagnosis_ms), NUMBER_32, false, 0, 10000, 5},
    {"image-memory", NUMBER(image_bytes_max), NUMBER_64, false, 4096, 1 << 24, 0},
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
    static const char *const others[] = {"image", "args",      "msg_servers",
                                         "ready", "installer", "restart-policy"};

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
            !fdt_name_is(&child, "dir_access_control") && !fdt_name_is(&child, "heartbeat"))
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

static bool read_policy(struct manifest_reader *reader, const struct fdt_node *node,
                        struct manifest_component *component)
{
    const char *text = "down";
    struct fdt_property property;

    if (fdt_find_property(node, "restart-policy", &property) && !fdt_string(&property, 0, &text))
        return manifest_refuse(reader, node, "restart-policy", "is not a text");
    component->restart_policy =
        str_equal(text, "reboot") ? MANIFEST_POLICY_REBOOT : MANIFEST_POLICY_DOWN;
    if (component->restart_policy == MANIFEST_POLICY_DOWN && !str_equal(text, "down"))
        return manifest_refuse(reader, node, "restart-policy",
                               "is neither \"down\" nor \"reboot\"");
    return true;
}

/* What one number says about another. */
static bool check_numbers(struct manifest_reader *reader, const struct fdt_node *node,
                          const struct manifest_component *component)
{
    uint64_t own = component->heap_bytes + component->ring_bytes + component->stack_bytes;

    if ((component->memory_bytes | own) % MANIFEST_PAGE_BYTES != 0)
        return manifest_refuse(reader, node, "memory",
                               "and heap, stack, ring-memory are whole pages: multiples of 4096");
    if (own > component->memory_bytes - component->memory_bytes / 4)
        return manifest_refuse(reader, node, "memory",
                               "has no room beside heap, stack and rings: raise it or lower them");
    if (component->budget_us > component->period_us)
        return manifest_refuse(reader, node, "budget-us", "is more than period-us: lower it");
    if (component->image_count > 1 &&
        (component->resource_count == 0 ||
         component->image_count != component->resources[0].compatible_count))
        return manifest_refuse(reader, node, "image",
                               "lists several: the first resource must list as many devices");
    return true;
}

static bool read_images(struct manifest_reader *reader, const struct fdt_node *node,
                        struct manifest_component *component)
{
    bool is_installed = fdt_find_property(node, "installer", &(struct fdt_property){0});
    struct fdt_property property;

    if (is_installed != (component->image_bytes_max != 0))
        return manifest_refuse(reader, node, "installer",
                               "and image-memory go together: add the other");
    if (!fdt_find_property(node, "image", &property))
        return is_installed ? true
                            : manifest_refuse(reader, node, "image",
                                              "is missing: name a file of the bundle");
    if (is_installed)
        return manifest_refuse(reader, node, "image", "is what its installer brings: remove it");
    return manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES, component->images,
                               MANIFEST_IMAGES_MAX, &component->image_count);
}

bool manifest_read_component(struct manifest_reader *reader, const struct fdt_node *node,
                             struct manifest_component *component)
{
    struct fdt_property property;
    struct fdt_node child;

    component->name = fdt_name(node);
    if (str_length(component->name) > MANIFEST_NAME_MAX)
        return manifest_refuse(reader, node, NULL, "has too long a name: at most 23 bytes");
    component->installer = MANIFEST_NONE;
    if (!check_names(reader, node) || !read_ready(reader, node, component) ||
        !read_policy(reader, node, component))
        return false;
    for (size_t i = 0; i < array_count(numbers); i++) {
        if (!read_number(reader, node, &numbers[i], component))
            return false;
    }
    for (size_t i = 0; i < array_count(flags); i++)
        *((bool *)((char *)component + flags[i].offset)) =
            fdt_find_property(node, flags[i].name, &property);

    if (!read_images(reader, node, component))
        return false;
    if (fdt_find_property(node, "args", &property) &&
        !manifest_read_names(reader, node, &property, MANIFEST_ERROR_BYTES,
                             component->arguments.text, MANIFEST_TEXTS_MAX,
                             &component->arguments.count))
        return false;
    if (fdt_find_child(node, "env", &child) && !read_environment(reader, &child, component))
        return false;
    if (fdt_find_child(node, "resources", &child) &&
        !manifest_read_resources(reader, &child, component))
        return false;
    if (fdt_find_child(node, "heartbeat", &child) &&
        !manifest_read_heartbeats(reader, &child, component))
        return false;
    return check_numbers(reader, node, component);
}

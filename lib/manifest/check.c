/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What members say about each other: sizes that must fit into sizes, time into a core's, images and
 * who brings them, supervision that must end.
 */
#include "read.h"

enum { MILLION = 1000000 };

/* A component under check, and where it stands. */
struct checked {
    struct manifest_reader *reader;
    const struct manifest_component *component;
    char path[MANIFEST_WHERE_BYTES];
};

PRINTF_LIKE(3, 4)
static void refuse(const struct checked *checked, const char *property, const char *why, ...)
{
    char text[MANIFEST_ERROR_BYTES];
    va_list arguments;

    va_start(arguments, why);
    format_v(text, sizeof(text), why, arguments);
    va_end(arguments);
    manifest_refuse_at(checked->reader, checked->path, property, "%s", text);
}

static void check_memory(const struct checked *checked)
{
    const struct manifest_component *component = checked->component;
    uint64_t own = component->heap_bytes + component->stack_bytes + component->ring_bytes;

    if (own > component->memory_bytes - component->memory_bytes / 4)
        refuse(checked, "memory",
               "has no room beside heap, stack and rings (0x%llx in all): raise it or lower them",
               (unsigned long long)own);
    if (component->budget_us > component->period_us)
        refuse(checked, "budget-us", "is more than period-us (%u): lower it", component->period_us);
}

static void check_image(const struct checked *checked)
{
    const struct manifest_component *component = checked->component;
    const struct manifest *manifest = checked->reader->manifest;
    bool is_installed = component->installer != MANIFEST_NONE;

    if (is_installed && component->images.count > 0)
        refuse(checked, "image", "is what its installer brings: remove it, or the installer");
    if (!is_installed && component->images.count == 0)
        refuse(checked, "image", "is missing: name a file of the bundle");
    if (is_installed && component->image_bytes_max == 0)
        refuse(checked, "image-memory", "is missing: say how large what its installer brings is");
    if (!is_installed && component->image_bytes_max != 0)
        refuse(checked, "image-memory", "is of no use without an installer: remove it");
    if (is_installed && !manifest->components[component->installer].may_control)
        refuse(checked, "installer", "'%s' cannot install: give it control, or name another",
               manifest->components[component->installer].name);
    if (component->images.count > 1 &&
        (component->resource_count == 0 ||
         component->images.count != component->resources[0].compatible.count))
        refuse(checked, "image", "lists several: the first resource must list as many devices");
}

static void check_servers(const struct checked *checked)
{
    const struct manifest_component *component = checked->component;

    for (uint32_t i = 0; i < component->server_count; i++) {
        const struct manifest_component *server =
            &checked->reader->manifest->components[component->servers[i]];

        if (!server->is_message_server || component->is_message_server)
            refuse(checked, "msg_servers",
                   "'%s' cannot be its message server: list nodes of msg_servers", server->name);
    }
    if (component->is_message_server && component->access_count == 0)
        refuse(checked, "dir_access_control", "is missing: say who may publish and request what");
    if (!component->is_message_server && (component->access_count | component->quota_count) != 0)
        refuse(checked, component->access_count != 0 ? "dir_access_control" : "limits",
               "belongs into a node of msg_servers: move it there");
}

static uint32_t bytes_of(const struct manifest_texts *texts)
{
    uint32_t bytes = 0;

    for (uint32_t i = 0; i < texts->count; i++)
        bytes += (uint32_t)str_length(texts->text[i]) + 1;
    return bytes;
}

/* A component is told its arguments and environment in one page, with what else it starts with. */
static void check_texts(const struct checked *checked)
{
    const struct manifest_component *component = checked->component;
    uint32_t bytes = bytes_of(&component->arguments) + bytes_of(&component->environment_names) +
                     bytes_of(&component->environment_values);

    if (bytes > MANIFEST_START_BYTES_MAX)
        refuse(checked, component->arguments.count > 0 ? "args" : "env",
               "has %u bytes, args and env together: shorten them to %u", bytes,
               MANIFEST_START_BYTES_MAX);
}

static void check_cores(const struct checked *checked)
{
    const struct manifest_component *component = checked->component;

    for (uint32_t i = 0; i < component->core_count; i++) {
        for (uint32_t n = 0; n < i; n++) {
            if (component->cores[n] == component->cores[i])
                refuse(checked, "cores", "has %u twice: remove one", component->cores[i]);
        }
    }
}

static void check_component(struct manifest_reader *reader,
                            const struct manifest_component *component)
{
    struct checked checked = {.reader = reader, .component = component};

    format(checked.path, sizeof(checked.path), "/%s/%s",
           component->is_message_server ? "msg_servers" : "apps", component->name);
    check_memory(&checked);
    check_image(&checked);
    check_servers(&checked);
    check_texts(&checked);
    check_cores(&checked);
    manifest_check_devices(reader, component, checked.path);
}

/* A core that several share may not give away more time than it has. */
static void check_shares(struct manifest_reader *reader)
{
    const struct manifest *manifest = reader->manifest;

    for (uint32_t core = 0; core <= 63; core++) {
        uint64_t share = manifest_share(manifest, core, 64);

        if (share > MILLION)
            manifest_refuse_at(reader, "/apps", NULL,
                               "together ask for %u %% of core %u, root's part included: lower "
                               "their budget-us, or move some",
                               (uint32_t)(share / (MILLION / 100)), core);
    }
}

/* What the machine must have: quotas, rings, images that are installed, and what root copies. */
static void check_total(struct manifest_reader *reader)
{
    const struct manifest *manifest = reader->manifest;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < manifest->component_count; i++)
        sum += manifest->components[i].memory_bytes + manifest->components[i].image_bytes_max;
    if (manifest->memory_bytes != 0 && sum > manifest->memory_bytes)
        manifest_refuse_at(
            reader, "/", "memory",
            "is less than the components' quotas (0x%llx in all): raise it, or lower "
            "theirs",
            (unsigned long long)sum);
    if (manifest->root_budget_us > manifest->root_period_us)
        manifest_refuse_at(reader, "/", "root-budget-us", "is more than root-period-us: lower it");
}

/* A component that depends on itself, through however many others, could never be restarted. */
static uint32_t find_cycle(const struct manifest *manifest)
{
    manifest_set_t reached[MANIFEST_COMPONENTS_MAX] = {0};
    uint32_t count = manifest->component_count;

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t d = 0; d < manifest->components[i].dependant_count; d++)
            reached[i] |= UINT32_C(1) << manifest->components[i].dependants[d];
    }
    for (uint32_t via = 0; via < count; via++) {
        for (uint32_t i = 0; i < count; i++)
            reached[i] |= (reached[i] >> via & 1) != 0 ? reached[via] : 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((reached[i] >> i & 1) != 0)
            return i;
    }
    return MANIFEST_NONE;
}

void manifest_check(struct manifest_reader *reader)
{
    struct manifest *manifest = reader->manifest;
    uint32_t cycle = find_cycle(manifest);

    for (uint32_t i = 0; i < manifest->server_count; i++)
        manifest->components[i].is_message_server = true;
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        struct manifest_component *component = &manifest->components[i];

        if (component->core_count == 0)
            component->core_count = 1; /* core 0 */
        check_component(reader, component);
    }
    manifest_check_access(reader);
    manifest_check_aux_devices(reader);
    check_shares(reader);
    check_total(reader);
    if (cycle != MANIFEST_NONE)
        manifest_refuse_at(reader, "/supervision", manifest->components[cycle].name,
                           "depends on itself: break the cycle");
}

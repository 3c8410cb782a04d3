/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest as a whole: from a blob to the struct, and what one asks the struct.
 */
#include "read.h"

enum { MILLION = 1000000 };

/* The node as a path; "/" for the root. */
static void write_path(char *out, size_t size, const struct fdt_node *node)
{
    size_t length = 0;

    (void)str_copy(out, size, "/");
    for (uint32_t depth = 1; depth <= node->depth && length < size; depth++) {
        struct fdt_node at = *node;

        while (at.depth > depth)
            (void)fdt_parent(&at, &at);
        length += format(out + length, size - length, "/%s", fdt_name(&at));
    }
}

static void tell(struct manifest_reader *reader, const char *path, const char *property,
                 const char *why, va_list arguments)
{
    char text[MANIFEST_ERROR_BYTES];

    format_v(text, sizeof(text), why, arguments);
    reader->mistakes++;
    reader->listener->refuse(reader->listener->state, path, property, text);
}

bool manifest_refuse(struct manifest_reader *reader, const struct fdt_node *node,
                     const char *property, const char *why, ...)
{
    char path[MANIFEST_WHERE_BYTES];
    va_list arguments;

    write_path(path, sizeof(path), node);
    va_start(arguments, why);
    tell(reader, path, property, why, arguments);
    va_end(arguments);
    return false;
}

bool manifest_refuse_at(struct manifest_reader *reader, const char *path, const char *property,
                        const char *why, ...)
{
    va_list arguments;

    va_start(arguments, why);
    tell(reader, path, property, why, arguments);
    va_end(arguments);
    return false;
}

uint32_t manifest_find(const struct manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->component_count; i++) {
        if (str_equal(manifest->components[i].name, name))
            return i;
    }
    return MANIFEST_NONE;
}

bool manifest_is_client(const struct manifest_component *component, uint32_t server)
{
    for (uint32_t i = 0; i < component->server_count; i++) {
        if (component->servers[i] == server)
            return true;
    }
    return false;
}

uint64_t manifest_share(const struct manifest *manifest, uint32_t core, uint32_t core_count)
{
    uint64_t sum =
        core == 0 ? (uint64_t)manifest->root_budget_us * MILLION / manifest->root_period_us : 0;

    for (uint32_t i = 0; i < manifest->component_count; i++) {
        const struct manifest_component *component = &manifest->components[i];

        for (uint32_t c = 0; c < component->core_count; c++) {
            if (component->cores[c] % core_count == core)
                sum += (uint64_t)component->budget_us * MILLION / component->period_us;
        }
    }
    return sum;
}

static void check_version(struct manifest_reader *reader, const struct fdt_node *root)
{
    char version[32];

    format(version, sizeof(version), "skerry,manifest-v%u", MANIFEST_VERSION);
    if (!fdt_is_compatible(root, version))
        manifest_refuse(reader, root, "compatible", "is not \"%s\": no other version is known",
                        version);
}

bool manifest_read_all(struct manifest *manifest, const void *blob, size_t size,
                       const struct manifest_listener *listener)
{
    struct manifest_reader reader = {.manifest = manifest, .listener = listener};
    enum fdt_error error = fdt_open(&reader.fdt, blob, size);
    struct fdt_node root;

    mem_zero(manifest, sizeof(*manifest));
    if (error != FDT_OK)
        return manifest_refuse_at(&reader, "", NULL,
                                  "not a compiled manifest: %s: compile it with dtc",
                                  fdt_error_text(error));
    fdt_root(&reader.fdt, &root);
    check_version(&reader, &root);
    manifest_read_system(&reader, &root);
    if (reader.mistakes == 0) {
        reader.pass = PASS_NAMES;
        manifest_read_system(&reader, &root);
    }
    if (reader.mistakes == 0)
        manifest_check(&reader);
    return reader.mistakes == 0;
}

/* Keeps the first mistake. */
static void keep_first(void *state, const char *path, const char *property, const char *why)
{
    struct manifest_error *error = state;

    if (error->text[0] == '\0')
        format(error->text, sizeof(error->text), "%s%s%s%s%s", path, property != NULL ? " " : "",
               property != NULL ? property : "", path[0] != '\0' ? ": " : "", why);
}

bool manifest_read(struct manifest *manifest, const void *blob, size_t size,
                   struct manifest_error *error)
{
    const struct manifest_listener listener = {.state = error, .refuse = keep_first};

    error->text[0] = '\0';
    return manifest_read_all(manifest, blob, size, &listener);
}

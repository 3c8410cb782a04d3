/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry release diff: what a newer release changes, and above all what it newly allows.
 *
 * Contents are compared by hash, permissions by what the two manifests say once they are read: who
 * may publish or ask for which protocol, and who is given which device.
 */
#include "release.h"

#include <manifest/manifest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct side {
    json_t *metadata;
    json_t *targets;
    struct bytes blob;
    struct manifest *manifest;
};

static const char *hash_of(const json_t *target)
{
    const char *hash =
        json_string_value(json_object_get(json_object_get(target, "hashes"), "sha256"));

    return hash != NULL ? hash : "";
}

static void side_close(struct side *side)
{
    json_decref(side->metadata);
    free(side->blob.data);
    free(side->manifest);
}

static bool side_open(struct side *side, const char *repository, uint32_t version)
{
    static const char name[] = "manifest.dtb";
    char path[REPOSITORY_PATH_BYTES];
    struct manifest_error error = {"is too large"};

    memset(side, 0, sizeof(*side));
    side->metadata = repository_read(repository, "targets", version, NULL);
    if (side->metadata == NULL)
        return false;
    side->targets = json_object_get(json_object_get(side->metadata, "signed"), "targets");
    repository_target_path(path, repository, hash_of(json_object_get(side->targets, name)), name);
    side->manifest = allocate(sizeof(*side->manifest));
    if (!file_read(path, &side->blob))
        return false;
    if (manifest_read(side->manifest, side->blob.data, side->blob.size, &error))
        return true;
    fprintf(stderr, "%s: %s\n", path, error.text);
    return false;
}

/* ---- contents ---- */

static unsigned print_contents(const struct side *old, const struct side *new)
{
    const char *name;
    json_t *target;
    unsigned changes = 0;

    json_object_foreach(new->targets, name, target)
    {
        const json_t *before = json_object_get(old->targets, name);

        if (before != NULL && strcmp(hash_of(before), hash_of(target)) == 0)
            continue;
        printf("%s  %s (%lld bytes)\n", before != NULL ? "changed " : "new file", name,
               (long long)json_integer_value(json_object_get(target, "length")));
        changes++;
    }
    json_object_foreach(old->targets, name, target)
    {
        if (json_object_get(new->targets, name) != NULL)
            continue;
        printf("gone      %s\n", name);
        changes++;
    }
    return changes;
}

/* ---- permissions ---- */

static const struct manifest_component *component_find(const struct manifest *manifest,
                                                       const char *name)
{
    uint32_t index = manifest_find(manifest, name);

    return index != MANIFEST_NONE ? &manifest->components[index] : NULL;
}

static bool has_device(const struct manifest_component *component, const char *name)
{
    for (uint32_t i = 0; component != NULL && i < component->resource_count; i++) {
        if (strcmp(component->resources[i].name, name) == 0)
            return true;
    }
    return false;
}

static unsigned print_new_devices(const struct manifest *old, const struct manifest *new)
{
    unsigned changes = 0;

    for (uint32_t i = 0; i < new->component_count; i++) {
        const struct manifest_component *component = &new->components[i];
        const struct manifest_component *before = component_find(old, component->name);

        for (uint32_t device = 0; device < component->resource_count; device++) {
            if (has_device(before, component->resources[device].name))
                continue;
            printf("device    %s is given %s\n", component->name,
                   component->resources[device].name);
            changes++;
        }
    }
    return changes;
}

/* Whether the old manifest lets an app of this name do this with the protocol at the server. */
static bool was_allowed(const struct manifest *old, const char *server, const char *protocol,
                        const char *app, bool is_publish)
{
    const struct manifest_component *component = component_find(old, server);
    uint32_t index = manifest_find(old, app);

    for (uint32_t i = 0; component != NULL && i < component->access_count; i++) {
        const struct manifest_access *access = &component->access[i];
        manifest_set_t set = is_publish ? access->publish : access->request;

        if (strcmp(access->protocol, protocol) == 0)
            return index != MANIFEST_NONE && (set >> index & 1) != 0;
    }
    return false;
}

static unsigned print_new_access(const struct manifest *old, const struct manifest *new,
                                 const struct manifest_component *server,
                                 const struct manifest_access *access)
{
    unsigned changes = 0;

    for (uint32_t app = 0; app < new->component_count; app++) {
        const char *name = new->components[app].name;

        for (unsigned way = 0; way < 2; way++) {
            manifest_set_t set = way == 0 ? access->publish : access->request;

            if ((set >> app & 1) == 0 ||
                was_allowed(old, server->name, access->protocol, name, way == 0))
                continue;
            printf("connection %s may %s %s at %s\n", name, way == 0 ? "publish" : "ask for",
                   access->protocol, server->name);
            changes++;
        }
    }
    return changes;
}

static unsigned print_new_connections(const struct manifest *old, const struct manifest *new)
{
    unsigned changes = 0;

    for (uint32_t i = 0; i < new->component_count; i++) {
        const struct manifest_component *server = &new->components[i];

        for (uint32_t rule = 0; rule < server->access_count; rule++)
            changes += print_new_access(old, new, server, &server->access[rule]);
    }
    return changes;
}

/* A version of the targets; 0, with the reason on stderr, when there is none like it. */
static uint32_t version_of(const char *repository, const char *text)
{
    char *end;
    unsigned long version = strtoul(text, &end, 10);

    if (*end == '\0' && version >= 1 && version <= repository_latest(repository, "targets"))
        return (uint32_t)version;
    fprintf(stderr, "%s: has no targets of version '%s'\n", repository, text);
    return 0;
}

static enum exit_status run_diff(const struct command *self, int count, char **words)
{
    struct side old = {0}, new = {0};
    uint32_t from, to;
    enum exit_status status = EXIT_REFUSED;

    if (command_line_read(self, (const struct option[]){{0}}, count, words, 3, 3) < 0)
        return EXIT_USAGE;
    from = version_of(words[0], words[1]);
    to = version_of(words[0], words[2]);
    if (from != 0 && to != 0 && side_open(&old, words[0], from) && side_open(&new, words[0], to)) {
        unsigned changes = print_contents(&old, &new);

        changes += print_new_devices(old.manifest, new.manifest);
        changes += print_new_connections(old.manifest, new.manifest);
        if (changes == 0)
            printf("no difference\n");
        status = EXIT_DONE;
    }
    side_close(&old);
    side_close(&new);
    return status;
}

const struct command release_diff_command = {
    .name = "diff",
    .summary = "Say what a release changes and newly allows",
    .operands = "REPO OLD NEW",
    .help = "OLD and NEW are versions of REPO's targets, as `build` printed them.\n",
    .run = run_diff,
};

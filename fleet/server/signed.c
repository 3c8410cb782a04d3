/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata out of an archive, given to lib/release, which decides.
 *
 * The repository is laid out as TUF has it: metadata/VERSION.ROLE.json, metadata/timestamp.json,
 * and targets of any name, since a file is known by its hash.
 */
#include "signed.h"

#include <abi/status.h>
#include <jansson.h>
#include <release/release.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { METADATA_KEPT_MAX = RELEASE_ROOTS_MAX + 3 };

/* The files that are judged, and which of the archive's they are. */
struct chosen {
    struct release_files files;
    struct release_file *slots[METADATA_KEPT_MAX];
    const struct import_file *sources[METADATA_KEPT_MAX];
    uint32_t count;
};

static status_t refuse(struct import *import, const char *why)
{
    snprintf(import->problem, sizeof(import->problem), "%s", why);
    return ERR_BAD_ARGUMENT;
}

bool import_is_signed(const struct import *import)
{
    for (uint32_t i = 0; i < import->file_count; i++)
        if (strncmp(import->files[i].path, "metadata/", 9) == 0)
            return true;
    return false;
}

bool root_version(const char *root, size_t size, int64_t *version)
{
    json_t *json = json_loadb(root, size, JSON_REJECT_DUPLICATES, NULL);
    const char *type = "";
    json_int_t number = 0;
    bool is_root = json_unpack(json, "{s:{s:s, s:I}}", "signed", "_type", &type, "version",
                               &number) == 0 && strcmp(type, "root") == 0;

    *version = number;
    json_decref(json);
    return is_root;
}

/* The version in metadata/VERSION.ROLE.json, or 0 when the path is something else. */
static int64_t version_of(const char *path, const char *role)
{
    char expected[64];
    char *end;
    long long version;

    if (strncmp(path, "metadata/", 9) != 0)
        return 0;
    version = strtoll(path + 9, &end, 10);
    snprintf(expected, sizeof(expected), ".%s.json", role);
    return version > 0 && strcmp(end, expected) == 0 ? version : 0;
}

static void choose(struct chosen *chosen, struct release_file *slot,
                   const struct import_file *source)
{
    chosen->slots[chosen->count] = slot;
    chosen->sources[chosen->count++] = source;
}

/* The role's file with the lowest version above `above` or, with `newest`, the highest of all. */
static const struct import_file *find_version(const struct import *import, const char *role,
                                              int64_t above, bool newest, int64_t *version)
{
    const struct import_file *found = NULL;

    for (uint32_t i = 0; i < import->file_count; i++) {
        int64_t number = version_of(import->files[i].path, role);

        if (number <= above || (found != NULL && (number > *version) != newest))
            continue;
        found = &import->files[i];
        *version = number;
    }
    return found;
}

static const struct import_file *find_path(const struct import *import, const char *path)
{
    for (uint32_t i = 0; i < import->file_count; i++)
        if (strcmp(import->files[i].path, path) == 0)
            return &import->files[i];
    return NULL;
}

static bool choose_all(struct chosen *chosen, const struct import *import, int64_t root)
{
    struct release_files *files = &chosen->files;
    const struct import_file *timestamp = find_path(import, "metadata/timestamp.json");
    const struct import_file *snapshot, *targets, *next;
    int64_t version;

    snapshot = find_version(import, "snapshot", 0, true, &version);
    targets = find_version(import, "targets", 0, true, &version);
    if (timestamp == NULL || snapshot == NULL || targets == NULL)
        return false;
    choose(chosen, &files->timestamp, timestamp);
    choose(chosen, &files->snapshot, snapshot);
    choose(chosen, &files->targets, targets);
    while (files->new_root_count < RELEASE_ROOTS_MAX &&
           (next = find_version(import, "root", root, false, &version)) != NULL) {
        choose(chosen, &files->new_roots[files->new_root_count++], next);
        root = version;
    }
    return true;
}

static status_t load(struct release_file *slot, const struct blobs *blobs,
                     const struct import_file *source)
{
    uint64_t size;
    char *bytes;
    int fd;
    status_t status = blob_read(blobs, source->hash, &fd, &size);

    if (status != OK)
        return status;
    bytes = size <= RELEASE_FILE_BYTES_MAX ? malloc(size + 1) : NULL;
    if (bytes == NULL || pread(fd, bytes, size, 0) != (ssize_t)size)
        status = ERR_BAD_ARGUMENT;
    *slot = (struct release_file){bytes, size};
    close(fd);
    return status;
}

static void unload_all(struct chosen *chosen)
{
    for (uint32_t i = 0; i < chosen->count; i++)
        free((char *)chosen->slots[i]->data);
}

/* The archive's file with this content. */
static const struct import_file *find_content(const struct import *import,
                                              const struct store_entry *entry)
{
    for (uint32_t i = 0; i < import->file_count; i++)
        if (memcmp(import->files[i].hash, entry->sha256, SHA256_BYTES) == 0 &&
            import->files[i].size == entry->size_bytes)
            return &import->files[i];
    return NULL;
}

/* From what lies in the archive to what the release is. */
static status_t keep_release(struct import *import, const struct chosen *chosen,
                             const struct store_generation *generation)
{
    static _Thread_local struct import_file kept[IMPORT_FILES_MAX];
    uint32_t count = 0;

    if (generation->entry_count + chosen->count > IMPORT_FILES_MAX)
        return refuse(import, "the release has too many files");
    import->size = 0;
    for (uint32_t i = 0; i < generation->entry_count; i++) {
        const struct import_file *file = find_content(import, &generation->entries[i]);

        if (file == NULL) {
            snprintf(import->problem, sizeof(import->problem),
                     "the archive lacks %s as it was signed", generation->entries[i].name);
            return ERR_BAD_ARGUMENT;
        }
        kept[count] = *file;
        snprintf(kept[count].path, IMPORT_PATH_SIZE, "%s", generation->entries[i].name);
        import->size += kept[count++].size;
    }
    for (uint32_t i = 0; i < chosen->count; i++)
        kept[count++] = *chosen->sources[i];
    memcpy(import->files, kept, count * sizeof(kept[0]));
    import->file_count = count;
    return OK;
}

status_t import_check_signatures(struct import *import, const struct blobs *blobs,
                                 const char *root, size_t root_size)
{
    static _Thread_local struct release_verdict verdict;
    struct chosen chosen = {.files = {.trusted_root = {root, root_size}}};
    status_t status = OK;
    int64_t version = 0;

    if (!root_version(root, root_size, &version))
        return refuse(import, "the project's trusted root is none");
    if (!choose_all(&chosen, import, version))
        return refuse(import, "the archive lacks timestamp, snapshot or targets metadata");
    for (uint32_t i = 0; status == OK && i < chosen.count; i++)
        status = load(chosen.slots[i], blobs, chosen.sources[i]);
    if (status == OK && !release_inspect(&chosen.files, &verdict)) {
        snprintf(import->problem, sizeof(import->problem), "%s: %s",
                 release_refusal_text(verdict.refusal), verdict.why);
        status = ERR_BAD_ARGUMENT;
    }
    if (status == OK)
        status = keep_release(import, &chosen, &verdict.generation);
    else if (import->problem[0] == '\0')
        status = refuse(import, "a metadata file is too large");
    unload_all(&chosen);
    return status;
}

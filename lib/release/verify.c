/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of trust: the root that the device has, newer roots that it signs, then timestamp,
 * snapshot and targets, each named by the one before with version, length and hash.
 */
#include "metadata.h"

#include <base/format.h>
#include <base/memory.h>
#include <string.h>

struct chain {
    const struct release_device *device; /* NULL: only look */
    const struct release_files *files;
    struct release_verdict *verdict;
    struct metadata root;
    struct metadata timestamp;
    struct metadata snapshot;
    struct metadata targets;
};

static int64_t time_of(const struct chain *chain)
{
    return chain->device != NULL ? chain->device->now_s : 0;
}

static bool is_not_older(const struct chain *chain, const struct judge *judge,
                         enum release_role role, uint32_t version)
{
    chain->verdict->generation.roles[role] = version;
    return chain->device == NULL || version >= chain->device->roles[role] ||
           judge_refuse(judge, RELEASE_OLDER_METADATA, "is older than one accepted before");
}

/* ---- roots ---- */

/* A new root is the next version, signed by enough keys of the old one and of its own. */
static bool root_follow(struct chain *chain, const struct judge *judge,
                        const struct release_file *file)
{
    struct metadata next;

    if (!metadata_open(&next, judge, file, "root"))
        return false;
    if (next.version != chain->root.version + 1) {
        metadata_close(&next);
        return judge_refuse(judge, RELEASE_MIXED, "is not the next version of the root");
    }
    if (!metadata_is_signed(&next, judge, chain->root.body, "root") ||
        !metadata_is_signed(&next, judge, next.body, "root")) {
        metadata_close(&next);
        return false;
    }
    metadata_close(&chain->root);
    chain->root = next;
    chain->verdict->root = file;
    return true;
}

static bool roots_check(struct chain *chain)
{
    const struct judge judge = {chain->verdict, "root.json"};

    if (!metadata_open(&chain->root, &judge, &chain->files->trusted_root, "root"))
        return false;
    chain->verdict->root = &chain->files->trusted_root;
    for (uint32_t i = 0; i < chain->files->new_root_count; i++) {
        if (!root_follow(chain, &judge, &chain->files->new_roots[i]))
            return false;
    }
    /* What signed itself out of date is no root to start from, even if it is the device's own. */
    return metadata_is_signed(&chain->root, &judge, chain->root.body, "root") &&
           metadata_is_fresh(&chain->root, &judge, time_of(chain)) &&
           is_not_older(chain, &judge, RELEASE_ROOT, chain->root.version);
}

/* ---- timestamp, snapshot, targets ---- */

/* The file is the one that `above` speaks of. */
static bool is_meant(const struct metadata *above, const struct judge *judge,
                     const struct release_file *file, uint32_t version)
{
    const json_t *entry = json_object_get(json_object_get(above->body, "meta"), judge->file);
    uint8_t expected[SHA256_BYTES];
    uint8_t found[SHA256_BYTES];
    int64_t number;

    if (!number_read(json_object_get(entry, "length"), 0, RELEASE_FILE_BYTES_MAX, &number) ||
        !hex_read(json_object_get(json_object_get(entry, "hashes"), "sha256"), expected,
                  sizeof(expected)))
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "has no length and hash in the file above");
    sha256(file->data, file->size, found);
    if ((uint64_t)number != file->size || !mem_equal(expected, found, sizeof(found)))
        return judge_refuse(judge, RELEASE_MIXED, "is not the file that was signed beside it");
    return (number_read(json_object_get(entry, "version"), 1, INT32_MAX, &number) &&
            number == version) ||
           judge_refuse(judge, RELEASE_MIXED, "has another version than the file above says");
}

static bool file_check(struct chain *chain, const char *name, enum release_role role,
                       const struct metadata *above, const struct release_file *file,
                       struct metadata *metadata)
{
    const struct judge judge = {chain->verdict, name};
    char type[16];

    format(type, sizeof(type), "%.*s", (int)(strlen(name) - strlen(".json")), name);
    return metadata_open(metadata, &judge, file, type) &&
           metadata_is_signed(metadata, &judge, chain->root.body, type) &&
           metadata_is_fresh(metadata, &judge, time_of(chain)) &&
           is_not_older(chain, &judge, role, metadata->version) &&
           (above == NULL || is_meant(above, &judge, file, metadata->version));
}

/* ---- what the targets are ---- */

/* A name, not a path: letters, digits, and . _ - behind the first. */
static bool is_name(const char *name)
{
    static const char others[] = "._-";
    size_t length = strlen(name);

    if (length == 0 || length >= STORE_NAME_BYTES)
        return false;
    for (size_t i = 0; i < length; i++) {
        bool is_plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                        (name[i] >= '0' && name[i] <= '9');

        if (!is_plain && (i == 0 || strchr(others, name[i]) == NULL))
            return false;
    }
    return true;
}

static bool entry_take(struct store_entry *entry, const char *name, const json_t *target)
{
    int64_t size;

    if (!is_name(name) || !number_read(json_object_get(target, "length"), 0, INT64_MAX, &size) ||
        !hex_read(json_object_get(json_object_get(target, "hashes"), "sha256"), entry->sha256,
                  SHA256_BYTES))
        return false;
    mem_zero(entry->name, sizeof(entry->name));
    str_copy(entry->name, sizeof(entry->name), name);
    entry->size_bytes = (uint64_t)size;
    return true;
}

static bool entries_take(struct chain *chain, const struct judge *judge)
{
    struct store_generation *generation = &chain->verdict->generation;
    json_t *list = json_object_get(chain->targets.body, "targets");
    const char *name;
    json_t *target;

    if (!json_is_object(list) || json_object_size(list) > STORE_ENTRIES_MAX)
        return judge_refuse(judge, RELEASE_BAD_CONTENTS, "lists no targets, or too many");
    json_object_foreach(list, name, target)
    {
        if (!entry_take(&generation->entries[generation->entry_count++], name, target))
            return judge_refuse(judge, RELEASE_BAD_CONTENTS, "a target has no plain name or hash");
    }
    if (json_object_get(list, "manifest.dtb") == NULL)
        return judge_refuse(judge, RELEASE_BAD_CONTENTS, "lists no manifest.dtb");
    return true;
}

/* Takes what the release says of itself; whether that suits the device is asked later. */
static bool own_take(struct chain *chain, const struct judge *judge, const json_t *own)
{
    struct store_generation *generation = &chain->verdict->generation;
    const json_t *is_return = json_object_get(own, "return");
    int64_t version;

    if (!number_read(json_object_get(own, "release"), 1, INT64_MAX, &version) ||
        (is_return != NULL && !json_is_boolean(is_return)))
        return judge_refuse(judge, RELEASE_BAD_FORMAT, "has no release number in x-skerry");
    generation->version = (uint64_t)version;
    generation->flags = json_is_true(is_return) ? STORE_GENERATION_IS_RETURN : 0;
    return true;
}

static bool suits_device(const struct chain *chain, const struct judge *judge, const json_t *own)
{
    const struct release_device *device = chain->device;
    const struct store_generation *generation = &chain->verdict->generation;
    const char *kind = json_string_value(json_object_get(own, "device"));
    uint8_t abi_hash[SHA256_BYTES];
    int64_t machine;

    if (kind == NULL || strcmp(kind, device->device) != 0)
        return judge_refuse(judge, RELEASE_OTHER_DEVICE, "is for another kind of device");
    if (!number_read(json_object_get(own, "machine"), 1, UINT16_MAX, &machine) ||
        machine != device->machine)
        return judge_refuse(judge, RELEASE_OTHER_MACHINE, "is for another processor");
    if (!hex_read(json_object_get(own, "abi"), abi_hash, sizeof(abi_hash)) ||
        !mem_equal(abi_hash, device->abi_hash, sizeof(abi_hash)))
        return judge_refuse(judge, RELEASE_OTHER_ABI, "was built against another ABI");
    return generation->version >= device->floor || generation->flags != 0 ||
           judge_refuse(judge, RELEASE_BELOW_FLOOR,
                        "is older than a release accepted before, and no signed return");
}

static bool contents_check(struct chain *chain)
{
    const struct judge judge = {chain->verdict, "targets.json"};
    const json_t *own = json_object_get(chain->targets.body, "x-skerry");

    return own_take(chain, &judge, own) && entries_take(chain, &judge) &&
           (chain->device == NULL || suits_device(chain, &judge, own));
}

static bool verify(struct chain *chain)
{
    const struct release_files *files = chain->files;
    const struct judge clock = {chain->verdict, "clock"};
    struct store_generation *generation = &chain->verdict->generation;

    if (chain->device != NULL && chain->device->now_s <= 0)
        return judge_refuse(&clock, RELEASE_NO_TIME, "is not set, so nothing can be called fresh");
    if (!roots_check(chain) ||
        !file_check(chain, "timestamp.json", RELEASE_TIMESTAMP, NULL, &files->timestamp,
                    &chain->timestamp) ||
        !file_check(chain, "snapshot.json", RELEASE_SNAPSHOT, &chain->timestamp, &files->snapshot,
                    &chain->snapshot) ||
        !file_check(chain, "targets.json", RELEASE_TARGETS, &chain->snapshot, &files->targets,
                    &chain->targets) ||
        !contents_check(chain))
        return false;
    sha256(chain->verdict->root->data, chain->verdict->root->size, generation->root_sha256);
    return true;
}

static bool judge_release(const struct release_device *device, const struct release_files *files,
                          struct release_verdict *verdict)
{
    struct chain chain = {.device = device, .files = files, .verdict = verdict};
    bool is_good;

    mem_zero(verdict, sizeof(*verdict));
    if (files->new_root_count > RELEASE_ROOTS_MAX)
        return judge_refuse(&(struct judge){verdict, "root.json"}, RELEASE_TOO_LARGE,
                            "more new roots than are followed at once");
    is_good = verify(&chain);
    metadata_close(&chain.root);
    metadata_close(&chain.timestamp);
    metadata_close(&chain.snapshot);
    metadata_close(&chain.targets);
    return is_good;
}

bool release_verify(const struct release_device *device, const struct release_files *files,
                    struct release_verdict *verdict)
{
    return judge_release(device, files, verdict);
}

bool release_inspect(const struct release_files *files, struct release_verdict *verdict)
{
    return judge_release(NULL, files, verdict);
}

const char *release_refusal_text(enum release_refusal refusal)
{
    static const char *const texts[] = {
        [RELEASE_OK] = "good",
        [RELEASE_TOO_LARGE] = "too large",
        [RELEASE_BAD_FORMAT] = "bad format",
        [RELEASE_UNSIGNED] = "not signed",
        [RELEASE_EXPIRED] = "expired",
        [RELEASE_NO_TIME] = "no time",
        [RELEASE_OLDER_METADATA] = "older metadata",
        [RELEASE_MIXED] = "files that do not belong together",
        [RELEASE_OTHER_DEVICE] = "for another device",
        [RELEASE_OTHER_MACHINE] = "for another processor",
        [RELEASE_OTHER_ABI] = "for another ABI",
        [RELEASE_BELOW_FLOOR] = "older than the floor",
        [RELEASE_BAD_CONTENTS] = "bad contents",
        [RELEASE_OUT_OF_MEMORY] = "out of memory",
    };

    return (size_t)refusal < array_count(texts) ? texts[refusal] : "unknown";
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry release: from a boot bundle to a signed release.
 *
 * build lists the bundle's files as targets, sign adds the signatures that are still missing.
 */
#include "release.h"
#include "bundle_load.h"
#include "command.h"

#include <abi/boot.h>
#include <abi/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

/* ---- build ---- */

static bool add_target(json_t *targets, const char *repository, const struct bundle_file *file)
{
    char path[REPOSITORY_PATH_BYTES];
    char hash[KEY_ID_TEXT];
    uint8_t found[SHA256_BYTES];

    sha256(file->bytes, (size_t)file->size_bytes, found);
    text_of_bytes(hash, found, sizeof(found));
    json_object_set_new(targets, file->name,
                        json_pack("{s:I, s:{s:s}}", "length", (json_int_t)file->size_bytes,
                                  "hashes", "sha256", hash));
    repository_target_path(path, repository, hash, file->name);
    return file_write(path, file->bytes, (size_t)file->size_bytes);
}

struct wanted {
    const char *repository;
    const char *device;
    const char *expires;
    json_int_t release;
    bool is_return;
};

static bool build(const struct wanted *wanted, const char *path)
{
    uint32_t version = repository_latest(wanted->repository, "targets") + 1;
    struct bundle bundle;
    struct bundle_file file;
    char abi[KEY_ID_TEXT];
    uint32_t machine;
    void *memory;
    json_t *metadata, *body, *targets;
    bool is_done = true;

    if (!bundle_load(&bundle, path, &memory, &machine))
        return false;
    metadata = metadata_make("targets", version, wanted->expires);
    body = json_object_get(metadata, "signed");
    targets = json_object();
    for (uint32_t i = 0; is_done && bundle_file(&bundle, i, &file); i++)
        is_done = add_target(targets, wanted->repository, &file);
    text_of_bytes(abi, abi_hash, sizeof(abi_hash));
    json_object_set_new(body, "targets", targets);
    json_object_set_new(body, "x-skerry",
                        json_pack("{s:I, s:s, s:i, s:s, s:b}", "release", wanted->release, "device",
                                  wanted->device, "machine", (int)machine, "abi", abi, "return",
                                  (int)wanted->is_return));
    is_done = is_done && repository_write(wanted->repository, "targets", version, metadata);
    if (is_done)
        printf("targets %u, release %lld, unsigned\n", (unsigned)version,
               (long long)wanted->release);
    json_decref(metadata);
    free(memory);
    return is_done;
}

static enum exit_status run_build(const struct command *self, int count, char **words)
{
    struct wanted wanted = {0};
    const char *release = NULL;
    const struct option options[] = {{"--device", NULL, &wanted.device},
                                     {"--release", NULL, &release},
                                     {"--expires", NULL, &wanted.expires},
                                     {"--return", &wanted.is_return, NULL},
                                     {0}};
    char *end = NULL;

    if (command_line_read(self, options, count, words, 2, 2) < 0)
        return EXIT_USAGE;
    wanted.repository = words[0];
    wanted.release = release != NULL ? (json_int_t)strtoll(release, &end, 10) : 0;
    if (wanted.device == NULL || wanted.release < 1 || *end != '\0') {
        fprintf(stderr, "skerry release build: give --device KIND and --release NUMBER\n");
        return EXIT_USAGE;
    }
    return build(&wanted, words[1]) ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command build_command = {
    .name = "build",
    .summary = "Make a release of a system's boot bundle",
    .operands = "REPO BUNDLE --device KIND --release NUMBER [--expires TIME] [--return]",
    .help = "Copies the bundle's files to REPO by their hashes and lists them in the next\n"
            "targets.json, which nobody has signed yet.\n\n"
            "  --device KIND     devices that it is for\n"
            "  --release NUMBER  a device takes no lower one than it took before\n"
            "  --expires TIME    as 2030-01-31T00:00:00Z (in a year)\n"
            "  --return          devices may go back to this one from a higher one\n",
    .run = run_build,
};

/* ---- sign ---- */

static bool sign_existing(const char *repository, const char *role, uint32_t version,
                          const struct key *key)
{
    json_t *metadata = repository_read(repository, role, version, NULL);
    bool is_done;

    if (metadata == NULL)
        return false;
    metadata_sign(metadata, key);
    is_done = repository_write(repository, role, version, metadata);
    json_decref(metadata);
    return is_done;
}

static bool is_signed_enough(const char *repository, const char *role, const json_t *metadata)
{
    json_t *root = repository_read(repository, "root", repository_latest(repository, "root"), NULL);
    unsigned signatures = 0, threshold = 1;

    if (root != NULL)
        metadata_count(metadata, root, role, &signatures, &threshold);
    json_decref(root);
    if (signatures < threshold)
        fprintf(stderr, "%s: the newest %s has %u of %u signatures: sign it first\n", repository,
                role, signatures, threshold);
    return signatures >= threshold;
}

/* The version of the next file of the role. */
static uint32_t next_version(const char *repository, const char *role)
{
    json_t *last;
    uint32_t version;

    if (strcmp(role, "timestamp") != 0)
        return repository_latest(repository, role) + 1;
    if (!repository_has(repository, role, 0))
        return 1;
    last = repository_read(repository, role, 0, NULL);
    version =
        (uint32_t)json_integer_value(json_object_get(json_object_get(last, "signed"), "version"));
    json_decref(last);
    return version + 1;
}

/* A file of `role` that speaks of the file below it, signed at once. */
static bool write_upper(const char *repository, const char *role, const json_t *meta,
                        const char *expires, const struct key *key)
{
    uint32_t version = next_version(repository, role);
    json_t *metadata = metadata_make(role, version, expires);
    bool is_done;

    json_object_set(json_object_get(metadata, "signed"), "meta", (json_t *)(uintptr_t)meta);
    metadata_sign(metadata, key);
    is_done =
        repository_write(repository, role, strcmp(role, "timestamp") == 0 ? 0 : version, metadata);
    json_decref(metadata);
    return is_done;
}

static bool sign_upper(const char *repository, const char *role, const char *below,
                       const char *expires, const struct key *key)
{
    uint32_t version = repository_latest(repository, below);
    uint8_t hash[SHA256_BYTES];
    char hash_text[KEY_ID_TEXT], name[64];
    struct bytes text = {0};
    json_t *inner, *meta;
    bool is_done;

    if (version == 0) {
        fprintf(stderr, "%s: has no %s yet for a %s to speak of\n", repository, below, role);
        return false;
    }
    inner = repository_read(repository, below, version, &text);
    is_done = inner != NULL && is_signed_enough(repository, below, inner);
    json_decref(inner);
    if (is_done) {
        sha256(text.data, text.size, hash);
        text_of_bytes(hash_text, hash, sizeof(hash));
        repository_name(name, below, 0);
        meta = json_pack("{s:{s:i, s:I, s:{s:s}}}", name, "version", (int)version, "length",
                         (json_int_t)text.size, "hashes", "sha256", hash_text);
        is_done = write_upper(repository, role, meta, expires, key);
        json_decref(meta);
    }
    free(text.data);
    return is_done;
}

static bool sign_with(const char *repository, const char *expires, const struct key *key)
{
    uint32_t roots = repository_latest(repository, "root");
    uint32_t targets = repository_latest(repository, "targets");
    json_t *root = roots > 0 ? repository_read(repository, "root", roots, NULL) : NULL;
    bool is_named = root != NULL && root_names(root, key->role, key->id);

    json_decref(root);
    if (!is_named) {
        fprintf(stderr, "%s: root %u does not let this %s key sign\n", repository, (unsigned)roots,
                key->role);
        return false;
    }
    if (strcmp(key->role, "root") == 0)
        return sign_existing(repository, "root", roots, key);
    if (strcmp(key->role, "targets") == 0)
        return sign_existing(repository, "targets", targets, key);
    if (strcmp(key->role, "snapshot") == 0)
        return sign_upper(repository, "snapshot", "targets", expires, key);
    return sign_upper(repository, "timestamp", "snapshot", expires, key);
}

static enum exit_status run_sign(const struct command *self, int count, char **words)
{
    static const char *const order[] = {"root", "targets", "snapshot", "timestamp"};
    const char *expires = NULL;
    const struct option options[] = {{"--expires", NULL, &expires}, {0}};

    count = command_line_read(self, options, count, words, 2, 64);
    if (count < 0)
        return EXIT_USAGE;
    /* Each role speaks of the one before, so they sign in this order whatever was typed. */
    for (size_t role = 0; role < sizeof(order) / sizeof(order[0]); role++) {
        for (int i = 1; i < count; i++) {
            struct key key;

            if (!key_read(&key, words[i]))
                return EXIT_REFUSED;
            if (strcmp(key.role, order[role]) == 0 && !sign_with(words[0], expires, &key))
                return EXIT_REFUSED;
        }
    }
    return EXIT_DONE;
}

static const struct command sign_command = {
    .name = "sign",
    .summary = "Sign the newest release, or the newest root",
    .operands = "REPO KEY... [--expires TIME]",
    .help = "Each key signs what its role stands for: root and targets keys the newest file of\n"
            "theirs, beside those who signed before; the snapshot key a new snapshot of the\n"
            "targets, the timestamp key a new timestamp of that.  Targets must be signed by\n"
            "enough before a snapshot is taken of them.\n\n"
            "  --expires TIME  of snapshot and timestamp, as 2030-01-31T00:00:00Z (in a year)\n",
    .run = run_sign,
};

static const struct command *const commands[] = {&build_command,        &sign_command,
                                                 &release_show_command, &release_check_command,
                                                 &release_diff_command, NULL};

const struct command release_command = {
    .name = "release",
    .summary = "Make, sign and look at releases",
    .commands = commands,
};

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry release show and check: what the newest release is, and what a device would say to it.
 */
#include "release.h"

#include <abi/boot.h>
#include <abi/hash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint8_t abi_hash[ABI_HASH_BYTES] = ABI_HASH_INIT;

static void print_role(const char *repository, const json_t *root, const char *role,
                       uint32_t version)
{
    json_t *metadata = repository_read(repository, role, version, NULL);
    const json_t *body = json_object_get(metadata, "signed");
    const char *expires = json_string_value(json_object_get(body, "expires"));
    unsigned signatures, threshold;

    if (metadata == NULL)
        return;
    metadata_count(metadata, root, role, &signatures, &threshold);
    printf("%-10s version %lld, signed by %u of %u needed, expires %s\n", role,
           (long long)json_integer_value(json_object_get(body, "version")), signatures, threshold,
           expires != NULL ? expires : "never");
    json_decref(metadata);
}

static void print_contents(const char *repository, uint32_t version)
{
    json_t *metadata = repository_read(repository, "targets", version, NULL);
    const json_t *body = json_object_get(metadata, "signed");
    const json_t *own = json_object_get(body, "x-skerry");
    json_t *list = json_object_get(body, "targets"), *target;
    const char *name, *device = json_string_value(json_object_get(own, "device"));

    printf("release %lld for '%s'%s\n",
           (long long)json_integer_value(json_object_get(own, "release")),
           device != NULL ? device : "",
           json_is_true(json_object_get(own, "return")) ? ", also for devices above it" : "");
    json_object_foreach(list, name, target)
    {
        const char *hash =
            json_string_value(json_object_get(json_object_get(target, "hashes"), "sha256"));

        printf("  %9lld  %.16s  %s\n",
               (long long)json_integer_value(json_object_get(target, "length")),
               hash != NULL ? hash : "", name);
    }
    json_decref(metadata);
}

static bool read_metadata(const char *folder, const char *name, struct bytes *text)
{
    char path[REPOSITORY_PATH_BYTES];

    snprintf(path, sizeof(path), "%s/metadata/%s", folder, name);
    return file_read(path, text);
}

bool release_load(struct release_load *load, const char *repository, uint32_t first_root)
{
    uint32_t roots = repository_latest(repository, "root");
    uint32_t last = repository_latest(repository, "targets");
    uint32_t snapshot = repository_latest(repository, "snapshot");
    char name[64];

    memset(load, 0, sizeof(*load));
    for (uint32_t version = first_root; version <= roots; version++) {
        struct bytes *text = &load->texts[load->text_count];
        struct release_file *file = version == first_root
                                        ? &load->files.trusted_root
                                        : &load->files.new_roots[load->files.new_root_count];

        repository_name(name, "root", version);
        if (load->files.new_root_count == RELEASE_ROOTS_MAX ||
            !read_metadata(repository, name, text))
            return false;
        load->text_count++;
        load->files.new_root_count += version != first_root;
        *file = (struct release_file){text->data, text->size};
    }
    for (unsigned i = 0; i < 3; i++) {
        struct bytes *text = &load->texts[load->text_count];
        struct release_file *const places[] = {&load->files.timestamp, &load->files.snapshot,
                                               &load->files.targets};
        static const char *const roles[] = {"timestamp", "snapshot", "targets"};
        const uint32_t versions[] = {0, snapshot, last};

        repository_name(name, roles[i], versions[i]);
        if ((i > 0 && versions[i] == 0) || !read_metadata(repository, name, text))
            return false;
        load->text_count++;
        *places[i] = (struct release_file){text->data, text->size};
    }
    return true;
}

void release_unload(struct release_load *load)
{
    for (unsigned i = 0; i < load->text_count; i++)
        free(load->texts[i].data);
    load->text_count = 0;
}

/* What a device that trusts the first root would say, as far as that does not depend on it. */
static bool print_verdict(const char *repository)
{
    static struct release_load load;
    static struct release_verdict verdict;
    bool is_good = release_load(&load, repository, 1);

    if (!is_good)
        printf("not complete: sign it\n");
    else if (release_inspect(&load.files, &verdict))
        printf("complete\n");
    else
        printf("a device would refuse it: %s\n", verdict.why);
    release_unload(&load);
    return is_good && verdict.refusal == RELEASE_OK;
}

static enum exit_status run_show(const struct command *self, int count, char **words)
{
    uint32_t roots, targets;
    json_t *root;
    bool is_good;

    if (command_line_read(self, (const struct option[]){{0}}, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    roots = repository_latest(words[0], "root");
    targets = repository_latest(words[0], "targets");
    root = roots > 0 && targets > 0 ? repository_read(words[0], "root", roots, NULL) : NULL;
    if (root == NULL) {
        fprintf(stderr, "%s: holds no release\n", words[0]);
        return EXIT_REFUSED;
    }
    print_contents(words[0], targets);
    print_role(words[0], root, "root", roots);
    print_role(words[0], root, "targets", targets);
    if (repository_latest(words[0], "snapshot") > 0) {
        print_role(words[0], root, "snapshot", repository_latest(words[0], "snapshot"));
        print_role(words[0], root, "timestamp", 0);
    }
    is_good = print_verdict(words[0]);
    json_decref(root);
    return is_good ? EXIT_DONE : EXIT_REFUSED;
}

const struct command release_show_command = {
    .name = "show",
    .summary = "Say what the newest release is, who signed it, and whether that is enough",
    .operands = "REPO",
    .help = "Ends with whether it is complete and hangs together, for whatever device.\n",
    .run = run_show,
};

/* ---- check ---- */

/* Four numbers between commas: versions of root, timestamp, snapshot, targets. */
static bool read_seen(const char *text, uint32_t roles[STORE_ROLES])
{
    char rest;

    return text == NULL || sscanf(text, "%u,%u,%u,%u%c", &roles[0], &roles[1], &roles[2], &roles[3],
                                  &rest) == STORE_ROLES;
}

static enum exit_status run_check(const struct command *self, int count, char **words)
{
    static struct release_load load;
    static struct release_verdict verdict;
    const char *machine = NULL, *floor = NULL, *now = NULL, *seen = NULL, *trusted = NULL;
    struct release_device device = {.abi_hash = abi_hash, .now_s = (int64_t)time(NULL)};
    const struct option options[] = {{"--device", NULL, &device.device},
                                     {"--arch", NULL, &machine},
                                     {"--floor", NULL, &floor},
                                     {"--now", NULL, &now},
                                     {"--seen", NULL, &seen},
                                     {"--root", NULL, &trusted},
                                     {0}};
    uint32_t root;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    if (device.device == NULL || machine == NULL || !read_seen(seen, device.roles) ||
        (now != NULL && strcmp(now, "0") != 0 && !release_time_read(now, &device.now_s))) {
        fprintf(stderr, "skerry release check: give --device and --arch, times and versions as"
                        " --help says\n");
        return EXIT_USAGE;
    }
    if (now != NULL && strcmp(now, "0") == 0)
        device.now_s = 0;
    device.machine = strcmp(machine, "aarch64") == 0   ? 183
                     : strcmp(machine, "riscv64") == 0 ? 243
                                                       : 0;
    device.floor = floor != NULL ? strtoull(floor, NULL, 10) : 0;
    root = trusted != NULL ? (uint32_t)strtoul(trusted, NULL, 10) : 1;
    if (!release_load(&load, words[0], root)) {
        release_unload(&load);
        return EXIT_REFUSED;
    }
    (void)release_verify(&device, &load.files, &verdict);
    release_unload(&load);
    if (verdict.refusal == RELEASE_OK) {
        printf("good: release %llu, %u files\n", (unsigned long long)verdict.generation.version,
               (unsigned)verdict.generation.entry_count);
        return EXIT_DONE;
    }
    fprintf(stderr, "%s: %s\n", release_refusal_text(verdict.refusal), verdict.why);
    return EXIT_REFUSED;
}

const struct command release_check_command = {
    .name = "check",
    .summary = "Say whether a device would take the newest release",
    .operands = "REPO --device KIND --arch ARCH [--floor N] [--now TIME] [--seen A,B,C,D] "
                "[--root N]",
    .help = "Runs the code that decides on the device.\n\n"
            "  --device KIND   what the device is\n"
            "  --arch ARCH     aarch64 or riscv64\n"
            "  --floor N       the highest release it took before (0)\n"
            "  --now TIME      as 2030-01-31T00:00:00Z, or 0: its clock is not set (now)\n"
            "  --seen A,B,C,D  versions of root, timestamp, snapshot and targets it took before\n"
            "  --root N        the version of the root that it trusts (1)\n",
    .run = run_check,
};

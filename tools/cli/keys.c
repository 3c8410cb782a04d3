/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry keys: the keys that releases are signed with, and the root that says which they are.
 *
 * Root and targets have several keys, to be kept apart and off every network, of which a threshold
 * has to sign; snapshot and timestamp have one each, for who publishes.
 */
#include "command.h"
#include "repository.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEYS_MOST = 16 };

static const char *const roles[] = {"root", "targets", "snapshot", "timestamp"};

static bool is_offline(const char *role)
{
    return strcmp(role, "root") == 0 || strcmp(role, "targets") == 0;
}

static void key_path(char path[REPOSITORY_PATH_BYTES], const char *folder, const char *role,
                     unsigned number)
{
    snprintf(path, REPOSITORY_PATH_BYTES, "%s/%s-%u.key", folder, role, number);
}

/* A number from 1 to KEYS_MOST; 0, with the reason on stderr, for anything else. */
static unsigned number_of(const char *text, unsigned otherwise)
{
    char *end;
    unsigned long number;

    if (text == NULL)
        return otherwise;
    number = strtoul(text, &end, 10);
    if (*end == '\0' && number >= 1 && number <= KEYS_MOST)
        return (unsigned)number;
    fprintf(stderr, "skerry keys: '%s' is no number from 1 to %d\n", text, (int)KEYS_MOST);
    return 0;
}

static json_t *body_of(json_t *root)
{
    return json_object_get(root, "signed");
}

static json_t *rule_of(json_t *root, const char *role)
{
    return json_object_get(json_object_get(body_of(root), "roles"), role);
}

static void root_add_key(json_t *root, const struct key *key)
{
    json_object_set_new(json_object_get(body_of(root), "keys"), key->id, key_json(key));
    json_array_append_new(json_object_get(rule_of(root, key->role), "keyids"),
                          json_string(key->id));
}

static json_t *root_make(unsigned threshold, const char *expires)
{
    json_t *root = metadata_make("root", 1, expires);
    json_t *rules = json_object();

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        json_object_set_new(rules, roles[i],
                            json_pack("{s:[], s:i}", "keyids", "threshold",
                                      is_offline(roles[i]) ? (int)threshold : 1));
    json_object_set_new(body_of(root), "consistent_snapshot", json_true());
    json_object_set_new(body_of(root), "keys", json_object());
    json_object_set_new(body_of(root), "roles", rules);
    return root;
}

static bool make_keys(json_t *root, const char *folder, struct key signers[KEYS_MOST],
                      unsigned count)
{
    char path[REPOSITORY_PATH_BYTES];

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        for (unsigned n = 1; n <= (is_offline(roles[i]) ? count : 1); n++) {
            struct key key;

            key_path(path, folder, roles[i], n);
            if (!key_make(&key, roles[i]) || !key_write(&key, path))
                return false;
            root_add_key(root, &key);
            if (i == 0)
                signers[n - 1] = key;
        }
    }
    return true;
}

static enum exit_status run_new(const struct command *self, int count, char **words)
{
    const char *repository = NULL, *keys = NULL, *threshold = NULL, *expires = NULL;
    const struct option options[] = {{"--repository", NULL, &repository},
                                     {"--count", NULL, &keys},
                                     {"--threshold", NULL, &threshold},
                                     {"--expires", NULL, &expires},
                                     {0}};
    struct key signers[KEYS_MOST];
    unsigned key_count, needed;
    json_t *root;
    bool is_done;

    if (command_line_read(self, options, count, words, 1, 1) < 0)
        return EXIT_USAGE;
    key_count = number_of(keys, 3);
    needed = number_of(threshold, 2);
    if (repository == NULL || key_count == 0 || needed == 0 || needed > key_count) {
        fprintf(stderr, "skerry keys new: give --repository, and a threshold up to the count\n");
        return EXIT_USAGE;
    }
    if (!repository_make(repository))
        return EXIT_REFUSED;
    if (repository_latest(repository, "root") > 0) {
        fprintf(stderr, "%s: has a root already: `skerry keys rotate` replaces keys\n", repository);
        return EXIT_REFUSED;
    }
    if (mkdir(words[0], 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
        return EXIT_REFUSED;
    }
    root = root_make(needed, expires);
    is_done = make_keys(root, words[0], signers, key_count);
    for (unsigned i = 0; is_done && i < key_count; i++)
        metadata_sign(root, &signers[i]);
    is_done = is_done && repository_write(repository, "root", 1, root);
    json_decref(root);
    return is_done ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command new_command = {
    .name = "new",
    .summary = "Make the keys of a new repository of releases",
    .operands = "FOLDER --repository REPO [--count N] [--threshold M] [--expires TIME]",
    .help = "Writes root-1.key to root-N.key, as many for targets, one for snapshot and one for\n"
            "timestamp to FOLDER, and REPO's first root.json, signed by all root keys.  Move the\n"
            "root and targets keys apart and off every network: M of them sign together.\n\n"
            "  --repository REPO  the folder of releases; made when it is not there\n"
            "  --count N          keys of root and of targets (3)\n"
            "  --threshold M      how many of them have to sign (2)\n"
            "  --expires TIME     of the root, as 2030-01-31T00:00:00Z (in a year)\n",
    .run = run_new,
};

/* Takes the key out of the rules, and out of the keys. */
static bool root_drop_key(json_t *root, const struct key *key)
{
    json_t *ids = json_object_get(rule_of(root, key->role), "keyids");

    for (size_t i = 0; i < json_array_size(ids); i++) {
        if (strcmp(json_string_value(json_array_get(ids, i)), key->id) == 0) {
            json_array_remove(ids, i);
            json_object_del(json_object_get(body_of(root), "keys"), key->id);
            return true;
        }
    }
    return false;
}

static unsigned free_number(const char *folder, const char *role)
{
    char path[REPOSITORY_PATH_BYTES];
    unsigned number = 0;

    do {
        key_path(path, folder, role, ++number);
    } while (access(path, F_OK) == 0);
    return number;
}

/* Signs with every root key in the folder that the old or the new root names. */
static void sign_with_folder(json_t *root, const json_t *old, const char *folder)
{
    char path[REPOSITORY_PATH_BYTES];
    unsigned end = free_number(folder, "root");

    for (unsigned n = 1; n < end; n++) {
        struct key key;

        key_path(path, folder, "root", n);
        if (key_read(&key, path) &&
            (root_names(old, "root", key.id) || root_names(root, "root", key.id)))
            metadata_sign(root, &key);
    }
}

static bool rotate(const char *folder, const char *name, const char *repository,
                   const char *expires)
{
    uint32_t version = repository_latest(repository, "root");
    json_t *old = version > 0 ? repository_read(repository, "root", version, NULL) : NULL;
    char path[REPOSITORY_PATH_BYTES];
    struct key leaving, coming;
    json_t *root, *fresh;
    bool is_done;

    snprintf(path, sizeof(path), "%s/%s.key", folder, name);
    if (old == NULL || !key_read(&leaving, path))
        return false;
    root = json_deep_copy(old);
    if (!root_drop_key(root, &leaving)) {
        fprintf(stderr, "%s: is not a key of the current root\n", path);
        json_decref(root);
        json_decref(old);
        return false;
    }
    fresh = metadata_make("root", version + 1, expires);
    json_object_set(body_of(root), "version", json_object_get(body_of(fresh), "version"));
    json_object_set(body_of(root), "expires", json_object_get(body_of(fresh), "expires"));
    json_array_clear(json_object_get(root, "signatures"));
    json_decref(fresh);
    key_path(path, folder, leaving.role, free_number(folder, leaving.role));
    is_done = key_make(&coming, leaving.role) && key_write(&coming, path);
    if (is_done) {
        root_add_key(root, &coming);
        sign_with_folder(root, old, folder);
        is_done = repository_write(repository, "root", version + 1, root);
    }
    if (is_done)
        printf("%s takes the place of %s in root %u\n", path, name, (unsigned)version + 1);
    json_decref(root);
    json_decref(old);
    return is_done;
}

static enum exit_status run_rotate(const struct command *self, int count, char **words)
{
    const char *repository = NULL, *expires = NULL;
    const struct option options[] = {
        {"--repository", NULL, &repository}, {"--expires", NULL, &expires}, {0}};

    if (command_line_read(self, options, count, words, 2, 2) < 0)
        return EXIT_USAGE;
    if (repository == NULL) {
        fprintf(stderr, "skerry keys rotate: give --repository\n");
        return EXIT_USAGE;
    }
    return rotate(words[0], words[1], repository, expires) ? EXIT_DONE : EXIT_REFUSED;
}

static const struct command rotate_command = {
    .name = "rotate",
    .summary = "Put a new key in the place of an old one",
    .operands = "FOLDER NAME --repository REPO [--expires TIME]",
    .help = "NAME is a key in FOLDER, such as targets-2.  Its signatures no longer count from the\n"
            "next root.json on, which this writes, signed with the root keys that FOLDER has.\n"
            "Further root keys sign it with `skerry release sign`.\n",
    .run = run_rotate,
};

static const struct command *const commands[] = {&new_command, &rotate_command, NULL};

const struct command keys_command = {
    .name = "keys",
    .summary = "Make and replace the keys that sign releases",
    .commands = commands,
};

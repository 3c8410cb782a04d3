/* SPDX-License-Identifier: Apache-2.0 */
#include "repository.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { YEAR_S = 365 * 24 * 3600, CANONICAL = JSON_COMPACT | JSON_SORT_KEYS };

void text_of_bytes(char *text, const uint8_t *bytes, size_t size)
{
    sodium_bin2hex(text, 2 * size + 1, bytes, size);
}

/* ---- keys ---- */

json_t *key_json(const struct key *key)
{
    char text[2 * KEY_BYTES + 1];

    text_of_bytes(text, key->public_key, KEY_BYTES);
    return json_pack("{s:s, s:s, s:{s:s}}", "keytype", "ed25519", "scheme", "ed25519", "keyval",
                     "public", text);
}

/* The seed is there; the rest follows from it. */
static bool key_complete(struct key *key)
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t hash[SHA256_BYTES];
    json_t *json;
    char *text;

    crypto_sign_seed_keypair(key->public_key, secret, key->seed);
    sodium_memzero(secret, sizeof(secret));
    json = key_json(key);
    text = json_dumps(json, CANONICAL);
    json_decref(json);
    if (text == NULL)
        out_of_memory();
    sha256(text, strlen(text), hash);
    free(text);
    text_of_bytes(key->id, hash, sizeof(hash));
    return true;
}

bool key_make(struct key *key, const char *role)
{
    if (sodium_init() < 0) {
        fprintf(stderr, "skerry: no source of randomness\n");
        return false;
    }
    snprintf(key->role, sizeof(key->role), "%s", role);
    randombytes_buf(key->seed, sizeof(key->seed));
    return key_complete(key);
}

bool key_read(struct key *key, const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    const char *role = json_string_value(json_object_get(json, "role"));
    const char *seed = json_string_value(json_object_get(json, "private"));
    size_t size = 0;
    bool is_good =
        role != NULL && strlen(role) < sizeof(key->role) && seed != NULL &&
        sodium_hex2bin(key->seed, sizeof(key->seed), seed, strlen(seed), NULL, &size, NULL) == 0 &&
        size == sizeof(key->seed);

    if (is_good)
        snprintf(key->role, sizeof(key->role), "%s", role);
    else
        fprintf(stderr, "%s: %s\n", path, json == NULL ? error.text : "is no key of skerry's");
    json_decref(json);
    return is_good && key_complete(key);
}

bool key_write(const struct key *key, const char *path)
{
    char seed[2 * KEY_BYTES + 1];
    json_t *json;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    bool is_written;

    if (file < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    text_of_bytes(seed, key->seed, KEY_BYTES);
    json = json_pack("{s:s, s:s}", "role", key->role, "private", seed);
    is_written = json_dumpfd(json, file, JSON_INDENT(1)) == 0;
    is_written = fsync(file) == 0 && is_written;
    is_written = close(file) == 0 && is_written;
    json_decref(json);
    sodium_memzero(seed, sizeof(seed));
    if (!is_written)
        fprintf(stderr, "%s: cannot be written\n", path);
    return is_written;
}

/* ---- metadata ---- */

json_t *metadata_make(const char *role, uint32_t version, const char *expires)
{
    time_t end = time(NULL) + YEAR_S;
    char text[32];

    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&end));
    return json_pack("{s:[], s:{s:s, s:s, s:i, s:s}}", "signatures", "signed", "_type", role,
                     "spec_version", "1.0.31", "version", (int)version, "expires",
                     expires != NULL ? expires : text);
}

static void drop_signature(json_t *signatures, const char *id)
{
    for (size_t i = 0; i < json_array_size(signatures); i++) {
        const char *found =
            json_string_value(json_object_get(json_array_get(signatures, i), "keyid"));

        if (found != NULL && strcmp(found, id) == 0) {
            json_array_remove(signatures, i);
            return;
        }
    }
}

void metadata_sign(json_t *metadata, const struct key *key)
{
    json_t *signatures = json_object_get(metadata, "signatures");
    char *text = json_dumps(json_object_get(metadata, "signed"), CANONICAL);
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t sealed[crypto_sign_BYTES];
    char sealed_text[2 * crypto_sign_BYTES + 1];

    if (text == NULL)
        out_of_memory();
    crypto_sign_seed_keypair(public_key, secret, key->seed);
    crypto_sign_detached(sealed, NULL, (const unsigned char *)text, strlen(text), secret);
    sodium_memzero(secret, sizeof(secret));
    free(text);
    text_of_bytes(sealed_text, sealed, sizeof(sealed));
    drop_signature(signatures, key->id);
    json_array_append_new(signatures,
                          json_pack("{s:s, s:s}", "keyid", key->id, "sig", sealed_text));
}

bool root_names(const json_t *root, const char *role, const char *key_id)
{
    const json_t *rule =
        json_object_get(json_object_get(json_object_get(root, "signed"), "roles"), role);
    const json_t *ids = json_object_get(rule, "keyids");

    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));

        if (id != NULL && strcmp(id, key_id) == 0)
            return true;
    }
    return false;
}

void metadata_count(const json_t *metadata, const json_t *root, const char *role,
                    unsigned *signatures, unsigned *threshold)
{
    const json_t *rule =
        json_object_get(json_object_get(json_object_get(root, "signed"), "roles"), role);
    const json_t *list = json_object_get(metadata, "signatures");

    *signatures = 0;
    *threshold = (unsigned)json_integer_value(json_object_get(rule, "threshold"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(list, i), "keyid"));

        *signatures += id != NULL && root_names(root, role, id);
    }
}

/* ---- the folder ---- */

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return false;
}

bool repository_make(const char *folder)
{
    char path[REPOSITORY_PATH_BYTES];
    bool is_made = make_folder(folder);

    snprintf(path, sizeof(path), "%s/metadata", folder);
    is_made = is_made && make_folder(path);
    snprintf(path, sizeof(path), "%s/targets", folder);
    return is_made && make_folder(path);
}

void repository_name(char name[64], const char *role, uint32_t version)
{
    if (version == 0)
        snprintf(name, 64, "%s.json", role);
    else
        snprintf(name, 64, "%u.%s.json", (unsigned)version, role);
}

static void metadata_path(char path[REPOSITORY_PATH_BYTES], const char *folder, const char *role,
                          uint32_t version)
{
    char name[64];

    repository_name(name, role, version);
    snprintf(path, REPOSITORY_PATH_BYTES, "%s/metadata/%s", folder, name);
}

bool repository_has(const char *folder, const char *role, uint32_t version)
{
    char path[REPOSITORY_PATH_BYTES];

    metadata_path(path, folder, role, version);
    return access(path, F_OK) == 0;
}

uint32_t repository_latest(const char *folder, const char *role)
{
    uint32_t version = 0;

    while (repository_has(folder, role, version + 1))
        version++;
    return version;
}

json_t *repository_read(const char *folder, const char *role, uint32_t version, struct bytes *text)
{
    char path[REPOSITORY_PATH_BYTES];
    struct bytes bytes;
    json_error_t error;
    json_t *json;

    metadata_path(path, folder, role, version);
    if (!file_read(path, &bytes))
        return NULL;
    json = json_loadb(bytes.data, bytes.size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
    if (json != NULL && text != NULL)
        *text = bytes;
    else
        free(bytes.data);
    return json;
}

bool repository_write(const char *folder, const char *role, uint32_t version,
                      const json_t *metadata)
{
    char path[REPOSITORY_PATH_BYTES];
    char *text = json_dumps(metadata, JSON_INDENT(1) | JSON_SORT_KEYS);
    bool is_written;

    if (text == NULL)
        out_of_memory();
    metadata_path(path, folder, role, version);
    is_written = file_write(path, text, strlen(text));
    free(text);
    return is_written;
}

void repository_target_path(char path[REPOSITORY_PATH_BYTES], const char *folder,
                            const char *sha256_text, const char *name)
{
    snprintf(path, REPOSITORY_PATH_BYTES, "%s/targets/%s.%s", folder, sha256_text, name);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A repository of releases, as TUF 1.0 lays it out: metadata/VERSION.ROLE.json, metadata/
 * timestamp.json and targets/SHA256.NAME; and the keys that sign it, one file each.
 */
#ifndef CLI_REPOSITORY_H
#define CLI_REPOSITORY_H

#include "program.h"

#include <base/hash.h>
#include <jansson.h>
#include <stdint.h>

enum {
    REPOSITORY_PATH_BYTES = 1024,
    KEY_ID_TEXT = 2 * SHA256_BYTES + 1,
    KEY_BYTES = 32,
    KEY_ROLE_BYTES = 16,
};

struct key {
    char role[KEY_ROLE_BYTES];
    char id[KEY_ID_TEXT];
    uint8_t seed[KEY_BYTES];
    uint8_t public_key[KEY_BYTES];
};

void text_of_bytes(char *text, const uint8_t *bytes, size_t size);

/* ---- keys; false, with the reason on stderr ---- */

bool key_make(struct key *key, const char *role);
bool key_read(struct key *key, const char *path);

/* Readable for its owner only; never over another. */
bool key_write(const struct key *key, const char *path);

/* The key as metadata name it. */
json_t *key_json(const struct key *key);

/* ---- metadata ---- */

/* What every role's metadata have; `expires` NULL: in a year. */
json_t *metadata_make(const char *role, uint32_t version, const char *expires);

/* Adds the key's signature, or puts it in place of its old one. */
void metadata_sign(json_t *metadata, const struct key *key);

/* How many of the signatures are by keys that `root` lets sign for the role, and how many it asks.
 */
void metadata_count(const json_t *metadata, const json_t *root, const char *role,
                    unsigned *signatures, unsigned *threshold);

/* Whether `root` lets the key sign for the role. */
bool root_names(const json_t *root, const char *role, const char *key_id);

/* ---- the folder ---- */

/* Makes the folders that are missing. */
bool repository_make(const char *folder);

/* VERSION.ROLE.json, or ROLE.json for version 0. */
void repository_name(char name[64], const char *role, uint32_t version);

/* The highest version there is of a role's file, 0 for none. */
uint32_t repository_latest(const char *folder, const char *role);

bool repository_has(const char *folder, const char *role, uint32_t version);

/* A metadata file; its text goes to `text` when that is not NULL.  NULL with the reason on stderr.
 */
json_t *repository_read(const char *folder, const char *role, uint32_t version, struct bytes *text);
bool repository_write(const char *folder, const char *role, uint32_t version,
                      const json_t *metadata);

/* Where the content of a target is. */
void repository_target_path(char path[REPOSITORY_PATH_BYTES], const char *folder,
                            const char *sha256_text, const char *name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Release metadata of any bytes: a verdict in bounded time, and what is accepted keeps the rules.
 *
 * The first byte says which file the rest is; the others are small good ones that speak of it.
 * Every signature is taken for good here, since no mutation would guess one.
 */
#include "require.h"
#include <base/hash.h>
#include <base/memory.h>
#include <release/release.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 2048 };

static const char key[] = "0101010101010101010101010101010101010101010101010101010101010101";

int crypto_sign_verify_detached(const unsigned char *sig, const unsigned char *m,
                                unsigned long long mlen, const unsigned char *pk)
{
    require_readable(sig, RELEASE_SIGNATURE_BYTES);
    require_readable(m, (size_t)mlen);
    require_readable(pk, RELEASE_KEY_BYTES);
    return 0;
}

static void write_file(char *text, const char *type, const char *more)
{
    snprintf(text, TEXT,
             "{\"signatures\":[{\"keyid\":\"k\",\"sig\":\"%s%s\"}],\"signed\":{\"_type\":\"%s\","
             "\"spec_version\":\"1.0.31\",\"version\":1,\"expires\":\"2040-01-01T00:00:00Z\",%s}}",
             key, key, type, more);
}

static void write_root(char *text)
{
    char more[TEXT / 2];

    snprintf(more, sizeof(more),
             "\"keys\":{\"k\":{\"keytype\":\"ed25519\",\"scheme\":\"ed25519\",\"keyval\":"
             "{\"public\":\"%s\"}}},\"roles\":{\"root\":{\"keyids\":[\"k\"],\"threshold\":1},"
             "\"timestamp\":{\"keyids\":[\"k\"],\"threshold\":1},"
             "\"snapshot\":{\"keyids\":[\"k\"],\"threshold\":1},"
             "\"targets\":{\"keyids\":[\"k\"],\"threshold\":1}}",
             key);
    write_file(text, "root", more);
}

/* A file that speaks of another. */
static void write_upper(char *text, const char *type, const char *below,
                        const struct release_file *file)
{
    uint8_t hash[SHA256_BYTES];
    char digits[2 * SHA256_BYTES + 1];
    char more[TEXT / 2];

    sha256(file->data, file->size, hash);
    for (size_t i = 0; i < sizeof(hash); i++)
        snprintf(digits + 2 * i, 3, "%02x", hash[i]);
    snprintf(more, sizeof(more),
             "\"meta\":{\"%s\":{\"version\":1,\"length\":%zu,\"hashes\":{\"sha256\":\"%s\"}}}",
             below, file->size, digits);
    write_file(text, type, more);
}

static void check_accepted(const struct release_verdict *verdict)
{
    const struct store_generation *generation = &verdict->generation;

    require(verdict->root != NULL && generation->version >= 1);
    require(generation->entry_count >= 1 && generation->entry_count <= STORE_ENTRIES_MAX);
    for (uint32_t i = 0; i < generation->entry_count; i++) {
        const char *name = generation->entries[i].name;

        require(str_is_terminated(name, STORE_NAME_BYTES) && name[0] != '\0' && name[0] != '.');
        require(strchr(name, '/') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct release_verdict verdict;
    static char root[TEXT], timestamp[TEXT], snapshot[TEXT], targets[TEXT];
    struct release_files files = {0};
    struct release_file *const places[] = {&files.targets, &files.trusted_root, &files.timestamp,
                                           &files.new_roots[0]};
    struct release_file input;
    char *copy;

    if (size < 1)
        return 0;
    copy = malloc(size);
    mem_copy(copy, data + 1, size - 1);
    input = (struct release_file){copy, size - 1};
    write_root(root);
    write_file(targets, "targets", "\"targets\":{}");
    files.trusted_root = (struct release_file){root, strlen(root)};
    files.targets = (struct release_file){targets, strlen(targets)};
    if (data[0] % 4 == 0)
        files.targets = input;
    write_upper(snapshot, "snapshot", "targets.json", &files.targets);
    files.snapshot = (struct release_file){snapshot, strlen(snapshot)};
    write_upper(timestamp, "timestamp", "snapshot.json", &files.snapshot);
    files.timestamp = (struct release_file){timestamp, strlen(timestamp)};
    files.new_root_count = data[0] % 4 == 3;
    *places[data[0] % 4] = input;
    if (release_inspect(&files, &verdict))
        check_accepted(&verdict);
    else
        require(verdict.refusal != RELEASE_OK && verdict.why[0] != '\0');
    free(copy);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log's chain.
 */
#include "audit.h"

#include <abi/status.h>
#include <string.h>

struct entry {
    int64_t org;
    int64_t number; /* from 1, without a gap */
    int64_t time;
    const char *actor;
    const char *action;
    const char *object;
};

static void add_number(struct sha256 *hash, uint64_t value)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(value >> (56 - 8 * i));
    sha256_add(hash, bytes, sizeof(bytes));
}

static void add_text(struct sha256 *hash, const char *text)
{
    add_number(hash, strlen(text));
    sha256_add(hash, text, strlen(text));
}

/* `hash` holds the hash before it, all zero for the first, and then the entry's. */
static void chain(const struct entry *entry, uint8_t hash[SHA256_BYTES])
{
    struct sha256 state;

    sha256_init(&state);
    sha256_add(&state, hash, SHA256_BYTES);
    add_number(&state, (uint64_t)entry->org);
    add_number(&state, (uint64_t)entry->number);
    add_number(&state, (uint64_t)entry->time);
    add_text(&state, entry->actor);
    add_text(&state, entry->action);
    add_text(&state, entry->object);
    sha256_end(&state, hash);
}

static void take_hash(struct statement *row, int column, uint8_t hash[SHA256_BYTES])
{
    size_t size;
    const void *data = get_blob(row, column, &size);

    memset(hash, 0, SHA256_BYTES);
    if (size == SHA256_BYTES)
        memcpy(hash, data, size);
}

status_t audit_add(struct server *server, int64_t org, const char *actor, const char *action,
                   const char *object)
{
    struct entry entry = {.org = org, .number = 1, .time = (int64_t)clock_ms(), .actor = actor,
                          .action = action, .object = object};
    uint8_t hash[SHA256_BYTES] = {0};
    struct statement *row = db_prepare(
        server->db, "SELECT number, hash FROM audit WHERE org = ?1 ORDER BY number DESC LIMIT 1");

    put_int(row, org);
    if (db_step(row)) {
        entry.number = get_int(row, 0) + 1;
        take_hash(row, 1, hash);
    }
    chain(&entry, hash);
    row = db_prepare(server->db, "INSERT INTO audit (org, number, time, actor, action, object,"
                                 " hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    put_int(row, entry.org);
    put_int(row, entry.number);
    put_int(row, entry.time);
    put_text(row, actor);
    put_text(row, action);
    put_text(row, object);
    put_blob(row, hash, sizeof(hash));
    return db_run(row);
}

status_t audit_verify(struct db *db, int64_t org, int64_t *number)
{
    uint8_t hash[SHA256_BYTES] = {0};
    struct statement *row =
        db_prepare(db, "SELECT number, time, actor, action, object, hash FROM audit"
                       " WHERE org = ?1 ORDER BY number");

    put_int(row, org);
    for (*number = 0; db_step(row);) {
        struct entry entry = {.org = org, .number = ++*number, .time = get_int(row, 1),
                              .actor = get_text(row, 2), .action = get_text(row, 3),
                              .object = get_text(row, 4)};
        uint8_t kept[SHA256_BYTES];

        chain(&entry, hash);
        take_hash(row, 5, kept);
        if (get_int(row, 0) != *number || memcmp(hash, kept, sizeof(hash)) != 0)
            return ERR_BAD_STATE;
    }
    return db_status(db);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admission of devices.
 *
 * A key that nobody entered is enrolled by a project's token, which names the deployment, can be
 * used so many times and expires; where the token says so, a person accepts the device first.
 */
#include "admit.h"

#include "audit.h"
#include "report.h"
#include "rollout.h"

#include <abi/status.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_UNKNOWN_MS = 60000, RETRY_WAITING_MS = 15000, RETRY_REVOKED_MS = 3600000 };

void clean_text(char *to, size_t size, struct wire_bytes text)
{
    wire_text_copy(to, size, text);
    for (char *at = to; *at != '\0'; at++) {
        bool is_c1 = (uint8_t)at[0] == 0xc2 && (uint8_t)at[1] >= 0x80 && (uint8_t)at[1] <= 0x9f;

        if ((uint8_t)*at < 0x20 || *at == 0x7f)
            *at = '?';
        if (is_c1)
            at[0] = at[1] = '?';
    }
    if (!text_is_utf8((const uint8_t *)to, strlen(to))) /* cut inside a character */
        while (to[0] != '\0' && !text_is_utf8((const uint8_t *)to, strlen(to)))
            to[strlen(to) - 1] = '\0';
}

void admit_mark_online(struct server *server, int64_t device, bool is_online)
{
    struct statement *row =
        db_prepare(server->db, "UPDATE device SET online = ?1, seen = ?2 WHERE id = ?3");

    put_int(row, is_online);
    put_int(row, (int64_t)clock_ms());
    put_int(row, device);
    db_run(row);
}

static void name_new_device(const struct fleet_hello *hello, char *name, size_t size)
{
    clean_text(name, size, hello->name);
    if (name[0] == '\0')
        snprintf(name, size, "device-%02x%02x%02x%02x", hello->key.data[0], hello->key.data[1],
                 hello->key.data[2], hello->key.data[3]);
}

static status_t insert_device(struct link *link, const struct fleet_hello *hello,
                              enum admission admission, const char *name)
{
    struct statement *row = db_prepare(
        link->server->db, "INSERT INTO device (id, org, deployment, name, key, admission, created,"
                          " simulated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    link->device = random_id();
    put_int(row, link->device);
    put_int(row, link->org);
    put_int(row, link->deployment);
    put_text(row, name);
    put_blob(row, hello->key.data, hello->key.size);
    put_int(row, admission);
    put_int(row, (int64_t)clock_ms());
    put_int(row, hello->simulated);
    return db_run(row);
}

/* Whether the token is good; uses it up by one. */
static bool use_token(struct link *link, const struct fleet_hello *hello, char *token_name,
                      size_t size, enum admission *admission)
{
    char token[64];
    uint8_t hash[SHA256_BYTES];
    struct statement *row = db_prepare(
        link->server->db, "UPDATE enrolment_token SET uses_left = uses_left - 1"
                          " WHERE hash = ?1 AND expires > ?2 AND uses_left > 0"
                          " RETURNING org, deployment, name, needs_acceptance");

    wire_text_copy(token, sizeof(token), hello->token);
    hash_secret(token, hash);
    put_blob(row, hash, sizeof(hash));
    put_int(row, (int64_t)clock_ms());
    if (!db_step(row))
        return false;
    link->org = get_int(row, 0);
    link->deployment = get_int(row, 1);
    snprintf(token_name, size, "enrolment token %s", get_text(row, 2));
    *admission = get_int(row, 3) != 0 ? ADMISSION_WAITING : ADMISSION_ACCEPTED;
    db_run(row);
    return true;
}

static status_t enrol(struct link *link, const struct fleet_hello *hello,
                      enum admission *admission)
{
    char token_name[128];
    char name[64];
    status_t status;

    if (hello->token.size == 0 ||
        !use_token(link, hello, token_name, sizeof(token_name), admission))
        return ERR_NOT_FOUND;
    name_new_device(hello, name, sizeof(name));
    status = insert_device(link, hello, *admission, name);
    if (status == OK)
        status = audit_add(link->server, link->org, token_name, "enrol device", name);
    link->is_uncommitted = status == OK;
    return status;
}

static bool find_by_key(struct link *link, const struct fleet_hello *hello,
                        enum admission *admission)
{
    struct statement *row = db_prepare(
        link->server->db, "SELECT id, org, deployment, admission FROM device WHERE key = ?1");

    put_blob(row, hello->key.data, hello->key.size);
    if (!db_step(row))
        return false;
    link->device = get_int(row, 0);
    link->org = get_int(row, 1);
    link->deployment = get_int(row, 2);
    *admission = (enum admission)get_int(row, 3);
    return true;
}

status_t admit_device(struct link *link, const struct fleet_hello *hello,
                      struct admission_answer *answer)
{
    enum admission admission = ADMISSION_REVOKED;

    link->is_simulated = hello->simulated;
    if (!find_by_key(link, hello, &admission) && enrol(link, hello, &admission) != OK) {
        *answer = (struct admission_answer){2, "no device has this key, and no token fits",
                                            RETRY_UNKNOWN_MS};
        return ERR_NOT_PERMITTED;
    }
    if (admission == ADMISSION_ACCEPTED)
        return OK;
    admit_mark_online(link->server, link->device, false);
    if (admission == ADMISSION_WAITING)
        *answer = (struct admission_answer){3, "waits to be accepted", RETRY_WAITING_MS};
    else
        *answer = (struct admission_answer){4, "the device was revoked", RETRY_REVOKED_MS};
    link->device = 0;
    return ERR_NOT_PERMITTED;
}

void admit_online(struct link *link, const struct fleet_hello *hello)
{
    int64_t now = (int64_t)clock_ms();
    char architecture[16];
    char system[32];
    char version[64];
    struct statement *row = db_prepare(
        link->server->db,
        "UPDATE device SET online = 1, seen = ?1, architecture = ?2, system = ?3, version = ?4,"
        " generation = ?5, booted_well = ?6, simulated = ?7, boot = ?8, booted = ?9"
        " WHERE id = ?10");

    clean_text(architecture, sizeof(architecture), hello->architecture);
    clean_text(system, sizeof(system), hello->system);
    clean_text(version, sizeof(version), hello->release);
    put_int(row, now);
    put_text(row, architecture);
    put_text(row, system);
    put_text(row, version);
    put_int(row, (int64_t)(hello->generation & INT64_MAX));
    put_int(row, hello->booted_well);
    put_int(row, hello->simulated);
    put_int(row, (int64_t)(hello->boot & INT64_MAX));
    put_int(row, now - (int64_t)u64_min(hello->uptime, (uint64_t)now));
    put_int(row, link->device);
    db_run(row);
    device_note(link->server, link->device, "connected, running %s%s",
                version[0] != '\0' ? version : "no release",
                hello->booted_well ? "" : ", not yet shown to be healthy");
    rollout_device_connected(link, version, hello->booted_well);
    report_ask_inspection(link);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables.  A step that was released is never changed: a new one is added below it.
 *
 * Every table that holds what belongs to somebody has `org`, the tenant, and no query reaches a row
 * without naming it; ids are random, so a guess is no use either.  Times are milliseconds since
 * 1970.
 */
#include "schema.h"

#include <abi/status.h>
#include <base/hash.h>
#include <stdio.h>
#include <string.h>

static const char step_1[] =
    "CREATE TABLE org (id INTEGER PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL);"

    /* people, and what stands for them */
    "CREATE TABLE person (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  email TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, password TEXT NOT NULL,"
    "  created INTEGER NOT NULL);"
    "CREATE INDEX person_org ON person (org);"
    "CREATE TABLE session (hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person"
    "  ON DELETE CASCADE, csrf TEXT NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL);"
    "CREATE TABLE token (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  hash BLOB NOT NULL UNIQUE, person INTEGER NOT NULL REFERENCES person ON DELETE CASCADE,"
    "  name TEXT NOT NULL, role INTEGER NOT NULL, created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL, used INTEGER);"
    "CREATE TABLE login_link (hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person"
    "  ON DELETE CASCADE, expires INTEGER NOT NULL);"

    /* the structure of an organisation */
    "CREATE TABLE project (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  name TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (org, name));"
    "CREATE TABLE deployment (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  project INTEGER NOT NULL REFERENCES project, name TEXT NOT NULL,"
    "  created INTEGER NOT NULL, UNIQUE (project, name));"
    "CREATE TABLE device (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  deployment INTEGER NOT NULL REFERENCES deployment, name TEXT NOT NULL,"
    "  key BLOB NOT NULL UNIQUE, admission INTEGER NOT NULL, created INTEGER NOT NULL,"
    "  online INTEGER NOT NULL DEFAULT 0, seen INTEGER, architecture TEXT NOT NULL DEFAULT '',"
    "  system TEXT NOT NULL DEFAULT '', version TEXT NOT NULL DEFAULT '',"
    "  generation INTEGER NOT NULL DEFAULT 0, booted_well INTEGER NOT NULL DEFAULT 0,"
    "  simulated INTEGER NOT NULL DEFAULT 0, boot INTEGER NOT NULL DEFAULT 0,"
    "  booted INTEGER, inspection TEXT, inspected INTEGER);"
    "CREATE INDEX device_org ON device (org, name);"
    "CREATE INDEX device_deployment ON device (deployment, name);"
    "CREATE TABLE enrolment_token (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  deployment INTEGER NOT NULL REFERENCES deployment, hash BLOB NOT NULL UNIQUE,"
    "  name TEXT NOT NULL, uses_left INTEGER NOT NULL, needs_acceptance INTEGER NOT NULL,"
    "  created INTEGER NOT NULL, expires INTEGER NOT NULL);"

    /* releases and how they go out */
    "CREATE TABLE release (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  project INTEGER NOT NULL REFERENCES project, version TEXT NOT NULL, notes TEXT NOT NULL,"
    "  architecture TEXT NOT NULL, system TEXT NOT NULL, size INTEGER NOT NULL,"
    "  graph TEXT NOT NULL, created INTEGER NOT NULL, author TEXT NOT NULL,"
    "  UNIQUE (project, version));"
    "CREATE TABLE release_file (release INTEGER NOT NULL REFERENCES release ON DELETE CASCADE,"
    "  org INTEGER NOT NULL, path TEXT NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL,"
    "  PRIMARY KEY (release, path));"
    "CREATE INDEX release_file_hash ON release_file (org, hash);"
    "CREATE TABLE rollout (id INTEGER PRIMARY KEY, org INTEGER NOT NULL REFERENCES org,"
    "  deployment INTEGER NOT NULL REFERENCES deployment,"
    "  release INTEGER NOT NULL REFERENCES release, phase INTEGER NOT NULL,"
    "  reason TEXT NOT NULL DEFAULT '', stages TEXT NOT NULL, stage INTEGER NOT NULL DEFAULT 0,"
    "  at_once INTEGER NOT NULL, failures_percent INTEGER NOT NULL,"
    "  fallbacks_max INTEGER NOT NULL, unseen_ms INTEGER NOT NULL,"
    "  forgiven_failures INTEGER NOT NULL DEFAULT 0,"
    "  forgiven_fallbacks INTEGER NOT NULL DEFAULT 0,"
    "  created INTEGER NOT NULL, author TEXT NOT NULL);"
    "CREATE INDEX rollout_deployment ON rollout (deployment, phase);"
    "CREATE TABLE rollout_device (rollout INTEGER NOT NULL REFERENCES rollout ON DELETE CASCADE,"
    "  device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE, rank INTEGER NOT NULL,"
    "  state INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL, bytes_done INTEGER NOT NULL"
    "  DEFAULT 0, bytes_total INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
    "  PRIMARY KEY (rollout, device));"
    "CREATE INDEX rollout_device_state ON rollout_device (rollout, state, rank);"
    "CREATE INDEX rollout_device_rank ON rollout_device (rollout, rank);"
    "CREATE INDEX rollout_device_device ON rollout_device (device);"

    /* what devices say, and what people did */
    "CREATE TABLE telemetry (device INTEGER NOT NULL REFERENCES device ON DELETE CASCADE,"
    "  series TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL);"
    "CREATE INDEX telemetry_series ON telemetry (device, series, time);"
    "CREATE TABLE log_line (id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device"
    "  ON DELETE CASCADE, time INTEGER NOT NULL, app TEXT NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX log_line_device ON log_line (device, id);"
    "CREATE TABLE activity (id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device"
    "  ON DELETE CASCADE, time INTEGER NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX activity_device ON activity (device, id);"
    "CREATE TABLE audit (org INTEGER NOT NULL REFERENCES org, number INTEGER NOT NULL,"
    "  time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL,"
    "  hash BLOB NOT NULL, PRIMARY KEY (org, number));";

/* Whose signatures a project takes. */
static const char step_2[] = "ALTER TABLE project ADD COLUMN root BLOB;"
                             "ALTER TABLE release ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;";

static const char *const steps[] = {step_1, step_2};

const int schema_newest = array_count(steps);

static void hash_of_step(int number, uint8_t hash[SHA256_BYTES])
{
    sha256(steps[number - 1], strlen(steps[number - 1]), hash);
}

/* Whether step `number`, which the database has taken, is the one we know. */
static bool is_known(int number, const void *hash, size_t size)
{
    uint8_t expected[SHA256_BYTES];

    if (number < 1 || number > schema_newest || size != SHA256_BYTES)
        return false;
    hash_of_step(number, expected);
    return memcmp(hash, expected, SHA256_BYTES) == 0;
}

static status_t check_steps_taken(struct db *db, int *taken)
{
    struct statement *row =
        db_prepare(db, "SELECT number, hash FROM schema_step ORDER BY number");

    for (*taken = 0; db_step(row); ++*taken) {
        size_t size;
        const void *hash = get_blob(row, 1, &size);

        if (get_int(row, 0) != *taken + 1 || !is_known(*taken + 1, hash, size)) {
            fprintf(stderr, "database: schema step %lld is not one this version knows\n",
                    (long long)get_int(row, 0));
            return ERR_NOT_SUPPORTED;
        }
    }
    return db_status(db);
}

static status_t take_step(struct db *db, int number)
{
    uint8_t hash[SHA256_BYTES];
    struct statement *row;
    status_t status;

    hash_of_step(number, hash);
    row = db_prepare(db, "INSERT INTO schema_step (number, hash) VALUES (?1, ?2)");
    put_int(row, number);
    put_blob(row, hash, sizeof(hash));
    status = db_run(row); /* opens the transaction that the step itself is in */
    if (status == OK)
        status = db_script(db, steps[number - 1]);
    if (status == OK)
        return db_commit(db);
    db_script(db, "ROLLBACK");
    return status;
}

status_t schema_migrate(struct db *db, int version)
{
    status_t status = db_script(db, "CREATE TABLE IF NOT EXISTS schema_step (number INTEGER"
                                    " PRIMARY KEY, hash BLOB NOT NULL)");
    int taken = 0;

    if (status == OK)
        status = check_steps_taken(db, &taken);
    while (status == OK && taken < version)
        status = take_step(db, ++taken);
    return status;
}

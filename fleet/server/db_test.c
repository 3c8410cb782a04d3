/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a database must keep: the conformance suite of db.h, and the schema's steps.
 */
#include "db.h"
#include "schema.h"

#include <abi/status.h>
#include <check/check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static struct db *open_db(void)
{
    struct db *db = NULL;

    CHECK_EQ(db_open(path, &db), OK);
    return db;
}

static struct db *open_empty(void)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char name[80];
    struct db *db;

    snprintf(path, sizeof(path), "/tmp/db_test-%d.db", (int)getpid());
    for (size_t i = 0; i < array_count(endings); i++) {
        snprintf(name, sizeof(name), "%s%s", path, endings[i]);
        unlink(name);
    }
    db = open_db();
    CHECK_EQ(db_script(db, "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE,"
                           " weight REAL, body BLOB)"), OK);
    return db;
}

static status_t add(struct db *db, int64_t id, const char *name)
{
    struct statement *row =
        db_prepare(db, "INSERT INTO thing (id, name, weight, body) VALUES (?1, ?2, ?3, ?4)");

    put_int(row, id);
    put_text(row, name);
    put_real(row, 1.5);
    put_blob(row, "\0\1", 2);
    return db_run(row);
}

static int64_t count(struct db *db)
{
    return db_number(db_prepare(db, "SELECT count(*) FROM thing"), -1);
}

static void values_come_back(void)
{
    struct db *db = open_empty();
    struct statement *row;
    size_t size;
    const char *body;

    add(db, INT64_C(1) << 47, "a \"name\" with 'quotes'; DROP TABLE thing");
    row = db_prepare(db, "SELECT id, name, weight, body, NULL FROM thing");
    if (CHECK(db_step(row))) {
        CHECK_EQ(get_int(row, 0), INT64_C(1) << 47);
        CHECK_STR(get_text(row, 1), "a \"name\" with 'quotes'; DROP TABLE thing");
        CHECK(get_real(row, 2) == 1.5);
        body = get_blob(row, 3, &size);
        CHECK(size == 2 && body[0] == 0 && body[1] == 1);
        CHECK(is_null(row, 4) && !is_null(row, 0));
        CHECK_STR(get_text(row, 4), "");
    }
    CHECK(!db_step(row));
    db_close(db);
}

static void changes_are_seen_before_and_kept_after_commit(void)
{
    struct db *db = open_empty();

    CHECK(!db_has_changes(db));
    add(db, 1, "a");
    CHECK(db_has_changes(db));
    CHECK_EQ(count(db), 1);
    CHECK_EQ(db_commit(db), OK);
    CHECK(!db_has_changes(db));
    db_close(db);
    db = open_db();
    CHECK_EQ(count(db), 1);
    db_close(db);
}

static void changes_without_commit_are_gone(void)
{
    struct db *db = open_empty();

    add(db, 1, "a");
    db_close(db);
    db = open_db();
    CHECK_EQ(count(db), 0);
    db_close(db);
}

static void undo_takes_back_what_followed_the_mark_only(void)
{
    struct db *db = open_empty();

    add(db, 1, "before");
    db_mark(db);
    add(db, 2, "after");
    db_undo(db);
    CHECK_EQ(count(db), 1);
    db_mark(db);
    add(db, 3, "kept");
    db_keep(db);
    CHECK_EQ(db_commit(db), OK);
    CHECK_EQ(count(db), 2);
    db_close(db);
}

static void what_is_not_unique_is_refused_alone(void)
{
    struct db *db = open_empty();

    CHECK_EQ(add(db, 1, "a"), OK);
    CHECK_EQ(add(db, 2, "a"), ERR_EXISTS);
    CHECK_EQ(db_status(db), OK); /* the caller's mistake, not the database's */
    CHECK_EQ(add(db, 2, "b"), OK);
    CHECK_EQ(db_commit(db), OK);
    CHECK_EQ(count(db), 2);
    db_close(db);
}

static void locked_database_is_told_and_harms_nothing(void)
{
    struct db *db = open_empty();
    struct db *other = open_db();

    CHECK_EQ(db_script(other, "BEGIN IMMEDIATE"), OK);
    CHECK(add(db, 1, "a") != OK);
    CHECK(db_status(db) == ERR_WOULD_BLOCK);
    CHECK_EQ(db_script(other, "COMMIT"), OK);
    CHECK_EQ(add(db, 1, "a"), OK);
    CHECK_EQ(db_commit(db), OK);
    CHECK_EQ(count(other), 1);
    db_close(other);
    db_close(db);
}

static void schema_is_made_once(void)
{
    struct db *db = open_empty();

    CHECK_EQ(schema_migrate(db, schema_newest), OK);
    CHECK_EQ(schema_migrate(db, schema_newest), OK);
    CHECK_EQ(db_number(db_prepare(db, "SELECT count(*) FROM schema_step"), 0), schema_newest);
    CHECK_EQ(db_number(db_prepare(db, "SELECT count(*) FROM device"), -1), 0);
    db_close(db);
}

static void schema_that_was_changed_is_refused(void)
{
    struct db *db = open_empty();

    CHECK_EQ(schema_migrate(db, schema_newest), OK);
    CHECK_EQ(db_script(db, "UPDATE schema_step SET hash = x'00'"), OK);
    CHECK_EQ(schema_migrate(db, schema_newest), ERR_NOT_SUPPORTED);
    db_close(db);
}

static void schema_of_a_newer_version_is_refused(void)
{
    struct db *db = open_empty();

    CHECK_EQ(schema_migrate(db, schema_newest), OK);
    CHECK_EQ(db_script(db, "INSERT INTO schema_step VALUES (1000, x'00')"), OK);
    CHECK_EQ(schema_migrate(db, schema_newest), ERR_NOT_SUPPORTED);
    db_close(db);
}

/* From every earlier schema, with data in it, to today's. */
static void data_survives_every_migration(void)
{
    for (int version = 1; version <= schema_newest; version++) {
        struct db *db = open_empty();

        CHECK_EQ(schema_migrate(db, version), OK);
        CHECK_EQ(db_script(db, "INSERT INTO org (id, name, created) VALUES (7, 'kept', 1)"), OK);
        CHECK_EQ(schema_migrate(db, schema_newest), OK);
        CHECK_EQ(db_number(db_prepare(db, "SELECT id FROM org WHERE name = 'kept'"), 0), 7);
        db_close(db);
    }
}

static const struct check_test tests[] = {
    {"values_come_back", values_come_back},
    {"changes_are_seen_before_and_kept_after_commit",
     changes_are_seen_before_and_kept_after_commit},
    {"changes_without_commit_are_gone", changes_without_commit_are_gone},
    {"undo_takes_back_what_followed_the_mark_only", undo_takes_back_what_followed_the_mark_only},
    {"what_is_not_unique_is_refused_alone", what_is_not_unique_is_refused_alone},
    {"locked_database_is_told_and_harms_nothing", locked_database_is_told_and_harms_nothing},
    {"schema_is_made_once", schema_is_made_once},
    {"schema_that_was_changed_is_refused", schema_that_was_changed_is_refused},
    {"schema_of_a_newer_version_is_refused", schema_of_a_newer_version_is_refused},
    {"data_survives_every_migration", data_survives_every_migration},
};

int main(void)
{
    int failed = check_run(tests, array_count(tests), check_put_stdout);

    unlink(path);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The database in one file: SQLite with a write-ahead log.
 *
 * A commit is synchronous, so what was answered survives a power cut; there are few of them, since
 * the service collects changes.
 */
#include "db.h"

#include <abi/status.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 512, LOCK_WAIT_MS = 2000 };

struct statement {
    struct db *db;
    sqlite3_stmt *stmt;
    int next; /* number of the next value */
    bool is_write;
};

struct db {
    sqlite3 *sqlite;
    bool is_changing;
    status_t status;
    struct {
        const char *sql;
        struct statement statement;
    } kept[STATEMENTS_MAX]; /* a hash table by address */
};

static status_t status_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return OK;
    case SQLITE_CONSTRAINT: return ERR_EXISTS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_WOULD_BLOCK;
    case SQLITE_FULL: return ERR_NO_MEMORY;
    default: return ERR_IO_FAILED;
    }
}

static void note(struct db *db, int result)
{
    if (status_of(result) == OK || status_of(result) == ERR_EXISTS)
        return;
    fprintf(stderr, "database: %s\n", sqlite3_errmsg(db->sqlite));
    if (db->status == OK)
        db->status = status_of(result);
}

status_t db_script(struct db *db, const char *sql)
{
    int result = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

    note(db, result);
    return status_of(result);
}

status_t db_open(const char *path, struct db **result)
{
    struct db *db = calloc(1, sizeof(*db));
    status_t status;

    if (db == NULL)
        return ERR_NO_MEMORY;
    if (sqlite3_open_v2(path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                        SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        note(db, SQLITE_CANTOPEN);
        db_close(db);
        return ERR_IO_FAILED;
    }
    sqlite3_extended_result_codes(db->sqlite, 1);
    sqlite3_busy_timeout(db->sqlite, LOCK_WAIT_MS);
    status = db_script(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                           "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                           "PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;");
    if (status != OK) {
        db_close(db);
        return status;
    }
    *result = db;
    return OK;
}

void db_close(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(db->kept[i].statement.stmt);
    sqlite3_close(db->sqlite);
    free(db);
}

static void prepare_new(struct db *db, const char *sql, struct statement *statement)
{
    if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->stmt,
                           NULL) != SQLITE_OK) {
        fprintf(stderr, "database: %s in: %s\n", sqlite3_errmsg(db->sqlite), sql);
        abort();
    }
    statement->db = db;
    statement->is_write = !sqlite3_stmt_readonly(statement->stmt);
}

struct statement *db_prepare(struct db *db, const char *sql)
{
    size_t place = ((uintptr_t)sql >> 3) % STATEMENTS_MAX;
    struct statement *statement;

    while (db->kept[place].sql != sql && db->kept[place].sql != NULL)
        place = (place + 1) % STATEMENTS_MAX; /* ends: the code has fewer statements than places */
    statement = &db->kept[place].statement;
    if (db->kept[place].sql == NULL) {
        prepare_new(db, sql, statement);
        db->kept[place].sql = sql;
    }
    sqlite3_reset(statement->stmt);
    sqlite3_clear_bindings(statement->stmt);
    statement->next = 1;
    if (statement->is_write && !db->is_changing)
        db->is_changing = db_script(db, "BEGIN IMMEDIATE") == OK;
    return statement;
}

void put_int(struct statement *statement, int64_t value)
{
    note(statement->db, sqlite3_bind_int64(statement->stmt, statement->next++, value));
}

void put_real(struct statement *statement, double value)
{
    note(statement->db, sqlite3_bind_double(statement->stmt, statement->next++, value));
}

void put_text(struct statement *statement, const char *text)
{
    note(statement->db,
         sqlite3_bind_text(statement->stmt, statement->next++, text, -1, SQLITE_TRANSIENT));
}

void put_text_bytes(struct statement *statement, const char *text, size_t size)
{
    note(statement->db, sqlite3_bind_text(statement->stmt, statement->next++,
                                          text == NULL ? "" : text, (int)size, SQLITE_TRANSIENT));
}

void put_blob(struct statement *statement, const void *data, size_t size)
{
    note(statement->db, sqlite3_bind_blob64(statement->stmt, statement->next++,
                                            data == NULL ? "" : data, size, SQLITE_TRANSIENT));
}

void put_null(struct statement *statement)
{
    note(statement->db, sqlite3_bind_null(statement->stmt, statement->next++));
}

static int step(struct statement *statement)
{
    int result;

    if (statement->is_write && !statement->db->is_changing)
        return SQLITE_BUSY; /* the transaction could not be opened, which was noted */
    result = sqlite3_step(statement->stmt);
    note(statement->db, result);
    if (result != SQLITE_ROW)
        sqlite3_reset(statement->stmt);
    return result;
}

bool db_step(struct statement *statement)
{
    return step(statement) == SQLITE_ROW;
}

status_t db_run(struct statement *statement)
{
    int result;

    while ((result = step(statement)) == SQLITE_ROW)
        continue;
    return status_of(result);
}

int64_t db_number(struct statement *statement, int64_t otherwise)
{
    int64_t number = db_step(statement) ? get_int(statement, 0) : otherwise;

    sqlite3_reset(statement->stmt);
    return number;
}

int64_t get_int(struct statement *statement, int column)
{
    return sqlite3_column_int64(statement->stmt, column);
}

double get_real(struct statement *statement, int column)
{
    return sqlite3_column_double(statement->stmt, column);
}

const char *get_text(struct statement *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement->stmt, column);

    return text == NULL ? "" : (const char *)text;
}

const void *get_blob(struct statement *statement, int column, size_t *size)
{
    const void *data = sqlite3_column_blob(statement->stmt, column);

    *size = (size_t)sqlite3_column_bytes(statement->stmt, column);
    return data;
}

bool is_null(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

int column_count(struct statement *statement)
{
    return sqlite3_column_count(statement->stmt);
}

const char *column_name(struct statement *statement, int column)
{
    return sqlite3_column_name(statement->stmt, column);
}

bool column_is_text(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_TEXT;
}

bool column_is_real(struct statement *statement, int column)
{
    return sqlite3_column_type(statement->stmt, column) == SQLITE_FLOAT;
}

/* Statements that still stand on a row would keep the transaction open. */
static void reset_all(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        if (db->kept[i].sql != NULL)
            sqlite3_reset(db->kept[i].statement.stmt);
}

void db_mark(struct db *db)
{
    if (!db->is_changing)
        db->is_changing = db_script(db, "BEGIN IMMEDIATE") == OK;
    db_script(db, "SAVEPOINT mark");
}

void db_keep(struct db *db)
{
    db_script(db, "RELEASE mark");
}

void db_undo(struct db *db)
{
    reset_all(db);
    db_script(db, "ROLLBACK TO mark; RELEASE mark");
}

bool db_has_changes(const struct db *db)
{
    return db->is_changing;
}

status_t db_commit(struct db *db)
{
    status_t status;

    if (!db->is_changing)
        return OK;
    reset_all(db);
    status = db_script(db, "COMMIT");
    if (status != OK)
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    db->is_changing = false;
    return status;
}

status_t db_status(struct db *db)
{
    status_t status = db->status;

    db->status = OK;
    return status;
}

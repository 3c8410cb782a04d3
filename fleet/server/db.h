/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service asks of a database: statements with values, and one transaction that collects.
 *
 * The first change opens a transaction; db_commit makes all that was changed since durable at once,
 * so a turn of the loop, or a herd of devices, costs one commit.  Reads see what is not committed.
 * Text of statements is SQL that SQLite and PostgreSQL both understand, with ?1, ?2, ... in order
 * of first use.  An implementation is a file of its own (db_sqlite.c) that passes db_test.c.
 */
#ifndef SERVER_DB_H
#define SERVER_DB_H

#include <base/types.h>

struct db;
struct statement;

status_t db_open(const char *path, struct db **db);
void db_close(struct db *db);

/*
 * A statement ready for its values.  `sql` must live as long as `db`: statements are kept by its
 * address.  Using it again before it was stepped to its end resets it.  A statement that cannot be
 * prepared is the programmer's mistake and ends the process.
 */
struct statement *db_prepare(struct db *db, const char *sql);

/* Values, in the order of their numbers. */
void put_int(struct statement *statement, int64_t value);
void put_real(struct statement *statement, double value);
void put_text(struct statement *statement, const char *text); /* borrows; null is NULL */
void put_text_bytes(struct statement *statement, const char *text, size_t size);
void put_blob(struct statement *statement, const void *data, size_t size);
void put_null(struct statement *statement);

/* To the next row: whether there is one.  A failure is kept and told by db_status. */
bool db_step(struct statement *statement);

/* To the end, for what gives no rows.  ERR_EXISTS: a value that must be unique is not. */
status_t db_run(struct statement *statement);

/* The one number in the one row, or `otherwise` when there is none. */
int64_t db_number(struct statement *statement, int64_t otherwise);

/* The row's values, by column from 0; what is borrowed lasts until the next step. */
int64_t get_int(struct statement *statement, int column); /* NULL is 0 */
double get_real(struct statement *statement, int column);
const char *get_text(struct statement *statement, int column); /* NULL is "" */
const void *get_blob(struct statement *statement, int column, size_t *size);
bool is_null(struct statement *statement, int column);
int column_count(struct statement *statement);
const char *column_name(struct statement *statement, int column);
bool column_is_text(struct statement *statement, int column); /* in this row */
bool column_is_real(struct statement *statement, int column);

/* A change of the caller's that can be taken back without the others' (not nested). */
void db_mark(struct db *db);
void db_keep(struct db *db);
void db_undo(struct db *db);

bool db_has_changes(const struct db *db);
status_t db_commit(struct db *db); /* on failure all changes are gone */
status_t db_status(struct db *db); /* the first failure since the last call, which forgets it */

/* Several statements as one text, without values; for migrations. */
status_t db_script(struct db *db, const char *sql);

#endif

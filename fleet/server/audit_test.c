/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log's chain shows every kind of tampering, at the entry where it begins.
 */
#include "audit.h"
#include "schema.h"

#include <abi/status.h>
#include <check/check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ORG = 7, OTHER = 8, ENTRIES = 5 };

static struct server server;

static void begin(void)
{
    if (server.db != NULL)
        db_close(server.db);
    CHECK_EQ(db_open(":memory:", &server.db), OK);
    CHECK_EQ(schema_migrate(server.db, schema_newest), OK);
    CHECK_EQ(db_script(server.db, "INSERT INTO org VALUES (7, 'a', 1), (8, 'b', 1)"), OK);
    for (int i = 0; i < ENTRIES; i++) {
        char object[16];

        snprintf(object, sizeof(object), "thing %d", i);
        CHECK_EQ(audit_add(&server, ORG, "somebody", "do", object), OK);
        CHECK_EQ(audit_add(&server, OTHER, "another", "do", object), OK);
    }
    CHECK_EQ(db_commit(server.db), OK);
}

static void whole_log_is_whole(void)
{
    int64_t number;

    begin();
    CHECK_EQ(audit_verify(server.db, ORG, &number), OK);
    CHECK_EQ(number, ENTRIES);
    CHECK_EQ(audit_verify(server.db, 99, &number), OK);
    CHECK_EQ(number, 0);
}

struct tampering {
    const char *sql;
    int64_t shows_at;
};

static const struct tampering tamperings[] = {
    {"UPDATE audit SET object = 'thing X' WHERE org = 7 AND number = 3", 3},
    {"UPDATE audit SET actor = 'nobody' WHERE org = 7 AND number = 1", 1},
    {"UPDATE audit SET action = 'undo' WHERE org = 7 AND number = 5", 5},
    {"UPDATE audit SET time = time + 1 WHERE org = 7 AND number = 2", 2},
    {"UPDATE audit SET hash = x'00' WHERE org = 7 AND number = 4", 4},
    {"DELETE FROM audit WHERE org = 7 AND number = 2", 2},
    {"DELETE FROM audit WHERE org = 7 AND number = 1", 1},
    {"DELETE FROM audit WHERE org = 7 AND number = 3;"
     "UPDATE audit SET number = number - 1 WHERE org = 7 AND number > 3", 3},
    {"UPDATE audit SET actor = 'some', action = 'bodydo' WHERE org = 7 AND number = 3", 3},
    {"UPDATE audit SET hash = (SELECT o.hash FROM audit o WHERE o.org = 8 AND o.number ="
     " audit.number) WHERE org = 7", 1},
};

static void tampering_shows_where_it_begins(void)
{
    for (size_t i = 0; i < array_count(tamperings); i++) {
        int64_t number;

        begin();
        CHECK_EQ(db_script(server.db, tamperings[i].sql), OK);
        if (!CHECK_EQ(audit_verify(server.db, ORG, &number), ERR_BAD_STATE) ||
            !CHECK_EQ(number, tamperings[i].shows_at))
            check_note("%s", tamperings[i].sql);
        CHECK_EQ(audit_verify(server.db, OTHER, &number), OK);
    }
}

/* What is cut off at the end shows only to who kept a later hash: the number tells. */
static void cut_log_is_shorter(void)
{
    int64_t number;

    begin();
    CHECK_EQ(db_script(server.db, "DELETE FROM audit WHERE org = 7 AND number > 3"), OK);
    CHECK_EQ(audit_verify(server.db, ORG, &number), OK);
    CHECK_EQ(number, 3);
}

static const struct check_test tests[] = {
    {"whole_log_is_whole", whole_log_is_whole},
    {"tampering_shows_where_it_begins", tampering_shows_where_it_begins},
    {"cut_log_is_shorter", cut_log_is_shorter},
};

int main(void)
{
    int failed = check_run(tests, array_count(tests), check_put_stdout);

    db_close(server.db);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server on hostile bytes: as a connection by an owner's token (h), as an archive (a), or as
 * the stages of a roll-out (s), as the first byte says.
 */
#include "account.h"
#include "api.h"
#include "import.h"
#include "plan.h"
#include "rollout.h"
#include "schema.h"

#include <abi/status.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURNS_MAX = 1000 };

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct server server;

static void settle(void *owner)
{
    (void)owner;
    api_settle(&server, db_commit(server.db));
    net_flush(&server.net);
}

static void require(bool promise)
{
    if (!promise)
        abort();
}

/* Somebody with everything, whose token is `fuzz`. */
static void make_owner(void)
{
    struct statement *row;
    uint8_t hash[SHA256_BYTES];

    require(account_found(server.db, "Fuzz", "a@b.c", "a good password") == OK);
    hash_secret("fuzz", hash);
    row = db_prepare(server.db, "INSERT INTO token (id, org, hash, person, name, role, created,"
                                " expires) SELECT 1, org, ?1, id, 'fuzz', 4, 0, ?2 FROM person");
    put_blob(row, hash, sizeof(hash));
    put_int(row, INT64_MAX);
    require(db_run(row) == OK && db_commit(server.db) == OK);
}

int LLVMFuzzerInitialize(int *count, char ***words)
{
    static char folder[] = "/tmp/server_fuzz-XXXXXX";

    (void)count;
    (void)words;
    require(sodium_init() >= 0 && mkdtemp(folder) != NULL);
    require(db_open(":memory:", &server.db) == OK);
    require(schema_migrate(server.db, schema_newest) == OK);
    require(blobs_open(&server.blobs, folder) == OK);
    server.loop = loop_create();
    require(server.loop != NULL);
    net_init(&server.net, server.loop);
    server.workers = workers_create(server.loop, 1, 0); /* refuses every job: those take too long */
    loop_on_settle(server.loop, settle, NULL);
    make_owner();
    return 0;
}

static void try_connection(const uint8_t *data, size_t size)
{
    int ends[2];

    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    server.connection_count = 1;
    require(http_open(&server.net, &api_http_owner, &server, ends[0], NULL, "fuzz") == OK);
    require(send(ends[1], data, size, MSG_NOSIGNAL) >= 0 || size == 0);
    shutdown(ends[1], SHUT_WR);
    for (int turn = 0; server.connection_count > 0 && turn < TURNS_MAX; turn++) {
        static uint8_t answer[65536];
        loop_turn(server.loop);
        while (recv(ends[1], answer, sizeof(answer), 0) > 0)
            continue;
    }
    require(server.connection_count == 0);
    close(ends[1]);
}

static void try_archive(const uint8_t *data, size_t size)
{
    static struct import import;
    int fd = memfd_create("archive", 0);
    char path[32];
    status_t status;

    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    status = import_archive(&import, &server.blobs, path, NULL, 0);
    require(status == OK || import.problem[0] != '\0');
    json_decref(import.graph);
    close(fd);
}

static void try_stages(const uint8_t *data, size_t size)
{
    struct plan_rules rules;
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)(size < 63 ? size : 63), (const char *)data);
    if (!plan_read_stages(text, &rules))
        return;
    require(rules.stage_count >= 1 && rules.stage_count <= PLAN_STAGES_MAX);
    require(plan_stage_size(&rules, rules.stage_count - 1, 1000) == 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    switch (data[0]) {
    case 'h': try_connection(data + 1, size - 1); break;
    case 'a': try_archive(data + 1, size - 1); break;
    case 's': try_stages(data + 1, size - 1); break;
    default: break;
    }
    return 0;
}

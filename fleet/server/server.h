/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service as a whole: what every part of it can reach.
 *
 * It belongs to the loop's thread.  Nothing that must survive is kept only here: what is in the
 * database is the truth, and a restart, or a commit that failed, starts again from that.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "blobs.h"
#include "db.h"
#include "workers.h"

#include <net/stream.h>

/* What a person or a token may do; each may what those before it may. */
enum role { ROLE_NONE, ROLE_VIEWER, ROLE_OPERATOR, ROLE_MAINTAINER, ROLE_OWNER };

/* Whether a device may talk to us. */
enum admission { ADMISSION_WAITING = 0, ADMISSION_ACCEPTED = 1, ADMISSION_REVOKED = 2 };

enum rollout_phase {
    ROLLOUT_RUNNING = 1,
    ROLLOUT_PAUSED = 2,
    ROLLOUT_ABORTED = 3,
    ROLLOUT_REPLACED = 4,
};

enum { LINK_TABLE_SIZE = 16384, GUESS_TABLE_SIZE = 1024 };

struct link;
struct api_request;

/* Numbers for /metrics; since the start. */
struct counters {
    uint64_t http_requests;
    uint64_t http_refused;
    uint64_t logins_refused;
    uint64_t device_connects;
    uint64_t device_refusals;
    uint64_t device_messages;
    uint64_t commits;
    uint64_t commits_failed;
    uint64_t blob_bytes;
};

/* Wrong guesses at a password, by a hash of who guesses or whose it is. */
struct guesses {
    uint64_t key;
    uint64_t next_allowed_ms;
    uint32_t count;
};

struct server {
    struct loop *loop;
    struct net net;
    struct db *db;
    struct blobs blobs;
    struct workers *workers;
    SSL_CTX *tls;
    struct counters counters;
    struct guesses guesses[GUESS_TABLE_SIZE];

    struct link *links[LINK_TABLE_SIZE]; /* of devices that are welcome, by a hash of the id */
    uint32_t link_count;
    uint32_t connection_count;

    struct timer tick;         /* what is due regardless of events */
    bool rollouts_are_due;     /* something changed that a roll-out may wait for */
    struct api_request *waiting; /* for this turn's changes to be durable */
    uint64_t changes_since_ms; /* when the changes to be committed began; 0: none */
    uint64_t started_ms;
    uint64_t swept_ms; /* when old things were last removed */
};

/* A random id, small enough for every reader of JSON. */
int64_t random_id(void);

/* Random text of 43 letters for secrets, and the hash that is kept of one. */
enum { SECRET_SIZE = 44 };
void make_secret(char secret[SECRET_SIZE]);
void hash_secret(const char *secret, uint8_t hash[SHA256_BYTES]);

#endif

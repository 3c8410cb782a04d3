/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message server knows: which protocols are published, and who waits for a session.
 *
 * Pure bookkeeping over the access rules of the manifest; capabilities are numbers to it, and the
 * answer to a request is its owner's business.  A client is its index in the manifest.
 */
#ifndef MSGD_DIRECTORY_H
#define MSGD_DIRECTORY_H

#include <abi/status.h>
#include <manifest/manifest.h>

enum { DIRECTORY_REQUESTS_MAX = 16 };

struct directory_entry {
    bool is_published;
    uint32_t publisher;
    word_t version;
    word_t bits; /* to signal with `wake` when a request waits */
    word_t wake; /* a capability */
};

enum directory_request_state { REQUEST_FREE, REQUEST_WAITING, REQUEST_FETCHED };

struct directory_request {
    enum directory_request_state state;
    uint32_t protocol; /* index of its access rule */
    uint32_t client;
    word_t version;
    word_t id; /* never used again; requests are fetched in its order */
};

struct directory {
    const struct manifest_component *server;
    struct directory_entry entries[MANIFEST_ACCESS_MAX]; /* one for each access rule */
    struct directory_request requests[DIRECTORY_REQUESTS_MAX];
    word_t last_id;
};

/* A set of requests, a bit for each index: those that an event ends with one status. */
typedef uint32_t directory_set_t;

void directory_init(struct directory *directory, const struct manifest_component *server);

/* Publishes; `refused` are the waiting requests that want another version, which are freed. */
status_t directory_publish(struct directory *directory, uint32_t client, const char *name,
                           const struct directory_entry *offer, directory_set_t *refused);

/* Takes a protocol out; `ended` are its requests, which are freed, `wake` is no longer needed. */
status_t directory_unpublish(struct directory *directory, uint32_t client, const char *name,
                             directory_set_t *ended, word_t *wake);

status_t directory_query(const struct directory *directory, uint32_t client, const char *name,
                         word_t *version);

/* A new request that waits.  `to_signal`, when not null, is whom to tell. */
status_t directory_request(struct directory *directory, uint32_t client, const char *name,
                           word_t version, uint32_t *request,
                           const struct directory_entry **to_signal);

/* The oldest request that waits for what the client publishes. */
status_t directory_fetch(struct directory *directory, uint32_t client, uint32_t *request);

/* The publisher has an answer: frees the request. */
status_t directory_answer(struct directory *directory, uint32_t client, word_t id,
                          uint32_t *request);

/* Forgets a request whose answer could not be kept. */
void directory_forget(struct directory *directory, uint32_t request);

/* Next thing that a client which is gone has left behind; false when nothing is. */
bool directory_next_left(const struct directory *directory, uint32_t client, const char **name);
/* Frees a gone client's own requests. */
directory_set_t directory_drop_requests(struct directory *directory, uint32_t client);

#endif

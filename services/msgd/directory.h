/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message server knows: which protocols are published, who waits for what, and who has which
 * token.
 *
 * Pure bookkeeping over the access rules of the manifest; capabilities are numbers to it, and the
 * answer to whoever waits is its owner's business.  A client is its index in the manifest.
 */
#ifndef MSGD_DIRECTORY_H
#define MSGD_DIRECTORY_H

#include <abi/status.h>
#include <manifest/manifest.h>

enum { DIRECTORY_WAITERS_MAX = 31, DIRECTORY_TOKENS_MAX = 96 };

/* Flags of a token, as in the protocol. */
enum { TOKEN_LEND = 1, TOKEN_TRANSFER = 2, TOKEN_FLAGS = TOKEN_LEND | TOKEN_TRANSFER };

struct directory_entry {
    bool is_published;
    uint32_t publisher;
    word_t version;
    word_t bits; /* to signal with `wake` when a request waits */
    word_t wake; /* a capability */
};

enum directory_waiter_kind {
    WAITER_FREE,
    WAITER_REQUEST,  /* for its publisher to fetch it */
    WAITER_FETCHED,  /* for its publisher's answer */
    WAITER_WAIT,     /* for a publisher */
    WAITER_TRANSFER, /* for the new owner to accept */
    WAITER_ACCEPT,   /* for somebody who transfers */
};

struct directory_waiter {
    enum directory_waiter_kind kind;
    uint32_t client;
    uint32_t rule; /* index of the protocol's access rule; not of an accept */
    uint32_t to;   /* of a transfer: the new owner */
    word_t version;
    word_t flags;
    word_t id; /* never used again; waiters are served in its order.  Of a request, its token */
    word_t token;
    word_t session; /* of a transfer: a capability */
};

struct directory_token {
    word_t id; /* 0: free */
    uint32_t rule;
    uint32_t owner;
    word_t flags;
};

struct directory {
    const struct manifest *manifest;
    const struct manifest_component *server;
    struct directory_entry entries[MANIFEST_ACCESS_MAX]; /* one for each access rule */
    struct directory_waiter waiters[DIRECTORY_WAITERS_MAX];
    struct directory_token tokens[DIRECTORY_TOKENS_MAX];
    /* How many each client has; a request counts as the token that it will become. */
    uint32_t waiters_of[MANIFEST_COMPONENTS_MAX];
    uint32_t tokens_of[MANIFEST_COMPONENTS_MAX];
    uint32_t token_count; /* of all of them */
    word_t last_id;
};

/* A set of waiters, a bit for each index: those that an event ends with one status. */
typedef uint32_t directory_set_t;

void directory_init(struct directory *directory, const struct manifest *manifest,
                    const struct manifest_component *server);

/*
 * Publishes.  `refused` are requests that want another version, `woken` those that waited for a
 * publisher; all of them are freed.
 */
status_t directory_publish(struct directory *directory, uint32_t client, const char *name,
                           const struct directory_entry *offer, directory_set_t *refused,
                           directory_set_t *woken);

/*
 * Takes a protocol out.  `ended` are the requests and transfers of it, which are freed; `wake` is
 * no longer needed, nor are its tokens known any more.
 */
status_t directory_unpublish(struct directory *directory, uint32_t client, const char *name,
                             directory_set_t *ended, word_t *wake);

status_t directory_query(const struct directory *directory, uint32_t client, const char *name,
                         word_t *version);

/* OK: it is published.  ERR_WOULD_BLOCK: `waiter` waits for that. */
status_t directory_wait(struct directory *directory, uint32_t client, const char *name,
                        word_t *version, uint32_t *waiter);

/* What a client asks for. */
struct directory_wish {
    const char *name;
    word_t version;
    word_t flags;
};

/* A new request that waits.  `to_signal`, when not null, is whom to tell. */
status_t directory_request(struct directory *directory, uint32_t client,
                           const struct directory_wish *wish, uint32_t *waiter,
                           const struct directory_entry **to_signal);

/* The oldest request that waits for what the client publishes. */
status_t directory_fetch(struct directory *directory, uint32_t client, uint32_t *waiter);

/* Whether another request waits for what the client publishes. */
bool directory_has_request(const struct directory *directory, uint32_t client);

/* The publisher has an answer, which is a session or not: frees the request. */
status_t directory_answer(struct directory *directory, uint32_t client, word_t id, bool is_session,
                          uint32_t *waiter);

/* A token's session is over; `ended` are transfers of it, which are freed. */
status_t directory_end(struct directory *directory, uint32_t client, word_t id,
                       directory_set_t *ended);

/* A transfer that waits.  `session` is what is passed on. */
status_t directory_transfer(struct directory *directory, uint32_t client, word_t token,
                            const char *to, word_t session, uint32_t *waiter);
status_t directory_accept(struct directory *directory, uint32_t client, uint32_t *waiter);

/*
 * A transfer and the one who accepts it, both freed; their contents are still there.  False: no two
 * of them fit together.
 */
bool directory_match(struct directory *directory, uint32_t *transfer, uint32_t *accept);

/* Forgets a waiter that could not be kept. */
void directory_forget(struct directory *directory, uint32_t waiter);

/* Next thing that a client which is gone has left behind; false when nothing is. */
bool directory_next_left(const struct directory *directory, uint32_t client, const char **name);
/* Frees a gone client's own waiters and tokens, and transfers to it. */
directory_set_t directory_drop_client(struct directory *directory, uint32_t client);

/* The next token from `*position` on; NULL when there is none. */
const struct directory_token *directory_next_token(const struct directory *directory,
                                                   word_t *position);

#endif

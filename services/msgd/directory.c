/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol's place in the directory is that of its access rule, so what the manifest does not
 * name cannot even be looked up.
 */
#include "directory.h"

#include "limits.h"

#include <base/memory.h>

void directory_init(struct directory *directory, const struct manifest *manifest,
                    const struct manifest_component *server)
{
    *directory = (struct directory){.manifest = manifest, .server = server};
}

static status_t find_rule(const struct directory *directory, const char *name, uint32_t *rule)
{
    for (*rule = 0; *rule < directory->server->access_count; (*rule)++) {
        if (str_equal(directory->server->access[*rule].protocol, name))
            return OK;
    }
    return ERR_NOT_PERMITTED;
}

static bool is_in(manifest_set_t set, uint32_t client)
{
    return client < MANIFEST_COMPONENTS_MAX && (set >> client & 1) != 0;
}

static bool may_request(const struct directory *directory, uint32_t client, uint32_t rule)
{
    return is_in(directory->server->access[rule].request, client);
}

static bool publishes(const struct directory *directory, uint32_t client, uint32_t rule)
{
    return directory->entries[rule].is_published && directory->entries[rule].publisher == client;
}

/* ---- waiters ---- */

static bool is_request(const struct directory_waiter *waiter)
{
    return waiter->kind == WAITER_REQUEST || waiter->kind == WAITER_FETCHED;
}

static void count_token(struct directory *directory, uint32_t client, int32_t change)
{
    directory->tokens_of[client] += (uint32_t)change;
    directory->token_count += (uint32_t)change;
}

/* A free waiter, as far as the client may have one more. */
static status_t take_waiter(struct directory *directory, uint32_t client,
                            const struct directory_waiter *wanted, uint32_t *waiter)
{
    if (directory->waiters_of[client] >= limits_of(directory, client).requests)
        return ERR_OVER_LIMIT;
    for (*waiter = 0; *waiter < DIRECTORY_WAITERS_MAX; (*waiter)++) {
        if (directory->waiters[*waiter].kind != WAITER_FREE)
            continue;
        directory->waiters[*waiter] = *wanted;
        directory->waiters[*waiter].client = client;
        directory->waiters[*waiter].id = ++directory->last_id;
        directory->waiters_of[client]++;
        count_token(directory, client, is_request(wanted) ? 1 : 0);
        return OK;
    }
    return ERR_OVER_LIMIT;
}

void directory_forget(struct directory *directory, uint32_t waiter)
{
    struct directory_waiter *forgotten = &directory->waiters[waiter];

    directory->waiters_of[forgotten->client]--;
    count_token(directory, forgotten->client, is_request(forgotten) ? -1 : 0);
    forgotten->kind = WAITER_FREE;
}

typedef bool waiter_test_fn(const struct directory_waiter *waiter, word_t argument);

/* Frees those that the test picks. */
static directory_set_t free_waiters(struct directory *directory, waiter_test_fn *is_picked,
                                    word_t argument)
{
    directory_set_t freed = 0;

    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        if (directory->waiters[i].kind == WAITER_FREE ||
            !is_picked(&directory->waiters[i], argument))
            continue;
        directory_forget(directory, i);
        freed |= UINT32_C(1) << i;
    }
    return freed;
}

/* ---- tokens ---- */

static struct directory_token *find_token(struct directory *directory, word_t id)
{
    for (uint32_t i = 0; i < DIRECTORY_TOKENS_MAX && id != 0; i++) {
        if (directory->tokens[i].id == id)
            return &directory->tokens[i];
    }
    return NULL;
}

static void add_token(struct directory *directory, const struct directory_waiter *request)
{
    uint32_t i = 0;

    while (directory->tokens[i].id != 0)
        i++; /* ends: there was room when it was requested */
    count_token(directory, request->client, 1);
    directory->tokens[i] = (struct directory_token){
        .id = request->id,
        .rule = request->rule,
        .owner = request->client,
        .flags = request->flags,
    };
}

static void drop_token(struct directory *directory, struct directory_token *token)
{
    count_token(directory, token->owner, -1);
    token->id = 0;
}

static bool has_token_room(const struct directory *directory, uint32_t client)
{
    return directory->tokens_of[client] < limits_of(directory, client).tokens &&
           directory->token_count < DIRECTORY_TOKENS_MAX;
}

const struct directory_token *directory_next_token(const struct directory *directory,
                                                   word_t *position)
{
    while (*position < DIRECTORY_TOKENS_MAX) {
        const struct directory_token *token = &directory->tokens[(*position)++];

        if (token->id != 0)
            return token;
    }
    return NULL;
}

/* ---- publishers ---- */

static uint32_t count_published(const struct directory *directory, uint32_t client)
{
    uint32_t count = 0;

    for (uint32_t rule = 0; rule < directory->server->access_count; rule++)
        count += publishes(directory, client, rule);
    return count;
}

static status_t may_publish(const struct directory *directory, uint32_t client, const char *name,
                            uint32_t *rule)
{
    status_t status = find_rule(directory, name, rule);

    if (status != OK || !is_in(directory->server->access[*rule].publish, client))
        return ERR_NOT_PERMITTED;
    if (directory->entries[*rule].is_published)
        return ERR_EXISTS;
    return count_published(directory, client) < limits_of(directory, client).published
               ? OK
               : ERR_OVER_LIMIT;
}

status_t directory_publish(struct directory *directory, uint32_t client, const char *name,
                           const struct directory_entry *offer, directory_set_t *refused,
                           directory_set_t *woken)
{
    uint32_t rule;
    status_t status = may_publish(directory, client, name, &rule);

    *refused = 0;
    *woken = 0;
    if (status == OK && offer->version == 0)
        status = ERR_BAD_ARGUMENT;
    if (status != OK)
        return status;
    directory->entries[rule] = *offer;
    directory->entries[rule].is_published = true;
    directory->entries[rule].publisher = client;
    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        const struct directory_waiter *waiter = &directory->waiters[i];

        if (waiter->rule != rule)
            continue;
        if (waiter->kind == WAITER_WAIT)
            *woken |= UINT32_C(1) << i;
        else if (is_request(waiter) && waiter->version != offer->version)
            *refused |= UINT32_C(1) << i;
        else
            continue;
        directory_forget(directory, i);
    }
    return OK;
}

static bool is_of_rule(const struct directory_waiter *waiter, word_t rule)
{
    return waiter->rule == rule && (is_request(waiter) || waiter->kind == WAITER_TRANSFER);
}

status_t directory_unpublish(struct directory *directory, uint32_t client, const char *name,
                             directory_set_t *ended, word_t *wake)
{
    uint32_t rule;

    *ended = 0;
    if (find_rule(directory, name, &rule) != OK || !publishes(directory, client, rule))
        return ERR_NOT_FOUND;
    *wake = directory->entries[rule].wake;
    directory->entries[rule] = (struct directory_entry){0};
    *ended = free_waiters(directory, is_of_rule, rule);
    for (uint32_t i = 0; i < DIRECTORY_TOKENS_MAX; i++) {
        if (directory->tokens[i].id != 0 && directory->tokens[i].rule == rule)
            drop_token(directory, &directory->tokens[i]);
    }
    return OK;
}

/* The oldest request that waits for it, or the number of waiters. */
static uint32_t find_request(const struct directory *directory, uint32_t client)
{
    uint32_t oldest = DIRECTORY_WAITERS_MAX;

    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        const struct directory_waiter *candidate = &directory->waiters[i];

        if (candidate->kind == WAITER_REQUEST && publishes(directory, client, candidate->rule) &&
            (oldest == DIRECTORY_WAITERS_MAX || candidate->id < directory->waiters[oldest].id))
            oldest = i;
    }
    return oldest;
}

bool directory_has_request(const struct directory *directory, uint32_t client)
{
    return find_request(directory, client) < DIRECTORY_WAITERS_MAX;
}

status_t directory_fetch(struct directory *directory, uint32_t client, uint32_t *waiter)
{
    *waiter = find_request(directory, client);
    if (*waiter == DIRECTORY_WAITERS_MAX)
        return ERR_WOULD_BLOCK;
    directory->waiters[*waiter].kind = WAITER_FETCHED;
    return OK;
}

status_t directory_answer(struct directory *directory, uint32_t client, word_t id, bool is_session,
                          uint32_t *waiter)
{
    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        const struct directory_waiter *candidate = &directory->waiters[i];

        if (candidate->kind != WAITER_FETCHED || candidate->id != id ||
            !publishes(directory, client, candidate->rule))
            continue;
        if (is_session)
            add_token(directory, candidate);
        directory_forget(directory, i);
        *waiter = i;
        return OK;
    }
    return ERR_NOT_FOUND;
}

static bool is_transfer_of(const struct directory_waiter *waiter, word_t token)
{
    return waiter->kind == WAITER_TRANSFER && waiter->token == token;
}

status_t directory_end(struct directory *directory, uint32_t client, word_t id,
                       directory_set_t *ended)
{
    struct directory_token *token = find_token(directory, id);

    *ended = 0;
    if (token == NULL || !publishes(directory, client, token->rule))
        return ERR_NOT_FOUND;
    drop_token(directory, token);
    *ended = free_waiters(directory, is_transfer_of, id);
    return OK;
}

/* ---- clients ---- */

status_t directory_query(const struct directory *directory, uint32_t client, const char *name,
                         word_t *version)
{
    uint32_t rule;

    if (find_rule(directory, name, &rule) != OK || !may_request(directory, client, rule) ||
        !directory->entries[rule].is_published)
        return ERR_NOT_FOUND;
    *version = directory->entries[rule].version;
    return OK;
}

status_t directory_wait(struct directory *directory, uint32_t client, const char *name,
                        word_t *version, uint32_t *waiter)
{
    struct directory_waiter wanted = {.kind = WAITER_WAIT};
    status_t status;

    if (find_rule(directory, name, &wanted.rule) != OK ||
        !may_request(directory, client, wanted.rule))
        return ERR_NOT_PERMITTED;
    if (directory->entries[wanted.rule].is_published) {
        *version = directory->entries[wanted.rule].version;
        return OK;
    }
    status = take_waiter(directory, client, &wanted, waiter);
    return status == OK ? ERR_WOULD_BLOCK : status;
}

status_t directory_request(struct directory *directory, uint32_t client,
                           const struct directory_wish *wish, uint32_t *waiter,
                           const struct directory_entry **to_signal)
{
    struct directory_waiter wanted = {
        .kind = WAITER_REQUEST,
        .version = wish->version,
        .flags = wish->flags,
    };
    const struct directory_entry *entry;
    status_t status;

    if (find_rule(directory, wish->name, &wanted.rule) != OK ||
        !may_request(directory, client, wanted.rule))
        return ERR_NOT_PERMITTED;
    if ((wish->flags & ~(word_t)TOKEN_FLAGS) != 0)
        return ERR_BAD_ARGUMENT;
    entry = &directory->entries[wanted.rule];
    if (entry->is_published && entry->version != wish->version)
        return ERR_NOT_SUPPORTED;
    if (!has_token_room(directory, client))
        return ERR_OVER_LIMIT;
    status = take_waiter(directory, client, &wanted, waiter);
    if (status == OK)
        *to_signal = entry->is_published ? entry : NULL;
    return status;
}

/* ---- transfers ---- */

static bool talks_to(const struct directory *directory, uint32_t client)
{
    uint32_t server = (uint32_t)(directory->server - directory->manifest->components);

    return manifest_is_client(&directory->manifest->components[client], server);
}

status_t directory_transfer(struct directory *directory, uint32_t client, word_t token,
                            const char *to, word_t session, uint32_t *waiter)
{
    const struct directory_token *found = find_token(directory, token);
    struct directory_waiter wanted = {
        .kind = WAITER_TRANSFER,
        .to = manifest_find(directory->manifest, to),
        .token = token,
        .session = session,
    };

    if (found == NULL || found->owner != client || wanted.to == MANIFEST_NONE ||
        !talks_to(directory, wanted.to))
        return ERR_NOT_FOUND;
    if ((found->flags & TOKEN_TRANSFER) == 0 || !may_request(directory, wanted.to, found->rule))
        return ERR_NOT_PERMITTED;
    if (!has_token_room(directory, wanted.to))
        return ERR_OVER_LIMIT;
    wanted.rule = found->rule;
    return take_waiter(directory, client, &wanted, waiter);
}

status_t directory_accept(struct directory *directory, uint32_t client, uint32_t *waiter)
{
    const struct directory_waiter wanted = {.kind = WAITER_ACCEPT};

    return take_waiter(directory, client, &wanted, waiter);
}

static bool find_accept(const struct directory *directory, uint32_t client, uint32_t *accept)
{
    for (*accept = 0; *accept < DIRECTORY_WAITERS_MAX; (*accept)++) {
        if (directory->waiters[*accept].kind == WAITER_ACCEPT &&
            directory->waiters[*accept].client == client)
            return true;
    }
    return false;
}

bool directory_match(struct directory *directory, uint32_t *transfer, uint32_t *accept)
{
    for (*transfer = 0; *transfer < DIRECTORY_WAITERS_MAX; (*transfer)++) {
        const struct directory_waiter *waiter = &directory->waiters[*transfer];

        if (waiter->kind != WAITER_TRANSFER || !find_accept(directory, waiter->to, accept))
            continue;
        count_token(directory, waiter->client, -1);
        count_token(directory, waiter->to, 1);
        find_token(directory, waiter->token)->owner = waiter->to;
        directory_forget(directory, *transfer);
        directory_forget(directory, *accept);
        return true;
    }
    return false;
}

/* ---- clients that are gone ---- */

bool directory_next_left(const struct directory *directory, uint32_t client, const char **name)
{
    for (uint32_t rule = 0; rule < directory->server->access_count; rule++) {
        if (!publishes(directory, client, rule))
            continue;
        *name = directory->server->access[rule].protocol;
        return true;
    }
    return false;
}

static bool concerns(const struct directory_waiter *waiter, word_t client)
{
    return waiter->client == client || (waiter->kind == WAITER_TRANSFER && waiter->to == client);
}

directory_set_t directory_drop_client(struct directory *directory, uint32_t client)
{
    for (uint32_t i = 0; i < DIRECTORY_TOKENS_MAX; i++) {
        if (directory->tokens[i].id != 0 && directory->tokens[i].owner == client)
            drop_token(directory, &directory->tokens[i]);
    }
    return free_waiters(directory, concerns, client);
}

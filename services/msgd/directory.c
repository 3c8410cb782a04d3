/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A protocol's place in the directory is that of its access rule, so what the manifest does not
 * name cannot even be looked up.
 */
#include "directory.h"

#include <base/memory.h>

void directory_init(struct directory *directory, const struct manifest_component *server)
{
    *directory = (struct directory){.server = server};
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

/* Frees the requests of a protocol; unless `version` is 0, only those that want another. */
static directory_set_t free_requests(struct directory *directory, uint32_t rule, word_t version)
{
    directory_set_t freed = 0;

    for (uint32_t i = 0; i < DIRECTORY_REQUESTS_MAX; i++) {
        struct directory_request *request = &directory->requests[i];

        if (request->state == REQUEST_FREE || request->protocol != rule ||
            (version != 0 && request->version == version))
            continue;
        request->state = REQUEST_FREE;
        freed |= UINT32_C(1) << i;
    }
    return freed;
}

status_t directory_publish(struct directory *directory, uint32_t client, const char *name,
                           const struct directory_entry *offer, directory_set_t *refused)
{
    uint32_t rule;
    status_t status = find_rule(directory, name, &rule);

    *refused = 0;
    if (status != OK || !is_in(directory->server->access[rule].publish, client))
        return ERR_NOT_PERMITTED;
    if (directory->entries[rule].is_published)
        return ERR_EXISTS;
    if (offer->version == 0)
        return ERR_BAD_ARGUMENT;
    directory->entries[rule] = *offer;
    directory->entries[rule].is_published = true;
    directory->entries[rule].publisher = client;
    *refused = free_requests(directory, rule, offer->version);
    return OK;
}

status_t directory_unpublish(struct directory *directory, uint32_t client, const char *name,
                             directory_set_t *ended, word_t *wake)
{
    struct directory_entry *entry;
    uint32_t rule;

    *ended = 0;
    if (find_rule(directory, name, &rule) != OK)
        return ERR_NOT_FOUND;
    entry = &directory->entries[rule];
    if (!entry->is_published || entry->publisher != client)
        return ERR_NOT_FOUND;
    *wake = entry->wake;
    *entry = (struct directory_entry){0};
    *ended = free_requests(directory, rule, 0);
    return OK;
}

status_t directory_query(const struct directory *directory, uint32_t client, const char *name,
                         word_t *version)
{
    uint32_t rule;

    if (find_rule(directory, name, &rule) != OK ||
        !is_in(directory->server->access[rule].request, client) ||
        !directory->entries[rule].is_published)
        return ERR_NOT_FOUND;
    *version = directory->entries[rule].version;
    return OK;
}

static uint32_t find_free(const struct directory *directory)
{
    uint32_t i = 0;

    while (i < DIRECTORY_REQUESTS_MAX && directory->requests[i].state != REQUEST_FREE)
        i++;
    return i;
}

status_t directory_request(struct directory *directory, uint32_t client, const char *name,
                           word_t version, uint32_t *request,
                           const struct directory_entry **to_signal)
{
    const struct directory_entry *entry;
    uint32_t rule;

    if (find_rule(directory, name, &rule) != OK ||
        !is_in(directory->server->access[rule].request, client))
        return ERR_NOT_PERMITTED;
    entry = &directory->entries[rule];
    if (entry->is_published && entry->version != version)
        return ERR_NOT_SUPPORTED;
    *request = find_free(directory);
    if (*request == DIRECTORY_REQUESTS_MAX)
        return ERR_OVER_LIMIT;
    directory->requests[*request] = (struct directory_request){
        .state = REQUEST_WAITING,
        .protocol = rule,
        .client = client,
        .version = version,
        .id = ++directory->last_id,
    };
    *to_signal = entry->is_published ? entry : NULL;
    return OK;
}

static bool publishes(const struct directory *directory, uint32_t client, uint32_t rule)
{
    return directory->entries[rule].is_published && directory->entries[rule].publisher == client;
}

status_t directory_fetch(struct directory *directory, uint32_t client, uint32_t *request)
{
    uint32_t oldest = DIRECTORY_REQUESTS_MAX;

    for (uint32_t i = 0; i < DIRECTORY_REQUESTS_MAX; i++) {
        const struct directory_request *candidate = &directory->requests[i];

        if (candidate->state == REQUEST_WAITING &&
            publishes(directory, client, candidate->protocol) &&
            (oldest == DIRECTORY_REQUESTS_MAX || candidate->id < directory->requests[oldest].id))
            oldest = i;
    }
    if (oldest == DIRECTORY_REQUESTS_MAX)
        return ERR_WOULD_BLOCK;
    directory->requests[oldest].state = REQUEST_FETCHED;
    *request = oldest;
    return OK;
}

status_t directory_answer(struct directory *directory, uint32_t client, word_t id,
                          uint32_t *request)
{
    for (uint32_t i = 0; i < DIRECTORY_REQUESTS_MAX; i++) {
        struct directory_request *candidate = &directory->requests[i];

        if (candidate->state != REQUEST_FETCHED || candidate->id != id ||
            !publishes(directory, client, candidate->protocol))
            continue;
        candidate->state = REQUEST_FREE;
        *request = i;
        return OK;
    }
    return ERR_NOT_FOUND;
}

void directory_forget(struct directory *directory, uint32_t request)
{
    directory->requests[request].state = REQUEST_FREE;
}

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

directory_set_t directory_drop_requests(struct directory *directory, uint32_t client)
{
    directory_set_t dropped = 0;

    for (uint32_t i = 0; i < DIRECTORY_REQUESTS_MAX; i++) {
        struct directory_request *request = &directory->requests[i];

        if (request->state == REQUEST_FREE || request->client != client)
            continue;
        request->state = REQUEST_FREE;
        dropped |= UINT32_C(1) << i;
    }
    return dropped;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * msgd: a message server, where components find each other by protocol.
 *
 * It is on nobody's data path: it hands a client's request to the publisher, and the publisher's
 * session to the client.  It calls no component, so none can hold it up; a publisher is signalled
 * and fetches.  A client is known by its badge, as root gave it.
 */
#include "directory.h"

#include <base/memory.h>
#include <component/component.h>
#include <ipc/pack.h>
#include <ipc/service.h>
#include <protocol/names_server.h>
#include <rt/print.h>

enum { REPLIES = DIRECTORY_WAITERS_MAX + 1 };

struct msgd {
    struct component self;
    struct manifest manifest;
    struct directory directory;
    struct ipc_service service;
    struct ipc_kept kept[DIRECTORY_WAITERS_MAX]; /* those who wait, by waiter */
    uint32_t instances[MANIFEST_COMPONENTS_MAX]; /* of each component, the one last heard of */
};

/* ---- who waits, and how that ends ---- */

static const char *protocol_name(const struct msgd *msgd, uint32_t rule)
{
    return msgd->directory.server->access[rule].protocol;
}

static const char *client_name(const struct msgd *msgd, uint32_t client)
{
    return msgd->manifest.components[client].name;
}

/* The waiter is freed, but what it says is still there. */
static void end_waiters(struct msgd *msgd, directory_set_t set, status_t status)
{
    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        if ((set >> i & 1) == 0)
            continue;
        component_drop(&msgd->self, msgd->directory.waiters[i].session);
        ipc_reply_later(&msgd->service, &msgd->kept[i], status, NULL);
    }
}

static void wake_waiters(struct msgd *msgd, directory_set_t set, word_t version)
{
    const struct names_wait_out out = {.version = version};

    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        struct ipc_message reply;

        if ((set >> i & 1) != 0)
            ipc_reply_later(&msgd->service, &msgd->kept[i], names_wait_pack(&reply, &out), &reply);
    }
}

static status_t unpublish(struct msgd *msgd, uint32_t client, const char *name)
{
    directory_set_t ended;
    word_t wake = 0;
    status_t status = directory_unpublish(&msgd->directory, client, name, &ended, &wake);

    if (status != OK)
        return status;
    component_drop(&msgd->self, wake);
    end_waiters(msgd, ended, ERR_PEER_GONE);
    return OK;
}

/* A component is gone: so is what it published, and nobody waits for its answers. */
static void forget(struct msgd *msgd, uint32_t client)
{
    const char *name;

    end_waiters(msgd, directory_drop_client(&msgd->directory, client), ERR_PEER_GONE);
    while (directory_next_left(&msgd->directory, client, &name))
        (void)unpublish(msgd, client, name);
}

/* Who asks.  A new instance may be heard of before the end of the one before. */
static uint32_t client_of(struct msgd *msgd, const struct ipc_request *request)
{
    uint32_t client = manifest_badge_index(request->message.badge);
    uint32_t instance = manifest_badge_instance(request->message.badge);

    rt_assert(client < msgd->manifest.component_count);
    if (msgd->instances[client] != instance)
        forget(msgd, client);
    msgd->instances[client] = instance;
    return client;
}

/* Keeps the caller for its waiter; without a place for it the waiter is forgotten. */
static status_t keep(struct msgd *msgd, struct ipc_request *request, uint32_t waiter)
{
    status_t status = ipc_keep(&msgd->service, request, &msgd->kept[waiter]);

    if (status != OK) {
        directory_forget(&msgd->directory, waiter);
        return status;
    }
    return IPC_REPLY_LATER;
}

/* ---- publishers ---- */

static void signal_publisher(const struct directory_entry *entry)
{
    if (entry != NULL)
        (void)skr_signal(entry->wake, entry->bits);
}

status_t names_on_publish(void *state, struct ipc_request *request,
                          const struct names_publish_in *in)
{
    struct msgd *msgd = state;
    struct directory_entry offer = {.version = in->version, .bits = in->bits, .wake = in->wake};
    directory_set_t refused, woken;
    status_t status;

    status = directory_publish(&msgd->directory, client_of(msgd, request), in->name, &offer,
                               &refused, &woken);
    if (status != OK)
        return status;
    ipc_take_cap(request, in->wake);
    end_waiters(msgd, refused, ERR_NOT_SUPPORTED);
    wake_waiters(msgd, woken, in->version);
    signal_publisher(&offer); /* somebody may be waiting already */
    return OK;
}

status_t names_on_unpublish(void *state, struct ipc_request *request,
                            const struct names_unpublish_in *in)
{
    struct msgd *msgd = state;

    return unpublish(msgd, client_of(msgd, request), in->name);
}

status_t names_on_fetch_request(void *state, struct ipc_request *request,
                                struct names_fetch_request_out *out)
{
    struct msgd *msgd = state;
    const struct directory_waiter *fetched;
    uint32_t index;
    status_t status = directory_fetch(&msgd->directory, client_of(msgd, request), &index);

    if (status != OK)
        return status;
    fetched = &msgd->directory.waiters[index];
    out->id = fetched->id;
    out->flags = fetched->flags;
    str_copy(out->name, sizeof(out->name), protocol_name(msgd, fetched->rule));
    str_copy(out->client, sizeof(out->client), client_name(msgd, fetched->client));
    return OK;
}

status_t names_on_deliver(void *state, struct ipc_request *request,
                          const struct names_deliver_in *in, struct names_deliver_out *out)
{
    struct msgd *msgd = state;
    const struct names_request_out token = {.token = in->id, .session = in->session};
    uint32_t client = client_of(msgd, request), index;
    struct ipc_message reply;
    status_t status = directory_answer(&msgd->directory, client, in->id, true, &index);

    if (status != OK)
        return status;
    out->more = directory_has_request(&msgd->directory, client);
    status = names_request_pack(&reply, &token);
    ipc_reply_later(&msgd->service, &msgd->kept[index], status, &reply);
    return OK;
}

status_t names_on_refuse(void *state, struct ipc_request *request, const struct names_refuse_in *in)
{
    struct msgd *msgd = state;
    uint32_t index;
    status_t status;

    if (in->reason == 0 || in->reason > IPC_STATUS_MAX)
        return ERR_BAD_ARGUMENT;
    status = directory_answer(&msgd->directory, client_of(msgd, request), in->id, false, &index);
    if (status == OK)
        ipc_reply_later(&msgd->service, &msgd->kept[index], -(status_t)in->reason, NULL);
    return status;
}

status_t names_on_end(void *state, struct ipc_request *request, const struct names_end_in *in)
{
    struct msgd *msgd = state;
    directory_set_t ended;
    status_t status = directory_end(&msgd->directory, client_of(msgd, request), in->id, &ended);

    end_waiters(msgd, ended, ERR_PEER_GONE);
    return status;
}

/* ---- clients ---- */

status_t names_on_query(void *state, struct ipc_request *request, const struct names_query_in *in,
                        struct names_query_out *out)
{
    struct msgd *msgd = state;

    return directory_query(&msgd->directory, client_of(msgd, request), in->name, &out->version);
}

status_t names_on_wait(void *state, struct ipc_request *request, const struct names_wait_in *in,
                       struct names_wait_out *out)
{
    struct msgd *msgd = state;
    uint32_t waiter;
    status_t status = directory_wait(&msgd->directory, client_of(msgd, request), in->name,
                                     &out->version, &waiter);

    return status == ERR_WOULD_BLOCK ? keep(msgd, request, waiter) : status;
}

status_t names_on_request(void *state, struct ipc_request *request,
                          const struct names_request_in *in, struct names_request_out *out)
{
    struct msgd *msgd = state;
    const struct directory_wish wish = {in->name, in->version, in->flags};
    const struct directory_entry *to_signal;
    uint32_t waiter;
    status_t status =
        directory_request(&msgd->directory, client_of(msgd, request), &wish, &waiter, &to_signal);

    (void)out;
    if (status != OK)
        return status;
    status = keep(msgd, request, waiter);
    if (status == IPC_REPLY_LATER)
        signal_publisher(to_signal);
    return status;
}

status_t names_on_ping(void *state, struct ipc_request *request, const struct names_ping_in *in,
                       struct names_ping_out *out)
{
    (void)state;
    (void)request;
    out->value_back = in->value;
    return OK;
}

status_t names_on_connection(void *state, struct ipc_request *request,
                             const struct names_connection_in *in, struct names_connection_out *out)
{
    struct msgd *msgd = state;
    uint32_t client = client_of(msgd, request);
    const struct directory_token *token;
    word_t position = in->position;

    if (!msgd->manifest.components[client].may_inspect)
        return ERR_NOT_PERMITTED;
    token = directory_next_token(&msgd->directory, &position);
    if (token == NULL)
        return ERR_NOT_FOUND;
    out->next = position;
    out->token = token->id;
    out->flags = token->flags;
    str_copy(out->protocol, sizeof(out->protocol), protocol_name(msgd, token->rule));
    str_copy(out->publisher, sizeof(out->publisher),
             client_name(msgd, msgd->directory.entries[token->rule].publisher));
    str_copy(out->client, sizeof(out->client), client_name(msgd, token->owner));
    return OK;
}

/* ---- transfers ---- */

/* Both wait, and both get their answer: the one that it is done, the other the session. */
static void match_transfers(struct msgd *msgd)
{
    uint32_t transfer, accept;

    while (directory_match(&msgd->directory, &transfer, &accept)) {
        const struct directory_waiter *passed = &msgd->directory.waiters[transfer];
        struct names_accept_out out = {.token = passed->token, .session = passed->session};
        struct ipc_message reply;
        status_t status;

        str_copy(out.name, sizeof(out.name), protocol_name(msgd, passed->rule));
        str_copy(out.from, sizeof(out.from), client_name(msgd, passed->client));
        status = names_accept_pack(&reply, &out);
        ipc_reply_later(&msgd->service, &msgd->kept[accept], status, &reply);
        component_drop(&msgd->self, passed->session);
        ipc_reply_later(&msgd->service, &msgd->kept[transfer], OK, NULL);
    }
}

status_t names_on_transfer(void *state, struct ipc_request *request,
                           const struct names_transfer_in *in)
{
    struct msgd *msgd = state;
    uint32_t waiter;
    status_t status = directory_transfer(&msgd->directory, client_of(msgd, request), in->token,
                                         in->to, in->session, &waiter);

    if (status != OK)
        return status;
    status = keep(msgd, request, waiter);
    if (status != IPC_REPLY_LATER)
        return status;
    ipc_take_cap(request, in->session);
    match_transfers(msgd);
    return IPC_REPLY_LATER;
}

status_t names_on_accept(void *state, struct ipc_request *request, struct names_accept_out *out)
{
    struct msgd *msgd = state;
    uint32_t waiter;
    status_t status = directory_accept(&msgd->directory, client_of(msgd, request), &waiter);

    (void)out;
    if (status == OK)
        status = keep(msgd, request, waiter);
    if (status == IPC_REPLY_LATER)
        match_transfers(msgd);
    return status;
}

/* ---- the component ---- */

static void on_closed(void *state, word_t badge)
{
    struct msgd *msgd = state;
    uint32_t client = manifest_badge_index(badge);

    if (msgd->instances[client] == manifest_badge_instance(badge))
        forget(msgd, client);
}

static void on_signal(void *state, word_t bits)
{
    struct msgd *msgd = state;

    (void)component_answer_heartbeat(&msgd->self, bits);
}

static cap_t new_slot(void *state)
{
    struct msgd *msgd = state;

    return component_take_slot(&msgd->self);
}

static void read_matrix(struct msgd *msgd)
{
    const struct rt_startup *startup = msgd->self.startup;
    struct manifest_error error;
    uint32_t index;

    if (!manifest_read(&msgd->manifest, (const void *)(word_t)startup->file_address,
                       (size_t)startup->file_bytes, &error))
        rt_panic("%s", error.text);
    index = manifest_find(&msgd->manifest, rt_startup_environment(startup, "name"));
    rt_assert(index != MANIFEST_NONE);
    directory_init(&msgd->directory, &msgd->manifest, &msgd->manifest.components[index]);
}

static void prepare_service(struct msgd *msgd)
{
    struct ipc_service *service = &msgd->service;
    struct rt_object replies;
    status_t status = rt_make(&msgd->self.maker, TYPE_REPLY, 0, REPLIES, &replies);

    if (status == OK)
        status = skr_thread_bind(msgd->self.startup->thread, msgd->self.wake);
    rt_assert(status == OK);
    for (uint32_t i = 0; i < REPLIES; i++)
        service->replies[i] = replies.cap + i;
    service->reply_count = REPLIES;
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS; i++)
        service->receive_slots[i] = component_take_slot(&msgd->self);
    service->protocol = &names_protocol;
    service->state = msgd;
    service->endpoint = rt_startup_find(msgd->self.startup, "endpoint");
    service->captable = msgd->self.startup->captable;
    service->generation = msgd->self.startup->generation;
    service->on_closed = on_closed;
    service->on_signal = on_signal;
    service->new_slot = new_slot;
}

int component_main(const struct rt_startup *startup)
{
    static struct msgd msgd;

    component_init(&msgd.self, startup);
    read_matrix(&msgd);
    prepare_service(&msgd);
    component_ready(&msgd.self);
    ipc_serve(&msgd.service);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's side of a message server: requests are fetched when it signals, so nobody ever
 * calls the server but its clients.
 */
#include <component/server.h>
#include <protocol/names_client.h>
#include <rt/print.h>

/* A session lets its client lend memory only where its token says so: the kernel sees to it. */
static word_t session_rights(word_t flags)
{
    return RIGHT_SEND | RIGHT_GRANT_REPLY | RIGHT_REVOKE |
           ((flags & COMPONENT_TOKEN_LEND) != 0 ? RIGHT_GRANT : 0);
}

uint32_t component_session(const struct ipc_request *request)
{
    word_t session = request->message.badge - 1;

    rt_assert(session < COMPONENT_SESSIONS_MAX);
    return (uint32_t)session;
}

/* A new session's root, in a slot of ours; what is derived from it is the client's. */
static status_t make_session(struct component_server *server, word_t flags, uint32_t *index)
{
    struct component *self = server->self;
    cap_t captable = self->startup->captable;
    status_t status;
    cap_t slot;

    *index = 0;
    while (*index < COMPONENT_SESSIONS_MAX && server->sessions[*index] != 0)
        (*index)++;
    if (*index == COMPONENT_SESSIONS_MAX)
        return ERR_OVER_LIMIT;
    slot = component_take_slot(self);
    if (slot == 0)
        return ERR_OVER_LIMIT;
    status = skr_captable_copy(captable, slot, captable, server->service.endpoint,
                               session_rights(flags), *index + 1, 1);
    if (status != OK)
        component_drop(self, slot);
    else
        server->sessions[*index] = slot;
    return status;
}

static void end_session(struct component_server *server, uint32_t index)
{
    component_drop(server->self, server->sessions[index]);
    server->sessions[index] = 0;
    (void)names_end(server->names, server->tokens[index]);
}

void component_revoke(struct component_server *server, uint32_t session)
{
    word_t done;

    if (session >= COMPONENT_SESSIONS_MAX || server->sessions[session] == 0)
        return;
    (void)skr_captable_revoke(server->self->startup->captable, server->sessions[session], &done);
    if (server->on_closed != NULL)
        server->on_closed(server->state, session);
    end_session(server, session);
}

/* Whether another request waits, as far as is known. */
static bool open_session(struct component_server *server, uint32_t index, word_t id,
                         const char *name, const char *client)
{
    word_t more = 1;

    server->tokens[index] = id;
    /* First: the client may call as soon as it has the session. */
    if (server->on_opened != NULL)
        server->on_opened(server->state, index, name, client);
    if (names_deliver(server->names, id, server->sessions[index], &more) == OK)
        return more != 0;
    if (server->on_closed != NULL)
        server->on_closed(server->state, index);
    end_session(server, index);
    return true;
}

static void answer_requests(struct component_server *server)
{
    char protocol[32], client[32];
    uint32_t index;
    word_t id, flags;
    bool more = true;

    while (more && names_fetch_request(server->names, &id, &flags, protocol, client) == OK) {
        status_t status = make_session(server, flags, &index);

        if (status != OK)
            (void)names_refuse(server->names, id, (word_t)-status);
        else
            more = open_session(server, index, id, protocol, client);
    }
}

static void on_signal(void *state, word_t bits)
{
    struct component_server *server = state;

    bits = component_answer_heartbeat(server->self, bits);
    if ((bits & COMPONENT_BIT_REQUEST) != 0)
        answer_requests(server);
    if (server->on_signal != NULL && bits != 0)
        server->on_signal(server->state, bits);
}

static void on_closed(void *state, word_t badge)
{
    struct component_server *server = state;
    uint32_t index = (uint32_t)badge - 1;

    if (badge == 0 || badge > COMPONENT_SESSIONS_MAX || server->sessions[index] == 0)
        return;
    if (server->on_closed != NULL)
        server->on_closed(server->state, index);
    end_session(server, index);
}

static cap_t new_slot(void *state)
{
    struct component_server *server = state;

    return component_take_slot(server->self);
}

static status_t make_objects(struct component_server *server)
{
    struct component *self = server->self;
    struct ipc_service *service = &server->service;
    struct rt_object endpoint, reply;
    status_t status = rt_make(&self->maker, TYPE_ENDPOINT, 0, 1, &endpoint);

    if (status == OK)
        status = rt_make(&self->maker, TYPE_REPLY, 0, 1, &reply);
    if (status == OK)
        status = skr_thread_bind(self->startup->thread, self->wake);
    if (status != OK)
        return status;
    service->endpoint = endpoint.cap;
    service->replies[0] = reply.cap;
    service->reply_count = 1;
    for (uint32_t i = 0; i < ABI_MESSAGE_CAPS; i++)
        service->receive_slots[i] = component_take_slot(self);
    return OK;
}

status_t component_publish(struct component_server *server, const char *name)
{
    cap_t wake = 0;
    status_t status = component_make_wake(server->self, COMPONENT_BIT_REQUEST, &wake);

    if (status == OK)
        status = names_publish(server->names, name, server->service.protocol->version,
                               COMPONENT_BIT_REQUEST, wake);
    component_drop(server->self, wake);
    return status;
}

status_t component_server_init(struct component_server *server, struct component *self,
                               const struct ipc_protocol *protocol, const char *message_server)
{
    status_t status;

    server->self = self;
    server->names = rt_startup_find(self->startup, message_server);
    if (server->names == 0)
        return ERR_NOT_FOUND;
    status = make_objects(server);
    if (status != OK)
        return status;
    server->service.protocol = protocol;
    server->service.state = server;
    server->service.captable = self->startup->captable;
    server->service.generation = self->startup->generation;
    server->service.on_signal = on_signal;
    server->service.on_closed = on_closed;
    server->service.new_slot = new_slot;
    return component_publish(server, protocol->name);
}

noreturn void component_serve(struct component_server *server)
{
    component_ready(server->self);
    ipc_serve(&server->service);
}

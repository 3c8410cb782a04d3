/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Being a server that others find through a message server.
 *
 * The message server signals when somebody asks; the server then makes a badged session of its own
 * endpoint and hands it over.  A session's badge is its index and one.  The protocol's handlers get
 * the struct component_server as their state.
 */
#ifndef COMPONENT_SERVER_H
#define COMPONENT_SERVER_H

#include <component/component.h>
#include <ipc/service.h>

struct component_server {
    struct component *self;
    struct ipc_service service;
    cap_t names;                            /* the message server */
    cap_t sessions[COMPONENT_SESSIONS_MAX]; /* roots of the sessions, by badge; 0: free */
    word_t tokens[COMPONENT_SESSIONS_MAX];  /* their names at the message server */
    void (*on_signal)(void *state, word_t bits);
    /* A client, by the name of its manifest entry, has a session of what is published as `name`. */
    void (*on_opened)(void *state, uint32_t session, const char *name, const char *client);
    void (*on_closed)(void *state, uint32_t session); /* index of the session */
    void *state;
};

/*
 * Fills `server->service` in and publishes its protocol.  The caller has set on_signal, on_opened,
 * on_closed (any may be null) and state.
 */
MUST_CHECK status_t component_server_init(struct component_server *server, struct component *self,
                                          const struct ipc_protocol *protocol,
                                          const char *message_server);

/*
 * Publishes the same operations under a further name, which the access matrix grants by itself:
 * on_opened tells who may do more than others.  ERR_NOT_PERMITTED: the matrix does not have it.
 */
status_t component_publish(struct component_server *server, const char *name);

/* Says that it is ready, then serves for ever. */
noreturn void component_serve(struct component_server *server);

/*
 * Ends a session: the kernel refuses whatever its client, or whoever has it from there, calls next.
 * on_closed is called.
 */
void component_revoke(struct component_server *server, uint32_t session);

/* Index of the session that a request came through. */
uint32_t component_session(const struct ipc_request *request);

#endif

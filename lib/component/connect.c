/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's side of a message server.
 */
#include <base/memory.h>
#include <component/component.h>
#include <protocol/names_client.h>

enum { TRIES_MAX = 16 }; /* a publisher may die again and again before it answers */

static cap_t find_server(const struct component *self, const char *server)
{
    return server == NULL ? self->active_server : rt_startup_find(self->startup, server);
}

status_t component_set_active_server(struct component *self, const char *server)
{
    const struct rt_startup *startup = self->startup;

    for (uint32_t i = 0; i < startup->cap_count; i++) {
        if (startup->caps[i].kind != TYPE_ENDPOINT ||
            (server != NULL && !str_equal(startup->caps[i].name, server)))
            continue;
        self->active_server = startup->caps[i].slot;
        return OK;
    }
    return ERR_NOT_FOUND;
}

status_t component_request(struct component *self, const char *server, const char *protocol,
                           word_t version, word_t flags, cap_t *session, word_t *token)
{
    cap_t names = find_server(self, server);
    cap_t slot = component_take_slot(self);
    status_t status = ERR_PEER_GONE;

    if (names == 0 || slot == 0) {
        component_drop(self, slot);
        return names == 0 ? ERR_NOT_FOUND : ERR_OVER_LIMIT;
    }
    for (unsigned try = 0; try < TRIES_MAX && status == ERR_PEER_GONE; try++)
        status = names_request(names, protocol, version, flags, token, slot);
    if (status != OK) {
        component_drop(self, slot);
        return status;
    }
    *session = slot;
    return OK;
}

status_t component_connect(struct component *self, const char *server, const char *protocol,
                           word_t version, cap_t *session)
{
    word_t token;

    return component_request(self, server, protocol, version, COMPONENT_TOKEN_LEND, session,
                             &token);
}

bool component_is_published(struct component *self, const char *server, const char *protocol)
{
    cap_t names = find_server(self, server);
    word_t version;

    return names != 0 && names_query(names, protocol, &version) == OK;
}

void component_find_again(struct component *self, const char *server, const char *protocol,
                          word_t version, cap_t *session)
{
    if (!component_is_published(self, server, protocol))
        return;
    component_drop(self, *session);
    *session = 0;
    if (component_connect(self, server, protocol, version, session) != OK)
        *session = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone: tries, and says what came of it.
 */
#include <base/memory.h>
#include <component/server.h>
#include <protocol/names_client.h>
#include <protocol/zone_client.h>
#include <protocol/zone_server.h>
#include <rt/print.h>

enum { PASS_BIT = 1 << 0 };

struct zone {
    struct component self;
    struct component_server server;
    struct ipc_protocol protocol;
    struct zone_pass_on_in to_pass;
    word_t passed; /* what came of it */
};

static struct zone the_zone;

static struct zone *zone_of(void *state)
{
    return ((struct component_server *)state)->state;
}

static const char *own_name(const struct zone *zone)
{
    return rt_startup_environment(zone->self.startup, "name");
}

status_t zone_on_who(void *state, struct ipc_request *request, struct zone_who_out *out)
{
    (void)request;
    str_copy(out->name, sizeof(out->name), own_name(zone_of(state)));
    return OK;
}

status_t zone_on_try_publish(void *state, struct ipc_request *request,
                             const struct zone_try_publish_in *in, struct zone_try_publish_out *out)
{
    struct zone *zone = zone_of(state);
    cap_t names = rt_startup_find(zone->self.startup, in->server);
    status_t status = ERR_NOT_FOUND;

    (void)request;
    if (names != 0)
        status = names_publish(names, in->name, ZONE_VERSION, PASS_BIT, zone->self.wake);
    if (status == OK)
        (void)names_unpublish(names, in->name);
    out->outcome = (word_t)-status;
    return OK;
}

status_t zone_on_try_request(void *state, struct ipc_request *request,
                             const struct zone_try_request_in *in, struct zone_try_request_out *out)
{
    struct zone *zone = zone_of(state);
    const char *server = in->server[0] != '\0' ? in->server : NULL;
    cap_t session = 0;
    status_t status = component_connect(&zone->self, server, in->name, ZONE_VERSION, &session);

    (void)request;
    out->who[0] = '\0';
    if (status == OK)
        status = zone_who(session, out->who);
    component_drop(&zone->self, session);
    out->outcome = (word_t)-status;
    return OK;
}

status_t zone_on_select(void *state, struct ipc_request *request, const struct zone_select_in *in,
                        struct zone_select_out *out)
{
    (void)request;
    out->outcome = (word_t)-component_set_active_server(&zone_of(state)->self, in->server);
    return OK;
}

status_t zone_on_pass_on(void *state, struct ipc_request *request, const struct zone_pass_on_in *in)
{
    struct zone *zone = zone_of(state);

    (void)request;
    zone->to_pass = *in;
    return skr_signal(zone->self.wake, PASS_BIT);
}

status_t zone_on_passed(void *state, struct ipc_request *request, struct zone_passed_out *out)
{
    (void)request;
    out->outcome = zone_of(state)->passed;
    return OK;
}

static void pass_on(struct zone *zone)
{
    const struct zone_pass_on_in *in = &zone->to_pass;
    cap_t names = rt_startup_find(zone->self.startup, in->server), session = 0;
    word_t token;
    status_t status = component_request(&zone->self, in->server, in->name, ZONE_VERSION,
                                        COMPONENT_TOKEN_TRANSFER, &session, &token);

    if (status == OK)
        status = names_transfer(names, token, in->to, session);
    component_drop(&zone->self, session);
    zone->passed = (word_t)-status;
}

static void on_signal(void *state, word_t bits)
{
    if ((bits & PASS_BIT) != 0)
        pass_on(state);
}

static status_t serve(struct zone *zone, const char *message_server)
{
    struct component_server *server = &zone->server;
    const char *name;
    status_t status;

    zone->protocol = zone_protocol;
    zone->protocol.name = own_name(zone);
    server->on_signal = on_signal;
    server->state = zone;
    status = component_server_init(server, &zone->self, &zone->protocol, message_server);
    for (unsigned i = 0; status == OK; i++) {
        name = rt_startup_argument(zone->self.startup, i);
        if (name == NULL)
            component_serve(server);
        status = component_publish(server, name);
    }
    return status;
}

int component_main(const struct rt_startup *startup)
{
    const char *server = rt_startup_environment(startup, "SERVER");
    struct zone *zone = &the_zone;
    cap_t session = 0;

    component_init(&zone->self, startup);
    if (server != NULL)
        rt_panic("status %d", (int)serve(zone, server));
    component_ready(&zone->self);
    return component_connect(&zone->self, "left", "alpha", ZONE_VERSION, &session) == ERR_NOT_FOUND
               ? 0
               : 1;
}

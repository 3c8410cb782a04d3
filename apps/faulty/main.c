/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty: the server, and what it can do besides failing.
 */
#include "faulty.h"

#include <protocol/fault_server.h>
#include <rt/print.h>

enum { PAYLOAD_MAX = 65536, REVOKE_BIT = 1 << 0 };

static struct faulty the_faulty;

struct faulty *faulty_of(void *state)
{
    return ((struct component_server *)state)->state;
}

status_t fault_on_ping(void *state, struct ipc_request *request, const struct fault_ping_in *in,
                       struct fault_ping_out *out)
{
    (void)request;
    out->value_back = in->value;
    out->instance = (word_t)faulty_of(state)->self.startup->generation;
    return OK;
}

status_t fault_on_lend(void *state, struct ipc_request *request, const struct fault_lend_in *in)
{
    struct faulty *faulty = faulty_of(state);
    struct component_lent lent;
    status_t status = component_map_lent(&faulty->self, &in->memory, &lent);

    if (status != OK)
        return status;
    component_unmap_lent(&faulty->self, &faulty->lent[component_session(request)]);
    faulty->lent[component_session(request)] = lent;
    ipc_take_cap(request, in->memory.frame);
    return OK;
}

status_t fault_on_checksum(void *state, struct ipc_request *request,
                           const struct fault_checksum_in *in, struct fault_checksum_out *out)
{
    const struct component_lent *lent = &faulty_of(state)->lent[component_session(request)];
    const volatile uint8_t *bytes = (const volatile uint8_t *)lent->address + in->offset;

    if (lent->frame == 0)
        return ERR_BAD_STATE;
    if (in->size > PAYLOAD_MAX || in->offset > lent->bytes || in->size > lent->bytes - in->offset)
        return ERR_BAD_ARGUMENT;
    out->sum = 0;
    for (word_t i = 0; i < in->size; i++)
        out->sum += bytes[i];
    return OK;
}

status_t fault_on_revoke_me(void *state, struct ipc_request *request)
{
    struct faulty *faulty = faulty_of(state);

    faulty->revoked = component_session(request) + 1;
    return skr_signal(faulty->self.wake, REVOKE_BIT);
}

static void on_signal(void *state, word_t bits)
{
    struct faulty *faulty = state;

    if ((bits & REVOKE_BIT) == 0 || faulty->revoked == 0)
        return;
    component_revoke(&faulty->server, faulty->revoked - 1);
    faulty->revoked = 0;
}

static void on_closed(void *state, uint32_t session)
{
    struct faulty *faulty = state;

    component_unmap_lent(&faulty->self, &faulty->lent[session]);
}

int component_main(const struct rt_startup *startup)
{
    struct faulty *faulty = &the_faulty;
    struct component_server *server = &faulty->server;
    status_t status;

    component_init(&faulty->self, startup);
    faulty->protocol = fault_protocol;
    faulty->protocol.name = rt_startup_environment(startup, "name");
    server->on_signal = on_signal;
    server->on_closed = on_closed;
    server->state = faulty;
    status = component_server_init(server, &faulty->self, &faulty->protocol, "main");
    if (status == OK && rt_startup_environment(startup, "WORKER") != NULL)
        status = worker_start(faulty);
    if (status != OK)
        rt_panic("status %d", (int)status);
    if (rt_startup_environment(startup, "SLOW") != NULL)
        ipc_serve(&server->service);
    component_serve(server);
}

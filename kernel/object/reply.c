/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reply objects: bound by a receive, free again however the call ends.
 */
#include "object/reply.h"

#include <abi/sizes.h>

#include "object/thread.h"

static_assert(sizeof(struct reply) <= ABI_REPLY_BYTES, "published size");

void reply_name(struct reply *reply, struct thread *server)
{
    struct reply *before = server->reply;

    if (before != NULL && before != reply)
        list_push_back(&server->kept_replies, &before->kept);
    server->reply = reply;
    reply->server = server;
}

void reply_bind(struct reply *reply, struct thread *caller, bool may_grant)
{
    reply->caller = caller;
    reply->is_bound = true;
    reply->may_grant = may_grant;
}

void reply_release(struct reply *reply)
{
    struct thread *server = reply->server;

    if (server != NULL && server->reply == reply)
        server->reply = NULL;
    else
        list_remove(&reply->kept);
    reply->server = NULL;
    reply->caller = NULL;
    reply->is_bound = false;
}

void reply_return_time(struct reply *reply)
{
    struct thread *server = reply->server;
    bool has_its_time = server != NULL && server->reply == reply;

    if (has_its_time && reply->caller != NULL && thread_is_passive(server))
        thread_set_budget(server, thread_own_budget(server));
}

void reply_lose_caller(struct reply *reply)
{
    reply_return_time(reply);
    reply->caller->answer = NULL;
    reply->caller = NULL;
}

void reply_fail(struct reply *reply, status_t status)
{
    struct thread *caller = reply->caller;

    reply_return_time(reply);
    reply_release(reply);
    if (caller == NULL)
        return;
    caller->answer = NULL;
    if (caller->send_kind == SEND_FAULT) {
        thread_fault_undeliverable(caller);
        return;
    }
    context_set_status(&caller->context, status);
    thread_make_ready(caller);
}

void reply_on_kill(struct reply *reply)
{
    struct thread *server = reply->server;

    if (server != NULL && server->state == THREAD_RECEIVING && server->reply == reply)
        (void)thread_cancel(server, ERR_PEER_GONE);
    reply_fail(reply, ERR_PEER_GONE);
}

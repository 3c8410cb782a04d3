/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right to end one call: bound to the caller when the call is received, free again when the
 * call ends.
 */
#ifndef KERNEL_OBJECT_REPLY_H
#define KERNEL_OBJECT_REPLY_H

#include "object/object.h"

struct thread;

struct reply {
    struct object object;
    struct thread *caller;      /* NULL: free, or the call ended otherwise */
    struct thread
        *server; /* who named it in a receive: waits in it, or serves the call; NULL: nobody */
    struct list_node kept; /* bound, and its server named another since: in the server's list */
    bool is_bound;         /* a call was received and not answered yet (the caller may be gone) */
    bool may_grant;             /* the receiver's endpoint capability had grant */
};

static inline struct reply *reply_of(struct object *object)
{
    return container_of(object, struct reply, object);
}

/* The server names it in a receive; one it named before and that is bound it keeps for later. */
void reply_name(struct reply *reply, struct thread *server);

/* A call arrived through it. */
void reply_bind(struct reply *reply, struct thread *caller, bool may_grant);

/* The call ends, whoever ends it: a server that runs on the caller's time, as it received nobody
 * since, goes on with its own. */
void reply_return_time(struct reply *reply);

/* Free again. */
void reply_release(struct reply *reply);

/* The caller is gone: the reply stays bound, and answering it fails harmlessly. */
void reply_lose_caller(struct reply *reply);

/* End the call with a status other than the server's answer. */
void reply_fail(struct reply *reply, status_t status);

void reply_on_kill(struct reply *reply);

#endif

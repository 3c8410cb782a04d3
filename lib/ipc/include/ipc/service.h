/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one service loop: where a service blocks, and where a request is answered, exactly once.
 *
 * A service is a protocol (its table of operations comes from the generator), its state, and what
 * to do on signals and closed sessions.  A request whose number, version or size is not in the
 * table never reaches a handler.  A handler answers by returning a status, or keeps the request by
 * ipc_keep and returns IPC_REPLY_LATER; a kept request is a value that ipc_reply_later consumes.
 */
#ifndef IPC_SERVICE_H
#define IPC_SERVICE_H

#include <base/compiler.h>
#include <ipc/message.h>
#include <stdnoreturn.h>

/* One request while it is handled; `message` is turned into the reply in place. */
struct ipc_request {
    struct ipc_message message;         /* badge: the session */
    word_t event;                    /* enum abi_event: call, send or fault */
    word_t arrived_count;
    cap_t arrived[ABI_MESSAGE_CAPS]; /* slots where something came; 0: a token that came back */
    bool is_taken[ABI_MESSAGE_CAPS]; /* by a handler; the others are deleted after it */
    bool is_kept;
};

/*
 * What a handler gets and gives.  It fills in the reply, its label 0, and returns its status: of a
 * status other than OK nothing but the status travels.
 */
typedef status_t ipc_handle_fn(void *state, struct ipc_request *request);

struct ipc_operation {
    uint8_t number;    /* 1..255 */
    uint8_t words_min; /* of the request */
    uint8_t words_max;
    uint8_t caps;
    ipc_handle_fn *handle;
};

struct ipc_protocol {
    const char *name;
    uint32_t version; /* a request of another one is refused with ERR_NOT_SUPPORTED */
    const struct ipc_operation *operations;
    uint32_t operation_count;
};

enum { IPC_REPLIES_MAX = 32 };

struct ipc_service {
    const struct ipc_protocol *protocol;
    /* May be null; else which protocol a session speaks, for a service that has several. */
    const struct ipc_protocol *(*protocol_of)(void *state, word_t badge);
    void *state;
    cap_t endpoint;
    cap_t captable;                      /* the service's own */
    cap_t replies[IPC_REPLIES_MAX];      /* reply objects; each but one can be kept */
    uint32_t reply_count;                /* at least 1 */
    word_t generation;                   /* of the component: one more at each restart */
    cap_t receive_slots[ABI_MESSAGE_CAPS]; /* empty slots for what comes along, or 0 */

    /* Any of these may be null. */
    void (*on_signal)(void *state, word_t bits);
    void (*on_closed)(void *state, word_t badge);
    ipc_handle_fn *on_fault; /* label: the kind; the reply's label and words go to the thread */
    cap_t (*new_slot)(void *state); /* an empty slot in place of one whose capability was taken */

    /* The loop's own. */
    uint32_t kept;    /* a bit for each reply object that is with a handler */
    uint32_t current; /* index of the one to receive with */
};

/* A request that is answered later; holds nothing when `reply` is 0. */
struct ipc_kept {
    cap_t reply;
    uint32_t index;
};

/* Serves for ever; ends the component when its endpoint is gone. */
noreturn void ipc_serve(struct ipc_service *service);

/*
 * Keeps the request beyond its handler, which then returns IPC_REPLY_LATER.  ERR_OVER_LIMIT when
 * no reply object would be left to receive with, ERR_BAD_STATE when nobody waits for an answer.
 */
MUST_CHECK status_t ipc_keep(struct ipc_service *service, struct ipc_request *request,
                             struct ipc_kept *kept);

/*
 * Ends a kept request with `status`, and with the words and capabilities of `reply` when it is OK;
 * `reply` may be null.  Consumes `kept`.  That the caller is gone by now is no error.
 */
void ipc_reply_later(struct ipc_service *service, struct ipc_kept *kept, status_t status,
                     struct ipc_message *reply);

/* Takes over a capability that came along, which would be deleted otherwise. */
void ipc_take_cap(struct ipc_request *request, cap_t cap);

/* The operation that a request is for, or null and why in `status`. */
const struct ipc_operation *ipc_operation_find(const struct ipc_protocol *protocol,
                                               const struct ipc_message *message,
                                               status_t *status);

#endif

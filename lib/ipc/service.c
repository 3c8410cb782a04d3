/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service loop.
 *
 * An answer is not sent when it is known but together with the next wait, which is one call for
 * both.  So the request under way is the loop's only state: handling an event says whether its
 * message is an answer, waiting for the next event sends it.
 */
#include "transfer.h"

#include <ipc/client.h>
#include <ipc/pack.h>
#include <ipc/service.h>
#include <rt/print.h>

static const struct ipc_protocol *protocol_of(const struct ipc_service *service, word_t badge)
{
    return service->protocol_of != NULL ? service->protocol_of(service->state, badge)
                                        : service->protocol;
}

static status_t answer_version(const struct ipc_service *service, struct ipc_message *message)
{
    word_t version = protocol_of(service, message->badge)->version;

    ipc_begin(message);
    message->words[0] = version;
    message->words[1] = service->generation;
    message->info = ipc_info(0, 2, 0);
    return OK;
}

static status_t handle_request(struct ipc_service *service, struct ipc_request *request)
{
    const struct ipc_operation *operation;
    status_t status;

    if (ipc_label(&request->message) == IPC_OPERATION_VERSION)
        return answer_version(service, &request->message);
    operation = ipc_operation_find(protocol_of(service, request->message.badge), &request->message,
                                   &status);
    return operation != NULL ? operation->handle(service->state, request) : status;
}

/* The label of what answers a request is its status; nothing else goes with a bad one. */
static void make_answer(struct ipc_message *message, status_t status)
{
    if (status != OK)
        ipc_answer(message, status);
    else
        message->info = ipc_info(0, ipc_length(message), ipc_cap_count(message));
}

/* Slots that are left stand first, so that what comes fills them in order. */
static void gather_slots(struct ipc_service *service)
{
    word_t count = 0;

    for (word_t i = 0; i < ABI_MESSAGE_CAPS; i++) {
        if (service->receive_slots[i] != 0)
            service->receive_slots[count++] = service->receive_slots[i];
    }
    while (count < ABI_MESSAGE_CAPS)
        service->receive_slots[count++] = 0;
}

/* What came along and was not taken is deleted; what was taken gets a new slot in its place. */
static void settle_arrived(struct ipc_service *service, const struct ipc_request *request)
{
    for (word_t i = 0; i < request->arrived_count; i++) {
        if (request->arrived[i] == 0)
            continue;
        if (!request->is_taken[i])
            (void)skr_captable_delete(service->captable, request->arrived[i]);
        else
            service->receive_slots[i] =
                service->new_slot != NULL ? service->new_slot(service->state) : 0;
    }
    if (request->arrived_count != 0)
        gather_slots(service);
}

/* The three that follow say whether the request's message is an answer to be sent. */
static bool serve_request(struct ipc_service *service, struct ipc_request *request)
{
    status_t status = handle_request(service, request);

    settle_arrived(service, request);
    rt_assert(request->is_kept == (status == IPC_REPLY_LATER));
    if (request->event == EVENT_SEND || request->is_kept)
        return false;
    make_answer(&request->message, status);
    return true;
}

/* Without a handler the faulting thread tries again: its own budget is all that it can waste. */
static bool serve_fault(struct ipc_service *service, struct ipc_request *request)
{
    status_t status =
        service->on_fault != NULL ? service->on_fault(service->state, request) : ERR_NOT_SUPPORTED;

    rt_assert(request->is_kept == (status == IPC_REPLY_LATER));
    if (request->is_kept)
        return false;
    if (status != OK)
        ipc_answer(&request->message, OK);
    return true;
}

static bool serve_event(struct ipc_service *service, struct ipc_request *request)
{
    switch (request->event) {
    case EVENT_CALL:
    case EVENT_SEND: return serve_request(service, request);
    case EVENT_FAULT: return serve_fault(service, request);
    case EVENT_SIGNAL:
        if (service->on_signal != NULL)
            service->on_signal(service->state, request->message.words[0]);
        return false;
    case EVENT_CLOSED:
        if (service->on_closed != NULL)
            service->on_closed(service->state, request->message.badge);
        return false;
    default: rt_panic("the kernel delivered event %u", (unsigned)request->event);
    }
}

static void offer_slots(const struct ipc_service *service, struct ipc_message *message)
{
    for (word_t i = 0; i < ABI_MESSAGE_CAPS; i++)
        message->slots[i] = service->receive_slots[i];
    ipc_offer_slots(message);
}

static status_t wait_once(struct ipc_service *service, struct ipc_request *request, bool has_answer)
{
    cap_t reply = service->replies[service->current];
    struct skr_message registers;
    status_t status;

    offer_slots(service, &request->message);
    if (has_answer) {
        ipc_load(&request->message, &registers);
        status = skr_reply_receive(service->endpoint, reply, &registers);
    } else {
        status = skr_receive(service->endpoint, reply, &registers);
    }
    if (status == OK)
        ipc_store(&registers, &request->message);
    return status;
}

/* The wait ended without an event; whether there still is an answer to be sent. */
static bool recover(struct ipc_request *request, status_t status, bool has_answer)
{
    switch (status) {
    case ERR_PEER_GONE: rt_exit(ERR_PEER_GONE); /* the endpoint */
    case ERR_CANCELLED: return false;
    case ERR_BAD_STATE: /* stopped in the wait and made again: the answer was sent */
        rt_assert(has_answer);
        return false;
    default: /* the handler named a capability that it does not have */
        rt_assert(has_answer && ipc_reply_status(&request->message) == OK);
        ipc_answer(&request->message, ERR_IO_FAILED);
        return true;
    }
}

static void note_arrived(struct ipc_request *request)
{
    request->arrived_count = word_min(ipc_cap_count(&request->message), ABI_MESSAGE_CAPS);
    for (word_t i = 0; i < request->arrived_count; i++) {
        cap_t cap = request->message.caps[i];

        request->arrived[i] = (cap & IPC_CAP_IS_BADGE) != 0 ? 0 : cap;
        request->is_taken[i] = false;
    }
}

/* Sends the answer, if there is one, and waits for the next event. */
static void wait_event(struct ipc_service *service, struct ipc_request *request, bool has_answer)
{
    status_t status = wait_once(service, request, has_answer);

    while (status != OK) {
        has_answer = recover(request, status, has_answer);
        status = wait_once(service, request, has_answer);
    }
    request->event = skr_info_event(request->message.info);
    request->is_kept = false;
    note_arrived(request);
}

noreturn void ipc_serve(struct ipc_service *service)
{
    struct ipc_request request = {0};
    bool has_answer = false;

    gather_slots(service);
    for (;;) {
        wait_event(service, &request, has_answer);
        has_answer = serve_event(service, &request);
    }
}

/* A reply object that no handler keeps, other than the current one, or the count. */
static uint32_t find_free_reply(const struct ipc_service *service)
{
    for (uint32_t i = 0; i < service->reply_count; i++) {
        if (i != service->current && (service->kept >> i & 1) == 0)
            return i;
    }
    return service->reply_count;
}

status_t ipc_keep(struct ipc_service *service, struct ipc_request *request, struct ipc_kept *kept)
{
    uint32_t next = find_free_reply(service);

    if (request->event == EVENT_SEND || request->is_kept)
        return ERR_BAD_STATE;
    if (next == service->reply_count)
        return ERR_OVER_LIMIT;
    *kept = (struct ipc_kept){service->replies[service->current], service->current};
    service->kept |= UINT32_C(1) << service->current;
    service->current = next;
    request->is_kept = true;
    return OK;
}

void ipc_reply_later(struct ipc_service *service, struct ipc_kept *kept, status_t status,
                     struct ipc_message *reply)
{
    struct ipc_message empty = {0};
    struct ipc_message *message = reply != NULL ? reply : &empty;
    struct skr_message registers;

    rt_assert(kept->reply != 0);
    make_answer(message, status);
    ipc_load(message, &registers);
    status = skr_reply(kept->reply, &registers);
    if (status == ERR_BAD_CAPABILITY || status == ERR_NO_RIGHT || status == ERR_BAD_ARGUMENT) {
        ipc_answer(message, ERR_IO_FAILED);
        ipc_load(message, &registers);
        (void)skr_reply(kept->reply, &registers);
    }
    service->kept &= ~(UINT32_C(1) << kept->index);
    *kept = (struct ipc_kept){0};
}

void ipc_take_cap(struct ipc_request *request, cap_t cap)
{
    for (word_t i = 0; i < request->arrived_count; i++) {
        if (request->arrived[i] == cap)
            request->is_taken[i] = true;
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service loop against a scripted kernel.
 *
 * The script is a list of events; the fake trap hands them out one per receive, notes every answer
 * with the reply object it went through, and leaves the loop when the script is over.
 */
#include <check/check.h>
#include <ipc/client.h>
#include <ipc/pack.h>
#include <ipc/service.h>
#include <rt/process.h>
#include <setjmp.h>

enum {
    CAPTABLE = 1,
    ENDPOINT = 10,
    REPLY_A = 20,
    REPLY_B = 21,
    SLOT_A = 30,
    SLOT_B = 31,
    NEW_SLOT = 40,
    VERSION = 3,
    STEPS_MAX = 16,
};
enum { OP_ADD = 1, OP_KEEP = 2, OP_TAKE = 3, OP_FINISH = 4, OP_FAIL = 5, OP_LONG = 6 };

struct step {
    word_t event;
    word_t label;
    word_t length;
    word_t caps;
    word_t words[2];
    status_t status; /* of the receive */
};

struct answer {
    cap_t reply;
    word_t label;
    word_t length;
    word_t word;
};

static struct {
    const struct step *steps;
    size_t step_count;
    size_t next;
    struct answer answers[STEPS_MAX];
    size_t answer_count;
    cap_t deleted[STEPS_MAX];
    size_t deleted_count;
    cap_t offered[ABI_MESSAGE_CAPS]; /* at the last receive */
    cap_t bound;                     /* reply object given with the last call event */
    status_t refuse_answer;          /* once */
    bool sends_tokens;               /* what comes along was given out by the service */
    jmp_buf over;
    struct rt_process process;
    struct rt_thread thread;
    struct abi_buffer buffer;
} kernel;

static struct ipc_service service;
static struct ipc_kept kept;
static unsigned handled, signals, closed_badge;

word_t rt_thread_pointer(void)
{
    return rt_thread_prepare(&kernel.thread);
}

uint64_t rt_counter(void)
{
    return 0;
}

static status_t take_answer(cap_t reply, word_t info, const word_t *words)
{
    status_t refused = kernel.refuse_answer;

    kernel.refuse_answer = OK;
    if (refused != OK)
        return refused;
    kernel.answers[kernel.answer_count++] =
        (struct answer){reply, skr_info_label(info), skr_info_length(info), words[0]};
    return OK;
}

static status_t give_event(word_t *cap, word_t *info, const word_t *reply, word_t *words)
{
    const struct step *step;

    if (kernel.next == kernel.step_count)
        longjmp(kernel.over, 1);
    step = &kernel.steps[kernel.next++];
    for (unsigned i = 0; i < ABI_MESSAGE_CAPS; i++)
        kernel.offered[i] = kernel.buffer.receive_slots[i];
    if (step->status != OK)
        return step->status;
    if (step->event == EVENT_CALL)
        kernel.bound = *reply;
    *cap = 7; /* badge */
    *info = skr_info(step->label, step->length, step->caps) | step->event << ABI_INFO_EVENT_SHIFT;
    words[0] = step->words[0];
    words[1] = step->words[1];
    for (unsigned i = ABI_REGISTER_WORDS; i < step->length; i++)
        kernel.buffer.words[i] = i;
    for (unsigned i = 0; i < step->caps; i++)
        kernel.buffer.caps[i] = kernel.sends_tokens ? IPC_CAP_IS_BADGE | 7 : kernel.offered[i];
    return OK;
}

status_t skr_trap(word_t call, word_t *cap, word_t *info, word_t *aux, word_t words[8])
{
    status_t status;

    switch (call) {
    case ABI_CALL_RECEIVE: return give_event(cap, info, aux, words);
    case ABI_CALL_REPLY_RECEIVE:
        status = take_answer(*aux, *info, words);
        return status != OK ? status : give_event(cap, info, aux, words);
    case ABI_CALL_REPLY: return take_answer(*aux, *info, words);
    case ABI_CALL_INVOKE:
        CHECK_EQ(skr_info_label(*info), OP_CAPTABLE_DELETE);
        kernel.deleted[kernel.deleted_count++] = words[0];
        return OK;
    default: CHECK(false); longjmp(kernel.over, 1);
    }
}

static status_t handle_add(void *state, struct ipc_request *request)
{
    (void)state;
    handled++;
    request->message.words[0] += request->message.words[1];
    request->message.info = ipc_info(0, 1, 0);
    return OK;
}

static status_t handle_keep(void *state, struct ipc_request *request)
{
    status_t status = ipc_keep(state, request, &kept);

    handled++;
    return status == OK ? IPC_REPLY_LATER : status;
}

static status_t handle_take(void *state, struct ipc_request *request)
{
    (void)state;
    ipc_take_cap(request, request->message.caps[0]);
    ipc_begin(&request->message);
    request->message.info = ipc_info(0, 0, 0);
    return OK;
}

static status_t handle_finish(void *state, struct ipc_request *request)
{
    struct ipc_message reply = {.info = ipc_info(0, 1, 0), .words = {99}};

    (void)request;
    ipc_reply_later(state, &kept, OK, &reply);
    return OK;
}

static status_t handle_fail(void *state, struct ipc_request *request)
{
    (void)state;
    request->message.words[0] = 0x5ec7e7; /* must not travel */
    return ERR_NOT_FOUND;
}

static status_t handle_long(void *state, struct ipc_request *request)
{
    (void)state;
    CHECK_EQ(request->message.words[11], 11);
    request->message.words[11] = 111;
    return OK;
}

static const struct ipc_operation operations[] = {
    {OP_ADD, 2, 2, 0, handle_add},   {OP_KEEP, 0, 0, 0, handle_keep},
    {OP_TAKE, 0, 0, 2, handle_take}, {OP_FINISH, 0, 0, 0, handle_finish},
    {OP_FAIL, 0, 0, 0, handle_fail}, {OP_LONG, 12, 12, 0, handle_long},
};
static const struct ipc_protocol protocol = {"test", VERSION, operations, array_count(operations)};

static word_t label(word_t operation)
{
    return VERSION << IPC_OPERATION_BITS | operation;
}

static void on_signal(void *state, word_t bits)
{
    (void)state;
    signals += (unsigned)bits;
}

static void on_closed(void *state, word_t badge)
{
    (void)state;
    closed_badge = (unsigned)badge;
}

static cap_t new_slot(void *state)
{
    (void)state;
    return NEW_SLOT;
}

static void run(const struct step *steps, size_t count, uint32_t replies)
{
    kernel.steps = steps;
    kernel.step_count = count;
    kernel.next = kernel.answer_count = kernel.deleted_count = 0;
    kernel.bound = 0;
    kernel.thread = (struct rt_thread){&kernel.process, &kernel.buffer, 2, NULL, NULL};
    handled = signals = closed_badge = 0;
    kept = (struct ipc_kept){0};
    service = (struct ipc_service){
        .protocol = &protocol,
        .state = &service,
        .endpoint = ENDPOINT,
        .captable = CAPTABLE,
        .replies = {REPLY_A, REPLY_B},
        .reply_count = replies,
        .generation = 5,
        .receive_slots = {SLOT_A, SLOT_B},
        .on_signal = on_signal,
        .on_closed = on_closed,
        .new_slot = new_slot,
    };
    if (setjmp(kernel.over) == 0)
        ipc_serve(&service);
}

static void call_is_answered_once_with_its_result(void)
{
    static const struct step steps[] = {{EVENT_CALL, VERSION << 8 | OP_ADD, 2, 0, {2, 3}, OK}};

    run(steps, 1, 1);
    CHECK_EQ(kernel.answer_count, 1);
    CHECK_EQ(kernel.answers[0].reply, REPLY_A);
    CHECK_EQ(kernel.answers[0].label, 0);
    CHECK_EQ(kernel.answers[0].length, 1);
    CHECK_EQ(kernel.answers[0].word, 5);
}

static void wrong_number_version_or_size_never_reaches_a_handler(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(200), 2, 0, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 1, 0, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 3, 0, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 2, 1, {0}, OK},
        {EVENT_CALL, (VERSION + 1) << 8 | OP_ADD, 2, 0, {0}, OK},
        {EVENT_CALL, OP_ADD, 2, 0, {0}, OK},
    };

    run(steps, array_count(steps), 1);
    CHECK_EQ(handled, 0);
    if (!CHECK_EQ(kernel.answer_count, array_count(steps)))
        return;
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(kernel.answers[i].label, -ERR_BAD_REQUEST);
    CHECK_EQ(kernel.answers[4].label, -ERR_NOT_SUPPORTED);
    CHECK_EQ(kernel.answers[5].label, -ERR_NOT_SUPPORTED);
    CHECK_EQ(kernel.deleted_count, 1); /* the capability that was not asked for */
}

static void failed_request_sends_nothing_but_its_status(void)
{
    const struct step steps[] = {{EVENT_CALL, label(OP_FAIL), 0, 0, {0}, OK}};

    run(steps, 1, 1);
    CHECK_EQ(kernel.answers[0].label, -ERR_NOT_FOUND);
    CHECK_EQ(kernel.answers[0].length, 0);
    CHECK_EQ(kernel.answers[0].word, 0);
}

static void kept_request_is_answered_later_through_its_own_reply(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_KEEP), 0, 0, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 2, 0, {1, 1}, OK},
        {EVENT_CALL, label(OP_FINISH), 0, 0, {0}, OK},
    };

    run(steps, array_count(steps), 2);
    if (!CHECK_EQ(kernel.answer_count, 3))
        return;
    CHECK_EQ(kernel.answers[0].reply, REPLY_B);
    CHECK_EQ(kernel.answers[1].reply, REPLY_A);
    CHECK_EQ(kernel.answers[1].word, 99);
    CHECK_EQ(kernel.answers[2].reply, REPLY_B);
    CHECK_EQ(service.kept, 0);
    CHECK_EQ(kept.reply, 0);
}

static void last_reply_object_is_never_kept(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_KEEP), 0, 0, {0}, OK},
        {EVENT_CALL, label(OP_KEEP), 0, 0, {0}, OK},
    };

    run(steps, 2, 2);
    CHECK_EQ(kernel.answer_count, 1);
    CHECK_EQ(kernel.answers[0].label, -ERR_OVER_LIMIT);
}

static void message_nobody_waits_for_is_handled_without_answer(void)
{
    const struct step steps[] = {
        {EVENT_SEND, label(OP_ADD), 2, 0, {1, 1}, OK},
        {EVENT_SEND, label(OP_KEEP), 0, 0, {0}, OK},
    };

    run(steps, 2, 2);
    CHECK_EQ(handled, 2);
    CHECK_EQ(kernel.answer_count, 0);
    CHECK_EQ(service.kept, 0);
}

static void capabilities_are_taken_or_deleted(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_TAKE), 0, 2, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 2, 0, {0}, OK},
    };

    run(steps, 2, 1);
    CHECK_EQ(kernel.deleted_count, 1);
    CHECK_EQ(kernel.deleted[0], SLOT_B);
    CHECK_EQ(kernel.offered[0], NEW_SLOT);
    CHECK_EQ(kernel.offered[1], SLOT_B);
}

static void token_that_comes_back_uses_no_slot(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_TAKE), 0, 2, {0}, OK},
        {EVENT_CALL, label(OP_ADD), 2, 0, {0}, OK},
    };

    kernel.sends_tokens = true;
    run(steps, 2, 1);
    kernel.sends_tokens = false;
    CHECK_EQ(kernel.deleted_count, 0);
    CHECK_EQ(kernel.offered[0], SLOT_A);
    CHECK_EQ(kernel.offered[1], SLOT_B);
}

static void wait_that_was_restarted_sends_no_second_answer(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_ADD), 2, 0, {1, 1}, OK},
        {.status = ERR_BAD_STATE},
        {EVENT_CALL, label(OP_ADD), 2, 0, {2, 2}, OK},
    };

    run(steps, 3, 1);
    CHECK_EQ(kernel.answer_count, 2);
}

static void long_messages_travel_whole(void)
{
    const struct step steps[] = {{EVENT_CALL, label(OP_LONG), 12, 0, {0}, OK}};

    run(steps, 1, 1);
    CHECK_EQ(kernel.answers[0].length, 12);
    CHECK_EQ(kernel.buffer.words[11], 111);
}

static void signals_and_closed_sessions_arrive(void)
{
    const struct step steps[] = {
        {EVENT_SIGNAL, 0, 0, 0, {6}, OK},
        {EVENT_CLOSED, 0, 0, 0, {0}, OK},
    };

    run(steps, 2, 1);
    CHECK_EQ(signals, 6);
    CHECK_EQ(closed_badge, 7);
    CHECK_EQ(kernel.answer_count, 0);
}

static void cancelled_wait_goes_on(void)
{
    const struct step steps[] = {
        {EVENT_CALL, label(OP_ADD), 2, 0, {1, 1}, OK},
        {.status = ERR_CANCELLED},
        {EVENT_CALL, label(OP_ADD), 2, 0, {2, 2}, OK},
    };

    run(steps, 3, 1);
    CHECK_EQ(kernel.answer_count, 2);
}

static void refused_answer_is_replaced_by_a_plain_one(void)
{
    const struct step steps[] = {{EVENT_CALL, label(OP_ADD), 2, 0, {1, 1}, OK}};

    kernel.refuse_answer = ERR_BAD_CAPABILITY;
    run(steps, 1, 1);
    CHECK_EQ(kernel.answer_count, 1);
    CHECK_EQ(kernel.answers[0].label, -ERR_IO_FAILED);
}

static void fault_without_handler_is_answered(void)
{
    const struct step steps[] = {{EVENT_FAULT, FAULT_PAGE, 4, 0, {0}, OK}};

    run(steps, 1, 1);
    CHECK_EQ(kernel.answer_count, 1);
    CHECK_EQ(kernel.answers[0].label, 0);
}

static void every_protocol_answers_its_version(void)
{
    const struct step steps[] = {{EVENT_CALL, IPC_OPERATION_VERSION, 0, 0, {0}, OK}};

    run(steps, 1, 1);
    CHECK_EQ(kernel.answers[0].word, VERSION);
    CHECK_EQ(kernel.answers[0].length, 2);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"call_is_answered_once_with_its_result", call_is_answered_once_with_its_result},
        {"wrong_number_version_or_size_never_reaches_a_handler",
         wrong_number_version_or_size_never_reaches_a_handler},
        {"failed_request_sends_nothing_but_its_status",
         failed_request_sends_nothing_but_its_status},
        {"kept_request_is_answered_later_through_its_own_reply",
         kept_request_is_answered_later_through_its_own_reply},
        {"last_reply_object_is_never_kept", last_reply_object_is_never_kept},
        {"message_nobody_waits_for_is_handled_without_answer",
         message_nobody_waits_for_is_handled_without_answer},
        {"capabilities_are_taken_or_deleted", capabilities_are_taken_or_deleted},
        {"token_that_comes_back_uses_no_slot", token_that_comes_back_uses_no_slot},
        {"wait_that_was_restarted_sends_no_second_answer",
         wait_that_was_restarted_sends_no_second_answer},
        {"long_messages_travel_whole", long_messages_travel_whole},
        {"signals_and_closed_sessions_arrive", signals_and_closed_sessions_arrive},
        {"cancelled_wait_goes_on", cancelled_wait_goes_on},
        {"refused_answer_is_replaced_by_a_plain_one", refused_answer_is_replaced_by_a_plain_one},
        {"fault_without_handler_is_answered", fault_without_handler_is_answered},
        {"every_protocol_answers_its_version", every_protocol_answers_its_version},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

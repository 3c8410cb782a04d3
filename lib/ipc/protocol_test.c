/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generated protocol code: a client and the fake server, joined by an ipc_call that may spoil what
 * travels.  The protocols are real ones, so the test also shows that they are complete.
 */
#include <check/check.h>
#include <ipc/pack.h>
#include <protocol/names_client.h>
#include <protocol/names_decode.h>
#include <protocol/names_fake.h>
#include <protocol/uart_client.h>

enum { CONNECTION = 77, BADGE = 5 };

static struct {
    struct names_fake fake;
    unsigned calls;
    struct ipc_message request; /* as it was sent */
    void (*spoil_reply)(struct ipc_message *reply);
} server;

static const char name_31[] = "0123456789abcdef0123456789abcde";
static const char name_32[] = "0123456789abcdef0123456789abcdef";

status_t ipc_call(cap_t endpoint, struct ipc_message *message)
{
    status_t status;

    CHECK_EQ(endpoint, CONNECTION);
    server.calls++;
    server.request = *message;
    message->badge = BADGE;
    status = names_fake_call(&server.fake, message);
    if (server.spoil_reply)
        server.spoil_reply(message);
    return status;
}

static void arrange(void)
{
    mem_zero(&server, sizeof(server));
}

static void arguments_arrive(void)
{
    arrange();
    CHECK_EQ(names_publish(CONNECTION, "sensor", 3, 8, 21), OK);

    CHECK_EQ(server.fake.publish.count, 1);
    CHECK_EQ(server.fake.badge, BADGE);
    CHECK_STR(server.fake.publish.in.name, "sensor");
    CHECK_EQ(server.fake.publish.in.version, 3);
    CHECK_EQ(server.fake.publish.in.bits, 8);
    CHECK_EQ(server.fake.publish.in.wake, 21);
}

static void results_come_back(void)
{
    char name[32], client[32];
    word_t id = 0, flags = 0;

    arrange();
    server.fake.fetch_request.out.id = 9;
    server.fake.fetch_request.out.flags = 3;
    str_copy(server.fake.fetch_request.out.name, 32, name_31);
    str_copy(server.fake.fetch_request.out.client, 32, "monitor");

    CHECK_EQ(names_fetch_request(CONNECTION, &id, &flags, name, client), OK);
    CHECK_EQ(id, 9);
    CHECK_EQ(flags, 3);
    CHECK_STR(name, name_31);
    CHECK_STR(client, "monitor");
}

static void failure_carries_a_status_alone(void)
{
    word_t version = 1234;

    arrange();
    server.fake.query.status = ERR_NOT_FOUND;
    server.fake.query.out.version = 1;

    CHECK_EQ(names_query(CONNECTION, "sensor", &version), ERR_NOT_FOUND);
    CHECK_EQ(version, 1234);
}

static void capability_lands_in_the_named_slot(void)
{
    word_t token;

    arrange();
    CHECK_EQ(names_request(CONNECTION, "sensor", 1, 0, &token, 40), OK);
    CHECK_EQ(server.request.slots[0], 40);
    CHECK_EQ(server.request.slots[1], 0);
}

static void longest_text_fits_and_a_longer_one_is_not_sent(void)
{
    arrange();
    CHECK_EQ(names_unpublish(CONNECTION, name_31), OK);
    CHECK_STR(server.fake.unpublish.in.name, name_31);
    CHECK_EQ(names_unpublish(CONNECTION, name_32), ERR_BAD_ARGUMENT);
    CHECK_EQ(server.calls, 1);
}

static void last_text_takes_only_the_words_it_needs(void)
{
    arrange();
    CHECK_EQ(names_unpublish(CONNECTION, ""), OK);
    CHECK_EQ(ipc_length(&server.request), 1);
    CHECK_EQ(names_unpublish(CONNECTION, "a"), OK);
    CHECK_EQ(ipc_length(&server.request), 2);
    CHECK_EQ(names_unpublish(CONNECTION, name_31), OK);
    CHECK_EQ(ipc_length(&server.request), 1 + 32 / WORD_BYTES);
}

static void nothing_else_of_the_stack_travels(void)
{
    arrange();
    CHECK_EQ(names_unpublish(CONNECTION, "a"), OK);
    CHECK_EQ(server.request.words[1], 'a');
    for (int i = 2; i < ABI_REGISTER_WORDS; i++)
        CHECK_EQ(server.request.words[i], 0);
    for (int i = 0; i < ABI_MESSAGE_CAPS; i++)
        CHECK_EQ(server.request.caps[i] | server.request.slots[i], 0);
}

/* What the service loop does with a request: the fake, or a status without asking it. */
static status_t send_raw(word_t label, word_t length, word_t caps, const char *name)
{
    struct ipc_message message = {.badge = BADGE};

    message.info = ipc_info(label, length, caps);
    (void)ipc_put_string(&message, 0, name, NAMES_UNPUBLISH_NAME_MAX);
    names_fake_call(&server.fake, &message);
    CHECK_EQ(ipc_length(&message), 0);
    return ipc_reply_status(&message);
}

static void broken_request_reaches_no_handler(void)
{
    const word_t version = (word_t)NAMES_VERSION << IPC_OPERATION_BITS;
    const word_t unpublish = version | NAMES_UNPUBLISH;

    arrange();
    CHECK_EQ(send_raw(unpublish, 0, 0, "sensor"), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(unpublish, 6, 0, "sensor"), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(unpublish, 127, 0, "sensor"), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(unpublish, 2, 1, "sensor"), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(unpublish, 2, 0, name_31), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(version | 255, 2, 0, "sensor"), ERR_BAD_REQUEST);
    CHECK_EQ(send_raw(2 * version | NAMES_UNPUBLISH, 2, 0, "sensor"), ERR_NOT_SUPPORTED);
    CHECK_EQ(server.fake.unpublish.count, 0);
    CHECK_EQ(send_raw(unpublish, 2, 0, "sensor"), OK);
    CHECK_EQ(server.fake.unpublish.count, 1);
}

static void text_that_lies_reaches_no_handler(void)
{
    struct ipc_message message = {0};
    const word_t label = (word_t)NAMES_VERSION << IPC_OPERATION_BITS | NAMES_UNPUBLISH;
    const word_t sizes[] = {32, 33, (word_t)-1, (word_t)-8};

    arrange();
    for (size_t i = 0; i < array_count(sizes); i++) {
        message.info = ipc_info(label, 5, 0);
        message.words[0] = sizes[i];
        names_fake_call(&server.fake, &message);
        CHECK_EQ(ipc_reply_status(&message), ERR_BAD_REQUEST);
    }
    message.info = ipc_info(label, 2, 0);
    (void)ipc_put_bytes(&message, 0, "a\0b", 3, NAMES_UNPUBLISH_NAME_MAX);
    names_fake_call(&server.fake, &message);
    CHECK_EQ(ipc_reply_status(&message), ERR_BAD_REQUEST);
    CHECK_EQ(server.fake.unpublish.count, 0);
}

static void answer_unknown_status(struct ipc_message *reply)
{
    reply->info = ipc_info(IPC_STATUS_MAX + 1, 7, 0);
}

static void answer_short(struct ipc_message *reply)
{
    reply->info = ipc_info(0, ipc_length(reply) - 1, 0);
}

static void answer_unasked_capability(struct ipc_message *reply)
{
    reply->info = ipc_info(0, ipc_length(reply), 1);
}

static void answer_long_text(struct ipc_message *reply)
{
    reply->words[2] = 32; /* of the name */
}

static void broken_reply_means_the_peer_is_gone(void)
{
    static void (*const spoilers[])(struct ipc_message *) = {
        answer_unknown_status,
        answer_short,
        answer_unasked_capability,
        answer_long_text,
    };
    char name[32], client[32];
    word_t id, flags;

    arrange();
    CHECK_EQ(names_fetch_request(CONNECTION, &id, &flags, name, client), OK);
    for (size_t i = 0; i < array_count(spoilers); i++) {
        server.spoil_reply = spoilers[i];
        CHECK_EQ(names_fetch_request(CONNECTION, &id, &flags, name, client), ERR_PEER_GONE);
    }
}

static void lent_memory_is_a_capability_and_a_range(void)
{
    const struct ipc_lend ring = {.frame = 31, .first_page = 2, .page_count = 4};

    arrange();
    (void)uart_open(CONNECTION, ring, 32);
    CHECK_EQ(ipc_cap_count(&server.request), 2);
    CHECK_EQ(server.request.caps[0], 31);
    CHECK_EQ(server.request.caps[1], 32);
    CHECK_EQ(server.request.words[0], 2);
    CHECK_EQ(server.request.words[1], 4);
}

static void decoder_names_operations(void)
{
    CHECK_STR(names_operation_name(NAMES_FETCH_REQUEST), "fetch_request");
    CHECK_STR(names_operation_name(255), "?");
    CHECK_STR(names_operation_arguments(NAMES_QUERY), "name string -> version word");
}

static const struct check_test tests[] = {
    {"arguments_arrive", arguments_arrive},
    {"results_come_back", results_come_back},
    {"failure_carries_a_status_alone", failure_carries_a_status_alone},
    {"capability_lands_in_the_named_slot", capability_lands_in_the_named_slot},
    {"longest_text_fits_and_a_longer_one_is_not_sent",
     longest_text_fits_and_a_longer_one_is_not_sent},
    {"last_text_takes_only_the_words_it_needs", last_text_takes_only_the_words_it_needs},
    {"nothing_else_of_the_stack_travels", nothing_else_of_the_stack_travels},
    {"broken_request_reaches_no_handler", broken_request_reaches_no_handler},
    {"text_that_lies_reaches_no_handler", text_that_lies_reaches_no_handler},
    {"broken_reply_means_the_peer_is_gone", broken_reply_means_the_peer_is_gone},
    {"lent_memory_is_a_capability_and_a_range", lent_memory_is_a_capability_and_a_range},
    {"decoder_names_operations", decoder_names_operations},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory: every cell of the access matrix, and the life of a request.
 */
#include "directory.h"

#include <check/check.h>

enum { CLIENTS = 4, SERVER = 4, PROTOCOLS = 3, MATRICES = 500, VERSION = 1, WAKE = 77 };
enum { REQUESTS_MAX = 6, TOKENS_MAX = 4, SESSION = 55 };

static struct manifest manifest;
static struct manifest_component *const server = &manifest.components[SERVER];
static struct manifest_access rules[PROTOCOLS];
static struct directory directory;
static const char *const names[PROTOCOLS] = {"one", "two", "three"};

static void set_up(manifest_set_t publish, manifest_set_t request)
{
    static const char *const clients[CLIENTS] = {"ann", "bob", "cid", "dot"};

    manifest = (struct manifest){.component_count = CLIENTS + 1};
    for (uint32_t i = 0; i < CLIENTS; i++)
        manifest.components[i] =
            (struct manifest_component){.name = clients[i], .servers = {SERVER}, .server_count = 1};
    *server = (struct manifest_component){
        .name = "main",
        .is_message_server = true,
        .access = rules,
        .access_count = PROTOCOLS,
        .publish_limit = PROTOCOLS,
        .request_limit = REQUESTS_MAX,
        .token_limit = TOKENS_MAX,
    };
    for (uint32_t i = 0; i < PROTOCOLS; i++)
        rules[i] = (struct manifest_access){names[i], publish, request};
    directory_init(&directory, &manifest, server);
}

static status_t publish(uint32_t client, const char *name, word_t version)
{
    struct directory_entry offer = {.version = version, .bits = 1, .wake = WAKE};
    directory_set_t refused, woken;

    return directory_publish(&directory, client, name, &offer, &refused, &woken);
}

static status_t request_with(uint32_t client, const char *name, word_t flags, uint32_t *index)
{
    const struct directory_wish wish = {name, VERSION, flags};
    const struct directory_entry *to_signal;

    return directory_request(&directory, client, &wish, index, &to_signal);
}

static status_t request(uint32_t client, const char *name, uint32_t *index)
{
    return request_with(client, name, TOKEN_LEND, index);
}

/* A token of the client; `client` 0 publishes "one". */
static word_t make_token(uint32_t client, word_t flags)
{
    uint32_t made, fetched, answered;
    word_t id;

    (void)publish(0, "one", VERSION);
    CHECK_EQ(request_with(client, "one", flags, &made), OK);
    CHECK_EQ(directory_fetch(&directory, 0, &fetched), OK);
    id = directory.waiters[fetched].id;
    CHECK_EQ(directory_answer(&directory, 0, id, true, &answered), OK);
    return id;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static void each_cell_of_random_matrices_is_what_the_manifest_says(void)
{
    uint32_t seed = 1;

    for (uint32_t round = 0; round < MATRICES; round++) {
        set_up(0, 0);
        for (uint32_t p = 0; p < PROTOCOLS; p++) {
            rules[p].publish = next_random(&seed) % (1 << CLIENTS);
            rules[p].request = next_random(&seed) % (1 << CLIENTS);
        }
        for (uint32_t cell = 0; cell < PROTOCOLS * CLIENTS; cell++) {
            uint32_t p = cell / CLIENTS, c = cell % CLIENTS, index;
            const struct manifest_access *access = &server->access[p];

            directory_init(&directory, &manifest, server);
            CHECK_EQ(request(c, names[p], &index) == OK, access->request >> c & 1);
            CHECK_EQ(publish(c, names[p], VERSION) == OK, access->publish >> c & 1);
        }
    }
}

static void a_protocol_that_no_rule_names_can_be_neither_published_nor_asked_for(void)
{
    uint32_t index;
    word_t version;

    set_up(0xf, 0xf);
    CHECK_EQ(publish(0, "four", VERSION), ERR_NOT_PERMITTED);
    CHECK_EQ(request(0, "four", &index), ERR_NOT_PERMITTED);
    CHECK_EQ(directory_query(&directory, 0, "four", &version), ERR_NOT_FOUND);
}

static void a_client_beyond_the_manifest_may_do_nothing(void)
{
    uint32_t index;

    set_up(UINT32_MAX, UINT32_MAX);
    CHECK_EQ(publish(MANIFEST_COMPONENTS_MAX, "one", VERSION), ERR_NOT_PERMITTED);
    CHECK_EQ(request(1000, "one", &index), ERR_NOT_PERMITTED);
}

static void a_name_has_one_publisher(void)
{
    set_up(0xf, 0xf);
    CHECK_EQ(publish(0, "one", VERSION), OK);
    CHECK_EQ(publish(1, "one", VERSION), ERR_EXISTS);
    CHECK_EQ(publish(1, "two", VERSION), OK);
}

static void a_request_waits_for_its_publisher_and_is_answered_once(void)
{
    uint32_t made, fetched, answered;
    word_t id;

    set_up(0xf, 0xf);
    CHECK_EQ(request(2, "one", &made), OK);
    CHECK_EQ(directory_fetch(&directory, 0, &fetched), ERR_WOULD_BLOCK);
    CHECK_EQ(publish(0, "one", VERSION), OK);
    CHECK_EQ(directory_fetch(&directory, 1, &fetched), ERR_WOULD_BLOCK);
    CHECK_EQ(directory_fetch(&directory, 0, &fetched), OK);
    CHECK_EQ(fetched, made);
    id = directory.waiters[fetched].id;
    CHECK_EQ(directory_answer(&directory, 1, id, true, &answered), ERR_NOT_FOUND);
    CHECK_EQ(directory_answer(&directory, 0, id, true, &answered), OK);
    CHECK_EQ(directory_answer(&directory, 0, id, true, &answered), ERR_NOT_FOUND);
}

static void requests_are_fetched_in_their_order(void)
{
    uint32_t first, second, fetched;

    set_up(0xf, 0xf);
    publish(0, "one", VERSION);
    request(1, "one", &first);
    request(2, "one", &second);
    directory_fetch(&directory, 0, &fetched);
    CHECK_EQ(fetched, first);
    directory_fetch(&directory, 0, &fetched);
    CHECK_EQ(fetched, second);
}

static void another_version_is_refused_also_while_waiting(void)
{
    struct directory_entry offer = {.version = VERSION + 1};
    directory_set_t refused = 0, woken;
    uint32_t index;

    set_up(0xf, 0xf);
    CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(directory_publish(&directory, 0, "one", &offer, &refused, &woken), OK);
    CHECK_EQ(refused, 1u << index);
    CHECK_EQ(request(1, "one", &index), ERR_NOT_SUPPORTED);
}

static void unpublishing_ends_the_requests_that_wait(void)
{
    directory_set_t ended = 0;
    uint32_t index;
    word_t wake = 0;

    set_up(0xf, 0xf);
    publish(0, "one", VERSION);
    request(1, "one", &index);
    CHECK_EQ(directory_unpublish(&directory, 1, "one", &ended, &wake), ERR_NOT_FOUND);
    CHECK_EQ(directory_unpublish(&directory, 0, "one", &ended, &wake), OK);
    CHECK_EQ(ended, 1u << index);
    CHECK_EQ(wake, WAKE);
    CHECK_EQ(publish(1, "one", VERSION), OK);
}

static void all_that_a_gone_client_left_is_found(void)
{
    directory_set_t ended;
    const char *name;
    uint32_t index;
    word_t wake;

    set_up(0xf, 0xf);
    publish(0, "one", VERSION);
    publish(0, "three", VERSION);
    request(0, "two", &index);
    CHECK_EQ(directory_drop_client(&directory, 0), 1u << index);
    while (directory_next_left(&directory, 0, &name))
        CHECK_EQ(directory_unpublish(&directory, 0, name, &ended, &wake), OK);
    CHECK_EQ(publish(1, "one", VERSION), OK);
    CHECK_EQ(publish(1, "three", VERSION), OK);
}

static void too_many_requests_are_refused(void)
{
    uint32_t index;

    set_up(0xf, 0xf);
    server->token_limit = 100;
    for (uint32_t i = 0; i < REQUESTS_MAX; i++)
        CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(request(1, "one", &index), ERR_OVER_LIMIT);
    CHECK_EQ(request(2, "one", &index), OK);
    directory_forget(&directory, 3);
    CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(index, 3);
}

static void too_many_protocols_of_one_are_refused(void)
{
    set_up(0xf, 0xf);
    server->publish_limit = 2;
    CHECK_EQ(publish(1, "one", VERSION), OK);
    CHECK_EQ(publish(1, "two", VERSION), OK);
    CHECK_EQ(publish(1, "three", VERSION), ERR_OVER_LIMIT);
    CHECK_EQ(publish(2, "three", VERSION), OK);
}

static void too_many_tokens_are_refused_until_one_is_over(void)
{
    directory_set_t ended;
    word_t last = 0;
    uint32_t index;

    set_up(0xf, 0xf);
    for (uint32_t i = 0; i < TOKENS_MAX; i++)
        last = make_token(1, TOKEN_LEND);
    CHECK_EQ(request(1, "one", &index), ERR_OVER_LIMIT);
    CHECK_EQ(request(2, "one", &index), OK);
    CHECK_EQ(directory_end(&directory, 3, last, &ended), ERR_NOT_FOUND);
    CHECK_EQ(directory_end(&directory, 0, last, &ended), OK);
    CHECK_EQ(directory_end(&directory, 0, last, &ended), ERR_NOT_FOUND);
    CHECK_EQ(request(1, "one", &index), OK);
}

static void limits_of_one_app_hold_for_it_alone(void)
{
    static struct manifest_quota quota = {
        .component = 1, .publish_limit = 1, .request_limit = 1, .token_limit = 1};
    uint32_t index;

    set_up(0xf, 0xf);
    server->quotas = &quota;
    server->quota_count = 1;
    CHECK_EQ(request(1, "two", &index), OK);
    CHECK_EQ(request(1, "two", &index), ERR_OVER_LIMIT);
    CHECK_EQ(request(2, "two", &index), OK);
    CHECK_EQ(request(2, "two", &index), OK);
}

static void undefined_flags_are_refused(void)
{
    uint32_t index;

    set_up(0xf, 0xf);
    CHECK_EQ(request_with(1, "one", 4, &index), ERR_BAD_ARGUMENT);
}

static void one_can_wait_for_a_publisher(void)
{
    struct directory_entry offer = {.version = VERSION + 1};
    directory_set_t refused, woken = 0;
    word_t version = 0;
    uint32_t index;

    set_up(0xf, 0xd);
    CHECK_EQ(directory_wait(&directory, 1, "one", &version, &index), ERR_NOT_PERMITTED);
    CHECK_EQ(directory_wait(&directory, 2, "one", &version, &index), ERR_WOULD_BLOCK);
    CHECK_EQ(directory_publish(&directory, 0, "one", &offer, &refused, &woken), OK);
    CHECK_EQ(woken, 1u << index);
    CHECK_EQ(refused, 0);
    CHECK_EQ(directory_wait(&directory, 2, "one", &version, &index), OK);
    CHECK_EQ(version, VERSION + 1);
}

static void a_transfer_meets_its_accept_in_both_orders(void)
{
    uint32_t transfer, accept, t, a;
    word_t token;

    for (unsigned order = 0; order < 2; order++) {
        set_up(0xf, 0xf);
        token = make_token(1, TOKEN_TRANSFER);
        if (order == 1)
            CHECK_EQ(directory_accept(&directory, 2, &accept), OK);
        CHECK_EQ(directory_transfer(&directory, 1, token, "cid", SESSION, &transfer), OK);
        CHECK_EQ(directory_match(&directory, &t, &a), order == 1);
        if (order == 0) {
            CHECK_EQ(directory_accept(&directory, 3, &accept), OK);
            CHECK(!directory_match(&directory, &t, &a));
            CHECK_EQ(directory_accept(&directory, 2, &accept), OK);
            CHECK(directory_match(&directory, &t, &a));
        }
        CHECK_EQ(t, transfer);
        CHECK_EQ(a, accept);
        CHECK_EQ(directory.waiters[t].session, SESSION);
        CHECK_EQ(directory_transfer(&directory, 1, token, "cid", SESSION, &t), ERR_NOT_FOUND);
        CHECK_EQ(directory_transfer(&directory, 2, token, "bob", SESSION, &t), OK);
    }
}

static void a_transfer_needs_a_token_its_flag_and_the_matrix(void)
{
    uint32_t index;
    word_t fixed, token;

    set_up(0xf, 0x7); /* dot may not ask for it */
    fixed = make_token(1, TOKEN_LEND);
    token = make_token(1, TOKEN_TRANSFER);
    CHECK_EQ(directory_transfer(&directory, 1, fixed, "cid", 1, &index), ERR_NOT_PERMITTED);
    CHECK_EQ(directory_transfer(&directory, 1, token, "dot", 1, &index), ERR_NOT_PERMITTED);
    CHECK_EQ(directory_transfer(&directory, 2, token, "ann", 1, &index), ERR_NOT_FOUND);
    CHECK_EQ(directory_transfer(&directory, 1, 0, "cid", 1, &index), ERR_NOT_FOUND);
    CHECK_EQ(directory_transfer(&directory, 1, token, "nobody", 1, &index), ERR_NOT_FOUND);
    CHECK_EQ(directory_transfer(&directory, 1, token, "main", 1, &index), ERR_NOT_FOUND);
    for (uint32_t i = 0; i < TOKENS_MAX; i++)
        (void)make_token(2, TOKEN_LEND);
    CHECK_EQ(directory_transfer(&directory, 1, token, "cid", 1, &index), ERR_OVER_LIMIT);
}

static void whatever_ends_a_token_ends_its_transfers(void)
{
    directory_set_t ended;
    uint32_t index;
    word_t token, wake;

    set_up(0xf, 0xf);
    token = make_token(1, TOKEN_TRANSFER);
    CHECK_EQ(directory_transfer(&directory, 1, token, "cid", 1, &index), OK);
    CHECK_EQ(directory_end(&directory, 0, token, &ended), OK);
    CHECK_EQ(ended, 1u << index);

    token = make_token(1, TOKEN_TRANSFER);
    CHECK_EQ(directory_transfer(&directory, 1, token, "cid", 1, &index), OK);
    CHECK_EQ(directory_drop_client(&directory, 2), 1u << index);

    CHECK_EQ(directory_transfer(&directory, 1, token, "cid", 1, &index), OK);
    CHECK_EQ(directory_unpublish(&directory, 0, "one", &ended, &wake), OK);
    CHECK_EQ(ended, 1u << index);
    CHECK_EQ(directory_transfer(&directory, 1, token, "cid", 1, &index), ERR_NOT_FOUND);
}

static void tokens_are_listed_one_after_the_other(void)
{
    word_t position = 0, first, second;
    const struct directory_token *token;

    set_up(0xf, 0xf);
    first = make_token(1, TOKEN_LEND);
    second = make_token(2, TOKEN_TRANSFER);
    token = directory_next_token(&directory, &position);
    CHECK(token != NULL && token->id == first && token->owner == 1);
    token = directory_next_token(&directory, &position);
    CHECK(token != NULL && token->id == second && token->owner == 2);
    CHECK(directory_next_token(&directory, &position) == NULL);
}

/* ---- everything at random ---- */

/* What the directory counts is what is there. */
static void check_counts(void)
{
    uint32_t waiters[CLIENTS] = {0}, tokens[CLIENTS] = {0}, all = 0;

    for (uint32_t i = 0; i < DIRECTORY_WAITERS_MAX; i++) {
        const struct directory_waiter *waiter = &directory.waiters[i];

        if (waiter->kind == WAITER_FREE)
            continue;
        waiters[waiter->client]++;
        tokens[waiter->client] += waiter->kind == WAITER_REQUEST || waiter->kind == WAITER_FETCHED;
    }
    for (uint32_t i = 0; i < DIRECTORY_TOKENS_MAX; i++) {
        if (directory.tokens[i].id != 0)
            tokens[directory.tokens[i].owner]++;
    }
    for (uint32_t i = 0; i < CLIENTS; i++) {
        CHECK_EQ(directory.waiters_of[i], waiters[i]);
        CHECK_EQ(directory.tokens_of[i], tokens[i]);
        CHECK(waiters[i] <= REQUESTS_MAX && tokens[i] <= TOKENS_MAX);
        all += tokens[i];
    }
    CHECK_EQ(directory.token_count, all);
}

static void do_anything(uint32_t *seed)
{
    static const char *const clients[] = {"ann", "bob", "cid", "dot", "main", "nobody"};
    const char *name = names[next_random(seed) % PROTOCOLS];
    uint32_t client = next_random(seed) % CLIENTS, index, other;
    word_t id = next_random(seed) % (directory.last_id + 2), version, wake;
    directory_set_t ended;

    switch (next_random(seed) % 12) {
    case 0: (void)publish(client, name, 1 + next_random(seed) % 2); break;
    case 1: (void)directory_unpublish(&directory, client, name, &ended, &wake); break;
    case 2: (void)directory_wait(&directory, client, name, &version, &index); break;
    case 3: (void)directory_fetch(&directory, client, &index); break;
    case 4:
    case 5: (void)directory_answer(&directory, client, id, id % 5 != 0, &index); break;
    case 6: (void)directory_end(&directory, client, id, &ended); break;
    case 7:
        (void)directory_transfer(&directory, client, id, clients[next_random(seed) % 6], 1, &index);
        break;
    case 8: (void)directory_accept(&directory, client, &index); break;
    case 9: (void)directory_match(&directory, &index, &other); break;
    case 10:
        if (next_random(seed) % 8 == 0)
            (void)directory_drop_client(&directory, client);
        break;
    default: (void)request_with(client, name, next_random(seed) % 4, &index); break;
    }
}

static void whatever_is_done_the_counts_are_right(void)
{
    uint32_t seed = 3;

    for (uint32_t round = 0; round < 200; round++) {
        set_up(next_random(&seed) % 16, next_random(&seed) % 16);
        for (uint32_t step = 0; step < 500; step++) {
            do_anything(&seed);
            check_counts();
        }
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"each_cell_of_random_matrices_is_what_the_manifest_says",
         each_cell_of_random_matrices_is_what_the_manifest_says},
        {"a_protocol_that_no_rule_names_can_be_neither_published_nor_asked_for",
         a_protocol_that_no_rule_names_can_be_neither_published_nor_asked_for},
        {"a_client_beyond_the_manifest_may_do_nothing",
         a_client_beyond_the_manifest_may_do_nothing},
        {"a_name_has_one_publisher", a_name_has_one_publisher},
        {"a_request_waits_for_its_publisher_and_is_answered_once",
         a_request_waits_for_its_publisher_and_is_answered_once},
        {"requests_are_fetched_in_their_order", requests_are_fetched_in_their_order},
        {"another_version_is_refused_also_while_waiting",
         another_version_is_refused_also_while_waiting},
        {"unpublishing_ends_the_requests_that_wait", unpublishing_ends_the_requests_that_wait},
        {"all_that_a_gone_client_left_is_found", all_that_a_gone_client_left_is_found},
        {"too_many_requests_are_refused", too_many_requests_are_refused},
        {"too_many_protocols_of_one_are_refused", too_many_protocols_of_one_are_refused},
        {"too_many_tokens_are_refused_until_one_is_over",
         too_many_tokens_are_refused_until_one_is_over},
        {"limits_of_one_app_hold_for_it_alone", limits_of_one_app_hold_for_it_alone},
        {"undefined_flags_are_refused", undefined_flags_are_refused},
        {"one_can_wait_for_a_publisher", one_can_wait_for_a_publisher},
        {"a_transfer_meets_its_accept_in_both_orders", a_transfer_meets_its_accept_in_both_orders},
        {"a_transfer_needs_a_token_its_flag_and_the_matrix",
         a_transfer_needs_a_token_its_flag_and_the_matrix},
        {"whatever_ends_a_token_ends_its_transfers", whatever_ends_a_token_ends_its_transfers},
        {"tokens_are_listed_one_after_the_other", tokens_are_listed_one_after_the_other},
        {"whatever_is_done_the_counts_are_right", whatever_is_done_the_counts_are_right},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

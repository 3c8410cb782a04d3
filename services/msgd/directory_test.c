/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directory: every cell of the access matrix, and the life of a request.
 */
#include "directory.h"

#include <check/check.h>

enum { CLIENTS = 4, PROTOCOLS = 3, MATRICES = 500, VERSION = 1, WAKE = 77 };

static struct manifest_component server;
static struct manifest_access rules[PROTOCOLS];
static struct directory directory;
static const char *const names[PROTOCOLS] = {"one", "two", "three"};

static void set_up(manifest_set_t publish, manifest_set_t request)
{
    server = (struct manifest_component){.access = rules, .access_count = PROTOCOLS};
    for (uint32_t i = 0; i < PROTOCOLS; i++)
        rules[i] = (struct manifest_access){names[i], publish, request};
    directory_init(&directory, &server);
}

static status_t publish(uint32_t client, const char *name, word_t version)
{
    struct directory_entry offer = {.version = version, .bits = 1, .wake = WAKE};
    directory_set_t refused;

    return directory_publish(&directory, client, name, &offer, &refused);
}

static status_t request(uint32_t client, const char *name, uint32_t *index)
{
    const struct directory_entry *to_signal;

    return directory_request(&directory, client, name, VERSION, index, &to_signal);
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
            const struct manifest_access *access = &server.access[p];

            directory_init(&directory, &server);
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
    id = directory.requests[fetched].id;
    CHECK_EQ(directory_answer(&directory, 1, id, &answered), ERR_NOT_FOUND);
    CHECK_EQ(directory_answer(&directory, 0, id, &answered), OK);
    CHECK_EQ(directory_answer(&directory, 0, id, &answered), ERR_NOT_FOUND);
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
    directory_set_t refused = 0;
    uint32_t index;

    set_up(0xf, 0xf);
    CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(directory_publish(&directory, 0, "one", &offer, &refused), OK);
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
    CHECK_EQ(directory_drop_requests(&directory, 0), 1u << index);
    while (directory_next_left(&directory, 0, &name))
        CHECK_EQ(directory_unpublish(&directory, 0, name, &ended, &wake), OK);
    CHECK_EQ(publish(1, "one", VERSION), OK);
    CHECK_EQ(publish(1, "three", VERSION), OK);
}

static void too_many_requests_are_refused(void)
{
    uint32_t index;

    set_up(0xf, 0xf);
    for (uint32_t i = 0; i < DIRECTORY_REQUESTS_MAX; i++)
        CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(request(1, "one", &index), ERR_OVER_LIMIT);
    directory_forget(&directory, 3);
    CHECK_EQ(request(1, "one", &index), OK);
    CHECK_EQ(index, 3);
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
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

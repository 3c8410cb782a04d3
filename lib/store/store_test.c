/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store refuses, what it finds damaged, and what it falls back to.  Loss of power, failing
 * and full disks are in tests/powercut, whose simulated disk and system this uses.
 */
#include <base/memory.h>
#include <check/check.h>
#include <system.h>

static struct {
    struct sim before;
    struct sim sim;
    struct store store;
    struct store_generation generation;
} test;

static struct store *fresh_store(void)
{
    sim_copy(&test.sim, &test.before);
    CHECK_EQ(store_open(&test.store, &sim_operations, &test.sim), OK);
    return &test.store;
}

static void flip_bit(const char *path, uint64_t at)
{
    uint64_t size;
    uint8_t *bytes = sim_bytes(&test.sim, path, &size);

    if (CHECK(bytes != NULL && at < size))
        bytes[at] ^= 0x10;
}

static void path_of(char path[STORE_PATH_BYTES], const struct store_entry *entry)
{
    static const char digits[] = "0123456789abcdef";

    str_copy(path, STORE_PATH_BYTES, "blobs/");
    for (size_t i = 0; i < 2 * SHA256_BYTES; i++)
        path[6 + i] = digits[entry->sha256[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
    path[6 + 2 * SHA256_BYTES] = '\0';
}

/* The content that generation 2 has and generation 1 has not, named by its path. */
static void path_of_newest(char path[STORE_PATH_BYTES])
{
    system_generation(2, &test.generation);
    path_of(path, &test.generation.entries[2]);
}

static void an_empty_store_boots_nothing(void)
{
    sim_fini(&test.sim);
    CHECK_EQ(store_open(&test.store, &sim_operations, &test.sim), ERR_NOT_FOUND);
    CHECK_EQ(store_create(&test.store, &sim_operations, &test.sim), OK);
    CHECK_EQ(store_open(&test.store, &sim_operations, &test.sim), OK);
    CHECK_EQ(store_boot(&test.store, &test.generation), ERR_NOT_FOUND);
    CHECK_EQ(store_confirm(&test.store), ERR_BAD_STATE);
}

static void an_older_release_needs_a_signed_return(void)
{
    struct store *store = fresh_store();

    system_generation(3, &test.generation);
    test.generation.version = 101;
    CHECK_EQ(store_plan(store, &test.generation), ERR_NOT_PERMITTED);
    test.generation.flags = STORE_GENERATION_IS_RETURN;
    CHECK_EQ(store_plan(store, &test.generation), OK);
}

static void older_metadata_is_refused(void)
{
    struct store *store = fresh_store();

    system_generation(3, &test.generation);
    test.generation.roles[STORE_ROLES - 1] = 1;
    CHECK_EQ(store_plan(store, &test.generation), ERR_NOT_PERMITTED);
}

static void a_list_that_breaks_a_rule_is_refused(void)
{
    struct store *store = fresh_store();

    system_generation(3, &test.generation);
    test.generation.entry_count = 0;
    CHECK_EQ(store_plan(store, &test.generation), ERR_BAD_ARGUMENT);
    test.generation.entry_count = STORE_ENTRIES_MAX + 1;
    CHECK_EQ(store_plan(store, &test.generation), ERR_BAD_ARGUMENT);

    system_generation(3, &test.generation);
    str_copy(test.generation.entries[1].name, STORE_NAME_BYTES, "app0");
    CHECK_EQ(store_plan(store, &test.generation), ERR_BAD_ARGUMENT);

    system_generation(3, &test.generation);
    mem_set(test.generation.entries[1].name, 'a', STORE_NAME_BYTES);
    CHECK_EQ(store_plan(store, &test.generation), ERR_BAD_ARGUMENT);

    system_generation(3, &test.generation);
    test.generation.entries[SYSTEM_APPS - 1].size_bytes++;
    CHECK_EQ(store_plan(store, &test.generation), ERR_BAD_ARGUMENT);
}

static void one_content_under_two_names_comes_once(void)
{
    uint64_t from;

    sim_fini(&test.sim);
    CHECK_EQ(store_create(&test.store, &sim_operations, &test.sim), OK);
    system_generation(1, &test.generation);
    CHECK_EQ(store_plan(&test.store, &test.generation), OK);
    CHECK(store_is_missing(&test.store, SYSTEM_APPS - 1, &from));
    CHECK_EQ(system_install(&test.store, 1), OK);
    CHECK(mem_equal(test.generation.entries[0].sha256,
                    test.generation.entries[SYSTEM_APPS - 1].sha256, SHA256_BYTES));
}

static void a_damaged_copy_of_the_state_is_found_and_mended(void)
{
    bool was_damaged;

    for (unsigned copy = 0; copy < STORE_COPIES; copy++) {
        struct store *store = fresh_store();

        flip_bit("state", copy * STORE_COPY_DISTANCE + 40);
        CHECK_EQ(store_open(store, &sim_operations, &test.sim), OK);
        CHECK(store->is_copy_damaged);
        CHECK_EQ(store->state.current, 2);
        CHECK_EQ(store_scrub_state(store, &was_damaged), OK);
        CHECK(was_damaged);
        CHECK_EQ(store_open(store, &sim_operations, &test.sim), OK);
        CHECK(!store->is_copy_damaged);
    }
}

static void a_store_without_a_state_is_rebuilt_from_its_generations(void)
{
    struct store *store = fresh_store();
    struct store_fallback fallback;

    flip_bit("state", 40);
    flip_bit("state", STORE_COPY_DISTANCE + 40);
    CHECK_EQ(store_open(store, &sim_operations, &test.sim), ERR_IO_FAILED);
    CHECK_EQ(store_rebuild(store), OK);
    CHECK_EQ(store->state.current, 2);
    CHECK_EQ(store->state.good[0], 1);
    CHECK_EQ(store->state.floor, 102);
    CHECK_EQ(store->state.next, 3);
    CHECK(store_fallback(store, 0, &fallback));
    CHECK_EQ(fallback.reason, STORE_REASON_STATE_REBUILT);
    CHECK_EQ(store_open(store, &sim_operations, &test.sim), OK);
    CHECK_EQ(store_boot(store, &test.generation), OK);
}

static void a_flipped_bit_is_found_wherever_the_content_is_used(void)
{
    struct store *store = fresh_store();
    char name[STORE_PATH_BYTES] = "";
    char path[STORE_PATH_BYTES];
    static uint8_t content[SYSTEM_CONTENT_MAX];
    unsigned damaged = 0;
    status_t status;
    uint64_t from;

    path_of_newest(path);
    flip_bit(path, 100);
    while ((status = store_scrub(store, name)) != ERR_NOT_FOUND) {
        damaged += status != OK;
        CHECK(status == OK || str_equal(name, path + 6));
    }
    CHECK_EQ(damaged, 1);
    CHECK_EQ(store_load(store, &test.generation.entries[2], content), ERR_IO_FAILED);

    CHECK_EQ(store_plan(store, &test.generation), OK);
    CHECK(store_is_missing(store, 2, &from));
    CHECK(!store_is_missing(store, 3, &from));
    CHECK_EQ(system_install(store, 2), OK);
    CHECK_EQ(store_load(store, &test.generation.entries[2], content), OK);
}

static void check_fallback(enum store_reason reason, uint32_t entry)
{
    struct store_fallback fallback;

    CHECK_EQ(store_boot(&test.store, &test.generation), OK);
    CHECK_EQ(test.generation.number, 1);
    if (!CHECK(store_fallback(&test.store, 0, &fallback)))
        return;
    CHECK_EQ(fallback.from, 2);
    CHECK_EQ(fallback.to, 1);
    CHECK_EQ(fallback.reason, reason);
    CHECK_EQ(fallback.entry, entry);
    CHECK(!store_fallback(&test.store, 1, &fallback));
}

static void what_cannot_boot_is_left_with_its_reason(void)
{
    struct store *store = fresh_store();
    char path[STORE_PATH_BYTES];

    path_of_newest(path);
    CHECK_EQ(sim_operations.remove(&test.sim, path), OK);
    check_fallback(STORE_REASON_BLOB_MISSING, 2);

    store = fresh_store();
    CHECK_EQ(sim_operations.write(&test.sim, path, 8900, "", 1), OK);
    check_fallback(STORE_REASON_BLOB_DAMAGED, 2);

    store = fresh_store();
    flip_bit("generations/0000000002", 200);
    check_fallback(STORE_REASON_RECORD_DAMAGED, 0);
    CHECK_EQ(store_fall_back(store, STORE_REASON_REQUESTED, 0), ERR_NOT_FOUND);
}

static void a_confirmed_generation_that_stops_booting_is_left_too(void)
{
    struct store *store = fresh_store();

    CHECK(store->state.is_confirmed);
    for (unsigned boot = 0; boot < STORE_TRIES_MAX; boot++) {
        CHECK_EQ(store_boot(store, &test.generation), OK);
        CHECK_EQ(test.generation.number, 2);
    }
    check_fallback(STORE_REASON_TRIES, 0);
}

static void the_only_generation_is_tried_again_and_again(void)
{
    struct store *store = fresh_store();

    CHECK_EQ(store_fall_back(store, STORE_REASON_REQUESTED, 0), OK);
    for (unsigned boot = 0; boot < 3 * STORE_TRIES_MAX; boot++)
        CHECK_EQ(store_boot(store, &test.generation), OK);
    CHECK_EQ(test.generation.number, 1);
}

static void only_what_runs_can_be_confirmed(void)
{
    struct store *store = fresh_store();

    store_switched(store);
    CHECK_EQ(system_install(store, 3), OK);
    CHECK_EQ(store_confirm(store), ERR_BAD_STATE);
    store_switched(store);
    CHECK_EQ(store_confirm(store), OK);
    CHECK_EQ(store->state.good[0], 2);
}

/* The running generation stays while a later one is current, and so does what is being staged. */
static void collecting_keeps_what_runs_and_what_is_planned(void)
{
    struct store *store = fresh_store();
    uint32_t removed;
    uint64_t from;

    store_switched(store);
    CHECK_EQ(system_install(store, 3), OK);
    CHECK_EQ(system_install(store, 4), OK);
    system_generation(5, &test.generation);
    CHECK_EQ(store_plan(store, &test.generation), OK);
    CHECK_EQ(store_stage(store, 5, 0, "some", 4), OK);
    CHECK_EQ(store_collect(store, 1, &removed), OK);
    CHECK(removed > 0);
    CHECK(store_is_missing(store, 5, &from));
    CHECK_EQ(from, 4);
    CHECK_EQ(store_generation_read(store, 2, &test.generation), OK);
    CHECK_EQ(store_generation_read(store, 1, &test.generation), ERR_NOT_FOUND);
    CHECK_EQ(store_generation_read(store, 3, &test.generation), ERR_NOT_FOUND);
}

static void a_commit_that_a_lying_disk_lost_is_reported(void)
{
    struct store *store = fresh_store();
    struct store_state old;
    uint64_t size;
    uint8_t *bytes = sim_bytes(&test.sim, "state", &size);

    mem_copy(&old, bytes, sizeof(old));
    CHECK_EQ(system_install(store, 3), OK);
    mem_copy(bytes, &old, sizeof(old));
    mem_copy(bytes + STORE_COPY_DISTANCE, &old, sizeof(old));
    CHECK_EQ(store_open(store, &sim_operations, &test.sim), OK);
    CHECK(store->is_commit_lost);
}

static const struct check_test tests[] = {
    {"an_empty_store_boots_nothing", an_empty_store_boots_nothing},
    {"an_older_release_needs_a_signed_return", an_older_release_needs_a_signed_return},
    {"older_metadata_is_refused", older_metadata_is_refused},
    {"a_list_that_breaks_a_rule_is_refused", a_list_that_breaks_a_rule_is_refused},
    {"one_content_under_two_names_comes_once", one_content_under_two_names_comes_once},
    {"a_damaged_copy_of_the_state_is_found_and_mended",
     a_damaged_copy_of_the_state_is_found_and_mended},
    {"a_store_without_a_state_is_rebuilt_from_its_generations",
     a_store_without_a_state_is_rebuilt_from_its_generations},
    {"a_flipped_bit_is_found_wherever_the_content_is_used",
     a_flipped_bit_is_found_wherever_the_content_is_used},
    {"what_cannot_boot_is_left_with_its_reason", what_cannot_boot_is_left_with_its_reason},
    {"a_confirmed_generation_that_stops_booting_is_left_too",
     a_confirmed_generation_that_stops_booting_is_left_too},
    {"the_only_generation_is_tried_again_and_again", the_only_generation_is_tried_again_and_again},
    {"only_what_runs_can_be_confirmed", only_what_runs_can_be_confirmed},
    {"collecting_keeps_what_runs_and_what_is_planned",
     collecting_keeps_what_runs_and_what_is_planned},
    {"a_commit_that_a_lying_disk_lost_is_reported", a_commit_that_a_lying_disk_lost_is_reported},
};

int main(void)
{
    int failed;

    sim_init(&test.before);
    sim_init(&test.sim);
    system_make(&test.before, &test.store);
    failed = check_run(tests, array_count(tests), check_put_stdout);
    sim_fini(&test.sim);
    sim_fini(&test.before);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 32, where hardware ids of spaces run out: the kernel gives them out in turn and begins
 * anew, while spaces that had one before are still running.
 */
#include <rt/map.h>

#include "child.h"
#include "groups.h"

enum {
    CORES_MAX = ABI_BOOT_MAX_CORES,
    ID_BITS_MAX = 16,
    IDS_A_ROUND = 4096,
    ID_ROUNDS = (1 << ID_BITS_MAX) / IDS_A_ROUND + 1, /* they run out in one of these */
    READS = 20,
};

/* Where a child's shared page says what it is to read, and what came of it. */
enum { OWN_ADDRESS, OWN_VALUE, READS_LEFT, READS_DONE, READS_WRONG };

static void read_own_page(void *argument)
{
    struct child_shared *shared = argument;
    const volatile word_t *page = (const volatile word_t *)shared->words[OWN_ADDRESS];

    while (shared->words[READS_LEFT]-- != 0) {
        shared->words[READS_WRONG] += *page != shared->words[OWN_VALUE];
        shared->words[READS_DONE]++;
    }
}

/* Pages that children see at one address, each another one, and each its own number in it. */
struct own_pages {
    cap_t frame;
    volatile word_t *first;
    vaddr_t address;
};

static bool start_reader(struct child *child, const struct own_pages *pages, word_t page,
                         const struct child_options *options, word_t reads)
{
    const struct rt_mapping mapping = {
        .frame = pages->frame,
        .address = pages->address,
        .page = page,
        .pages = 1,
        .attributes = MAP_READ,
    };

    if (!child_create(child, options))
        return false;
    pages->first[page * (ABI_PAGE_SIZE / sizeof(word_t))] = page + 1;
    child->shared->words[OWN_ADDRESS] = pages->address;
    child->shared->words[OWN_VALUE] = page + 1;
    child->shared->words[READS_LEFT] = reads;
    CHECK_EQ(rt_map(child->space.cap, &mapping), OK);
    child_start(child, read_own_page, child->shared);
    return true;
}

/* Each of these spaces is entered once, to find that nothing is mapped there. */
static void use_up_ids(cap_t memory, cap_t slot, cap_t thread)
{
    unsigned failed = 0;

    for (unsigned i = 0; i < IDS_A_ROUND; i++) {
        failed += skr_memory_make(memory, TYPE_SPACE, ABI_PAGE_SIZE, 2, 1, slot, NULL) != OK;
        failed += skr_thread_configure(thread, 0, slot, 0, 0, 0, 0, 0, 0) != OK;
        failed += skr_thread_start(thread, ABI_PAGE_SIZE, ABI_PAGE_SIZE, 0, 0) != OK;
        failed += test_thread_state(thread) != THREAD_FAULTED;
        failed += skr_captable_delete(ABI_ROOT_CAPTABLE, slot) != OK;
    }
    CHECK_EQ(failed, 0);
}

/* A space reads its own page, whoever had its id before, and whatever others run meanwhile.  The
 * emulator forgets translations whenever a core's id changes, so this shows that ids of all bits
 * work and that running out ends well; that none comes back too early is shown by random calls on
 * the host, whose cores remember. */
static void b32_ids_run_out_and_are_used_again(void)
{
    struct child_options brief[CORES_MAX] = {0}, lasting = {.priority = TEST_PRIORITY - 1};
    static struct child readers[CORES_MAX];
    struct own_pages pages = {.address = test_address(1)};
    cap_t memory = test_make(TYPE_MEMORY, 4), thread = test_make(TYPE_THREAD, 0);
    cap_t slot = test_slot();
    word_t page = 0;
    void *first;

    pages.frame = test_frame(CORES_MAX * (ID_ROUNDS + 1), &first);
    pages.first = first;
    CHECK_EQ(skr_thread_configure(thread, 0, 0, ABI_ROOT_BUDGET, 0, 0, 0, 0, 0), OK);
    CHECK_EQ(skr_thread_set_priority(thread, TEST_PRIORITY + 1, TEST_PRIORITY + 1,
                                     ABI_ROOT_PRIORITY), OK);
    for (unsigned core = 1; core < test_cores(); core++) {
        brief[core].budget = test_budget(core, 5 * TEST_NS_PER_MS, 10 * TEST_NS_PER_MS);
        lasting.budget = test_budget(core, TEST_NS_PER_MS / 2, 10 * TEST_NS_PER_MS);
        if (!start_reader(&readers[core], &pages, page++, &lasting, ~(word_t)0))
            return;
    }
    for (unsigned round = 0; round < ID_ROUNDS; round++) {
        use_up_ids(memory, slot, thread);
        for (unsigned core = 0; core < test_cores(); core++) {
            struct child child;

            if (!start_reader(&child, &pages, page++, &brief[core], READS))
                return;
            CHECK(child_wait_end(&child));
            CHECK_EQ(child.shared->words[READS_DONE], READS);
            CHECK_EQ(child.shared->words[READS_WRONG], 0);
            child_destroy(&child);
        }
    }
    for (unsigned core = 1; core < test_cores(); core++) {
        CHECK(readers[core].shared->words[READS_DONE] > READS);
        CHECK_EQ(readers[core].shared->words[READS_WRONG], 0);
        child_destroy(&readers[core]);
    }
}

static const struct check_test tests[] = {
    {"b32_ids_run_out_and_are_used_again", b32_ids_run_out_and_are_used_again},
};

const struct test_group space_id_tests = {tests, array_count(tests)};

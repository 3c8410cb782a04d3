/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Behaviour 32: no core goes on with a translation that is no longer there.
 *
 * Probes on all cores have the translation in use; then it changes, and each of them must notice.
 * Readers and writers that never stop for a system call are watched from outside.
 */
#include "groups.h"
#include "probe.h"
#include "refusal.h"

enum {
    CORES_MAX = ABI_BOOT_MAX_CORES,
    ROUNDS = 8,
    TRIES_MAX = 10000,
    READ_WRITE = MAP_READ | MAP_WRITE,
};

static struct probe probes[CORES_MAX];

static bool start_probes(void)
{
    for (unsigned core = 0; core < test_cores(); core++) {
        if (!probe_start(&probes[core], core))
            return false;
    }
    return true;
}

static word_t map_here(cap_t frame, vaddr_t address, word_t attributes)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_MAP, map_entry(frame, address, 0, 1, attributes));
}

static word_t unmap_here(vaddr_t address)
{
    return map_outcome(ABI_ROOT_SPACE, OP_SPACE_UNMAP, map_entry(0, address, 0, 1, 0));
}

static void check_all_read(vaddr_t address, word_t value)
{
    for (unsigned core = 0; core < test_cores(); core++)
        CHECK_EQ(probe_word(&probes[core], address), value);
}

static void check_all_fault(word_t access, vaddr_t address)
{
    for (unsigned core = 0; core < test_cores(); core++)
        CHECK(probe_faults(&probes[core], access, address));
}

static void b32_probes_run_on_their_cores(void)
{
    word_t core = ~(word_t)0;

    if (!start_probes())
        return;
    for (unsigned i = 0; i < test_cores(); i++) {
        CHECK_EQ(skr_thread_info(probes[i].worker->thread.cap, NULL, &core, NULL), OK);
        CHECK_EQ(core, i);
    }
}

static void b32_address_used_again_shows_the_new_page(void)
{
    void *first, *second;
    cap_t frames[2] = {test_frame(1, &first), test_frame(1, &second)};
    vaddr_t address = test_address(1);

    *(volatile word_t *)first = 111;
    *(volatile word_t *)second = 222;
    if (!start_probes())
        return;
    for (unsigned round = 0; round < ROUNDS; round++) {
        CHECK_EQ(map_here(frames[round % 2], address, MAP_READ), OK);
        check_all_read(address, round % 2 == 0 ? 111 : 222);
        CHECK_EQ(unmap_here(address), OK);
        if (round % 4 == 3)
            check_all_fault(MAP_READ, address);
    }
}

static void b32_deleted_frame_is_gone_on_all_cores(void)
{
    vaddr_t address = test_address(1);
    cap_t slot = test_slot(), frame = test_make(TYPE_FRAME, 1);

    if (!start_probes())
        return;
    for (unsigned round = 0; round < ROUNDS; round++) {
        CHECK_EQ(
            skr_captable_copy(ABI_ROOT_CAPTABLE, slot, ABI_ROOT_CAPTABLE, frame, RIGHTS_ALL, 0, 0),
            OK);
        CHECK_EQ(map_here(slot, address, READ_WRITE), OK);
        check_all_read(address, 0);
        CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
        check_all_fault(MAP_READ, address);
    }
}

static void b32_protect_reaches_all_cores(void)
{
    cap_t frame = test_make(TYPE_FRAME, 1);
    vaddr_t address = test_address(1);

    if (!start_probes() || !CHECK_EQ(map_here(frame, address, READ_WRITE), OK))
        return;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned core = 0; core < test_cores(); core++) {
            probes[core].value = round;
            CHECK(probe_try(&probes[core], MAP_WRITE, address));
        }
        CHECK_EQ(
            map_outcome(ABI_ROOT_SPACE, OP_SPACE_PROTECT, map_entry(0, address, 0, 1, MAP_READ)),
            OK);
        check_all_fault(MAP_WRITE, address);
        check_all_read(address, round);
        CHECK_EQ(
            map_outcome(ABI_ROOT_SPACE, OP_SPACE_PROTECT, map_entry(0, address, 0, 1, READ_WRITE)),
            OK);
    }
}

/* ---- threads that never stop ---- */

struct runner {
    volatile word_t *address;
    volatile word_t seen;
    volatile word_t rounds;
    volatile bool stop;
    bool writes;
    cap_t endpoint, reply;
    struct rt_worker *worker;
};

static void run_for_ever(void *argument)
{
    struct runner *runner = argument;

    while (!runner->stop) {
        if (runner->writes)
            *runner->address = 999;
        else
            runner->seen = *runner->address;
        runner->rounds++;
    }
}

static void runner_start(struct runner *runner, unsigned core, vaddr_t address, bool writes)
{
    struct rt_thread_options options = {
        .run = run_for_ever,
        .argument = runner,
        .budget = test_budget(core, TEST_NS_PER_MS, TEST_NS_PER_MS),
        .priority = TEST_PRIORITY,
        .ceiling = TEST_PRIORITY,
    };

    *runner = (struct runner){
        .address = (volatile word_t *)address,
        .writes = writes,
        .endpoint = test_make(TYPE_ENDPOINT, 0),
        .reply = test_make(TYPE_REPLY, 0),
    };
    options.fault = runner->endpoint;
    runner->worker = test_thread_with(&options);
}

/* Lets a runner that ran into the gap between two mappings try again. */
static void answer_gap(struct runner *runner)
{
    struct skr_message message;

    if (skr_receive_nowait(runner->endpoint, runner->reply, &message) != OK)
        return;
    CHECK_EQ(skr_info_event(message.info), EVENT_FAULT);
    CHECK_EQ(message.words[0], (word_t)runner->address);
    message.info = 0;
    CHECK_EQ(skr_reply(runner->reply, &message), OK);
}

/* Waits until the runner has surely begun a new round; an emulated core may be long in coming. */
static bool await_rounds(struct runner *runner)
{
    word_t from = runner->rounds;

    for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
        if (runner->rounds - from >= 3)
            return true;
        answer_gap(runner);
        test_sleep_ns(TEST_NS_PER_MS);
    }
    return false;
}

static bool await_fault(const struct runner *runner)
{
    for (unsigned tries = 0; tries < TRIES_MAX; tries++) {
        if (test_thread_state(runner->worker->thread.cap) == THREAD_SENDING)
            return true;
        test_sleep_ns(TEST_NS_PER_MS);
    }
    return false;
}

static void b32_running_readers_see_the_new_page(void)
{
    static struct runner runners[CORES_MAX];
    void *first, *second;
    cap_t frames[2] = {test_frame(1, &first), test_frame(1, &second)};
    vaddr_t address = test_address(1);

    if (test_cores() == 1) {
        check_skip("needs a second core");
        return;
    }
    *(volatile word_t *)first = 111;
    *(volatile word_t *)second = 222;
    CHECK_EQ(map_here(frames[0], address, MAP_READ), OK);
    for (unsigned core = 1; core < test_cores(); core++)
        runner_start(&runners[core], core, address, false);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned core = 1; core < test_cores(); core++) {
            CHECK(await_rounds(&runners[core]));
            CHECK_EQ(runners[core].seen, round % 2 == 0 ? 111 : 222);
        }
        CHECK_EQ(unmap_here(address), OK);
        CHECK_EQ(map_here(frames[(round + 1) % 2], address, MAP_READ), OK);
    }
    for (unsigned core = 1; core < test_cores(); core++)
        runners[core].stop = true;
}

/* Once delete has returned, nobody writes into the memory any more. */
static void b32_memory_used_again_gets_no_late_write(void)
{
    static struct runner runners[CORES_MAX];
    cap_t memory = test_make(TYPE_MEMORY, 2), slot = test_slot();
    vaddr_t shared = test_address(1), own = test_address(1);

    if (test_cores() == 1) {
        check_skip("needs a second core");
        return;
    }
    CHECK_EQ(skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, 1, 1, slot, NULL), OK);
    CHECK_EQ(map_here(slot, shared, READ_WRITE), OK);
    for (unsigned core = 1; core < test_cores(); core++)
        runner_start(&runners[core], core, shared, true);
    for (unsigned core = 1; core < test_cores(); core++)
        CHECK(await_rounds(&runners[core]));
    CHECK_EQ(skr_captable_delete(ABI_ROOT_CAPTABLE, slot), OK);
    CHECK_EQ(skr_memory_make(memory, TYPE_FRAME, ABI_PAGE_SIZE, 1, 1, slot, NULL), OK);
    CHECK_EQ(map_here(slot, own, MAP_READ), OK);
    for (unsigned core = 1; core < test_cores(); core++)
        CHECK(await_fault(&runners[core]));
    CHECK_EQ(*(volatile word_t *)own, 0);
}

static const struct check_test tests[] = {
    {"b32_probes_run_on_their_cores", b32_probes_run_on_their_cores},
    {"b32_address_used_again_shows_the_new_page", b32_address_used_again_shows_the_new_page},
    {"b32_deleted_frame_is_gone_on_all_cores", b32_deleted_frame_is_gone_on_all_cores},
    {"b32_protect_reaches_all_cores", b32_protect_reaches_all_cores},
    {"b32_running_readers_see_the_new_page", b32_running_readers_see_the_new_page},
    {"b32_memory_used_again_gets_no_late_write", b32_memory_used_again_gets_no_late_write},
};

const struct test_group translation_tests = {tests, array_count(tests)};

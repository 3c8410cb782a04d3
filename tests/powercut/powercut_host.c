/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store under every fault: power cut at each step of an upgrade, each call failing once, a disk
 * that is full.  `--states N` asks for that many random states more than one of each cut.
 */
#include "system.h"

#include <base/memory.h>
#include <check/check.h>
#include <stdio.h>
#include <stdlib.h>
#include <store/trial.h>
#include <string.h>

enum { FULL_BLOCKS = 64, FAULTS_SHOWN = 3 };

/* What the tests share: the disk before the upgrade, and one to try it on. */
static struct {
    struct sim before;
    struct sim sim;
    struct store store;
    unsigned states;
    uint64_t seed;
    unsigned steps; /* of a whole upgrade */
    unsigned calls;
    unsigned faults; /* shown in this test */
} cut;

static void fault_check(const char *fault, const char *what, unsigned at)
{
    if (fault != NULL && cut.faults++ < FAULTS_SHOWN)
        check_note("%s %u: %s", what, at, fault);
    CHECK(fault == NULL);
}

static const char *fault_of(const struct witness *witness)
{
    return system_fault(&sim_operations, &cut.sim, &cut.store, witness);
}

static struct witness fresh_upgrade(unsigned cut_at, unsigned fail_at)
{
    struct witness witness = {0};

    sim_copy(&cut.sim, &cut.before);
    cut.sim.cut_at = cut_at;
    cut.sim.fail_at = fail_at;
    (void)system_upgrade(&sim_operations, &cut.sim, &cut.store, &witness);
    return witness;
}

static void cut_once(unsigned step, enum sim_survival survival)
{
    struct witness witness = fresh_upgrade(step, 0);

    sim_restart(&cut.sim, survival, &cut.seed);
    fault_check(fault_of(&witness), "power cut at step", step);
}

static void upgrade_succeeds_without_faults(void)
{
    struct witness witness = fresh_upgrade(0, 0);

    CHECK_EQ(witness.acknowledged, 3);
    CHECK_EQ(witness.confirmed, 3);
    cut.steps = cut.sim.steps;
    cut.calls = cut.sim.calls;
    check_note("%u steps, %u calls", cut.steps, cut.calls);
    sim_restart(&cut.sim, SIM_KEEPS_NOTHING, &cut.seed);
    fault_check(fault_of(&witness), "after", 0);
}

static void upgrade_writes_what_changed_and_little_more(void)
{
    uint8_t content[SYSTEM_CONTENT_MAX];
    size_t changed = system_content(3, 3, content) + system_content(3, SYSTEM_APPS, content);

    (void)fresh_upgrade(0, 0);
    check_note("%u bytes changed, %u written", (unsigned)changed, (unsigned)cut.sim.bytes_written);
    CHECK(cut.sim.bytes_written <= changed + 64 * 1024);
}

static void every_cut_leaves_the_old_or_the_new(void)
{
    cut.faults = 0;
    for (unsigned step = 1; step <= cut.steps; step++) {
        cut_once(step, SIM_KEEPS_NOTHING);
        cut_once(step, SIM_KEEPS_ALL);
        cut_once(step, SIM_KEEPS_SOME);
    }
}

static void random_torn_states_leave_the_old_or_the_new(void)
{
    cut.faults = 0;
    for (unsigned i = 0; i < cut.states; i++)
        cut_once(1 + (unsigned)(sim_random(&cut.seed) % cut.steps), SIM_KEEPS_SOME);
}

/* The device goes on after a cut: the same upgrade succeeds, and takes up what had come. */
static void an_upgrade_after_a_cut_resumes(void)
{
    cut.faults = 0;
    for (unsigned step = 1; step <= cut.steps; step++) {
        struct witness witness = fresh_upgrade(step, 0);

        sim_restart(&cut.sim, SIM_KEEPS_SOME, &cut.seed);
        witness = (struct witness){0};
        CHECK_EQ(system_upgrade(&sim_operations, &cut.sim, &cut.store, &witness), OK);
        sim_restart(&cut.sim, SIM_KEEPS_NOTHING, &cut.seed);
        fault_check(fault_of(&witness), "resumed after step", step);
    }
}

/* Each call fails once; what follows it may be lost with the power. */
static void every_failing_call_leaves_the_old_or_the_new(void)
{
    cut.faults = 0;
    for (unsigned call = 1; call <= cut.calls; call++) {
        struct witness witness = fresh_upgrade(0, call);

        cut.sim.fail_at = 0;
        fault_check(fault_of(&witness), "failing call", call);
        witness = fresh_upgrade(0, call);
        sim_restart(&cut.sim, SIM_KEEPS_SOME, &cut.seed);
        fault_check(fault_of(&witness), "failing call, then cut", call);
    }
}

/* A disk whose flushes fail has promised nothing, and nothing may be promised above it. */
static void failing_flushes_leave_the_old_or_the_new(void)
{
    cut.faults = 0;
    for (unsigned call = 1; call <= cut.calls; call++) {
        struct witness witness = {0};

        sim_copy(&cut.sim, &cut.before);
        cut.sim.no_sync_from = call;
        (void)system_upgrade(&sim_operations, &cut.sim, &cut.store, &witness);
        sim_restart(&cut.sim, SIM_KEEPS_NOTHING, &cut.seed);
        fault_check(fault_of(&witness), "no flush from call", call);
    }
}

static void collecting_keeps_what_may_run_again(void)
{
    struct witness witness = fresh_upgrade(0, 0);

    CHECK_EQ(witness.confirmed, 3);
    sim_restart(&cut.sim, SIM_KEEPS_ALL, &cut.seed);
    fault_check(fault_of(&witness), "after", 0);
    CHECK_EQ(cut.store.state.good[0], 2);
    CHECK_EQ(cut.store.state.good[1], 0);
}

static void full_disk_refuses_before_anything_changes(void)
{
    cut.faults = 0;
    for (unsigned left = 0; left < FULL_BLOCKS; left++) {
        struct witness witness = {0};
        status_t status;

        sim_copy(&cut.sim, &cut.before);
        cut.sim.block_limit = sim_blocks_used(&cut.sim) + left;
        status = system_upgrade(&sim_operations, &cut.sim, &cut.store, &witness);
        CHECK(status == OK || status == ERR_NO_MEMORY);
        CHECK(status == OK || cut.sim.bytes_written == 0);
        fault_check(fault_of(&witness), "blocks left", left);
        CHECK_EQ(store_confirm(&cut.store), OK);
    }
}

static void a_cut_while_falling_back_keeps_a_bootable_state(void)
{
    struct store_generation generation;

    cut.faults = 0;
    for (unsigned step = 1; step < 24; step++) {
        sim_copy(&cut.sim, &cut.before);
        CHECK_EQ(store_open(&cut.store, &sim_operations, &cut.sim), OK);
        CHECK_EQ(system_install(&cut.store, 3), OK);
        cut.sim.cut_at = cut.sim.steps + step;
        for (unsigned boot = 0; boot <= STORE_TRIES_MAX; boot++)
            (void)store_boot(&cut.store, &generation);
        sim_restart(&cut.sim, SIM_KEEPS_SOME, &cut.seed);
        CHECK_EQ(store_open(&cut.store, &sim_operations, &cut.sim), OK);
        CHECK_EQ(store_boot(&cut.store, &generation), OK);
        CHECK(generation.number == 2 || generation.number == 3);
        CHECK_EQ(cut.store.state.floor, 103);
    }
}

/* Boots are counted where a reset does not reach, so three that end in one are enough. */
static void three_boots_that_never_become_well_end_in_a_fallback(void)
{
    struct store_generation generation;
    struct store_fallback fallback;

    sim_copy(&cut.sim, &cut.before);
    CHECK_EQ(store_open(&cut.store, &sim_operations, &cut.sim), OK);
    CHECK_EQ(system_install(&cut.store, 3), OK);
    for (unsigned boot = 1; boot <= STORE_TRIES_MAX + 1; boot++) {
        sim_restart(&cut.sim, SIM_KEEPS_NOTHING, &cut.seed);
        CHECK_EQ(store_open(&cut.store, &sim_operations, &cut.sim), OK);
        CHECK_EQ(store_boot(&cut.store, &generation), OK);
        CHECK_EQ(generation.number, boot <= STORE_TRIES_MAX ? 3 : 2);
    }
    CHECK(store_fallback(&cut.store, 0, &fallback));
    CHECK_EQ(fallback.from, 3);
    CHECK_EQ(fallback.to, 2);
    CHECK_EQ(fallback.reason, STORE_REASON_TRIES);
    CHECK_EQ(fallback.tries, STORE_TRIES_MAX);
    CHECK_EQ(fallback.version, 103);
}

/* A content that does not have its hash never gets its name. */
static void a_content_that_came_wrong_is_refused(void)
{
    uint8_t content[SYSTEM_CONTENT_MAX];
    struct store_generation wanted;
    uint64_t from;
    size_t size = system_content(3, 3, content);

    sim_copy(&cut.sim, &cut.before);
    CHECK_EQ(store_open(&cut.store, &sim_operations, &cut.sim), OK);
    system_generation(3, &wanted);
    CHECK_EQ(store_plan(&cut.store, &wanted), OK);
    content[size / 2] ^= 1;
    CHECK_EQ(store_stage(&cut.store, 3, 0, content, size), OK);
    CHECK_EQ(store_seal(&cut.store, 3), ERR_BAD_ARGUMENT);
    CHECK(store_is_missing(&cut.store, 3, &from));
    CHECK_EQ(from, 0);
    CHECK_EQ(store_commit(&cut.store), ERR_BAD_STATE);
}

/* Ready is not enough, and being ready twice with a fall between begins the window anew. */
static void a_generation_is_well_after_a_whole_window(void)
{
    struct trial trial;

    trial_start(&trial, 2, 100);
    trial_ready(&trial, 0, 10);
    CHECK(!trial_is_well(&trial, 500));
    trial_ready(&trial, 1, 20);
    CHECK(!trial_is_well(&trial, 119));
    CHECK(trial_is_well(&trial, 120));
    trial_lost(&trial, 1);
    CHECK(!trial_is_well(&trial, 200));
    trial_ready(&trial, 1, 200);
    CHECK(!trial_is_well(&trial, 299));
    CHECK(trial_is_well(&trial, 300));
}

static const struct check_test tests[] = {
    {"upgrade_succeeds_without_faults", upgrade_succeeds_without_faults},
    {"upgrade_writes_what_changed_and_little_more", upgrade_writes_what_changed_and_little_more},
    {"every_cut_leaves_the_old_or_the_new", every_cut_leaves_the_old_or_the_new},
    {"random_torn_states_leave_the_old_or_the_new", random_torn_states_leave_the_old_or_the_new},
    {"an_upgrade_after_a_cut_resumes", an_upgrade_after_a_cut_resumes},
    {"every_failing_call_leaves_the_old_or_the_new", every_failing_call_leaves_the_old_or_the_new},
    {"failing_flushes_leave_the_old_or_the_new", failing_flushes_leave_the_old_or_the_new},
    {"collecting_keeps_what_may_run_again", collecting_keeps_what_may_run_again},
    {"full_disk_refuses_before_anything_changes", full_disk_refuses_before_anything_changes},
    {"a_cut_while_falling_back_keeps_a_bootable_state",
     a_cut_while_falling_back_keeps_a_bootable_state},
    {"three_boots_that_never_become_well_end_in_a_fallback",
     three_boots_that_never_become_well_end_in_a_fallback},
    {"a_content_that_came_wrong_is_refused", a_content_that_came_wrong_is_refused},
    {"a_generation_is_well_after_a_whole_window", a_generation_is_well_after_a_whole_window},
};

int main(int argc, char **argv)
{
    int failed;

    cut.states = 500;
    cut.seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--states") == 0)
            cut.states = (unsigned)strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--seed") == 0)
            cut.seed = strtoul(argv[i + 1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    }
    sim_init(&cut.before);
    sim_init(&cut.sim);
    system_make(&cut.before, &cut.store);
    failed = check_run(tests, array_count(tests), check_put_stdout);
    sim_fini(&cut.sim);
    sim_fini(&cut.before);
    return failed != 0;
}

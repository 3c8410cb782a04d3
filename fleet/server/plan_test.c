/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A roll-out's decisions: single ones, and what must hold over random lives of a fleet.
 *
 * The random part plays devices that come, go, fetch, fail and are lost, in any order, and checks
 * after every step that the cap holds and that stages open in order; at the end, left in peace,
 * every roll-out has come to an end or says why not.
 */
#include "plan.h"

#include <base/compiler.h>
#include <check/check.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES_MAX = 64, SCHEDULES = 3000, STEPS = 400 };

static struct plan_rules rules_of(const char *stages, uint32_t at_once)
{
    struct plan_rules rules = {.at_once = at_once, .failures_percent = 20, .fallbacks_max = 2};

    CHECK(plan_read_stages(stages, &rules));
    return rules;
}

static void stages_are_read(void)
{
    struct plan_rules rules = rules_of("1,10%,100%", 0);

    CHECK_EQ(rules.stage_count, 3);
    CHECK_EQ(plan_stage_size(&rules, 0, 50), 1);
    CHECK_EQ(plan_stage_size(&rules, 1, 50), 5);
    CHECK_EQ(plan_stage_size(&rules, 1, 51), 6); /* rounded up: a stage is never empty */
    CHECK_EQ(plan_stage_size(&rules, 2, 51), 51);
    CHECK_EQ(plan_stage_size(&rules, 0, 0), 0);
}

static void bad_stages_are_refused(void)
{
    static const char *const bad[] = {"", "1", "50%", "100%,", "0,100%", "101%", "20%,10%,100%",
                                      "1 ,100%", "-1,100%", "100%%", "1,1,100%", "a,100%",
                                      "1,2,3,4,5,6,7,8,100%", "100%,100%"};
    struct plan_rules rules;

    for (size_t i = 0; i < array_count(bad); i++)
        if (!CHECK(!plan_read_stages(bad[i], &rules)))
            check_note("'%s'", bad[i]);
}

static void cap_limits_offers(void)
{
    struct plan_rules rules = rules_of("100%", 10);
    struct plan_facts facts = {.stage_ready = 100, .stage_open = 7};
    struct plan_verdict verdict;

    facts.devices[OFFER_PENDING] = 100;
    facts.devices[OFFER_FETCHING] = 4;
    facts.devices[OFFER_RESTARTING] = 3;
    plan_decide(&rules, &facts, &verdict);
    CHECK_EQ(verdict.offers, 3);
    rules.at_once = 0;
    plan_decide(&rules, &facts, &verdict);
    CHECK_EQ(verdict.offers, 100);
}

static void failures_pause_and_are_forgiven_once_seen(void)
{
    struct plan_rules rules = rules_of("100%", 0);
    struct plan_facts facts = {.stage_ready = 5};
    struct plan_verdict verdict;

    facts.devices[OFFER_BOOTED_WELL] = 3;
    facts.devices[OFFER_FAILED] = 1;
    plan_decide(&rules, &facts, &verdict);
    CHECK(verdict.shall_pause && verdict.offers == 0);
    CHECK(strstr(verdict.reason, "1 of 4 devices failed") != NULL);
    facts.forgiven_failures = 1;
    plan_decide(&rules, &facts, &verdict);
    CHECK(!verdict.shall_pause && verdict.offers == 5);
}

static void fallbacks_pause(void)
{
    struct plan_rules rules = rules_of("100%", 0);
    struct plan_facts facts = {0};
    struct plan_verdict verdict;

    facts.devices[OFFER_BOOTED_WELL] = 1000;
    facts.devices[OFFER_FELL_BACK] = 2;
    plan_decide(&rules, &facts, &verdict);
    CHECK(!verdict.shall_pause);
    facts.devices[OFFER_FELL_BACK] = 3;
    plan_decide(&rules, &facts, &verdict);
    CHECK(verdict.shall_pause);
}

static void stage_opens_only_after_a_success(void)
{
    struct plan_rules rules = rules_of("1,100%", 0);
    struct plan_facts facts = {0};
    struct plan_verdict verdict;

    plan_decide(&rules, &facts, &verdict);
    CHECK(!verdict.opens_stage); /* nobody tried it */
    facts.stage_succeeded = 1;
    facts.stage_open = 1;
    plan_decide(&rules, &facts, &verdict);
    CHECK(!verdict.opens_stage); /* somebody still tries it */
    facts.stage_open = 0;
    plan_decide(&rules, &facts, &verdict);
    CHECK(verdict.opens_stage);
}

static void states_only_go_forward(void)
{
    for (enum offer_state from = OFFER_PENDING; from < OFFER_STATES; from++)
        for (enum offer_state to = OFFER_PENDING; to < OFFER_STATES; to++)
            if (offer_may_become(from, to))
                CHECK(to > from || from == OFFER_LOST);
    CHECK(!offer_may_become(OFFER_BOOTED_WELL, OFFER_FAILED));
    CHECK(!offer_may_become(OFFER_PENDING, OFFER_RESTARTING)); /* the offer was taken back */
    CHECK(offer_may_become(OFFER_LOST, OFFER_BOOTED_WELL));
}

/* A fleet in a random life; devices are in the roll-out's order. */
struct life {
    struct plan_rules rules;
    uint32_t stage;
    uint32_t count;
    enum offer_state state[DEVICES_MAX];
    bool is_online[DEVICES_MAX];
    uint32_t forgiven_failures;
    uint32_t forgiven_fallbacks;
    bool is_paused;
    uint64_t random;
};

static uint32_t random_below(struct life *life, uint32_t limit)
{
    life->random = life->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(life->random >> 33) % limit;
}

static uint32_t count_open(const struct life *life)
{
    uint32_t open = 0;

    for (uint32_t i = 0; i < life->count; i++)
        open += offer_is_open(life->state[i]);
    return open;
}

static void gather(const struct life *life, struct plan_facts *facts)
{
    uint32_t size = plan_stage_size(&life->rules, life->stage, life->count);

    *facts = (struct plan_facts){.stage = life->stage,
                                 .forgiven_failures = life->forgiven_failures,
                                 .forgiven_fallbacks = life->forgiven_fallbacks};
    for (uint32_t i = 0; i < life->count; i++) {
        bool is_in_stage = i < size;

        facts->devices[life->state[i]]++;
        facts->stage_open += is_in_stage && offer_is_open(life->state[i]);
        facts->stage_succeeded += is_in_stage && life->state[i] == OFFER_BOOTED_WELL;
        facts->stage_ready +=
            is_in_stage && life->state[i] == OFFER_PENDING && life->is_online[i];
    }
}

static void offer(struct life *life, uint32_t offers)
{
    uint32_t size = plan_stage_size(&life->rules, life->stage, life->count);

    for (uint32_t i = 0; i < size && offers > 0; i++) {
        if (life->state[i] != OFFER_PENDING || !life->is_online[i])
            continue;
        life->state[i] = OFFER_MADE;
        offers--;
    }
    CHECK_EQ(offers, 0); /* never more than there is somebody to take */
}

static void step_plan(struct life *life)
{
    struct plan_verdict verdict;
    struct plan_facts facts;

    if (life->is_paused)
        return;
    gather(life, &facts);
    plan_decide(&life->rules, &facts, &verdict);
    if (verdict.shall_pause) {
        CHECK(verdict.reason[0] != '\0');
        life->is_paused = true;
        for (uint32_t i = 0; i < life->count; i++)
            if (life->state[i] >= OFFER_MADE && life->state[i] <= OFFER_VERIFIED)
                life->state[i] = OFFER_PENDING;
    } else if (verdict.opens_stage) {
        life->stage++;
    } else {
        offer(life, verdict.offers);
    }
    CHECK(life->stage < life->rules.stage_count);
    CHECK(life->rules.at_once == 0 || count_open(life) <= life->rules.at_once);
}

static void become(struct life *life, uint32_t device, enum offer_state to)
{
    if (offer_may_become(life->state[device], to))
        life->state[device] = to;
}

/* Something happens to a device. */
static void disturb(struct life *life, uint32_t failures_percent)
{
    uint32_t device = random_below(life, life->count);
    enum offer_state *state = &life->state[device];

    switch (random_below(life, 4)) {
    case 0: /* it goes, or comes back */
        life->is_online[device] = !life->is_online[device];
        if (!life->is_online[device] && *state >= OFFER_MADE && *state <= OFFER_VERIFIED)
            *state = OFFER_PENDING;
        break;
    case 1: /* it says something, perhaps out of turn */
        become(life, device, (enum offer_state)random_below(life, OFFER_STATES));
        break;
    case 2:
        if (random_below(life, 100) < failures_percent)
            become(life, device, OFFER_FELL_BACK);
        break;
    default:
        if (*state == OFFER_RESTARTING && !life->is_online[device])
            become(life, device, OFFER_LOST);
        break;
    }
}

/* Everybody is there, everything works, and a person resumes what was paused. */
static void settle(struct life *life)
{
    for (unsigned turn = 0; turn < 8 * DEVICES_MAX; turn++) {
        struct plan_facts facts;

        if (life->is_paused) {
            gather(life, &facts);
            life->forgiven_fallbacks = facts.devices[OFFER_FELL_BACK];
            life->forgiven_failures = facts.devices[OFFER_FELL_BACK] +
                                      facts.devices[OFFER_FAILED] +
                                      facts.devices[OFFER_REFUSED] + facts.devices[OFFER_LOST];
            life->is_paused = false;
        }
        for (uint32_t i = 0; i < life->count; i++) {
            life->is_online[i] = true;
            if (offer_is_open(life->state[i]))
                life->state[i] = OFFER_BOOTED_WELL;
        }
        step_plan(life);
    }
}

static bool is_over(const struct life *life)
{
    for (uint32_t i = 0; i < life->count; i++)
        if (life->state[i] == OFFER_PENDING || offer_is_open(life->state[i]))
            return false;
    return true;
}

/* A first stage in which everybody failed, with nobody left to succeed, rightly goes no further. */
static bool is_stuck_for_a_reason(const struct life *life)
{
    uint32_t size = plan_stage_size(&life->rules, life->stage, life->count);

    for (uint32_t i = 0; i < size; i++)
        if (!offer_has_failed(life->state[i]))
            return false;
    return life->stage + 1 < life->rules.stage_count;
}

static void random_lives_keep_the_rules_and_end(void)
{
    static const char *const stages[] = {"100%", "1,100%", "10%,50%,100%", "1,5,100%",
                                         "1%,100%"};
    struct life life;

    for (unsigned schedule = 0; schedule < SCHEDULES; schedule++) {
        life = (struct life){.random = schedule * 77777 + 1};
        life.rules = rules_of(stages[schedule % array_count(stages)], random_below(&life, 6));
        life.count = 1 + random_below(&life, DEVICES_MAX);
        for (unsigned step = 0; step < STEPS; step++) {
            disturb(&life, schedule % 50);
            step_plan(&life);
        }
        settle(&life);
        if (!CHECK(is_over(&life) || is_stuck_for_a_reason(&life))) {
            check_note("schedule %u: stage %u of %u, %u devices", schedule, life.stage,
                       life.rules.stage_count, life.count);
            return;
        }
    }
}

static const struct check_test tests[] = {
    {"stages_are_read", stages_are_read},
    {"bad_stages_are_refused", bad_stages_are_refused},
    {"cap_limits_offers", cap_limits_offers},
    {"failures_pause_and_are_forgiven_once_seen", failures_pause_and_are_forgiven_once_seen},
    {"fallbacks_pause", fallbacks_pause},
    {"stage_opens_only_after_a_success", stage_opens_only_after_a_success},
    {"states_only_go_forward", states_only_go_forward},
    {"random_lives_keep_the_rules_and_end", random_lives_keep_the_rules_and_end},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The roll-out's decisions.
 */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool offer_is_open(enum offer_state state)
{
    return state >= OFFER_MADE && state <= OFFER_RESTARTING;
}

bool offer_has_failed(enum offer_state state)
{
    return state >= OFFER_FELL_BACK && state <= OFFER_LOST;
}

bool offer_may_become(enum offer_state from, enum offer_state to)
{
    /* Back after all; or the offer was taken back when the device could not hear it any more. */
    if (from == OFFER_LOST || from == OFFER_PENDING)
        return to == OFFER_BOOTED_WELL || to == OFFER_FELL_BACK;
    return offer_is_open(from) && to > from && to <= OFFER_LOST;
}

static bool read_stage(const char **text, struct plan_stage *stage)
{
    char *end;
    unsigned long number;

    if (**text < '0' || **text > '9')
        return false;
    number = strtoul(*text, &end, 10);
    stage->is_percent = *end == '%';
    *text = end + stage->is_percent;
    stage->number = (uint32_t)number;
    return number >= 1 && number <= (stage->is_percent ? 100 : 1000000);
}

/* Within a kind they ascend; how a number of devices compares with a share is not known yet. */
static bool stages_ascend(const struct plan_rules *rules)
{
    for (uint32_t i = 1; i < rules->stage_count; i++) {
        const struct plan_stage *stage = &rules->stages[i];
        if (stage->is_percent == stage[-1].is_percent && stage->number <= stage[-1].number)
            return false;
    }
    return true;
}

bool plan_read_stages(const char *text, struct plan_rules *rules)
{
    struct plan_stage *last;

    for (rules->stage_count = 0; rules->stage_count < PLAN_STAGES_MAX; text++) {
        if (!read_stage(&text, &rules->stages[rules->stage_count]))
            return false;
        rules->stage_count++;
        if (*text != ',')
            break;
    }
    last = &rules->stages[rules->stage_count - 1];
    return *text == '\0' && last->is_percent && last->number == 100 && stages_ascend(rules);
}

uint32_t plan_stage_size(const struct plan_rules *rules, uint32_t stage, uint32_t total)
{
    const struct plan_stage *row = &rules->stages[stage];
    uint64_t size = row->number;

    if (row->is_percent)
        size = ((uint64_t)total * row->number + 99) / 100;
    return size < total ? (uint32_t)size : total;
}

static uint32_t count_of(const struct plan_facts *facts, bool (*belongs)(enum offer_state state))
{
    uint32_t count = 0;

    for (enum offer_state state = OFFER_PENDING; state < OFFER_STATES; state++)
        count += belongs(state) ? facts->devices[state] : 0;
    return count;
}

/* Failures that count: those nobody has seen yet. */
static bool breaks_rules(const struct plan_rules *rules, const struct plan_facts *facts,
                         char reason[PLAN_REASON_SIZE])
{
    uint32_t failures = count_of(facts, offer_has_failed) - facts->forgiven_failures;
    uint32_t fallbacks = facts->devices[OFFER_FELL_BACK] - facts->forgiven_fallbacks;
    uint32_t concluded = failures + facts->devices[OFFER_BOOTED_WELL];

    if (fallbacks > rules->fallbacks_max) {
        snprintf(reason, PLAN_REASON_SIZE,
                 "%u device%s fell back to the release before; the limit is %u", fallbacks,
                 fallbacks == 1 ? "" : "s", rules->fallbacks_max);
        return true;
    }
    if ((uint64_t)failures * 100 > (uint64_t)rules->failures_percent * concluded) {
        snprintf(reason, PLAN_REASON_SIZE,
                 "%u of %u devices failed (%u of them not seen since their restart); "
                 "the limit is %u %%",
                 failures, concluded, facts->devices[OFFER_LOST], rules->failures_percent);
        return true;
    }
    return false;
}

void plan_decide(const struct plan_rules *rules, const struct plan_facts *facts,
                 struct plan_verdict *verdict)
{
    uint32_t open = count_of(facts, offer_is_open);

    *verdict = (struct plan_verdict){0};
    if (breaks_rules(rules, facts, verdict->reason)) {
        verdict->shall_pause = true;
        return;
    }
    if (facts->stage + 1 < rules->stage_count && facts->stage_open == 0 &&
        facts->stage_ready == 0 && facts->stage_succeeded > 0) {
        verdict->opens_stage = true;
        return;
    }
    verdict->offers = facts->stage_ready;
    if (rules->at_once > 0) {
        uint32_t room = open < rules->at_once ? rules->at_once - open : 0;
        verdict->offers = verdict->offers < room ? verdict->offers : room;
    }
}

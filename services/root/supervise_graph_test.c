/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Supervision in a graph of twelve components: every set of deaths at once, and deaths, readiness
 * and time in any order, against what must hold whatever happens.
 */
#include "supervise.h"

#include <base/memory.h>
#include <check/check.h>

enum { COUNT = 12, SETS = 1 << COUNT, SCHEDULES = 10000, STEPS = 60, LIMIT = 4, WINDOW_MS = 1000 };

static const uint64_t MS = 1000000;

static struct manifest manifest;
static struct supervisor supervisor;
static bool is_up[COUNT];
static uint32_t starts[COUNT];
static uint32_t given_up;
static uint32_t dying; /* whose dependants must be down before they are stopped */

static void on_halt(void *state, uint32_t index)
{
    (void)state;
    CHECK(is_up[index]);
}

static void on_stop(void *state, uint32_t index)
{
    (void)state;
    CHECK(is_up[index]);
    for (uint32_t i = 0; i < manifest.components[index].dependant_count; i++)
        CHECK((dying >> index & 1) == 0 || !is_up[manifest.components[index].dependants[i]]);
    is_up[index] = false;
}

static status_t on_start(void *state, uint32_t index)
{
    (void)state;
    CHECK(!is_up[index]);
    is_up[index] = true;
    starts[index]++;
    return OK;
}

static void on_note(void *state, uint32_t index, enum supervise_note note)
{
    (void)state;
    given_up |= note == SUPERVISE_NOTE_GIVEN_UP ? UINT32_C(1) << index : 0;
}

static const struct supervise_actions actions = {on_halt, on_stop, on_start, on_note};

static uint32_t roll(uint64_t *random, uint32_t sides)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 33) % sides;
}

/* Edges lead from lower to higher indices, each with the chance of one in `rarity`. */
static void make_graph(uint64_t *random, uint32_t rarity)
{
    manifest = (struct manifest){.component_count = COUNT};
    for (uint32_t i = 0; i < COUNT; i++) {
        struct manifest_component *component = &manifest.components[i];

        component->images.count = 1;
        component->ready_timeout_ms = 200;
        component->restart_limit = LIMIT;
        component->restart_window_ms = WINDOW_MS;
        component->minimum_run_ms = roll(random, 3) * 25;
        component->diagnosis_ms = roll(random, 3) * 5;
        for (uint32_t j = i + 1; j < COUNT; j++) {
            if (roll(random, rarity) == 0)
                component->dependants[component->dependant_count++] = j;
        }
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        is_up[i] = false;
        starts[i] = 0;
    }
    given_up = 0;
    supervisor_init(&supervisor, &manifest, &actions, NULL);
}

/* Time passes until nothing is left to be done; everyone becomes ready at once. */
static uint64_t settle(uint64_t now)
{
    for (uint32_t round = 0; round < 10 * COUNT; round++) {
        uint64_t next;

        for (uint32_t i = 0; i < COUNT; i++)
            supervisor_ready(&supervisor, i, now);
        next = supervisor_deadline(&supervisor);
        if (next == 0)
            return now;
        now = next > now ? next : now;
        supervisor_tick(&supervisor, now);
    }
    CHECK(false);
    return now;
}

static uint32_t concerned_by(uint32_t set)
{
    uint32_t all = set;

    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t d = 0; d < manifest.components[i].dependant_count; d++)
            all |= (set >> i & 1) << manifest.components[i].dependants[d];
    }
    return all;
}

static void every_set_of_deaths_restarts_exactly_what_is_listed(void)
{
    uint64_t random = 1;

    for (uint32_t set = 1; set < SETS; set++) {
        uint64_t now;

        make_graph(&random, 4);
        supervisor_boot(&supervisor, 1);
        now = settle(1) + 1000 * MS;
        for (uint32_t i = COUNT; i-- > 0;) /* no window is over, so all of them really die */
            manifest.components[i].diagnosis_ms = 5;
        dying = set;
        for (uint32_t i = 0; i < COUNT; i++) {
            if ((set >> i & 1) != 0)
                supervisor_died(&supervisor, i, now);
        }
        (void)settle(now);
        dying = 0;
        for (uint32_t i = 0; i < COUNT; i++) {
            CHECK(is_up[i]);
            CHECK_EQ(starts[i], 1 + (concerned_by(set) >> i & 1));
        }
    }
}

/* What the limit means, said once more and differently. */
struct model {
    uint64_t window_start;
    uint32_t deaths;
};

static bool model_died(struct model *model, uint64_t now)
{
    if (now - model->window_start >= WINDOW_MS * MS) {
        model->window_start = now;
        model->deaths = 0;
    }
    return ++model->deaths > LIMIT;
}

static void check_settled(uint32_t hopeless)
{
    uint32_t left_down = given_up;

    CHECK_EQ(given_up & ~hopeless, 0);
    for (uint32_t i = 0; i < COUNT; i++)
        left_down |= (given_up >> i & 1) != 0 ? concerned_by(UINT32_C(1) << i) : 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        CHECK(is_up[i] || (left_down >> i & 1) != 0);
        CHECK_EQ(is_up[i], supervisor_is_up(&supervisor, i));
    }
}

static void any_schedule_ends_with_all_up_but_those_past_their_limit(void)
{
    uint64_t random = 7;

    for (uint32_t schedule = 0; schedule < SCHEDULES; schedule++) {
        struct model models[COUNT] = {0};
        uint64_t now = 1;
        uint32_t hopeless = 0;

        make_graph(&random, 3 + roll(&random, 4));
        supervisor_boot(&supervisor, now);
        for (uint32_t step = 0; step < STEPS; step++) {
            uint32_t index = roll(&random, COUNT);

            now += roll(&random, 40) * MS;
            switch (roll(&random, 3)) {
            case 0:
                if (supervisor_is_up(&supervisor, index) && model_died(&models[index], now))
                    hopeless |= UINT32_C(1) << index;
                supervisor_died(&supervisor, index, now);
                break;
            case 1: supervisor_ready(&supervisor, index, now); break;
            default: supervisor_tick(&supervisor, now); break;
            }
        }
        (void)settle(now);
        check_settled(hopeless);
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"every_set_of_deaths_restarts_exactly_what_is_listed",
         every_set_of_deaths_restarts_exactly_what_is_listed},
        {"any_schedule_ends_with_all_up_but_those_past_their_limit",
         any_schedule_ends_with_all_up_but_those_past_their_limit},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

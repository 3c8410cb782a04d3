/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a roll-out does next: a pure function of its rules and of how its devices fare.
 *
 * It never allows more offers than the cap leaves, opens a stage only when the one before it is
 * done and has shown a success, and says in words why it stops.
 */
#ifndef SERVER_PLAN_H
#define SERVER_PLAN_H

#include <base/types.h>

enum { PLAN_STAGES_MAX = 8, PLAN_REASON_SIZE = 160 };

/* How an offer to one device stands. */
enum offer_state {
    OFFER_PENDING = 0, /* not made, or taken back when the device went before it restarted */
    OFFER_MADE = 1,
    OFFER_FETCHING = 2,
    OFFER_VERIFIED = 3,
    OFFER_RESTARTING = 4,
    OFFER_BOOTED_WELL = 5,
    OFFER_FELL_BACK = 6,
    OFFER_FAILED = 7,
    OFFER_REFUSED = 8,
    OFFER_LOST = 9, /* restarted into the release and was not seen since */
    OFFER_STATES = 10,
};

/* A stage is a share of the devices or a number of them. */
struct plan_stage {
    uint32_t number;
    bool is_percent;
};

struct plan_rules {
    struct plan_stage stages[PLAN_STAGES_MAX];
    uint32_t stage_count; /* at least one */
    uint32_t at_once;     /* offers that may be open; 0: no cap */
    uint32_t failures_percent;
    uint32_t fallbacks_max;
};

struct plan_facts {
    uint32_t devices[OFFER_STATES]; /* of the whole roll-out, by state */
    uint32_t stage;                 /* the one that is open, from 0 */
    uint32_t stage_open;            /* in it: offers that are open */
    uint32_t stage_ready;           /* in it: pending devices that are connected */
    uint32_t stage_succeeded;       /* in it: booted well */
    uint32_t forgiven_failures;     /* that a person has seen and resumed after */
    uint32_t forgiven_fallbacks;
};

struct plan_verdict {
    bool shall_pause;
    char reason[PLAN_REASON_SIZE];
    bool opens_stage; /* the next one; decide again then */
    uint32_t offers;  /* that may be made now, to connected pending devices of the stage */
};

/* "1,10%,100%": numbers ascend in kind, and the last stage is everything. */
bool plan_read_stages(const char *text, struct plan_rules *rules);

/* Devices in a stage, of `total`: the first so many in the roll-out's own order. */
uint32_t plan_stage_size(const struct plan_rules *rules, uint32_t stage, uint32_t total);

bool offer_is_open(enum offer_state state);    /* it takes one of the places of the cap */
bool offer_has_failed(enum offer_state state); /* it counts against the roll-out */

/* Whether a device may say so: states only go forward, and only an open offer ends. */
bool offer_may_become(enum offer_state from, enum offer_state to);

void plan_decide(const struct plan_rules *rules, const struct plan_facts *facts,
                 struct plan_verdict *verdict);

#endif

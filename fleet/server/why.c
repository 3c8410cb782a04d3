/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Why is this device not updating?": the first condition that does not hold, in words.
 */
#include "plan.h"
#include "rollout.h"

#include <stdio.h>

/* What is known of the device and of the newest roll-out of its deployment. */
struct situation {
    int64_t admission;
    bool is_online;
    int64_t phase; /* 0: there is no roll-out */
    const char *pause_reason;
    const char *release;
    enum offer_state state;
    const char *state_reason;
    bool is_in_stage;
    int64_t open;
    int64_t at_once;
};

static void say_ended(const struct situation *now, char *text, size_t size)
{
    static const char *const words[OFFER_STATES] = {
        [OFFER_BOOTED_WELL] = "It runs release %s, which booted well.",
        [OFFER_FELL_BACK] = "Release %s did not boot well on it, so it fell back: %s",
        [OFFER_FAILED] = "Release %s could not be installed: %s",
        [OFFER_REFUSED] = "It refused release %s: %s",
        [OFFER_LOST] = "It restarted into release %s and was not seen since.",
    };

    snprintf(text, size, words[now->state], now->release,
             now->state_reason[0] != '\0' ? now->state_reason : "it gave no reason");
}

static void say_pending(const struct situation *now, char *text, size_t size)
{
    if (!now->is_online)
        snprintf(text, size, "It is offered release %s when it connects.", now->release);
    else if (!now->is_in_stage)
        snprintf(text, size, "It waits for its stage of the roll-out of %s.", now->release);
    else if (now->at_once > 0 && now->open >= now->at_once)
        snprintf(text, size,
                 "It waits for its turn: %lld devices upgrade to %s now, which is the cap.",
                 (long long)now->open, now->release);
    else
        snprintf(text, size, "It is about to be offered release %s.", now->release);
}

static void say(const struct situation *now, char *text, size_t size)
{
    static const char *const open[] = {
        [OFFER_MADE] = "It was offered release %s.",
        [OFFER_FETCHING] = "It fetches release %s.",
        [OFFER_VERIFIED] = "It has all of release %s and is about to restart.",
        [OFFER_RESTARTING] = "It restarts into release %s.",
    };

    if (now->admission == 0)
        snprintf(text, size, "It waits to be accepted.");
    else if (now->admission == 2)
        snprintf(text, size, "It was revoked.");
    else if (now->phase == 0)
        snprintf(text, size, "Its deployment has no release.");
    else if (!offer_is_open(now->state) && now->state != OFFER_PENDING)
        say_ended(now, text, size);
    else if (now->phase == ROLLOUT_PAUSED)
        snprintf(text, size, "The roll-out of %s is paused: %s", now->release, now->pause_reason);
    else if (now->phase == ROLLOUT_ABORTED)
        snprintf(text, size, "The roll-out of %s was aborted.", now->release);
    else if (now->state == OFFER_PENDING)
        say_pending(now, text, size);
    else
        snprintf(text, size, open[now->state], now->release);
}

void rollout_why(struct server *server, int64_t org, int64_t device, char *text, size_t size)
{
    struct statement *row = db_prepare(
        server->db,
        "SELECT v.admission, v.online, r.phase, r.reason, e.version, d.state, d.reason,"
        " r.at_once, (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id"
        "  AND o.state BETWEEN 1 AND 4),"
        " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id),"
        " (SELECT count(*) FROM rollout_device o WHERE o.rollout = r.id AND o.rank < v.id),"
        " r.stages, r.stage"
        " FROM device v LEFT JOIN rollout r ON r.deployment = v.deployment AND r.created ="
        "  (SELECT max(n.created) FROM rollout n WHERE n.deployment = v.deployment)"
        " LEFT JOIN release e ON e.id = r.release"
        " LEFT JOIN rollout_device d ON d.rollout = r.id AND d.device = v.id"
        " WHERE v.org = ?1 AND v.id = ?2");
    struct plan_rules rules;
    struct situation now;

    text[0] = '\0';
    put_int(row, org);
    put_int(row, device);
    if (!db_step(row))
        return;
    now = (struct situation){.admission = get_int(row, 0),
                             .is_online = get_int(row, 1) != 0,
                             .phase = get_int(row, 2),
                             .pause_reason = get_text(row, 3),
                             .release = get_text(row, 4),
                             .state = (enum offer_state)get_int(row, 5),
                             .state_reason = get_text(row, 6),
                             .at_once = get_int(row, 7),
                             .open = get_int(row, 8)};
    if (now.phase != 0 && plan_read_stages(get_text(row, 11), &rules))
        now.is_in_stage = get_int(row, 10) < plan_stage_size(&rules, (uint32_t)get_int(row, 12),
                                                             (uint32_t)get_int(row, 9));
    say(&now, text, size);
}

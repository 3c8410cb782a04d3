/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heartbeats: who was asked, who answered, and who is silent for too long.
 *
 * Pure bookkeeping over the manifest, with time as an argument.  In each period a heartbeat is
 * asked for once; an answer settles all that was asked.  What was asked before the latest time and
 * is not answered counts as skipped; as many skipped in a row as the limit says, and the component
 * is silent.
 */
#ifndef ROOT_HEALTH_H
#define ROOT_HEALTH_H

#include <abi/status.h>
#include <manifest/manifest.h>

struct heartbeat {
    uint64_t due_ns; /* when it is asked for next; 0: not watched */
    uint32_t unanswered;
    uint64_t missed; /* skipped in all */
};

struct health {
    const struct manifest *manifest;
    struct heartbeat heartbeats[MANIFEST_COMPONENTS_MAX][MANIFEST_HEARTBEATS_MAX];
};

enum health_event {
    HEALTH_NOTHING,
    HEALTH_ASK,     /* the heartbeat is asked for */
    HEALTH_SKIPPED, /* the same, and the one before was not answered */
    HEALTH_SILENT,  /* more than the limit were not answered */
};

void health_init(struct health *health, const struct manifest *manifest);

/* From when it is ready until it is down, a component's heartbeats are watched. */
void health_watch(struct health *health, uint32_t index, uint64_t now_ns);
void health_forget(struct health *health, uint32_t index);

/* `which` is what was answered.  ERR_NOT_FOUND: the manifest asks for none of this name. */
status_t health_beat(struct health *health, uint32_t index, const char *name, uint32_t *which);

/* What is due now with one heartbeat; call it for each. */
enum health_event health_tick(struct health *health, uint32_t index, uint32_t which,
                              uint64_t now_ns);

/* How many of a heartbeat are missing in a row now. */
uint32_t health_skipped(const struct health *health, uint32_t index, uint32_t which);

/* When something is due next, or 0. */
uint64_t health_deadline(const struct health *health);

#endif

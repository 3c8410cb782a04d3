/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A period that passed unseen, because root had no time either, is not counted: the next one begins
 * when its end is noticed.
 */
#include "health.h"

#include <base/memory.h>

enum { NS_PER_MS = 1000000 };

static const struct manifest_component *entry_of(const struct health *health, uint32_t index)
{
    return &health->manifest->components[index];
}

static uint64_t period_ns(const struct health *health, uint32_t index, uint32_t which)
{
    return (uint64_t)entry_of(health, index)->heartbeats[which].period_ms * NS_PER_MS;
}

void health_init(struct health *health, const struct manifest *manifest)
{
    *health = (struct health){.manifest = manifest};
}

void health_watch(struct health *health, uint32_t index, uint64_t now_ns)
{
    for (uint32_t i = 0; i < entry_of(health, index)->heartbeat_count; i++) {
        struct heartbeat *heartbeat = &health->heartbeats[index][i];

        heartbeat->due_ns = now_ns + period_ns(health, index, i);
        heartbeat->unanswered = 0;
    }
}

void health_forget(struct health *health, uint32_t index)
{
    for (uint32_t i = 0; i < MANIFEST_HEARTBEATS_MAX; i++) {
        health->heartbeats[index][i].due_ns = 0;
        health->heartbeats[index][i].unanswered = 0;
    }
}

status_t health_beat(struct health *health, uint32_t index, const char *name, uint32_t *which)
{
    const struct manifest_component *entry = entry_of(health, index);

    for (*which = 0; *which < entry->heartbeat_count; (*which)++) {
        if (str_equal(entry->heartbeats[*which].name, name)) {
            health->heartbeats[index][*which].unanswered = 0;
            return OK;
        }
    }
    return ERR_NOT_FOUND;
}

uint32_t health_skipped(const struct health *health, uint32_t index, uint32_t which)
{
    uint32_t unanswered = health->heartbeats[index][which].unanswered;

    return unanswered == 0 ? 0 : unanswered - 1;
}

enum health_event health_tick(struct health *health, uint32_t index, uint32_t which,
                              uint64_t now_ns)
{
    struct heartbeat *heartbeat = &health->heartbeats[index][which];

    if (heartbeat->due_ns == 0 || now_ns < heartbeat->due_ns)
        return HEALTH_NOTHING;
    heartbeat->due_ns = now_ns + period_ns(health, index, which);
    heartbeat->unanswered++;
    if (heartbeat->unanswered == 1)
        return HEALTH_ASK;
    heartbeat->missed++;
    return health_skipped(health, index, which) < entry_of(health, index)->heartbeats[which].limit
               ? HEALTH_SKIPPED
               : HEALTH_SILENT;
}

uint64_t health_deadline(const struct health *health)
{
    uint64_t earliest = 0;

    for (uint32_t index = 0; index < health->manifest->component_count; index++) {
        for (uint32_t i = 0; i < entry_of(health, index)->heartbeat_count; i++) {
            uint64_t due = health->heartbeats[index][i].due_ns;

            if (due != 0 && (earliest == 0 || due < earliest))
                earliest = due;
        }
    }
    return earliest;
}

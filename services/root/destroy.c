/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a component down: deleting its memory ends everything in it; what is left are root's own
 * slots, its sessions, and rings that a peer may still map.
 */
#include "root.h"

#include <base/memory.h>

/* Sessions at a message server that is gone lead nowhere; its next instance gets new ones. */
static void drop_sessions(struct root *root, const struct component *server)
{
    uint32_t index = (uint32_t)(server - root->components);

    for (uint32_t i = 0; i < root->manifest.component_count; i++) {
        struct component *client = &root->components[i];

        for (uint32_t s = 0; s < client->entry->server_count; s++) {
            if (client->entry->servers[s] != index || client->sessions[s] == 0)
                continue;
            (void)skr_captable_delete(ABI_ROOT_CAPTABLE, client->sessions[s]);
            rt_slots_give(&root->slots, client->sessions[s], 1);
            client->sessions[s] = 0;
        }
    }
}

static bool is_shared(cap_t frame)
{
    word_t children = 0;

    (void)skr_captable_query(ABI_ROOT_CAPTABLE, frame, NULL, NULL, NULL, &children);
    return children != 0;
}

void retired_collect(struct root *root)
{
    for (uint32_t i = 0; i < ROOT_RETIRED_MAX; i++) {
        if (root->retired[i].cap != 0 && !is_shared(root->retired[i].cap))
            rt_unmake(&root->maker, &root->retired[i]);
    }
}

/* The oldest goes first when there are too many: who still maps it will fault, and be restarted. */
static void retire_ring(struct root *root, struct rt_object *ring)
{
    retired_collect(root);
    if (ring->cap != 0 && is_shared(ring->cap)) {
        rt_unmake(&root->maker, &root->retired[0]);
        mem_move(&root->retired[0], &root->retired[1],
                 (ROOT_RETIRED_MAX - 1) * sizeof(root->retired[0]));
        root->retired[ROOT_RETIRED_MAX - 1] = *ring;
        *ring = (struct rt_object){0};
    }
    rt_unmake(&root->maker, ring);
}

/* Its threads are many and only the first is root's, but all of them run on its budgets. */
void component_halt(struct root *root, struct component *component)
{
    (void)skr_thread_stop(component->slots + ROOT_SLOT_THREAD);
    component_empty_budgets(root, component);
}

static bool has_dma(const struct component *component)
{
    for (uint32_t i = 0; i < component->entry->resource_count; i++) {
        if (component->entry->resources[i].has_dma)
            return true;
    }
    return false;
}

/* Memory that a device may still write to is nobody's until the device obeys. */
static void quarantine(struct root *root, struct component *component)
{
    struct rt_object *memory = &component->memory;

    (void)skr_captable_delete(ABI_ROOT_CAPTABLE, memory->cap);
    rt_slots_give(&root->slots, memory->cap, 1);
    component->quarantined = (struct rt_range){memory->offset, memory->bytes};
    *memory = (struct rt_object){0};
    root_say(root, "root: %s: its memory is kept out of use: its device may write there",
             component->entry->name);
}

void component_end_quarantine(struct root *root, struct component *component)
{
    if (component->quarantined.size != 0)
        (void)rt_ranges_give(&root->offsets, component->quarantined.start,
                             component->quarantined.size);
    component->quarantined = (struct rt_range){0};
}

void component_destroy(struct root *root, struct component *component)
{
    component->past_ns = component_time_ns(component);
    component_halt(root, component);
    if (component_reset_devices(root, component) != OK && has_dma(component) &&
        component->memory.cap != 0)
        quarantine(root, component);
    rt_unmake(&root->maker, &component->memory);
    for (word_t i = 0; i < component->slot_count; i++)
        (void)skr_captable_delete(ABI_ROOT_CAPTABLE, component->slots + i);
    if (component->entry->is_message_server)
        drop_sessions(root, component);
    retire_ring(root, &component->ring);
}

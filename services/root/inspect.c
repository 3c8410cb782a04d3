/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol `inspect`: what root knows, told.  Nothing here changes anything but what root has
 * mapped for a moment.
 */
#include "root.h"

#include <base/memory.h>
#include <protocol/inspect_server.h>
#include <rt/map.h>
#include <rt/process.h>

enum { REMAINS_BYTES = 128, NS_PER_MS = 1000000, MS_PER_SECOND = 1000 };

status_t root_look(cap_t frame, word_t page, word_t pages, const uint8_t **bytes)
{
    struct rt_mapping mapping = {.frame = frame,
                                 .address = ROOT_WINDOW,
                                 .page = page,
                                 .pages = pages,
                                 .attributes = MAP_READ};

    *bytes = (const uint8_t *)ROOT_WINDOW;
    return rt_map(ABI_ROOT_SPACE, &mapping);
}

void root_look_away(word_t pages)
{
    (void)rt_unmap(ABI_ROOT_SPACE, ROOT_WINDOW, pages);
}

static const struct component *find(const struct root *root, word_t index)
{
    return index < root->manifest.component_count ? &root->components[index] : NULL;
}

/* ---- the whole ---- */

status_t inspect_on_system(void *state, struct ipc_request *request, struct inspect_system_out *out)
{
    struct root *root = state;

    (void)request;
    out->apps = root->manifest.component_count;
    out->cores = root->boot->core_count;
    out->generation = 1;
    out->uptime = rt_time_now_ns();
    str_copy(out->name, sizeof(out->name), root->manifest.system);
    return OK;
}

status_t inspect_on_memory(void *state, struct ipc_request *request, struct inspect_memory_out *out)
{
    struct root *root = state;

    (void)request;
    retired_collect(root);
    out->total = root->memory_bytes;
    out->free = rt_ranges_free_bytes(&root->offsets);
    out->kernel = root->boot->kernel_memory_bytes;
    out->slots_total = ROOT_SLOT_COUNT;
    out->slots_free = root->slots.free;
    out->quarantined = 0;
    for (uint32_t i = 0; i < root->manifest.component_count; i++)
        out->quarantined += root->components[i].quarantined.size;
    return OK;
}

status_t inspect_on_root(void *state, struct ipc_request *request, struct inspect_root_out *out)
{
    struct root *root = state;

    (void)request;
    out->objects = root->own_bytes;
    out->kernel_entry =
        root->boot->kernel_entry_time * NS_PER_MS / (root->boot->time_frequency / MS_PER_SECOND);
    return OK;
}

status_t inspect_on_journal(void *state, struct ipc_request *request,
                            const struct inspect_journal_in *in, struct inspect_journal_out *out)
{
    struct root *root = state;
    struct journal_record record;
    uint64_t position = in->position;
    status_t status = journal_read(&root->journal, &position, &record);

    (void)request;
    if (status != OK)
        return status;
    out->next = position;
    out->when = record.when_ns;
    out->app = record.component;
    out->kind = record.kind;
    out->detail = record.detail;
    return OK;
}

/* ---- one app ---- */

status_t inspect_on_app(void *state, struct ipc_request *request, const struct inspect_app_in *in,
                        struct inspect_app_out *out)
{
    struct root *root = state;
    const struct component *component = find(root, in->index);
    const struct supervised *child;

    (void)request;
    if (component == NULL)
        return ERR_NOT_FOUND;
    child = &root->supervisor.children[in->index];
    out->state = (word_t)child->state;
    out->instance = child->starts;
    out->restarts = child->starts > 0 ? child->starts - 1 : 0;
    out->is_message_server = component->entry->is_message_server;
    out->death = (word_t)component->death.reason;
    str_copy(out->name, sizeof(out->name), component->entry->name);
    return OK;
}

status_t inspect_on_usage(void *state, struct ipc_request *request,
                          const struct inspect_usage_in *in, struct inspect_usage_out *out)
{
    struct root *root = state;
    const struct component *component = find(root, in->index);
    const struct manifest_component *entry;

    (void)request;
    if (component == NULL)
        return ERR_NOT_FOUND;
    entry = component->entry;
    out->priority = entry->priority;
    out->core = entry->cores[0] % root->boot->core_count;
    out->amount = root_budget_ns(root, (uint32_t)out->core, entry->budget_us);
    out->period = (uint64_t)entry->period_us * 1000;
    out->consumed = component_time_ns(component);
    if (component->memory.cap == 0)
        return OK;
    out->quota = entry->memory_bytes;
    out->objects = component->layout.object_bytes;
    out->image = component->layout.image_bytes;
    out->heap = component->layout.heap_bytes;
    out->rings = entry->ring_bytes;
    return OK;
}

status_t inspect_on_death(void *state, struct ipc_request *request,
                          const struct inspect_death_in *in, struct inspect_death_out *out)
{
    const struct component *component = find(state, in->index);
    const struct death *death;

    (void)request;
    if (component == NULL || component->death.reason == ABI_DEATH_NONE)
        return ERR_NOT_FOUND;
    death = &component->death;
    out->reason = (word_t)death->reason;
    out->instance = death->instance;
    out->address = death->address;
    out->pc = death->pc;
    out->access = death->access;
    out->when = death->when_ns;
    return OK;
}

status_t inspect_on_heartbeat(void *state, struct ipc_request *request,
                              const struct inspect_heartbeat_in *in,
                              struct inspect_heartbeat_out *out)
{
    struct root *root = state;
    const struct component *component = find(root, in->index);
    const struct manifest_heartbeat *heartbeat;

    (void)request;
    if (component == NULL || in->which >= component->entry->heartbeat_count)
        return ERR_NOT_FOUND;
    heartbeat = &component->entry->heartbeats[in->which];
    out->period = (uint64_t)heartbeat->period_ms * NS_PER_MS;
    out->limit = heartbeat->limit;
    out->skipped = health_skipped(&root->health, (uint32_t)in->index, (uint32_t)in->which);
    out->missed = (word_t)root->health.heartbeats[in->index][in->which].missed;
    str_copy(out->name, sizeof(out->name), heartbeat->name);
    return OK;
}

/* ---- what it holds and may reach ---- */

/* The name that a slot had at the component's start; what told it so is read-only to it. */
static void find_cap_name(const struct component *component, word_t slot, char *name, size_t size)
{
    const struct rt_startup *told;
    const uint8_t *bytes;

    name[0] = '\0';
    if (root_look(component->slots + ROOT_SLOT_FRAME, component->layout.told_page, 1, &bytes) != OK)
        return;
    told = (const struct rt_startup *)bytes;
    for (uint32_t i = 0; i < told->cap_count && i < RT_STARTUP_CAPS_MAX; i++) {
        if (told->caps[i].slot == slot)
            str_copy(name, size, told->caps[i].name);
    }
    root_look_away(1);
}

status_t inspect_on_capability(void *state, struct ipc_request *request,
                               const struct inspect_capability_in *in,
                               struct inspect_capability_out *out)
{
    const struct component *component = find(state, in->index);
    word_t type = TYPE_NONE, rights = 0, badge = 0;
    word_t slot = in->slot == 0 ? 1 : in->slot;

    (void)request;
    if (component == NULL)
        return ERR_NOT_FOUND;
    if (component->memory.cap == 0)
        return ERR_BAD_STATE;
    while (slot < ABI_CHUNK_SLOTS &&
           (skr_captable_query(component->slots + ROOT_SLOT_CAPTABLE, slot, &type, &rights, &badge,
                               NULL) != OK ||
            type == TYPE_NONE))
        slot++;
    if (slot >= ABI_CHUNK_SLOTS)
        return ERR_NOT_FOUND;
    out->slot_found = slot;
    out->type = type;
    out->rights = rights;
    out->badge = badge;
    find_cap_name(component, slot, out->name, sizeof(out->name));
    return OK;
}

status_t inspect_on_access(void *state, struct ipc_request *request,
                           const struct inspect_access_in *in, struct inspect_access_out *out)
{
    const struct component *server = find(state, in->server);
    const struct manifest_access *access;

    (void)request;
    if (server == NULL || in->rule >= server->entry->access_count)
        return ERR_NOT_FOUND;
    access = &server->entry->access[in->rule];
    out->publish = access->publish;
    out->request = access->request;
    str_copy(out->protocol, sizeof(out->protocol), access->protocol);
    return OK;
}

status_t inspect_on_connected(void *state, struct ipc_request *request,
                              const struct inspect_connected_in *in,
                              struct inspect_connected_out *out)
{
    const struct component *component = find(state, in->index);
    const struct manifest_component *entry;

    (void)request;
    if (component == NULL)
        return ERR_NOT_FOUND;
    entry = component->entry;
    out->servers = 0;
    for (uint32_t i = 0; i < entry->server_count; i++)
        out->servers |= UINT64_C(1) << entry->servers[i];
    out->dependants = 0;
    for (uint32_t i = 0; i < entry->dependant_count; i++) {
        out->dependants |= UINT64_C(1) << entry->dependants[i];
        out->supervision[i] = (uint8_t)entry->dependants[i];
    }
    out->supervision_size = entry->dependant_count;
    return OK;
}

/* ---- the dead ---- */

/* Page of the component's frame where an address of its space is; false when it is not there. */
static bool find_page(const struct layout *layout, uint64_t address, word_t *page)
{
    *page = 0;
    for (uint32_t i = 0; i < layout->image_count; i++) {
        uint64_t offset = address - layout->image_address[i];

        if (address >= layout->image_address[i] &&
            offset / ABI_PAGE_SIZE < layout->image_pages[i]) {
            *page += (word_t)(offset / ABI_PAGE_SIZE);
            return true;
        }
        *page += layout->image_pages[i];
    }
    return false;
}

status_t inspect_on_remains(void *state, struct ipc_request *request,
                            const struct inspect_remains_in *in, struct inspect_remains_out *out)
{
    struct root *root = state;
    const struct component *component = find(root, in->index);
    word_t offset = (word_t)(in->address % ABI_PAGE_SIZE);
    const uint8_t *bytes;
    word_t page;
    status_t status;

    (void)request;
    if (component == NULL)
        return ERR_NOT_FOUND;
    if (root->supervisor.children[in->index].state != ABI_COMPONENT_DIED)
        return ERR_BAD_STATE;
    if (!find_page(&component->layout, in->address, &page))
        return ERR_NOT_FOUND;
    status = root_look(component->slots + ROOT_SLOT_FRAME, page, 1, &bytes);
    if (status != OK)
        return status;
    out->data_size = word_min(REMAINS_BYTES, ABI_PAGE_SIZE - offset);
    mem_copy(out->data, bytes + offset, (size_t)out->data_size);
    root_look_away(1);
    return OK;
}

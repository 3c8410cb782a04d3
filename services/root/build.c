/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a component.
 *
 * Its objects lie one behind the other in its memory, their capabilities in a fixed run of root's
 * slots.  Whatever goes wrong on the way, component_destroy undoes: deleting the memory ends
 * everything in it, and what is left in the slots is emptied.
 */
#include "build.h"

#include <abi/sizes.h>
#include <base/format.h>
#include <base/memory.h>
#include <rt/map.h>
#include <rt/print.h>

enum {
    CHUNKS_MAX = 4,   /* that a component could attach itself */
    SPACE_PAGES = 10, /* header, tables and mapping records, with some for its own mappings */
    NS_PER_US = 1000,
    RIGHTS_ALL = (RIGHT_CONTROL << 1) - 1,
    RIGHTS_CALL = RIGHT_SEND | RIGHT_GRANT | RIGHT_GRANT_REPLY,
    KIND_SIZE_SHIFT = 12, /* of a device's registers: size, and offset in the first page */
};

status_t build_refuse(struct build *build, const char *what, const char *why, status_t status)
{
    root_say(build->root, "root: %s: %s: %s", build->entry->name, what, why);
    return status;
}

static cap_t slot_of(const struct build *build, enum root_slot slot)
{
    return build->component->slots + slot;
}

static status_t make_at(struct build *build, word_t type, word_t size, cap_t slot)
{
    word_t at = align_up(build->next, rt_object_alignment(type));
    status_t status = skr_memory_make(build->component->memory.cap, type, at, size, 1, slot, NULL);

    if (status != OK)
        return build_refuse(build, "memory", "what it starts with does not fit", status);
    build->next = at + rt_object_bytes(type, size);
    return OK;
}

static status_t make(struct build *build, word_t type, word_t size, enum root_slot slot)
{
    return make_at(build, type, size, slot_of(build, slot));
}

/* Everything that is the same for all components, and further budgets. */
static status_t make_objects(struct build *build)
{
    static const struct {
        uint8_t type;
        uint8_t size;
        uint8_t slot;
    } objects[] = {
        {TYPE_CAPTABLE, CHUNKS_MAX, ROOT_SLOT_CAPTABLE},
        {TYPE_CHUNK, 0, ROOT_SLOT_CHUNK},
        {TYPE_THREAD, 0, ROOT_SLOT_THREAD},
        {TYPE_BUDGET, 0, ROOT_SLOT_BUDGET},
        {TYPE_NOTIFICATION, 0, ROOT_SLOT_WAKE},
        {TYPE_SPACE, SPACE_PAGES, ROOT_SLOT_SPACE},
    };
    status_t status = OK;

    for (uint32_t i = 0; i < array_count(objects) && status == OK; i++)
        status = make(build, objects[i].type, objects[i].size, objects[i].slot);
    if (status == OK && build->entry->is_message_server)
        status = make_at(build, TYPE_ENDPOINT, 0, component_endpoint(build->component));
    for (uint32_t i = 1; i < build->entry->core_count && status == OK; i++)
        status = make_at(build, TYPE_BUDGET, 0, component_budget(build->component, i));
    if (status == OK)
        status = make(build, TYPE_FRAME, build->frame_pages, ROOT_SLOT_FRAME);
    return status != OK ? status
                        : skr_captable_attach(slot_of(build, ROOT_SLOT_CAPTABLE), 0,
                                              slot_of(build, ROOT_SLOT_CHUNK));
}

static status_t make_memories(struct build *build)
{
    struct root *root = build->root;
    const struct manifest_component *entry = build->entry;
    word_t pages = (word_t)((entry->memory_bytes - entry->ring_bytes) / ABI_PAGE_SIZE);
    word_t ring_pages = (word_t)(entry->ring_bytes / ABI_PAGE_SIZE);
    status_t status = rt_make(&root->maker, TYPE_MEMORY, pages, 1, &build->component->memory);

    if (status == OK && ring_pages > 0)
        status = rt_make(&root->maker, TYPE_FRAME, ring_pages, 1, &build->component->ring);
    if (status != OK)
        return build_refuse(build, "memory", "the machine does not have as much left", status);
    build->next = ABI_MEMORY_HEADER_BYTES;
    return OK;
}

status_t build_give(struct build *build, cap_t from, word_t rights, word_t badge, uint32_t *slot)
{
    status_t status = skr_captable_copy(slot_of(build, ROOT_SLOT_CAPTABLE), build->next_slot,
                                        ABI_ROOT_CAPTABLE, from, rights, badge, 0);

    *slot = status == OK ? (uint32_t)build->next_slot++ : 0;
    return status;
}

status_t build_give_named(struct build *build, const char *name, const char *suffix, cap_t from,
                          word_t rights, uint32_t kind)
{
    struct rt_startup *told = build->told;
    struct rt_named_cap *named = &told->caps[told->cap_count];

    if (told->cap_count == RT_STARTUP_CAPS_MAX)
        return build_refuse(build, name, "too many capabilities", ERR_OVER_LIMIT);
    format(named->name, sizeof(named->name), "%s%s", name, suffix);
    named->kind = kind;
    told->cap_count++;
    return build_give(build, from, rights, 0, &named->slot);
}

/* Its time on further cores, by their place in the manifest's list. */
static status_t give_budgets(struct build *build)
{
    status_t status = OK;

    for (uint32_t i = 1; i < build->entry->core_count && status == OK; i++) {
        char name[] = {'b', 'u', 'd', 'g', 'e', 't', '-', (char)('0' + i % 10), '\0'};

        status = build_give_named(build, name, "", component_budget(build->component, i),
                                  RIGHTS_ALL, TYPE_BUDGET);
    }
    return status;
}

/* What every component holds of itself. */
static status_t give_own(struct build *build)
{
    struct rt_startup *told = build->told;
    const struct {
        cap_t from;
        uint32_t *slot;
    } own[] = {
        {slot_of(build, ROOT_SLOT_CAPTABLE), &told->captable},
        {slot_of(build, ROOT_SLOT_SPACE), &told->space},
        {slot_of(build, ROOT_SLOT_THREAD), &told->thread},
        {slot_of(build, ROOT_SLOT_BUDGET), &told->budget},
        {build->component->memory.cap, &told->memory},
    };
    status_t status = OK;

    for (uint32_t i = 0; i < array_count(own) && status == OK; i++)
        status = build_give(build, own[i].from, RIGHTS_ALL, 0, own[i].slot);
    if (status == OK)
        status = build_give_named(build, "wake", "", slot_of(build, ROOT_SLOT_WAKE), RIGHTS_ALL, 0);
    status = status == OK ? give_budgets(build) : status;
    if (status == OK && build->component->ring.cap != 0)
        status = build_give_named(build, "rings", "", build->component->ring.cap,
                                  RIGHT_READ | RIGHT_WRITE, (uint32_t)build->entry->ring_bytes);
    return status;
}

/* A session at root; the badge says whose it is and what it may do. */
static status_t give_root_session(struct build *build, const char *name, word_t kind)
{
    struct rt_startup *told = build->told;
    struct rt_named_cap *named = &told->caps[told->cap_count++];
    word_t badge = kind | (component_index(build->root, build->component) + 1);

    str_copy(named->name, sizeof(named->name), name);
    return build_give(build, build->root->endpoint.cap, RIGHTS_CALL, badge, &named->slot);
}

/* Its connections to root, and what else of root's its entry grants. */
static status_t give_parent(struct build *build)
{
    struct rt_startup *told = build->told;
    status_t status = give_root_session(build, "parent", 0);

    if (status == OK)
        status = give_root_session(build, "faults", ROOT_FAULT_BADGE);
    if (status == OK && build->entry->may_inspect)
        status = give_root_session(build, "inspect", ROOT_INSPECT_BADGE);
    if (status == OK && build->entry->may_control)
        status = give_root_session(build, "control", ROOT_CONTROL_BADGE);
    if (status == OK && build->entry->writes_log)
        status = build_give(build, ABI_ROOT_LOG, RIGHT_CONTROL, 0, &told->log);
    if (status == OK && build->entry->reads_log)
        status = build_give_named(build, "log", "", ABI_ROOT_LOG, RIGHT_READ, 0);
    return status;
}

/*
 * A session at a message server is root's and outlives the instance that has a copy of it, so that
 * the server learns of the instance's end.  The next instance has another badge: if it is faster
 * than the news, the server sees it by that.
 */
static status_t give_session(struct build *build, uint32_t which)
{
    struct root *root = build->root;
    struct component *server = &root->components[build->entry->servers[which]];
    uint32_t index = component_index(root, build->component);
    word_t badge = manifest_badge(index, root->supervisor.children[index].starts + 1);
    cap_t *session = &build->component->sessions[which];
    status_t status = OK;

    if (server->memory.cap == 0)
        return build_refuse(build, server->entry->name, "this message server is down",
                            ERR_PEER_GONE);
    if (*session == 0)
        status = rt_slots_take(&root->slots, 1, session);
    else
        status = skr_captable_delete(ABI_ROOT_CAPTABLE, *session);
    if (status == OK)
        status = skr_captable_copy(ABI_ROOT_CAPTABLE, *session, ABI_ROOT_CAPTABLE,
                                   component_endpoint(server), RIGHTS_CALL, badge, 1);
    if (status != OK)
        return status;
    return build_give_named(build, server->entry->name, "", *session, RIGHTS_CALL, TYPE_ENDPOINT);
}

static status_t give_message_servers(struct build *build)
{
    status_t status = OK;

    for (uint32_t i = 0; i < build->entry->server_count && status == OK; i++)
        status = give_session(build, i);
    if (status != OK || !build->entry->is_message_server)
        return status;
    status = build_give_named(build, "endpoint", "", component_endpoint(build->component),
                              RIGHTS_ALL, 0);
    build->told->file_address = build->file_address;
    build->told->file_bytes = build->root->manifest_file.size_bytes;
    return status;
}

/* A message server finds its access matrix in the manifest itself. */
static status_t map_manifest(struct build *build)
{
    const struct bundle_file *file = &build->root->manifest_file;
    word_t pages = (word_t)(align_up((word_t)file->size_bytes, ABI_PAGE_SIZE) / ABI_PAGE_SIZE);
    word_t page = (word_t)(file->bytes - build->root->bundle.bytes) / ABI_PAGE_SIZE;

    if (!build->entry->is_message_server)
        return OK;
    build->file_address = build->free_address;
    build->free_address += (pages + 1) * ABI_PAGE_SIZE;
    return build_map(slot_of(build, ROOT_SLOT_SPACE), ABI_ROOT_BUNDLE, page, pages,
                     build->file_address, MAP_READ);
}

static status_t give_interrupt(struct build *build, uint32_t which)
{
    const struct device *device = &build->component->devices[which];
    cap_t slot = component_interrupt(build->component, which);
    status_t status;

    if (!device->has_interrupt)
        return OK;
    status = make_at(build, TYPE_INTERRUPT, 0, slot);
    if (status == OK)
        status = skr_interrupt_control_claim(ABI_ROOT_INTERRUPTS, device->interrupt,
                                             device->is_edge ? 1 : 0, slot);
    if (status != OK)
        return build_refuse(build, build->entry->resources[which].name,
                            "its interrupt is claimed by another", status);
    return build_give_named(build, build->entry->resources[which].name, "-irq", slot, RIGHTS_ALL,
                            0);
}

static status_t give_devices(struct build *build)
{
    bool has_dma = false;
    status_t status = OK;

    for (uint32_t i = 0; i < build->entry->resource_count && status == OK; i++) {
        const struct device *device = &build->component->devices[i];

        has_dma = has_dma || build->entry->resources[i].has_dma;
        status = build_give_named(build, build->entry->resources[i].name, "", device->pages->frame,
                                  RIGHT_READ | RIGHT_WRITE,
                                  device->size << KIND_SIZE_SHIFT | device->offset);
        if (status == OK)
            status = give_interrupt(build, i);
    }
    if (status == OK && has_dma)
        status = build_give_named(build, "dma", "", ABI_ROOT_DMA, RIGHT_CONTROL, 0);
    return status;
}

/* Fills the frame in root's window, and maps its parts into the component. */
static status_t fill_space(struct build *build)
{
    word_t told_page = build->image_pages + build->heap_pages;
    status_t status = image_map(build, (uint8_t *)ROOT_WINDOW);

    if (status == OK)
        status = build_map_own(build, build->image_pages, build->heap_pages, build->heap_address,
                               MAP_READ | MAP_WRITE);
    if (status == OK)
        status = build_map_own(build, told_page, 1, build->told_address, MAP_READ);
    if (status == OK)
        status =
            build_map_own(build, told_page + 1, 1, build->buffer_address, MAP_READ | MAP_WRITE);
    if (status == OK)
        status = build_map_own(build, told_page + 2, build->stack_pages, build->stack_address,
                               MAP_READ | MAP_WRITE);
    if (status == OK)
        status = map_manifest(build);
    if (status != OK)
        return build_refuse(build, "memory", "its space cannot be mapped", status);

    build->component->layout.told_page = told_page;
    build->told = (struct rt_startup *)(ROOT_WINDOW + told_page * ABI_PAGE_SIZE);
    build->next_slot = 1;
    status = give_own(build);
    if (status == OK)
        status = give_parent(build);
    if (status == OK)
        status = give_message_servers(build);
    if (status == OK)
        status = give_devices(build);
    return status == OK ? startup_fill(build) : status;
}

static status_t fill_budgets(struct build *build)
{
    status_t status = component_fill_budgets(build->root, build->component);

    return status == OK
               ? OK
               : build_refuse(build, "budget-us", "its core has no such time left", status);
}

static status_t start_thread(struct build *build)
{
    struct root *root = build->root;
    word_t badge = ROOT_FAULT_BADGE | (component_index(root, build->component) + 1);
    cap_t thread = slot_of(build, ROOT_SLOT_THREAD);
    word_t buffer_page = build->component->layout.told_page + 1;
    status_t status;

    status = skr_captable_copy(ABI_ROOT_CAPTABLE, slot_of(build, ROOT_SLOT_FAULT),
                               ABI_ROOT_CAPTABLE, root->endpoint.cap, RIGHTS_CALL, badge, 0);
    if (status == OK)
        status = skr_thread_configure(
            thread, slot_of(build, ROOT_SLOT_CAPTABLE), slot_of(build, ROOT_SLOT_SPACE),
            slot_of(build, ROOT_SLOT_BUDGET), slot_of(build, ROOT_SLOT_FAULT), 0,
            slot_of(build, ROOT_SLOT_FRAME), buffer_page, 0);
    if (status == OK)
        status = skr_thread_set_priority(thread, build->entry->priority, build->entry->priority,
                                         ABI_ROOT_PRIORITY);
    if (status == OK)
        status = skr_thread_start(thread, (word_t)build->elf.entry, build->stack_top,
                                  build->told_address, 0);
    return status == OK ? OK
                        : build_refuse(build, "thread", "the kernel does not start it", status);
}

static status_t build_all(struct build *build)
{
    status_t status = image_open(build);

    if (status == OK)
        status = make_memories(build);
    if (status == OK)
        status = make_objects(build);
    if (status != OK)
        return status;
    status = build_map(ABI_ROOT_SPACE, slot_of(build, ROOT_SLOT_FRAME), 0, build->frame_pages,
                       ROOT_WINDOW, MAP_READ | MAP_WRITE);
    if (status == OK)
        status = fill_space(build);
    (void)rt_unmap(ABI_ROOT_SPACE, ROOT_WINDOW, build->frame_pages);
    if (status == OK)
        status = fill_budgets(build);
    return status == OK ? start_thread(build) : status;
}

/* Where its memory went, for those who ask. */
static void note_layout(const struct build *build)
{
    struct layout *layout = &build->component->layout;

    layout->image_bytes = (build->image_pages + build->stack_pages) * ABI_PAGE_SIZE;
    layout->heap_bytes = build->heap_pages * ABI_PAGE_SIZE;
    layout->object_bytes = build->next - layout->image_bytes - layout->heap_bytes;
    layout->stack_address = build->stack_address;
}

status_t component_build(struct root *root, struct component *component)
{
    struct build build = {.root = root, .component = component, .entry = component->entry};
    status_t status;

    component->layout = (struct layout){0};
    if (!devices_find(root, component))
        return ERR_NOT_FOUND;
    status = component_reset_devices(root, component);
    if (status == OK)
        status = component_set_devices_up(root, component);
    if (status == OK)
        status = build_all(&build);
    note_layout(&build);
    if (status != OK) {
        root_say(root, "root: %s cannot be built: status %d", component->entry->name, (int)status);
        component_destroy(root, component);
    }
    return status;
}

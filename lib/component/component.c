/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A component's own means: slots, addresses, memory, time, its parent.
 */
#include <base/format.h>
#include <base/memory.h>
#include <component/component.h>
#include <protocol/root_client.h>
#include <ring/ring.h>
#include <rt/map.h>
#include <rt/print.h>
#include <rt/process.h>

enum { LINE_BYTES = 240 };

/* The end of what the first level of address translation can tell apart on every machine. */
static const vaddr_t ADDRESS_END = 0x1000000000;

void component_init(struct component *self, const struct rt_startup *startup)
{
    word_t first = startup->memory_first_free * (word_t)ABI_PAGE_SIZE;
    word_t size = 0;
    status_t status;

    *self = (struct component){.startup = startup};
    self->parent = rt_startup_find(startup, "parent");
    self->wake = rt_startup_find(startup, "wake");
    self->faults = rt_startup_find(startup, "faults");
    (void)component_set_active_server(self, NULL); /* it may be connected to none */
    rt_ranges_init(&self->offsets, self->offset_parts, COMPONENT_PARTS_MAX);
    rt_ranges_init(&self->addresses, self->address_parts, COMPONENT_PARTS_MAX);
    rt_slots_init(&self->slots, self->slot_bits, startup->first_free_slot,
                  (startup->slot_count - startup->first_free_slot) / 8 * 8);
    self->maker = (struct rt_maker){
        .captable = startup->captable,
        .memory = startup->memory,
        .offsets = &self->offsets,
        .slots = &self->slots,
    };

    status = skr_memory_info(startup->memory, &size, NULL);
    rt_assert(status == OK && size >= first);
    status = rt_ranges_give(&self->offsets, first, size - first);
    rt_assert(status == OK);
    status = rt_ranges_give(&self->addresses, (vaddr_t)startup->free_address,
                            ADDRESS_END - (vaddr_t)startup->free_address);
    rt_assert(status == OK);
    status = rt_make(&self->maker, TYPE_TIMER, 0, 1, &self->timer);
    rt_assert(status == OK);
}

cap_t component_take_slot(struct component *self)
{
    cap_t slot = 0;

    return rt_slots_take(&self->slots, 1, &slot) == OK ? slot : 0;
}

void component_drop(struct component *self, cap_t slot)
{
    if (slot == 0)
        return;
    (void)skr_captable_delete(self->startup->captable, slot);
    rt_slots_give(&self->slots, slot, 1);
}

void component_say(struct component *self, const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list args;
    size_t length;

    va_start(args, fmt);
    length = format_v(line, sizeof(line), fmt, args);
    va_end(args);
    (void)root_print(self->parent, line, word_min(length, sizeof(line) - 1));
}

void component_ready(struct component *self)
{
    (void)root_ready(self->parent);
}

status_t component_beat(struct component *self, const char *name)
{
    return root_heartbeat(self->parent, name);
}

word_t component_answer_heartbeat(struct component *self, word_t bits)
{
    if ((bits & ROOT_EVENT_HEARTBEAT) != 0)
        (void)component_beat(self, "");
    return bits & ~(word_t)ROOT_EVENT_HEARTBEAT;
}

word_t component_wait(struct component *self)
{
    word_t bits = 0;

    do {
        if (skr_wait(self->wake, &bits) != OK)
            return 0;
        bits = component_answer_heartbeat(self, bits);
    } while (bits == 0);
    return bits;
}

void component_wake_in(struct component *self, uint64_t ns)
{
    component_wake_at(self, rt_time_now_ns() + ns);
}

void component_wake_at(struct component *self, uint64_t deadline_ns)
{
    (void)skr_timer_set(self->timer.cap, deadline_ns, self->wake, COMPONENT_BIT_TIMER);
}

status_t component_make_wake(struct component *self, word_t bits, cap_t *wake)
{
    cap_t captable = self->startup->captable;
    status_t status;

    *wake = component_take_slot(self);
    if (*wake == 0)
        return ERR_OVER_LIMIT;
    status = skr_captable_copy(captable, *wake, captable, self->wake, RIGHT_SEND, bits, 0);
    if (status != OK) {
        component_drop(self, *wake);
        *wake = 0;
    }
    return status;
}

static status_t map_rings(struct component *self, cap_t frame)
{
    struct rt_mapping mapping = {.frame = frame, .attributes = MAP_READ | MAP_WRITE};
    status_t status = skr_frame_info(frame, &mapping.pages, NULL);

    if (status != OK || self->rings != 0)
        return status;
    status = rt_ranges_take(&self->addresses, mapping.pages * ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                            &mapping.address);
    if (status == OK)
        status = rt_map(self->startup->space, &mapping);
    if (status == OK)
        self->rings = mapping.address;
    return status;
}

status_t component_take_ring(struct component *self, word_t pages, struct ipc_lend *lend,
                             void **memory)
{
    cap_t frame = rt_startup_find(self->startup, "rings");
    word_t size = 0;
    status_t status = frame == 0 ? ERR_NO_MEMORY : map_rings(self, frame);

    if (status == OK)
        status = skr_frame_info(frame, &size, NULL);
    if (status == OK && pages > size - self->ring_pages)
        status = ERR_NO_MEMORY;
    if (status != OK)
        return status;
    *lend = (struct ipc_lend){frame, self->ring_pages, pages};
    *memory = (void *)(self->rings + self->ring_pages * ABI_PAGE_SIZE);
    self->ring_pages += pages;
    return OK;
}

status_t component_map_lent(struct component *self, const struct ipc_lend *lend,
                            struct component_lent *lent)
{
    struct rt_mapping mapping = {
        .frame = lend->frame,
        .page = lend->first_page,
        .pages = lend->page_count,
        .attributes = MAP_READ | MAP_WRITE,
    };
    word_t bytes = lend->page_count * ABI_PAGE_SIZE;
    status_t status;

    if (lend->page_count == 0 || lend->page_count > RING_SLOTS_MAX / ABI_PAGE_SIZE)
        return ERR_BAD_ARGUMENT;
    status = rt_ranges_take(&self->addresses, bytes, ABI_PAGE_SIZE, &mapping.address);
    if (status != OK)
        return ERR_NO_MEMORY;
    status = rt_map(self->startup->space, &mapping);
    if (status != OK) {
        (void)rt_ranges_give(&self->addresses, mapping.address, bytes);
        return status == ERR_NO_MEMORY ? status : ERR_BAD_ARGUMENT;
    }
    *lent = (struct component_lent){lend->frame, mapping.address, bytes};
    return OK;
}

void component_unmap_lent(struct component *self, struct component_lent *lent)
{
    if (lent->frame == 0)
        return;
    component_drop(self, lent->frame); /* with the mapping made through it */
    (void)rt_ranges_give(&self->addresses, lent->address, lent->bytes);
    *lent = (struct component_lent){0};
}

uint32_t component_ring_slots(word_t bytes, uint32_t slot_bytes)
{
    uint32_t count = RING_SLOTS_MAX;

    while (count > 1 && ring_bytes(slot_bytes, count) > bytes)
        count /= 2;
    return count;
}

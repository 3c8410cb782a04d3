/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From named capabilities to registers, interrupts and memory for a device.
 */
#include <base/format.h>
#include <base/memory.h>
#include <driver/resources.h>
#include <rt/map.h>

enum { KIND_SIZE_SHIFT = 12, KIND_OFFSET_MASK = 0xfff }; /* as root says where registers lie */

static const struct rt_named_cap *find(const struct component *self, const char *name)
{
    for (uint32_t i = 0; i < self->startup->cap_count; i++) {
        const struct rt_named_cap *cap = &self->startup->caps[i];

        if (str_equal(cap->name, name))
            return cap;
    }
    return NULL;
}

/* All pages of a frame, at an address that is free. */
static status_t map_frame(struct component *self, cap_t frame, vaddr_t *address)
{
    struct rt_mapping mapping = {.frame = frame, .attributes = MAP_READ | MAP_WRITE};
    status_t status = skr_frame_info(frame, &mapping.pages, NULL);

    if (status == OK)
        status = rt_ranges_take(&self->addresses, mapping.pages * ABI_PAGE_SIZE, ABI_PAGE_SIZE,
                                &mapping.address);
    if (status == OK)
        status = rt_map(self->startup->space, &mapping);
    *address = mapping.address;
    return status;
}

status_t driver_map_window(struct component *self, const char *name, uint32_t bytes,
                           struct driver_window *window)
{
    const struct rt_named_cap *cap = find(self, name);
    vaddr_t address;
    status_t status;

    if (cap == NULL || cap->kind >> KIND_SIZE_SHIFT < bytes)
        return ERR_NOT_FOUND;
    status = map_frame(self, cap->slot, &address);
    *window = (struct driver_window){
        .base = address + (cap->kind & KIND_OFFSET_MASK),
        .size = cap->kind >> KIND_SIZE_SHIFT,
    };
    return status;
}

status_t driver_bind_interrupt(struct component *self, const char *name, cap_t *irq)
{
    char full[RT_STARTUP_NAME_MAX];

    format(full, sizeof(full), "%s-irq", name);
    *irq = rt_startup_find(self->startup, full);
    return *irq == 0 ? ERR_NOT_FOUND : skr_interrupt_bind(*irq, self->wake, COMPONENT_BIT_IRQ);
}

status_t driver_make_dma(struct component *self, word_t pages, void **memory, uint64_t *address)
{
    cap_t control = rt_startup_find(self->startup, "dma");
    struct rt_object frame;
    vaddr_t mapped = 0;
    status_t status =
        control == 0 ? ERR_NOT_FOUND : rt_make(&self->maker, TYPE_FRAME, pages, 1, &frame);

    if (status == OK)
        status = map_frame(self, frame.cap, &mapped);
    if (status == OK)
        status = skr_dma_control_address(control, frame.cap, 0, address);
    *memory = (void *)mapped;
    return status;
}

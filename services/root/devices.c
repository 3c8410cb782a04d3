/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a manifest calls a device to registers and an interrupt: the machine's device tree says
 * what there is.  Root touches registers only to see what is behind a virtio transport, and for
 * the scripts of a manifest.
 */
#include "root.h"

#include <base/memory.h>
#include <rt/map.h>

enum {
    VIRTIO_MAGIC_AT = 0x000,
    VIRTIO_DEVICE_AT = 0x008,
    VIRTIO_MAGIC = 0x74726976,
    GIC_CELLS = 3, /* of an interrupt: kind, number, trigger */
    GIC_FIRST_SHARED = 32,
    GIC_EDGE_MASK = 3,
};

static struct device_pages *find_pages(struct root *root, paddr_t start, word_t pages)
{
    for (uint32_t i = 0; i < root->device_pages_count; i++) {
        struct device_pages *known = &root->device_pages[i];

        if (known->start == start && known->pages == pages)
            return known;
    }
    return NULL;
}

/* The device memory that holds the range, as a frame of its own. */
static status_t make_frame(struct root *root, paddr_t start, word_t pages, cap_t *frame)
{
    const struct abi_boot_info *boot = root->boot;
    status_t status = rt_slots_take(&root->slots, 1, frame);

    if (status != OK)
        return status;
    status = ERR_NOT_FOUND;
    for (uint32_t i = 0; i < boot->memory_count && status == ERR_NOT_FOUND; i++) {
        const struct abi_boot_memory *memory = &boot->memory[i];

        if ((memory->kind & ABI_MEMORY_RAM) == 0 && start >= memory->base &&
            start + pages * ABI_PAGE_SIZE - memory->base <= memory->size_bytes)
            status = skr_memory_make(memory->slot, TYPE_FRAME, start - memory->base, pages, 1,
                                     *frame, NULL);
    }
    if (status != OK)
        rt_slots_give(&root->slots, *frame, 1);
    return status;
}

static struct device_pages *get_pages(struct root *root, const struct fdt_range *range)
{
    paddr_t start = paddr_align_down(range->start, ABI_PAGE_SIZE);
    paddr_t end = paddr_align_up(range->start + range->size, ABI_PAGE_SIZE);
    word_t pages = (word_t)((end - start) / ABI_PAGE_SIZE);
    struct device_pages *known = find_pages(root, start, pages);

    if (known != NULL || root->device_pages_count == ROOT_DEVICES_MAX)
        return known;
    known = &root->device_pages[root->device_pages_count];
    *known = (struct device_pages){.start = start, .pages = pages};
    if (make_frame(root, start, pages, &known->frame) != OK)
        return NULL;
    root->device_pages_count++;
    return known;
}

/* Where root sees the pages; 0 when there is no room for them. */
static vaddr_t see_pages(struct root *root, struct device_pages *pages)
{
    struct rt_mapping mapping = {.frame = pages->frame,
                                 .address = root->next_window,
                                 .pages = pages->pages,
                                 .attributes = MAP_READ | MAP_WRITE};

    if (pages->mapped == 0 && rt_map(ABI_ROOT_SPACE, &mapping) == OK) {
        pages->mapped = root->next_window;
        root->next_window += pages->pages * ABI_PAGE_SIZE;
    }
    return pages->mapped;
}

static uint32_t read_register(vaddr_t address)
{
    return *(const volatile uint32_t *)address;
}

static bool is_virtio_device(struct root *root, struct device_pages *pages, uint32_t offset,
                             uint32_t id)
{
    vaddr_t base = see_pages(root, pages);

    return base != 0 && read_register(base + offset + VIRTIO_MAGIC_AT) == VIRTIO_MAGIC &&
           read_register(base + offset + VIRTIO_DEVICE_AT) == id;
}

/* The first interrupt, in the binding of the controller that takes it. */
static void read_interrupt(const struct fdt_node *node, struct device *device)
{
    struct fdt_property property;
    struct fdt_node parent;
    uint32_t phandle, kind, number, trigger, cells = 1;

    if (fdt_inherited_u32(node, "interrupt-parent", &phandle) &&
        fdt_find_phandle(node->fdt, phandle, &parent))
        (void)fdt_read_u32(&parent, "#interrupt-cells", &cells);
    if (!fdt_find_property(node, "interrupts", &property))
        return;
    if (cells == GIC_CELLS && fdt_cell(&property, 0, &kind) && fdt_cell(&property, 1, &number) &&
        fdt_cell(&property, 2, &trigger)) {
        device->has_interrupt = kind == 0;
        device->interrupt = number + GIC_FIRST_SHARED;
        device->is_edge = (trigger & GIC_EDGE_MASK) != 0;
    } else if (cells == 1 && fdt_cell(&property, 0, &number)) {
        device->has_interrupt = true;
        device->interrupt = number;
    }
}

static bool read_device(struct root *root, const struct fdt_node *node, uint32_t virtio_id,
                        struct device *device)
{
    struct fdt_range range;

    if (!fdt_is_enabled(node) || !fdt_reg(node, 0, &range) || range.size == 0)
        return false;
    device->pages = get_pages(root, &range);
    if (device->pages == NULL)
        return false;
    device->offset = (uint32_t)(range.start % ABI_PAGE_SIZE);
    device->size = (uint32_t)range.size;
    if (virtio_id != 0 && !is_virtio_device(root, device->pages, device->offset, virtio_id))
        return false;
    read_interrupt(node, device);
    return true;
}

static bool find_device(struct root *root, const struct manifest_resource *resource,
                        struct device *device)
{
    for (uint32_t i = 0; i < resource->compatible.count; i++) {
        uint32_t to_skip = resource->index;
        struct fdt_node node;

        fdt_root(&root->machine, &node);
        while (fdt_next_compatible(&node, resource->compatible.text[i])) {
            *device = (struct device){.compatible_index = i};
            if (!read_device(root, &node, resource->virtio_id, device) || to_skip-- > 0)
                continue;
            device->compatible = resource->compatible.text[i];
            return true;
        }
    }
    *device = (struct device){0};
    return false;
}

bool devices_find(struct root *root, struct component *component)
{
    for (uint32_t i = 0; i < component->entry->resource_count; i++) {
        const struct manifest_resource *resource = &component->entry->resources[i];

        if (!find_device(root, resource, &component->devices[i])) {
            root_say(root, "root: %s: this machine has no %s for '%s'", component->entry->name,
                     resource->compatible.text[0], resource->name);
            return false;
        }
    }
    return true;
}

void aux_devices_find(struct root *root)
{
    for (uint32_t i = 0; i < root->manifest.aux_device_count; i++) {
        const struct manifest_resource *resource = &root->manifest.aux_devices[i];

        if (!find_device(root, resource, &root->aux_devices[i]))
            root_say(root, "root: this machine has no %s for '%s'", resource->compatible.text[0],
                     resource->name);
    }
}

static const struct device *find_named(const struct manifest_resource *resources, uint32_t count,
                                       const struct device *devices, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (str_equal(resources[i].name, name))
            return &devices[i];
    }
    return NULL;
}

vaddr_t devices_find_register(struct root *root, const struct component *component, bool has_aux,
                              const char *device, uint32_t offset)
{
    const struct manifest_component *entry = component->entry;
    const struct device *found =
        find_named(entry->resources, entry->resource_count, component->devices, device);
    vaddr_t base;

    if (!manifest_declares(&root->manifest, entry, has_aux, device, offset))
        return 0;
    if (found == NULL)
        found = find_named(root->manifest.aux_devices, root->manifest.aux_device_count,
                           root->aux_devices, device);
    if (found == NULL || found->pages == NULL || offset + sizeof(uint32_t) > found->size)
        return 0;
    base = see_pages(root, found->pages);
    return base != 0 ? base + found->offset + offset : 0;
}

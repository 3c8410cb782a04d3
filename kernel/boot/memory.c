/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free memory as a short list of ranges: RAM is added, what is taken is cut out, and the rest
 * becomes root's memories. The kernel's own pages follow its image, where the direct map reaches
 * from the first instruction on.
 */
#include "boot/memory.h"

#include <abi/boot.h>
#include <arch/paging.h>
#include <base/memory.h>

#include "boot/boot.h"
#include "kernel.h"

enum { RANGES_MAX = 48 };

static const uint64_t PHYSICAL_END = (uint64_t)1 << 40;

struct ranges {
    unsigned count;
    struct fdt_range range[RANGES_MAX];
};

static struct {
    paddr_t image_start;
    paddr_t next_page;
    struct ranges ram;
    struct ranges free;
} boot_memory;

extern char kernel_image_start[];
extern char kernel_image_end[];

paddr_t boot_page(void)
{
    return virt_to_phys(boot_pages(1));
}

void *boot_pages(size_t count)
{
    if (boot_memory.next_page == 0)
        boot_memory.next_page = virt_to_phys(kernel_image_end);
    void *pages = phys_to_virt(boot_memory.next_page);

    boot_memory.next_page += count * PAGE_SIZE;
    mem_zero(pages, count * PAGE_SIZE);
    return pages;
}

/* ---- lists of ranges ---- */

static void ranges_add(struct ranges *ranges, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    if (ranges->count == RANGES_MAX)
        boot_fail("device tree", "too many ranges of memory");
    ranges->range[ranges->count++] = (struct fdt_range){.start = start, .size = end - start};
}

static void ranges_cut(struct ranges *ranges, struct fdt_range taken)
{
    uint64_t taken_start = paddr_align_down(taken.start, PAGE_SIZE);
    uint64_t taken_end = paddr_align_up(taken.start + taken.size, PAGE_SIZE);
    unsigned count = ranges->count;

    for (unsigned i = 0; i < count; i++) {
        struct fdt_range *range = &ranges->range[i];
        uint64_t start = range->start;
        uint64_t end = range->start + range->size;

        if (taken.size == 0 || taken_end <= start || taken_start >= end)
            continue;
        range->size = taken_start > start ? taken_start - start : 0;
        ranges_add(ranges, u64_max(taken_end, start), end);
    }
}

/* ---- the device tree ---- */

static void find_ram(const struct fdt *fdt)
{
    struct fdt_node node;

    fdt_root(fdt, &node);
    while (fdt_next(&node)) {
        const char *type;
        struct fdt_range range;

        if (!fdt_read_string(&node, "device_type", &type) || !str_equal(type, "memory"))
            continue;
        for (uint32_t i = 0; fdt_reg(&node, i, &range); i++)
            ranges_add(&boot_memory.ram, paddr_align_up(range.start, PAGE_SIZE),
                       paddr_align_down(range.start + range.size, PAGE_SIZE));
    }
    if (boot_memory.ram.count == 0)
        boot_fail("device tree", "no memory");
}

static void cut_reserved(const struct fdt *fdt)
{
    struct fdt_node parent;
    struct fdt_node node;
    struct fdt_range range;

    for (uint32_t i = 0; fdt_reservation(fdt, i, &range); i++)
        ranges_cut(&boot_memory.free, range);
    if (!fdt_find_path(fdt, "/reserved-memory", &parent) || !fdt_first_child(&parent, &node))
        return;
    do {
        for (uint32_t i = 0; fdt_reg(&node, i, &range); i++)
            ranges_cut(&boot_memory.free, range);
    } while (fdt_next_sibling(&node));
}

void boot_memory_find(const struct fdt *fdt, struct fdt_range device_tree, struct fdt_range bundle)
{
    boot_memory.image_start = virt_to_phys(kernel_image_start);
    find_ram(fdt);
    boot_memory.free = boot_memory.ram;
    cut_reserved(fdt);
    ranges_cut(&boot_memory.free, device_tree);
    ranges_cut(&boot_memory.free, bundle);
}

void boot_memory_map(void)
{
    for (unsigned i = 0; i < boot_memory.ram.count; i++)
        paging_map_ram(boot_memory.ram.range[i].start, boot_memory.ram.range[i].size);
}

/* ---- root's memories ---- */

static void memory_give(uint64_t base, uint64_t size_bytes, unsigned kind)
{
    if (size_bytes == 0)
        return;
    if (kernel.memory_count + 2 > array_count(kernel.memory) - 1)
        boot_fail("device tree", "too many ranges of memory");
    struct memory *memory = &kernel.memory[kernel.memory_count++];

    node_init(&memory->object.anchor, NODE_ANCHOR, TYPE_MEMORY);
    memory_init(memory, base, size_bytes, 0, kind);
}

/* Interrupt controllers and what belongs to cores are the kernel's; everything else that is not RAM
 * is a device's. */
static bool is_kernels_device(const struct fdt_node *node)
{
    struct fdt_property property;
    struct fdt_node parent;

    if (fdt_find_property(node, "interrupt-controller", &property) ||
        fdt_find_property(node, "interrupts-extended", &property))
        return true;
    return fdt_parent(node, &parent) &&
           fdt_find_property(&parent, "interrupt-controller", &property);
}

static void give_devices(const struct fdt *fdt)
{
    struct ranges devices = {.count = 0};
    struct fdt_node node;
    struct fdt_range range;

    ranges_add(&devices, 0, PHYSICAL_END);
    for (unsigned i = 0; i < boot_memory.ram.count; i++)
        ranges_cut(&devices, boot_memory.ram.range[i]);
    fdt_root(fdt, &node);
    while (fdt_next(&node)) {
        if (!is_kernels_device(&node))
            continue;
        for (uint32_t i = 0; fdt_reg(&node, i, &range); i++)
            ranges_cut(&devices, range);
    }
    for (unsigned i = 0; i < devices.count; i++)
        memory_give(devices.range[i].start, devices.range[i].size, 0);
}

uint64_t boot_memory_give(const struct fdt *fdt)
{
    struct fdt_range own = {.start = boot_memory.image_start,
                            .size = boot_memory.next_page - boot_memory.image_start};

    ranges_cut(&boot_memory.free, own);
    for (unsigned i = 0; i < boot_memory.free.count; i++)
        memory_give(boot_memory.free.range[i].start, boot_memory.free.range[i].size,
                    ABI_MEMORY_RAM | ABI_MEMORY_KERNEL_USABLE);
    give_devices(fdt);
    return own.size;
}

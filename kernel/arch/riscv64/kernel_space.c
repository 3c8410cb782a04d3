/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own half of every space.
 *
 * Boot makes just enough to run at the linked address: the image with its rights, the image's
 * 2 MiB once more in the direct map (where its code and constants are read-only too), and the
 * device tree.  The portable kernel then adds the rest of RAM and the devices.
 */
#include "kernel_space.h"

#include "boot/memory.h"
#include "tables.h"

/* kernel.ld */
extern char kernel_image_start[];
extern char kernel_text_end[];
extern char kernel_rodata_end[];
extern char kernel_image_end[];

/* In the image's GiB; two blocks, since the tree may lie across a boundary. */
static const vaddr_t DEVICE_TREE_BASE = 0xffffffff90000000;

struct table {
    _Alignas(PAGE_SIZE) word_t entry[TABLE_ENTRIES];
};

static struct table root;
static struct table image_middle;   /* image, device tree, devices */
static struct table image_pages;
static struct table direct_middle;  /* the direct map of the GiB that the image lies in */
static struct table direct_pages;

paddr_t kernel_image_paddr;
word_t kernel_satp;

static struct {
    size_t direct_first;            /* entries of the root that are in use */
    size_t direct_end;
    vaddr_t device_next;
} kernel_space;

/* ---- before the MMU is on: addresses are physical, and no constant may hold one ---- */

static paddr_t symbol_paddr(const void *symbol)
{
    return (paddr_t)symbol;
}

static word_t image_rights(paddr_t page)
{
    if (page < symbol_paddr(kernel_text_end))
        return ENTRY_READ | ENTRY_EXECUTE;
    if (page < symbol_paddr(kernel_rodata_end))
        return ENTRY_READ;
    return ENTRY_READ | ENTRY_WRITE;
}

/* Both views of the image's 2 MiB; what lies behind the image is only seen in the direct map. */
static void map_image(paddr_t start)
{
    for (size_t i = 0; i < TABLE_ENTRIES; i++) {
        paddr_t page = start + i * PAGE_SIZE;
        word_t rights = image_rights(page);

        if (page < symbol_paddr(kernel_image_end))
            image_pages.entry[i] = entry_make(page, ENTRY_KERNEL | rights);
        rights &= ~(word_t)ENTRY_EXECUTE;
        direct_pages.entry[i] = entry_make(page, ENTRY_KERNEL | rights);
    }
}

static void table_link(struct table *upper, vaddr_t address, unsigned level, struct table *lower)
{
    upper->entry[table_index(address, level)] = entry_make(symbol_paddr(lower), ENTRY_VALID);
}

static void map_device_tree(paddr_t device_tree)
{
    paddr_t block = paddr_align_down(device_tree, level_span(1));
    word_t *entry = &image_middle.entry[table_index(DEVICE_TREE_BASE, 1)];

    for (size_t i = 0; i < 2; i++)
        entry[i] = entry_make(block + i * level_span(1), ENTRY_KERNEL | ENTRY_READ);
}

vaddr_t kernel_space_create(paddr_t device_tree)
{
    paddr_t image = symbol_paddr(kernel_image_start);
    vaddr_t direct = image + KERNEL_DIRECT_BASE;

    map_image(image);
    map_device_tree(device_tree);
    table_link(&image_middle, KERNEL_IMAGE_BASE, 1, &image_pages);
    table_link(&root, KERNEL_IMAGE_BASE, LEVEL_ROOT, &image_middle);
    table_link(&direct_middle, direct, 1, &direct_pages);
    table_link(&root, direct, LEVEL_ROOT, &direct_middle);

    kernel_image_paddr = image;
    kernel_satp = SATP_SV39 | symbol_paddr(&root) >> PAGE_SHIFT;
    kernel_space.direct_first = table_index(direct, LEVEL_ROOT);
    kernel_space.direct_end = kernel_space.direct_first + 1;
    kernel_space.device_next = KERNEL_DEVICE_BASE;
    return DEVICE_TREE_BASE + device_tree % level_span(1);
}

/* ---- after ---- */

paddr_t kernel_space_root(void)
{
    return virt_to_phys(&root);
}

void kernel_space_share(word_t *space_root)
{
    size_t image = table_index(KERNEL_IMAGE_BASE, LEVEL_ROOT);

    for (size_t i = kernel_space.direct_first; i < kernel_space.direct_end; i++)
        space_root[i] = root.entry[i];
    space_root[image] = root.entry[image];
}

/* Boot only: no other core has seen these addresses yet. */
static void kernel_map(vaddr_t address, size_t pages, paddr_t paddr)
{
    struct page_list pool = {0};
    size_t needed = tables_pages_to_map(kernel_space_root(), address, pages, paddr);

    while (pool.count < needed)
        page_list_push(&pool, boot_page());
    tables_map(kernel_space_root(), address, pages, paddr,
               ENTRY_KERNEL | ENTRY_READ | ENTRY_WRITE, &pool);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void map_ram_piece(paddr_t start, paddr_t end)
{
    vaddr_t address = start + KERNEL_DIRECT_BASE;
    size_t first = table_index(address, LEVEL_ROOT);
    size_t last;

    if (start >= end)
        return;
    last = table_index(end - 1 + KERNEL_DIRECT_BASE, LEVEL_ROOT);
    kernel_map(address, (end - start) / PAGE_SIZE, start);
    kernel_space.direct_first = word_min(kernel_space.direct_first, first);
    kernel_space.direct_end = word_max(kernel_space.direct_end, last + 1);
}

void paging_map_ram(paddr_t base, uint64_t size_bytes)
{
    paddr_t start = paddr_align_up(base, PAGE_SIZE);
    paddr_t end = paddr_align_down(base + size_bytes, PAGE_SIZE);
    paddr_t image_end = kernel_image_paddr + level_span(1);

    /* Around the image's 2 MiB, which have been there since boot. */
    map_ram_piece(start, u64_min(end, kernel_image_paddr));
    map_ram_piece(u64_max(start, image_end), end);
}

volatile void *paging_map_device(paddr_t paddr, size_t size_bytes)
{
    paddr_t start = paddr_align_down(paddr, PAGE_SIZE);
    size_t size = paddr_align_up(paddr + size_bytes, PAGE_SIZE) - start;
    vaddr_t address = kernel_space.device_next;

    /* Blocks take no table: give them an address they fit at. */
    if (size >= level_span(1))
        address = align_up(address, level_span(1)) + start % level_span(1);
    kernel_space.device_next = address + size;
    kernel_map(address, size / PAGE_SIZE, start);
    return (volatile void *)(address + (paddr - start));
}

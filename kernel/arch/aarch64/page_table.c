/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user half of an address space: three levels of tables.
 *
 * Mappings are pages, or 2 MiB blocks where address, frame and count allow it.  Blocks of 1 GiB are
 * left to the direct map, so that taking whole large pages away never needs a table.  Nothing here
 * touches the processor but the barrier after a change, and the flush that splitting a block needs
 * (DDI 0487, "break-before-make"); so this file also runs in a test on the host.
 */
#include "page_table.h"

#include <abi/objects.h>

#include <base/compiler.h>

/* The page-table walkers of all cores see what was written so far. */
static void table_publish(void)
{
#ifdef __aarch64__
    __asm__ volatile("dsb ishst" ::: "memory");
#else
    compiler_barrier();
#endif
}

/* A zeroed page; only its first word was in use, as the list's link. */
static paddr_t page_list_take(struct page_list *list)
{
    paddr_t page = list->first;
    paddr_t *link = phys_to_virt(page);

    list->first = *link;
    list->count--;
    *link = 0;
    return page;
}

/* The link is page aligned, so a walker that still gets here finds no valid entry. */
static void page_list_give(struct page_list *list, paddr_t page)
{
    *(paddr_t *)phys_to_virt(page) = list->first;
    list->first = page;
    list->count++;
}

static uint64_t *level1_entry(const struct paging *paging, vaddr_t address)
{
    return entry_table(paging->root) + level1_index(address);
}

/* NULL: there is no table */
static uint64_t *level2_entry(const struct paging *paging, vaddr_t address)
{
    uint64_t entry = *level1_entry(paging, address);

    return entry == ENTRY_NONE ? NULL : entry_table(entry) + level2_index(address);
}

static unsigned level2_type(const struct paging *paging, vaddr_t address)
{
    const uint64_t *entry = level2_entry(paging, address);

    return entry == NULL ? ENTRY_NONE : (unsigned)(*entry & ENTRY_TYPE);
}

/* The table below an entry, a new one if there is none. */
static uint64_t *table_below(uint64_t *entry, struct page_list *pool)
{
    if (*entry == ENTRY_NONE) /* a walker that sees the entry sees the page zeroed */
        __atomic_store_n(entry, page_list_take(pool) | ENTRY_TABLE, __ATOMIC_RELEASE);
    return entry_table(*entry);
}

static uint64_t leaf_bits(unsigned attributes)
{
    uint64_t bits = ENTRY_ACCESSED | ENTRY_INNER_SHAREABLE | ENTRY_NOT_GLOBAL |
                    ENTRY_KERNEL_NO_EXECUTE;

    if ((attributes & PAGING_DEVICE) != 0)
        bits |= ENTRY_DEVICE;
    else if ((attributes & MAP_UNCACHED) != 0)
        bits |= ENTRY_UNCACHED;
    if ((attributes & (MAP_READ | MAP_WRITE)) != 0)
        bits |= ENTRY_USER;
    if ((attributes & MAP_WRITE) == 0)
        bits |= ENTRY_READ_ONLY;
    if ((attributes & MAP_EXECUTE) == 0)
        bits |= ENTRY_USER_NO_EXECUTE;
    return bits;
}

void paging_init(struct paging *paging, paddr_t root)
{
    *paging = (struct paging){.root = root};
}

/* ---- how many tables ---- */

/* Of the large pages that the range covers in part, at its ends: how many are of this type? */
static size_t count_ends(const struct paging *paging, vaddr_t address, vaddr_t end, unsigned type)
{
    bool starts_inside = !is_aligned(address, LARGE_SIZE);
    bool ends_inside = !is_aligned(end, LARGE_SIZE);
    size_t count = 0;

    if (starts_inside && align_down(address, LARGE_SIZE) == align_down(end, LARGE_SIZE))
        ends_inside = false;
    if (starts_inside && level2_type(paging, address) == type)
        count++;
    if (ends_inside && level2_type(paging, end) == type)
        count++;
    return count;
}

static size_t count_missing_level2(const struct paging *paging, vaddr_t address, vaddr_t end)
{
    size_t count = 0;

    for (size_t giga = address >> GIGA_SHIFT; giga <= (end - 1) >> GIGA_SHIFT; giga++)
        if (*level1_entry(paging, giga << GIGA_SHIFT) == ENTRY_NONE)
            count++;
    return count;
}

static size_t count_missing_level3(const struct paging *paging, vaddr_t address, vaddr_t end)
{
    size_t count = 0;

    for (vaddr_t at = align_down(address, LARGE_SIZE); at < end; at += LARGE_SIZE)
        if (level2_type(paging, at) == ENTRY_NONE)
            count++;
    return count;
}

size_t paging_pages_needed(const struct paging *paging, vaddr_t address, size_t pages,
                           paddr_t paddr)
{
    vaddr_t end = address + pages * PAGE_SIZE;

    if (paddr == PADDR_NONE)
        return count_ends(paging, address, end, ENTRY_BLOCK);
    size_t level2 = count_missing_level2(paging, address, end);

    if (is_aligned(address ^ (vaddr_t)paddr, LARGE_SIZE))
        return level2 + count_ends(paging, address, end, ENTRY_NONE);
    return level2 + count_missing_level3(paging, address, end);
}

/* ---- map ---- */

/* A whole table is filled with interrupts off: four entries a turn. */
static void map_pages(uint64_t *entries, size_t pages, uint64_t value)
{
    for (; pages >= 4; pages -= 4, entries += 4, value += 4 * PAGE_SIZE) {
        entries[0] = value;
        entries[1] = value + PAGE_SIZE;
        entries[2] = value + 2 * PAGE_SIZE;
        entries[3] = value + 3 * PAGE_SIZE;
    }
    for (; pages != 0; pages--, value += PAGE_SIZE)
        *entries++ = value;
}

/* Pages from `address` to the end of its large page, but no more than `pages`. */
static size_t pages_in_table(vaddr_t address, size_t pages)
{
    return word_min(pages, TABLE_ENTRIES - level3_index(address));
}

void paging_map(struct paging *paging, vaddr_t address, size_t pages, paddr_t paddr,
                unsigned attributes, struct page_list *pool)
{
    uint64_t bits = leaf_bits(attributes);

    while (pages != 0) {
        uint64_t *level2 = table_below(level1_entry(paging, address), pool);
        uint64_t *entry = level2 + level2_index(address);
        size_t count = pages_in_table(address, pages);

        if (count == TABLE_ENTRIES && *entry == ENTRY_NONE && paddr_is_aligned(paddr, LARGE_SIZE))
            *entry = paddr | bits | ENTRY_BLOCK;
        else
            map_pages(table_below(entry, pool) + level3_index(address), count,
                      paddr | bits | ENTRY_PAGE);
        address += count * PAGE_SIZE;
        paddr += count * PAGE_SIZE;
        pages -= count;
    }
    table_publish();
}

/* ---- unmap and protect ---- */

/* Other cores may fault on the large page until its table is in place; see paging_permits. */
static void block_split(uint64_t *entry, vaddr_t address, struct page_list *pool)
{
    uint64_t block = *entry;
    paddr_t page = page_list_take(pool);

    map_pages(phys_to_virt(page), TABLE_ENTRIES, block | ENTRY_PAGE);
    *entry = ENTRY_NONE;
    table_publish();
    paging_flush_everywhere(address);
    __atomic_store_n(entry, page | ENTRY_TABLE, __ATOMIC_RELEASE);
}

/* A few words mostly, so without the call that compilers would make of it. */
NO_LIBC_IDIOMS static void clear_entries(uint64_t *entries, size_t count)
{
    for (; count >= 4; count -= 4, entries += 4) {
        entries[0] = ENTRY_NONE;
        entries[1] = ENTRY_NONE;
        entries[2] = ENTRY_NONE;
        entries[3] = ENTRY_NONE;
    }
    for (; count != 0; count--)
        *entries++ = ENTRY_NONE;
}

static void update_entries(uint64_t *entries, size_t count, uint64_t keep, uint64_t bits)
{
    if (keep == 0) {
        clear_entries(entries, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (entries[i] != ENTRY_NONE)
            entries[i] = (entries[i] & keep) | bits;
}

/* Every entry that is mapped in the range keeps these of its bits and gets those; or goes. */
static void update_range(struct paging *paging, vaddr_t address, size_t pages, uint64_t keep,
                         uint64_t bits, struct page_list *pool)
{
    while (pages != 0) {
        uint64_t *entry = level2_entry(paging, address);
        size_t count = pages_in_table(address, pages);
        bool is_block = entry != NULL && (*entry & ENTRY_TYPE) == ENTRY_BLOCK;

        if (is_block && count != TABLE_ENTRIES)
            block_split(entry, address, pool);
        if (is_block && count == TABLE_ENTRIES)
            update_entries(entry, 1, keep, bits);
        else if (entry != NULL && *entry != ENTRY_NONE)
            update_entries(entry_table(*entry) + level3_index(address), count, keep, bits);
        address += count * PAGE_SIZE;
        pages -= count;
    }
    table_publish();
}

void paging_unmap(struct paging *paging, vaddr_t address, size_t pages, struct page_list *pool)
{
    update_range(paging, address, pages, 0, 0, pool);
}

void paging_protect(struct paging *paging, vaddr_t address, size_t pages, unsigned attributes,
                    struct page_list *pool)
{
    update_range(paging, address, pages, ENTRY_ADDRESS | ENTRY_TYPE, leaf_bits(attributes), pool);
}

bool paging_permits(const struct paging *paging, vaddr_t address, unsigned access)
{
    unsigned type = level2_type(paging, address);

    if (address >= USER_TOP || type == ENTRY_NONE)
        return false;
    uint64_t entry = *level2_entry(paging, address);

    if (type == ENTRY_TABLE)
        entry = entry_table(entry)[level3_index(address)];
    if (entry == ENTRY_NONE)
        return false;
    switch (access) {
    case MAP_READ: return (entry & ENTRY_USER) != 0;
    case MAP_WRITE: return (entry & (ENTRY_USER | ENTRY_READ_ONLY)) == ENTRY_USER;
    case MAP_EXECUTE: return (entry & ENTRY_USER_NO_EXECUTE) == 0;
    default: return false;
    }
}

/* ---- giving tables back ---- */

static bool table_is_empty(const uint64_t *table)
{
    uint64_t all = 0;

    for (size_t i = 0; i < TABLE_ENTRIES; i += 4)
        all |= table[i] | table[i + 1] | table[i + 2] | table[i + 3];
    return all == ENTRY_NONE;
}

/* Take the table below `entry` out if it is empty. */
static void entry_collect(uint64_t *entry, struct page_list *pool)
{
    paddr_t page = *entry & ENTRY_ADDRESS;

    if ((*entry & ENTRY_TYPE) != ENTRY_TABLE || !table_is_empty(phys_to_virt(page)))
        return;
    *entry = ENTRY_NONE;
    table_publish();
    page_list_give(pool, page);
}

/* Behind the last table of pages in a GiB the cursor stops on that GiB's last page once more, for
 * the table above. */
bool paging_collect(struct paging *paging, vaddr_t *cursor, struct page_list *pool)
{
    vaddr_t address = *cursor;
    vaddr_t next_large = align_down(address, LARGE_SIZE) + LARGE_SIZE;
    vaddr_t next_giga = align_down(address, (vaddr_t)1 << GIGA_SHIFT) + ((vaddr_t)1 << GIGA_SHIFT);

    if (address >= USER_TOP)
        return false;
    uint64_t *entry = level2_entry(paging, address);

    if (entry == NULL) {
        *cursor = next_giga;
    } else if (address == next_giga - PAGE_SIZE) {
        entry_collect(level1_entry(paging, address), pool);
        *cursor = next_giga;
    } else {
        entry_collect(entry, pool);
        *cursor = next_large == next_giga ? next_giga - PAGE_SIZE : next_large;
    }
    return true;
}

/* The first entry of the table that leads to another one, or NULL. */
static uint64_t *table_find_table(uint64_t *table)
{
    for (size_t i = 0; i < TABLE_ENTRIES; i++)
        if ((table[i] & ENTRY_TYPE) == ENTRY_TABLE)
            return &table[i];
    return NULL;
}

bool paging_destroy_step(struct paging *paging, struct page_list *pool)
{
    uint64_t *above = table_find_table(phys_to_virt(paging->root));

    if (above == NULL)
        return false;
    uint64_t *below = table_find_table(entry_table(*above));
    uint64_t *victim = below != NULL ? below : above;
    paddr_t page = *victim & ENTRY_ADDRESS;

    *victim = ENTRY_NONE;
    table_publish();
    zero_pages(phys_to_virt(page), 1);
    page_list_give(pool, page);
    return true;
}

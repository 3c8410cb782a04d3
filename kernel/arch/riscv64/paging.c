/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables as data: map, unmap, protect, split, collect.  Nothing here touches the processor,
 * so the same code is tested on the host.  tlb.c makes changes take effect.
 */
#include "tables.h"

#include <abi/objects.h>

/* ---- tables and their pool ---- */

void page_list_push(struct page_list *list, paddr_t page)
{
    *(paddr_t *)phys_to_virt(page) = list->first;
    list->first = page;
    list->count++;
}

static paddr_t page_list_pop(struct page_list *list)
{
    paddr_t page = list->first;
    paddr_t *link = phys_to_virt(page);

    list->first = *link;
    list->count--;
    *link = 0;
    return page;
}

/* The table is complete before a processor can find it. */
static void table_install(word_t *entry, paddr_t table)
{
    __atomic_store_n(entry, entry_make(table, ENTRY_VALID), __ATOMIC_RELEASE);
}

/* The table below the entry holds only zeros. */
static void table_give(word_t *entry, struct page_list *pool)
{
    paddr_t table = virt_to_phys(entry_table(*entry));

    *entry = 0;
    page_list_push(pool, table);
}

static bool table_is_empty(const word_t *table)
{
    word_t all = 0;

    for (size_t i = 0; i < TABLE_ENTRIES && all == 0; i += 4)
        all = table[i] | table[i + 1] | table[i + 2] | table[i + 3];
    return all == 0;
}

word_t *tables_find(paddr_t root, vaddr_t address, unsigned *level)
{
    word_t *entry = (word_t *)phys_to_virt(root) + table_index(address, LEVEL_ROOT);

    *level = LEVEL_ROOT;
    while (*level != 0 && entry_is_table(*entry)) {
        --*level;
        entry = entry_table(*entry) + table_index(address, *level);
    }
    return entry;
}

/* ---- map ---- */

/* One entry of this level can map what starts here.  Leaves of a GiB are left to the direct map, so
 * that taking whole large pages away from a user never needs a table. */
static bool leaf_fits(unsigned level, vaddr_t address, paddr_t paddr, size_t pages)
{
    return pages >= level_pages(level) && ((address | paddr) & (level_span(level) - 1)) == 0 &&
           (level != LEVEL_ROOT || address >= USER_TOP);
}

/* From one leaf of a level to the next. */
static word_t leaf_step(unsigned level)
{
    return entry_make(level_span(level), 0);
}

/* Of the leaves of this level that the pages from here on fill, those in this table. */
static size_t leaves_in_table(unsigned level, vaddr_t address, size_t pages)
{
    return word_min(pages >> INDEX_BITS * level, TABLE_ENTRIES - table_index(address, level));
}

/* Of these entries, those up to the first that is in use; the first one is not. */
static size_t leaves_empty(const word_t *entry, size_t limit)
{
    size_t count = 1;

    while (count < limit && entry[count] == 0)
        count++;
    return count;
}

/* A whole table is filled with interrupts off: four entries a turn. */
static void leaves_fill(word_t *entry, size_t count, word_t leaf, word_t step)
{
    for (; count >= 4; count -= 4, entry += 4, leaf += step) {
        entry[0] = leaf;
        leaf += step;
        entry[1] = leaf;
        leaf += step;
        entry[2] = leaf;
        leaf += step;
        entry[3] = leaf;
    }
    for (; count != 0; count--, leaf += step)
        *entry++ = leaf;
}

void tables_map(paddr_t root, vaddr_t address, size_t pages, paddr_t paddr, word_t bits,
                struct page_list *pool)
{
    while (pages != 0) {
        unsigned level;
        word_t *entry = tables_find(root, address, &level);
        size_t count;

        if (level != 0 && !leaf_fits(level, address, paddr, pages)) {
            table_install(entry, page_list_pop(pool));
            continue;
        }
        count = leaves_in_table(level, address, pages);
        if (level != 0)
            count = leaves_empty(entry, count);
        leaves_fill(entry, count, entry_make(paddr, bits), leaf_step(level));
        count <<= INDEX_BITS * level;
        address += count * PAGE_SIZE;
        paddr += count * PAGE_SIZE;
        pages -= count;
    }
}

/*
 * Walks as tables_map does; a missing table is counted where the walk first comes to it.  A run of
 * large leaves is taken in one step: where a table already stands in its way, that one serves.
 */
size_t tables_pages_to_map(paddr_t root, vaddr_t start, size_t pages, paddr_t paddr)
{
    size_t needed = 0;
    vaddr_t address = start;

    while (pages != 0) {
        unsigned level;
        word_t entry = *tables_find(root, address, &level);
        size_t count;

        for (; !leaf_fits(level, address, paddr, pages); level--) {
            if (entry == 0 && (address == start || is_aligned(address, level_span(level))))
                needed++;
        }
        count = leaves_in_table(level, address, pages) * level_pages(level);
        address += count * PAGE_SIZE;
        paddr += count * PAGE_SIZE;
        pages -= count;
    }
    return needed;
}

/* ---- unmap, protect, split ---- */

/* Tables that cutting at this address takes. */
static size_t cuts_at(const struct paging *paging, vaddr_t address)
{
    unsigned level;
    size_t cuts = 0;

    if (*tables_find(paging->root, address, &level) == 0)
        return 0;
    for (; level > 0 && !is_aligned(address, level_span(level)); level--)
        cuts++;
    return cuts;
}

/* Of the tables that both cuts take, those that they share. */
static size_t cuts_shared(const struct paging *paging, vaddr_t start, vaddr_t end)
{
    unsigned level;
    size_t shared = 0;

    if (*tables_find(paging->root, start, &level) == 0)
        return 0;
    for (; level > 0; level--) {
        size_t span = level_span(level);

        if (!is_aligned(start, span) && !is_aligned(end, span) && start / span == end / span)
            shared++;
    }
    return shared;
}

size_t paging_pages_needed(const struct paging *paging, vaddr_t address, size_t pages,
                           paddr_t paddr)
{
    vaddr_t end = address + pages * PAGE_SIZE;

    if (paddr != PADDR_NONE)
        return tables_pages_to_map(paging->root, address, pages, paddr);
    if (pages == 0)
        return 0;
    return cuts_at(paging, address) + cuts_at(paging, end) - cuts_shared(paging, address, end);
}

/* Replace a large leaf by a table of leaves that together say the same. */
static void leaf_split(word_t *entry, unsigned level, struct page_list *pool)
{
    paddr_t table = page_list_pop(pool);

    leaves_fill(phys_to_virt(table), TABLE_ENTRIES, *entry, leaf_step(level - 1));
    table_install(entry, table);
}

static void leaves_clear(word_t *entry, size_t count)
{
    for (; count >= 4; count -= 4, entry += 4) {
        entry[0] = 0;
        entry[1] = 0;
        entry[2] = 0;
        entry[3] = 0;
    }
    for (; count != 0; count--)
        *entry++ = 0;
}

static void leaves_set(word_t *entry, size_t count, word_t bits)
{
    for (const word_t *end = entry + count; entry < end; entry++) {
        if (*entry != 0)
            *entry = (*entry & ENTRY_ADDRESS) | bits;
    }
}

/* Give what is mapped in the range these bits; no bits: remove it. */
static void leaves_change(struct paging *paging, vaddr_t address, size_t pages, word_t bits,
                          struct page_list *pool)
{
    while (pages != 0) {
        unsigned level;
        word_t *entry = tables_find(paging->root, address, &level);
        size_t span = level_pages(level);
        size_t count = word_min(pages, span - (address & (level_span(level) - 1)) / PAGE_SIZE);
        size_t entries = 1;

        if (level == 0)
            entries = count = leaves_in_table(0, address, pages);
        if (count < span && *entry != 0) {
            leaf_split(entry, level, pool);
            continue;
        }
        if (bits == 0)
            leaves_clear(entry, entries);
        else
            leaves_set(entry, entries, bits);
        address += count * PAGE_SIZE;
        pages -= count;
    }
}

/* ---- arch/paging.h ---- */

/* There is no writable page that cannot be read.  Caching is a property of the address here. */
static word_t user_bits(unsigned attributes)
{
    word_t bits = ENTRY_USER | ENTRY_TOUCHED;

    if ((attributes & MAP_READ) != 0)
        bits |= ENTRY_VALID | ENTRY_READ;
    if ((attributes & MAP_WRITE) != 0)
        bits |= ENTRY_VALID | ENTRY_READ | ENTRY_WRITE;
    if ((attributes & MAP_EXECUTE) != 0)
        bits |= ENTRY_VALID | ENTRY_EXECUTE;
    return bits;
}

void paging_init(struct paging *paging, paddr_t root)
{
    paging->root = root;
    paging->id = 0;
    kernel_space_share(phys_to_virt(root));
}

void paging_map(struct paging *paging, vaddr_t address, size_t pages, paddr_t paddr,
                unsigned attributes, struct page_list *pool)
{
    tables_map(paging->root, address, pages, paddr, user_bits(attributes), pool);
}

void paging_unmap(struct paging *paging, vaddr_t address, size_t pages, struct page_list *pool)
{
    leaves_change(paging, address, pages, 0, pool);
}

void paging_protect(struct paging *paging, vaddr_t address, size_t pages, unsigned attributes,
                    struct page_list *pool)
{
    leaves_change(paging, address, pages, user_bits(attributes), pool);
}

bool paging_permits(const struct paging *paging, vaddr_t address, unsigned access)
{
    unsigned level;
    word_t wanted = user_bits(access);

    return address < USER_TOP && (*tables_find(paging->root, address, &level) & wanted) == wanted;
}

/*
 * One step looks at the last-level table the cursor is in.  Behind the last one of a GiB the
 * cursor stops on that GiB's last page once more, for the table above.
 */
bool paging_collect(struct paging *paging, vaddr_t *cursor, struct page_list *pool)
{
    vaddr_t address = *cursor;
    vaddr_t next_table = align_down(address, level_span(1)) + level_span(1);
    vaddr_t next_gib = align_down(address, level_span(2)) + level_span(2);
    word_t *upper = (word_t *)phys_to_virt(paging->root) + table_index(address, LEVEL_ROOT);
    word_t *lower;

    if (address >= USER_TOP)
        return false;

    if (!entry_is_table(*upper)) {
        *cursor = next_gib;
        return true;
    }
    if (address == next_gib - PAGE_SIZE) {
        if (table_is_empty(entry_table(*upper)))
            table_give(upper, pool);
        *cursor = next_gib;
        return true;
    }
    lower = entry_table(*upper) + table_index(address, 1);
    if (entry_is_table(*lower) && table_is_empty(entry_table(*lower)))
        table_give(lower, pool);
    *cursor = next_table == next_gib ? next_gib - PAGE_SIZE : next_table;
    return true;
}

static void table_clear_and_give(word_t *entry, struct page_list *pool)
{
    zero_pages(entry_table(*entry), 1);
    table_give(entry, pool);
}

bool paging_destroy_step(struct paging *paging, struct page_list *pool)
{
    word_t *root = phys_to_virt(paging->root);

    for (size_t i = 0; i < table_index(USER_TOP, LEVEL_ROOT); i++) {
        if (entry_is_table(root[i])) {
            word_t *middle = entry_table(root[i]);

            for (size_t j = 0; j < TABLE_ENTRIES; j++) {
                if (entry_is_table(middle[j])) {
                    table_clear_and_give(&middle[j], pool);
                    return true;
                }
            }
            table_clear_and_give(&root[i], pool);
            return true;
        }
        root[i] = 0;
    }
    return false;
}

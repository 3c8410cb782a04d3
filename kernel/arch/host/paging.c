/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host: page tables as the machines have them (three levels of 512 entries, large pages of 2 MiB),
 * walked by software, and a memory of translations per core that only flushes empty, so that a
 * forgotten flush shows.
 */
#include <abi/objects.h>
#include <arch/paging.h>
#include <base/memory.h>

#include "host.h"

enum { ENTRIES = 512, INDEX_BITS = 9, LEVEL_ROOT = 2, LEVEL_LARGE = 1 };
enum { ENTRY_TABLE = 1, ENTRY_LEAF = 2, ENTRY_ATTRIBUTE_SHIFT = 2, ENTRY_ATTRIBUTES = 0xff };

static size_t level_span(unsigned level)
{
    return (size_t)PAGE_SIZE << INDEX_BITS * level;
}

static size_t level_index(vaddr_t address, unsigned level)
{
    return address / level_span(level) % ENTRIES;
}

static paddr_t entry_paddr(word_t entry)
{
    return entry & ~(word_t)(PAGE_SIZE - 1);
}

static word_t leaf_make(paddr_t paddr, unsigned attributes)
{
    return paddr | (word_t)attributes << ENTRY_ATTRIBUTE_SHIFT | ENTRY_LEAF;
}

static word_t *table_at(word_t entry)
{
    return phys_to_virt(entry_paddr(entry));
}

/* The entry that decides about an address, and its level: a leaf, or an empty one. */
static word_t *entry_find(paddr_t root, vaddr_t address, unsigned *level)
{
    word_t *table = phys_to_virt(root);

    for (*level = LEVEL_ROOT;; (*level)--) {
        word_t *entry = &table[level_index(address, *level)];

        if ((*entry & ENTRY_TABLE) == 0)
            return entry;
        table = table_at(*entry);
    }
}

/* ---- tables from and to the pool ---- */

static paddr_t page_pop(struct page_list *pool)
{
    paddr_t page = pool->first;
    paddr_t *link = phys_to_virt(page);

    pool->first = *link;
    pool->count--;
    *link = 0;
    return page;
}

static void table_give(word_t *entry, struct page_list *pool)
{
    paddr_t page = entry_paddr(*entry);

    *entry = 0;
    *(paddr_t *)phys_to_virt(page) = pool->first;
    pool->first = page;
    pool->count++;
}

static bool table_is_empty(const word_t *table)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        if (table[i] != 0)
            return false;
    }
    return true;
}

/* ---- map ---- */

static bool is_large(vaddr_t address, size_t pages, paddr_t paddr)
{
    return pages >= ENTRIES && is_aligned(address | (word_t)paddr, level_span(LEVEL_LARGE));
}

void paging_init(struct paging *paging, paddr_t root)
{
    *paging = (struct paging){.root = root};
}

static size_t pages_to_map(const struct paging *paging, vaddr_t address, size_t pages,
                           paddr_t paddr)
{
    vaddr_t counted_upper = USER_TOP;
    vaddr_t counted_lower = USER_TOP;
    size_t needed = 0;

    while (pages != 0) {
        vaddr_t upper = align_down(address, level_span(LEVEL_ROOT));
        vaddr_t lower = align_down(address, level_span(LEVEL_LARGE));
        bool large = is_large(address, pages, paddr);
        size_t step = large ? ENTRIES : 1;
        unsigned level;

        (void)entry_find(paging->root, address, &level);
        if (level == LEVEL_ROOT && upper != counted_upper) {
            needed++;
            counted_upper = upper;
        }
        if (level >= LEVEL_LARGE && !large && lower != counted_lower) {
            needed++;
            counted_lower = lower;
        }
        address += step * PAGE_SIZE;
        paddr += step * PAGE_SIZE;
        pages -= step;
    }
    return needed;
}

/* A large leaf that begins before an address inside it must be split there. */
static bool is_cut(const struct paging *paging, vaddr_t address)
{
    unsigned level;
    word_t entry = *entry_find(paging->root, address, &level);

    return entry != 0 && level == LEVEL_LARGE && !is_aligned(address, level_span(LEVEL_LARGE));
}

size_t paging_pages_needed(const struct paging *paging, vaddr_t address, size_t pages,
                           paddr_t paddr)
{
    vaddr_t end = address + pages * PAGE_SIZE;
    size_t span = level_span(LEVEL_LARGE);

    if (paddr != PADDR_NONE)
        return pages_to_map(paging, address, pages, paddr);
    bool cut_start = is_cut(paging, address);
    bool cut_end = is_cut(paging, end);
    bool is_same = cut_start && cut_end && address / span == end / span;

    return (size_t)cut_start + cut_end - is_same;
}

static void table_install(word_t *entry, struct page_list *pool)
{
    *entry = page_pop(pool) | ENTRY_TABLE;
}

void paging_map(struct paging *paging, vaddr_t address, size_t pages, paddr_t paddr,
                unsigned attributes, struct page_list *pool)
{
    while (pages != 0) {
        unsigned wanted = is_large(address, pages, paddr) ? LEVEL_LARGE : 0;
        size_t step = wanted == LEVEL_LARGE ? ENTRIES : 1;
        unsigned level;
        word_t *entry = entry_find(paging->root, address, &level);

        if (level == LEVEL_LARGE && wanted == 0) {
            table_install(entry, pool);
            continue;
        }
        if (level == LEVEL_ROOT) {
            table_install(entry, pool);
            continue;
        }
        if (level < wanted)             /* a table stands there already */
            step = 1;
        *entry = leaf_make(paddr, attributes);
        address += step * PAGE_SIZE;
        paddr += step * PAGE_SIZE;
        pages -= step;
    }
}

/* ---- change ---- */

static void leaf_split(word_t *entry, struct page_list *pool)
{
    word_t leaf = *entry;
    word_t *table;

    table_install(entry, pool);
    table = table_at(*entry);
    for (size_t i = 0; i < ENTRIES; i++)
        table[i] = leaf + i * PAGE_SIZE;
}

/* Each page of the range: attributes 0 removes. */
static void leaves_change(struct paging *paging, vaddr_t address, size_t pages, unsigned attributes,
                          struct page_list *pool)
{
    while (pages != 0) {
        unsigned level;
        word_t *entry = entry_find(paging->root, address, &level);
        size_t span = level_span(level) / PAGE_SIZE;
        size_t left = word_min(span - address / PAGE_SIZE % span, pages);

        if (*entry != 0 && left != span) {
            leaf_split(entry, pool);
            continue;
        }
        if (*entry != 0)
            *entry = attributes == 0 ? 0 : leaf_make(entry_paddr(*entry), attributes);
        address += left * PAGE_SIZE;
        pages -= left;
    }
}

void paging_unmap(struct paging *paging, vaddr_t address, size_t pages, struct page_list *pool)
{
    leaves_change(paging, address, pages, 0, pool);
}

void paging_protect(struct paging *paging, vaddr_t address, size_t pages, unsigned attributes,
                    struct page_list *pool)
{
    leaves_change(paging, address, pages, attributes, pool);
}

/* One last-level table a step; behind the last one of an upper table, that one, with the cursor on
 * its last page. */
bool paging_collect(struct paging *paging, vaddr_t *cursor, struct page_list *pool)
{
    vaddr_t next_lower = align_down(*cursor, level_span(LEVEL_LARGE)) + level_span(LEVEL_LARGE);
    vaddr_t next_upper = align_down(*cursor, level_span(LEVEL_ROOT)) + level_span(LEVEL_ROOT);
    word_t *root = phys_to_virt(paging->root);
    word_t *upper = &root[level_index(*cursor, LEVEL_ROOT)];

    if (*cursor >= USER_TOP)
        return false;
    if (*upper == 0) {
        *cursor = next_upper;
        return true;
    }
    if (*cursor == next_upper - PAGE_SIZE) {
        if (table_is_empty(table_at(*upper)))
            table_give(upper, pool);
        *cursor = next_upper;
        return true;
    }
    word_t *lower = &table_at(*upper)[level_index(*cursor, LEVEL_LARGE)];

    if ((*lower & ENTRY_TABLE) != 0 && table_is_empty(table_at(*lower)))
        table_give(lower, pool);
    *cursor = next_lower == next_upper ? next_upper - PAGE_SIZE : next_lower;
    return true;
}

/* ---- translations ---- */

bool host_walk(paddr_t root, vaddr_t address, paddr_t *paddr, unsigned *attributes)
{
    unsigned level;
    word_t entry = *entry_find(root, address, &level);

    if (entry == 0)
        return false;
    *paddr = entry_paddr(entry) + align_down(address % level_span(level), PAGE_SIZE);
    *attributes = (unsigned)(entry >> ENTRY_ATTRIBUTE_SHIFT) & ENTRY_ATTRIBUTES;
    return true;
}

const struct host_translation *host_access(vaddr_t address)
{
    struct host_core *core = &host.cores[host.core];
    struct host_translation *entry;
    vaddr_t page = align_down(address, PAGE_SIZE);

    for (unsigned i = 0; i < HOST_TLB_ENTRIES; i++) {
        entry = &core->tlb[i];
        if (entry->attributes != 0 && entry->id == core->id && entry->address == page)
            return entry;
    }
    entry = &core->tlb[core->tlb_next++ % HOST_TLB_ENTRIES];
    *entry = (struct host_translation){.root = core->root, .id = core->id, .address = page};
    if (core->root == 0 || !host_walk(core->root, page, &entry->paddr, &entry->attributes))
        return NULL;
    return entry;
}

const struct host_translation *host_stale_translation(void)
{
    for (unsigned i = 0; i < CPU_MAX * HOST_TLB_ENTRIES; i++) {
        struct host_translation *entry =
            &host.cores[i / HOST_TLB_ENTRIES].tlb[i % HOST_TLB_ENTRIES];
        paddr_t paddr;
        unsigned attributes;

        if (entry->attributes != 0 &&
            (!host_walk(entry->root, entry->address, &paddr, &attributes) ||
             paddr != entry->paddr || attributes != entry->attributes))
            return entry;
    }
    return NULL;
}

void host_forget(word_t id, vaddr_t address, size_t pages)
{
    for (unsigned i = 0; i < CPU_MAX * HOST_TLB_ENTRIES; i++) {
        struct host_translation *entry =
            &host.cores[i / HOST_TLB_ENTRIES].tlb[i % HOST_TLB_ENTRIES];

        if (entry->id == id && entry->address - address < pages * PAGE_SIZE)
            entry->attributes = 0;
    }
}

void host_paging_activate(paddr_t root, word_t id)
{
    host.cores[host.core].root = root;
    host.cores[host.core].id = id;
}

void paging_activate_none(void)
{
    host_paging_activate(0, 0);
}

bool paging_permits(const struct paging *paging, vaddr_t address, unsigned access)
{
    paddr_t paddr;
    unsigned attributes;

    return host_walk(paging->root, address, &paddr, &attributes) && (attributes & access) != 0;
}

/* Few, so that they run out often. */
unsigned paging_id_bits(void)
{
    return 2;
}

void paging_flush_range(word_t id, vaddr_t address, size_t pages)
{
    host_forget(id, address, pages);
}

void paging_flush_id(word_t id)
{
    host_forget(id, 0, USER_TOP / PAGE_SIZE);
}

void paging_flush_all(void)
{
    for (unsigned i = 0; i < CPU_MAX; i++)
        mem_zero(host.cores[i].tlb, sizeof(host.cores[i].tlb));
}

/* ---- caches: none ---- */

void cache_clean(const void *start, size_t size_bytes)
{
    (void)start;
    (void)size_bytes;
}

void cache_clean_invalidate(const void *start, size_t size_bytes)
{
    (void)start;
    (void)size_bytes;
}

void cache_sync_instructions(const void *start, size_t size_bytes)
{
    (void)start;
    (void)size_bytes;
}

void zero_pages(void *start, size_t pages)
{
    mem_zero(start, pages * PAGE_SIZE);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping, unmapping and protecting, one list entry or one run at a time, each checked whole before
 * it acts. Pages of the pools are zeroed when they are taken, so giving a large pool costs nothing.
 */
#include "object/space.h"

#include <abi/sizes.h>
#include <base/compiler.h>
#include <base/memory.h>

#include "cpu.h"
#include "kernel.h"

/* Half a GiB at most in one entry: larger pages than LARGE_BYTES, which some machines have, are
 * never used. */
enum { LARGE_PAGES = 512, LARGE_BYTES = LARGE_PAGES * PAGE_SIZE, LARGE_COUNT_MAX = 256 };
enum { PREPARE_PAGES_PER_STEP = 4, PROTECT_PAGES_PER_STEP = 128 };

static_assert(sizeof(word_t) != 8 || sizeof(struct mapping) == 80, "records are small");

/* ---- pages ---- */

static size_t fresh_count(const struct fresh_pages *fresh)
{
    return (size_t)((fresh->end - fresh->next) / PAGE_SIZE);
}

size_t space_free_pages(const struct space *space)
{
    return space->pages.count + fresh_count(&space->fresh) + space->fresh_in_pools;
}

/* There is one. */
static paddr_t space_take_fresh(struct space *space)
{
    struct fresh_pages *fresh = &space->fresh;

    if (fresh_count(fresh) == 0) {
        struct pool *pool = container_of(list_first(&space->fresh_pools), struct pool, in_fresh);

        fresh = &pool->fresh;
        space->fresh_in_pools--;
        if (fresh_count(fresh) == 1)
            list_remove(&pool->in_fresh);
    }
    fresh->next += PAGE_SIZE;
    return fresh->next - PAGE_SIZE;
}

static void page_list_push(struct page_list *list, paddr_t page)
{
    *(paddr_t *)phys_to_virt(page) = list->first;
    list->first = page;
    list->count++;
}

/* Move one page from the fresh ones, which are not used up, to the zeroed ones. */
static void space_zero_page(struct space *space)
{
    paddr_t page = space_take_fresh(space);

    zero_pages(phys_to_virt(page), 1);
    page_list_push(&space->pages, page);
}

/*
 * Have this many zeroed pages: OK, ERR_NO_MEMORY when the pools lack some (*missing), or PREEMPTED
 * when one page was zeroed and there may be more to do.  It goes on to as many as any entry can
 * take, so that mostly nobody has to count.
 */
static status_t space_ready_pages(struct space *space, size_t needed, size_t *missing)
{
    size_t available = space_free_pages(space);

    if (needed > available) {
        *missing = needed - available;
        return ERR_NO_MEMORY;
    }
    if (space->pages.count >= word_min(available, word_max(needed, PAGING_TABLES_MAX)))
        return OK;
    space_zero_page(space);
    return PREEMPTED;
}

/* ---- records ---- */

static void space_add_records(struct space *space, void *start, void *end)
{
    for (struct mapping *record = start; (void *)(record + 1) <= end; record++) {
        record->node.next = (struct cap_node *)space->free_records;
        space->free_records = record;
    }
}

static void *align_pointer(void *pointer, word_t alignment)
{
    return (void *)align_up((word_t)pointer, alignment);
}

static bool has_records(const struct space *space, unsigned count)
{
    struct mapping *record = space->free_records;

    for (; count > 0 && record != NULL; count--)
        record = (struct mapping *)record->node.next;
    return count == 0;
}

/* Whatever an entry takes is there, without counting. */
static inline bool space_is_stocked(const struct space *space)
{
    return space->free_records != NULL && space->pages.count >= PAGING_TABLES_MAX;
}

/* Have free records (at most two are needed) and pages for tables, as space_ready_pages. */
static status_t space_ready(struct space *space, unsigned records, size_t table_pages,
                            size_t *missing)
{
    bool needs_page = !has_records(space, records);
    status_t status = space_ready_pages(space, table_pages + (needs_page ? 1 : 0), missing);

    if (status == OK && needs_page) {
        char *page = phys_to_virt(space->pages.first);

        space->pages.first = *(paddr_t *)(void *)page;
        space->pages.count--;
        space_add_records(space, page, page + PAGE_SIZE);
    }
    return status;
}

/* There is one. */
static struct mapping *space_take_record(struct space *space)
{
    struct mapping *record = space->free_records;

    space->free_records = (struct mapping *)record->node.next;
    return record;
}

static vaddr_t mapping_end(const struct mapping *mapping)
{
    return mapping->address + (vaddr_t)mapping->node.pages * PAGE_SIZE;
}

static bool mapping_before(const struct tree_node *a, const struct tree_node *b)
{
    return container_of(a, const struct mapping, by_address)->address <
           container_of(b, const struct mapping, by_address)->address;
}

void space_settle(struct space *space)
{
    if (space->latest != NULL)
        tree_insert(&space->mappings, &space->latest->by_address, mapping_before);
    space->latest = NULL;
}

/* The first mapping in the tree that ends behind an address. */
static struct mapping *space_find_settled(struct space *space, vaddr_t address)
{
    struct tree_node *node = space->mappings.root;
    struct mapping *best = NULL;

    while (node != NULL) {
        struct mapping *mapping = container_of(node, struct mapping, by_address);

        if (mapping_end(mapping) > address) {
            best = mapping;
            node = node->child[TREE_LEFT];
        } else {
            node = node->child[TREE_RIGHT];
        }
    }
    return best;
}

/* The first mapping that ends behind an address. */
static struct mapping *space_find(struct space *space, vaddr_t address)
{
    struct mapping *latest = space->latest;

    if (latest == NULL || mapping_end(latest) <= address)
        return space_find_settled(space, address);
    if (latest->address <= address)
        return latest;
    struct mapping *settled = space_find_settled(space, address);

    return settled != NULL && settled->address < latest->address ? settled : latest;
}

static void record_release(struct mapping *mapping)
{
    struct space *space = mapping->space;

    if (space->latest == mapping)
        space->latest = NULL;
    else
        tree_remove(&space->mappings, &mapping->by_address);
    node_detach(&mapping->node);
    mapping->node.next = (struct cap_node *)space->free_records;
    space->free_records = mapping;
}

/* ---- init ---- */

void space_init(struct space *space, paddr_t base, size_t size_pages)
{
    char *page = (char *)space;

    space->fresh = (struct fresh_pages){.next = base + 2 * PAGE_SIZE,
                                        .end = base + (paddr_t)size_pages * PAGE_SIZE};
    list_init(&space->pools);
    list_init(&space->fresh_pools);
    tree_init(&space->mappings);
    zero_pages(phys_to_virt(base + PAGE_SIZE), 1);
    paging_init(&space->paging, base + PAGE_SIZE);
    space_add_records(space, align_pointer(space + 1, sizeof(word_t)), page + PAGE_SIZE);
}

void pool_init(struct pool *pool, paddr_t base, size_t size_pages)
{
    pool->fresh = (struct fresh_pages){.next = base + PAGE_SIZE,
                                       .end = base + (paddr_t)size_pages * PAGE_SIZE};
    list_node_init(&pool->in_space);
}

void space_add_pool(struct space *space, struct pool *pool)
{
    pool->space = space;
    list_push_back(&space->pools, &pool->in_space);
    if (fresh_count(&pool->fresh) != 0)
        list_push_back(&space->fresh_pools, &pool->in_fresh);
    space->fresh_in_pools += fresh_count(&pool->fresh);
    space_add_records(space, align_pointer(pool + 1, sizeof(word_t)), (char *)pool + PAGE_SIZE);
}

/* ---- map ---- */

static void space_flush(struct space *space, vaddr_t address, size_t pages)
{
    if (space_id_is_remembered(&kernel.space_ids, &space->id))
        paging_flush_range(space->id.id, address, pages);
}

/* The size of an entry: small pages are written one by one, so only whole large pages may be many.
 */
static status_t check_extent(vaddr_t address, size_t pages, paddr_t paddr)
{
    bool is_large =
        is_aligned(address | (word_t)paddr, LARGE_BYTES) && is_aligned(pages, LARGE_PAGES);
    size_t most = is_large ? (size_t)LARGE_COUNT_MAX * LARGE_PAGES : (size_t)MAPPING_PAGES_MAX;

    if (!is_aligned(address, PAGE_SIZE))
        return ERR_MISALIGNED;
    if (pages == 0 || pages > most || address >= USER_TOP ||
        pages > (USER_TOP - address) / PAGE_SIZE)
        return ERR_BAD_ARGUMENT;
    return OK;
}

static status_t check_attributes(const struct space *space, unsigned attributes, word_t rights)
{
    unsigned access = attributes & (MAP_READ | MAP_WRITE | MAP_EXECUTE);
    bool is_both = (attributes & MAP_WRITE) != 0 && (attributes & MAP_EXECUTE) != 0;

    if ((attributes & ~(unsigned)(MAP_READ | MAP_WRITE | MAP_EXECUTE | MAP_UNCACHED)) != 0 ||
        (attributes & MAP_READ) == 0)
        return ERR_BAD_ARGUMENT;
    if ((rights & access) != access || (is_both && !space->allows_write_execute))
        return ERR_NO_RIGHT;
    return OK;
}

static unsigned hardware_attributes(const struct cap *frame, unsigned attributes)
{
    return frame_is_device(frame) ? attributes | PAGING_DEVICE : attributes;
}

/* A few pages' caches, before they are mapped executable or uncached. */
static void prepare_caches(paddr_t paddr, size_t pages, unsigned attributes)
{
    if ((attributes & MAP_UNCACHED) != 0)
        cache_clean_invalidate(phys_to_virt(paddr), pages * PAGE_SIZE);
    if ((attributes & MAP_EXECUTE) != 0)
        cache_sync_instructions(phys_to_virt(paddr), pages * PAGE_SIZE);
}

static bool prepare_step(paddr_t paddr, size_t pages, unsigned attributes, size_t *prepared)
{
    if (*prepared >= pages)     /* more: the caller's list changed since the last step */
        return false;
    size_t count = word_min(pages - *prepared, PREPARE_PAGES_PER_STEP);

    prepare_caches(paddr + (paddr_t)*prepared * PAGE_SIZE, count, attributes);
    *prepared += count;
    return true;
}

static size_t entry_pages(const struct abi_map_entry *entry)
{
    return entry->count_attributes >> 8;
}

static unsigned entry_attributes(const struct abi_map_entry *entry)
{
    return (unsigned)(entry->count_attributes & 0xff);
}

static paddr_t entry_paddr(const struct cap *frame, const struct abi_map_entry *entry)
{
    return frame_base(frame) + (paddr_t)entry->page * PAGE_SIZE;
}

status_t space_check_map(struct space *space, const struct cap *frame,
                         const struct abi_map_entry *entry)
{
    size_t pages = entry_pages(entry);

    if (entry->page >= frame_pages(frame) || pages > frame_pages(frame) - entry->page)
        return ERR_BAD_ARGUMENT;
    status_t status = check_extent(entry->address, pages, entry_paddr(frame, entry));

    return status != OK ? status
                        : check_attributes(space, entry_attributes(entry), cap_rights(frame));
}

bool space_prepare_map_step(const struct cap *frame, const struct abi_map_entry *entry,
                            size_t *prepared)
{
    unsigned attributes = entry_attributes(entry);

    if (frame_is_device(frame) || (attributes & (MAP_EXECUTE | MAP_UNCACHED)) == 0)
        return false;
    return prepare_step(entry_paddr(frame, entry), entry_pages(entry), attributes, prepared);
}

status_t space_map(struct space *space, struct cap *frame, const struct abi_map_entry *entry,
                   size_t *missing)
{
    paddr_t paddr = entry_paddr(frame, entry);
    size_t pages = entry_pages(entry);
    unsigned attributes = hardware_attributes(frame, entry_attributes(entry));
    status_t status = space_check_map(space, frame, entry);

    if (status != OK)
        return status;
    struct mapping *next = space_find(space, entry->address);

    if (next != NULL && next->address < entry->address + pages * PAGE_SIZE)
        return ERR_IN_USE;
    if (unlikely(!space_is_stocked(space)))
        status =
            space_ready(space, 1, paging_pages_needed(&space->paging, entry->address, pages, paddr),
                        missing);
    if (status != OK)
        return status;

    struct mapping *mapping = space_take_record(space);

    mapping->node = (struct cap_node){
        .flags = NODE_MAPPING,
        .type = (uint8_t)attributes,
        .rights = (uint16_t)cap_rights(frame),
        .pages = (uint32_t)pages,
    };
    mapping->space = space;
    mapping->address = entry->address;
    mapping->paddr = paddr;
    space_settle(space);
    space->latest = mapping;
    node_add_mapping(&frame->node, &mapping->node);
    paging_map(&space->paging, entry->address, pages, paddr, attributes, &space->pages);
    space->mapped_pages += pages;
    return OK;
}

/* ---- unmap and protect ---- */

/* Cut a mapping in two at an address inside it; returns the second part.  A record is ready. */
static struct mapping *mapping_split(struct mapping *mapping, vaddr_t address)
{
    struct mapping *rest = space_take_record(mapping->space);
    uint32_t kept = (uint32_t)((address - mapping->address) / PAGE_SIZE);

    *rest = *mapping;
    rest->node.pages -= kept;
    rest->address = address;
    rest->paddr += (paddr_t)kept * PAGE_SIZE;
    mapping->node.pages = kept;
    node_add_sibling(&mapping->node, &rest->node);
    tree_insert(&mapping->space->mappings, &rest->by_address, mapping_before);
    return rest;
}

/* Where one step from address ends: with the mapping, or where the next large page begins, so that
 * large pages are cut at the ends of the caller's range only. */
static vaddr_t piece_end(const struct mapping *mapping, vaddr_t address, vaddr_t end)
{
    vaddr_t next_large = align_down(address, LARGE_BYTES) + (vaddr_t)LARGE_BYTES;

    return word_min(word_min(end, mapping_end(mapping)), next_large);
}

/*
 * Cut a mapping that reaches into [address, end), so that it lies inside and is no longer than one
 * piece.  All or nothing, as space_ready; before that, the large page that the piece is part of
 * becomes small ones, in a step of its own: nobody can tell, and it takes long.
 */
static status_t space_isolate(struct space *space, struct mapping **mapping, vaddr_t address,
                              vaddr_t end, size_t *missing)
{
    vaddr_t start = word_max(address, (*mapping)->address);
    vaddr_t end_of_piece = piece_end(*mapping, start, end);
    bool cuts_start = (*mapping)->address < start;
    bool cuts_end = mapping_end(*mapping) > end_of_piece;

    if (likely(!cuts_start && !cuts_end))
        return OK;
    size_t pages = (end_of_piece - start) / PAGE_SIZE;
    size_t tables = paging_pages_needed(&space->paging, start, pages, PADDR_NONE);
    status_t status = space_ready(space, (unsigned)cuts_start + cuts_end, tables, missing);

    if (status != OK)
        return status;
    if (tables != 0) {
        vaddr_t page = is_aligned(start, LARGE_BYTES) ? end_of_piece - PAGE_SIZE : start;

        paging_protect(&space->paging, page, 1, (*mapping)->node.type, &space->pages);
        return PREEMPTED;
    }
    if (cuts_start)
        *mapping = mapping_split(*mapping, start);
    if (cuts_end)
        (void)mapping_split(*mapping, end_of_piece);
    return OK;
}

static void mapping_unmap(struct mapping *mapping)
{
    struct space *space = mapping->space;
    size_t pages = mapping->node.pages;

    paging_unmap(&space->paging, mapping->address, pages, &space->pages);
    space_flush(space, mapping->address, pages);
    space->mapped_pages -= pages;
    record_release(mapping);
}

status_t space_unmap_step(struct space *space, vaddr_t *address, vaddr_t end, size_t *missing)
{
    struct mapping *mapping = space_find(space, *address);

    if (mapping == NULL || mapping->address >= end) {
        *address = end;
        return OK;
    }
    status_t status = space_isolate(space, &mapping, *address, end, missing);

    if (status != OK)
        return status;
    *address = mapping_end(mapping);
    mapping_unmap(mapping);
    return OK;
}

bool space_prepare_protect_step(struct space *space, vaddr_t address, vaddr_t end,
                                unsigned attributes, size_t *prepared)
{
    struct mapping *mapping = space_find(space, address);

    if ((attributes & (MAP_EXECUTE | MAP_UNCACHED)) == 0 || mapping == NULL ||
        mapping->address >= end || (mapping->node.type & PAGING_DEVICE) != 0)
        return false;
    vaddr_t start = word_max(address, mapping->address);

    return prepare_step(mapping->paddr + (start - mapping->address),
                        (piece_end(mapping, start, end) - start) / PAGE_SIZE, attributes, prepared);
}

/*
 * Give a run the attributes of its mapping.  A run of small pages may be long: then only its first
 * part gets them, and *end says where it ends.  The rest is found later as part of a mapping that
 * has its new attributes already, which a large page never does: it is taken whole, or was split
 * with the first part.
 */
static void protect_some(struct mapping *mapping, vaddr_t start, vaddr_t *end, bool is_first)
{
    struct space *space = mapping->space;
    size_t pages = (*end - start) / PAGE_SIZE;

    if (!is_first && paging_pages_needed(&space->paging, start, pages, PADDR_NONE) != 0)
        return;
    if (pages != LARGE_PAGES)
        pages = word_min(pages, PROTECT_PAGES_PER_STEP);
    paging_protect(&space->paging, start, pages, mapping->node.type, &space->pages);
    space_flush(space, start, pages);
    *end = start + pages * PAGE_SIZE;
}

status_t space_protect_step(struct space *space, vaddr_t *address, vaddr_t end, unsigned attributes,
                            bool *is_inside, size_t *missing)
{
    struct mapping *found = space_find(space, *address);

    if (found == NULL || found->address >= end) {
        *address = end;
        return OK;
    }
    status_t status = check_attributes(space, attributes, found->node.rights);

    if (status != OK)
        return status;
    unsigned wanted = (found->node.type & (unsigned)PAGING_DEVICE) | attributes;
    bool is_first = !*is_inside || found->node.type != wanted;

    if (is_first) {
        status = space_isolate(space, &found, *address, end, missing);
        if (status != OK)
            return status;
        found->node.type = (uint8_t)wanted;
    }
    vaddr_t start = word_max(*address, found->address);
    vaddr_t end_of_piece = piece_end(found, start, end);

    *address = end_of_piece;
    protect_some(found, start, address, is_first);
    *is_inside = *address < end_of_piece;
    return OK;
}

/* Large mappings go piece by piece from their end; whole large pages never need a split, so no page
 * is needed. */
void mapping_remove_step(struct mapping *mapping)
{
    struct space *space = mapping->space;
    vaddr_t last_piece = align_down(mapping_end(mapping) - 1, LARGE_BYTES);

    if (last_piece <= mapping->address) {
        mapping_unmap(mapping);
        return;
    }
    size_t pages = (mapping_end(mapping) - last_piece) / PAGE_SIZE;

    paging_unmap(&space->paging, last_piece, pages, &space->pages);
    space_flush(space, last_piece, pages);
    space->mapped_pages -= pages;
    mapping->node.pages -= (uint32_t)pages;
}

/* ---- death ---- */

/* First no core may know the space any more: what goes then needs no flush of its own.  Records go
 * before pools (they hang below other people's capabilities); the tables need no work: their pages
 * go back with the memory. */
bool space_clean_step(struct space *space)
{
    cpus_leave_space(space);
    if (space_id_is_remembered(&kernel.space_ids, &space->id)) {
        paging_flush_id(space->id.id);
        space->id.generation = 0;
    }
    space_settle(space);
    struct tree_node *first = tree_first(&space->mappings);

    if (first != NULL) {
        mapping_remove_step(container_of(first, struct mapping, by_address));
        return true;
    }
    struct list_node *pool = list_first(&space->pools);

    if (pool == NULL)
        return false;
    object_kill(&container_of(pool, struct pool, in_space)->object);
    container_of(pool, struct pool, in_space)->space = NULL;
    list_remove(pool);
    return true;
}

struct object *pool_user(struct pool *pool)
{
    return pool->space != NULL ? &pool->space->object : NULL;
}

/* A dead pool's pages hold its space's tables: the space (dead as well) is cleaned first, and lets
 * the pool go. */
bool pool_clean_step(struct pool *pool)
{
    if (pool->space == NULL)
        return false;
    (void)space_clean_step(pool->space);
    return true;
}

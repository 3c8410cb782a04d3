/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model's spaces: mappings in a list by address, and which tables the machine needs for them.
 */
#include "model.h"

#include <stdlib.h>

enum { PAGE = ABI_PAGE_SIZE, LARGE_PAGES = 512, SMALL_MAX = 512, LARGE_MAX = 256 };

static const u64 LARGE = (u64)LARGE_PAGES * PAGE;
static const u64 UPPER = (u64)512 * LARGE_PAGES * PAGE;

static u64 down(u64 value, u64 unit)
{
    return value / unit * unit;
}

static u64 least(u64 a, u64 b)
{
    return a < b ? a : b;
}

/* ---- tables ---- */

static struct table *table_find(const struct list *tables, int kind, u64 address)
{
    for (unsigned i = 0; i < tables->count; i++) {
        struct table *table = tables->item[i];

        if ((int)table->kind == kind && table->address == address)
            return table;
    }
    return NULL;
}

static void table_add(struct list *tables, int kind, u64 address)
{
    struct table *table = malloc(sizeof(*table));

    table->kind = kind;
    table->address = address;
    m_list_append(tables, table);
}

static void table_drop(struct list *tables, int kind, u64 address)
{
    struct table *table = table_find(tables, kind, address);

    m_list_remove(tables, table);
    free(table);
}

static void need(const struct object *space, struct list *more, int kind, u64 address)
{
    if (table_find(&space->s.tables, kind, address) == NULL &&
        table_find(more, kind, address) == NULL)
        table_add(more, kind, address);
}

/* Tables and large pages that a mapping brings; returns how many of them are pages of the pool. */
static u64 tables_to_map(const struct object *space, u64 address, u64 pages, u64 base,
                         struct list *more)
{
    u64 count = 0;

    while (pages != 0) {
        bool fits = pages >= LARGE_PAGES && address % LARGE == 0 && base % LARGE == 0;
        u64 step = least(pages, LARGE_PAGES - address / PAGE % LARGE_PAGES);

        need(space, more, TABLE_UPPER, down(address, UPPER));
        if (fits && table_find(&space->s.tables, TABLE_LOWER, address) == NULL)
            table_add(more, TABLE_LARGE, address);
        else
            need(space, more, TABLE_LOWER, down(address, LARGE));
        address += step * PAGE;
        base += step * PAGE;
        pages -= step;
    }
    for (unsigned i = 0; i < more->count; i++)
        count += ((struct table *)more->item[i])->kind != TABLE_LARGE;
    return count;
}

static bool is_mapped(const struct object *space, u64 start, u64 end)
{
    for (unsigned i = 0; i < space->s.mappings.count; i++) {
        struct node *mapping = space->s.mappings.item[i];

        if (mapping->address < end && start < mapping->address + mapping->pages * PAGE)
            return true;
    }
    return false;
}

/* Empty tables go back to the pool, the last-level ones first. */
static void collect_kind(struct object *space, int kind, u64 span)
{
    for (unsigned i = space->s.tables.count; i-- > 0;) {
        struct table *table = space->s.tables.item[i];
        bool is_used = is_mapped(space, table->address, table->address + span);

        for (unsigned n = 0; kind == TABLE_UPPER && n < space->s.tables.count; n++) {
            struct table *other = space->s.tables.item[n];

            is_used = is_used ||
                      (other->kind == TABLE_LOWER && down(other->address, UPPER) == table->address);
        }
        if ((int)table->kind != kind || is_used)
            continue;
        table_drop(&space->s.tables, kind, table->address);
        space->s.free_pages++;
    }
}

/* ---- records and pages ---- */

static bool space_ready(struct model *m, struct object *space, u64 records, u64 tables,
                        u64 *missing)
{
    bool needs_page = space->s.free_records < records;
    u64 needed = tables + needs_page;

    if (needed > space->s.free_pages) {
        *missing = needed - space->s.free_pages;
        return false;
    }
    if (needs_page) {
        space->s.free_pages--;
        space->s.free_records += m->records_in_page;
    }
    return true;
}

static void mapping_add(struct object *space, struct node *mapping)
{
    unsigned at = 0;

    while (at < space->s.mappings.count &&
           ((struct node *)space->s.mappings.item[at])->address < mapping->address)
        at++;
    m_list_insert(&space->s.mappings, at, mapping);
    space->s.free_records--;
}

void m_mapping_remove(struct model *m, struct node *mapping)
{
    struct object *space = mapping->object;
    u64 end = mapping->address + mapping->pages * PAGE;

    for (unsigned i = space->s.tables.count; i-- > 0;) {
        struct table *table = space->s.tables.item[i];

        if (table->kind == TABLE_LARGE && table->address >= mapping->address &&
            table->address < end)
            table_drop(&space->s.tables, TABLE_LARGE, table->address);
    }
    space->s.mapped -= mapping->pages;
    space->s.free_records++;
    m_list_remove(&space->s.mappings, mapping);
    m_node_remove(m, mapping);
    free(mapping->children.item);
    free(mapping);
}

/* ---- map ---- */

static status_t attributes_check(const struct object *space, u64 attributes, u64 rights)
{
    u64 access = attributes & (MAP_READ | MAP_WRITE | MAP_EXECUTE);

    if (attributes > (MAP_READ | MAP_WRITE | MAP_EXECUTE | MAP_UNCACHED) ||
        (attributes & MAP_READ) == 0)
        return ERR_BAD_ARGUMENT;
    if ((access & ~rights) != 0)
        return ERR_NO_RIGHT;
    if ((access & MAP_WRITE) != 0 && (access & MAP_EXECUTE) != 0 && !space->s.allows_write_execute)
        return ERR_NO_RIGHT;
    return OK;
}

static status_t extent_check(const struct model *m, u64 address, u64 pages, u64 base)
{
    bool is_large = address % LARGE == 0 && base % LARGE == 0 && pages % LARGE_PAGES == 0;

    if (address % PAGE != 0)
        return ERR_MISALIGNED;
    if (pages == 0 || pages > (u64)(is_large ? LARGE_MAX * LARGE_PAGES : SMALL_MAX))
        return ERR_BAD_ARGUMENT;
    return address < m->user_top && pages <= (m->user_top - address) / PAGE ? OK : ERR_BAD_ARGUMENT;
}

static status_t map_tables(struct model *m, struct object *space, u64 address, u64 pages, u64 base,
                           u64 *missing)
{
    struct list more = {.item = NULL};
    u64 count = tables_to_map(space, address, pages, base, &more);
    bool is_ready = space_ready(m, space, 1, count, missing);

    for (unsigned i = 0; i < more.count; i++) {
        if (is_ready)
            m_list_append(&space->s.tables, more.item[i]);
        else
            free(more.item[i]);
    }
    free(more.item);
    if (is_ready)
        space->s.free_pages -= count;
    return is_ready ? OK : ERR_NO_MEMORY;
}

status_t m_space_map(struct model *m, struct object *space, struct node *frame,
                     const struct abi_map_entry *entry, u64 *missing)
{
    u64 pages = entry->count_attributes >> 8;
    u64 attributes = entry->count_attributes & 0xff;
    u64 base = frame->base + entry->page * PAGE;
    struct node *mapping;
    status_t status;

    if (entry->page >= frame->pages || pages > frame->pages - entry->page)
        return ERR_BAD_ARGUMENT;
    status = extent_check(m, entry->address, pages, base);
    if (status == OK)
        status = attributes_check(space, attributes, frame->rights);
    if (status != OK)
        return status;
    if (is_mapped(space, entry->address, entry->address + pages * PAGE))
        return ERR_IN_USE;
    status = map_tables(m, space, entry->address, pages, base, missing);
    if (status != OK) {
        collect_kind(space, TABLE_LOWER, LARGE);
        collect_kind(space, TABLE_UPPER, UPPER);
        *missing = 0;
        status = map_tables(m, space, entry->address, pages, base, missing);
    }
    if (status != OK)
        return status;
    mapping = calloc(1, sizeof(*mapping));
    *mapping = (struct node){.kind = NODE_MAPPING,
                             .object = space,
                             .rights = frame->rights,
                             .base = base,
                             .pages = pages,
                             .address = entry->address,
                             .attributes = (unsigned)attributes | (frame->is_device ? 16 : 0)};
    m_node_insert(frame, 0, mapping);
    mapping_add(space, mapping);
    space->s.mapped += pages;
    return OK;
}

/* ---- unmap and protect ---- */

static struct node *first_mapping(const struct object *space, u64 address)
{
    for (unsigned i = 0; i < space->s.mappings.count; i++) {
        struct node *mapping = space->s.mappings.item[i];

        if (mapping->address + mapping->pages * PAGE > address)
            return mapping;
    }
    return NULL;
}

/* A large page lies on both sides of an address. */
static bool cuts_large(const struct object *space, u64 address)
{
    return address % LARGE != 0 &&
           table_find(&space->s.tables, TABLE_LARGE, down(address, LARGE)) != NULL;
}

static void split_large(struct object *space, u64 address)
{
    if (!cuts_large(space, address))
        return;
    table_drop(&space->s.tables, TABLE_LARGE, down(address, LARGE));
    table_add(&space->s.tables, TABLE_LOWER, down(address, LARGE));
    space->s.free_pages--;
}

static struct node *mapping_split(struct object *space, struct node *mapping, u64 address)
{
    struct node *rest = calloc(1, sizeof(*rest));
    u64 kept = (address - mapping->address) / PAGE;

    *rest = *mapping;
    rest->children = (struct list){.item = NULL};
    rest->address = address;
    rest->base += kept * PAGE;
    rest->pages -= kept;
    mapping->pages = kept;
    m_node_insert(mapping->parent, m_node_position(mapping) + 1, rest);
    mapping_add(space, rest);
    return rest;
}

/* Cut a piece out of a mapping. */
static status_t isolate(struct model *m, struct object *space, struct node **mapping, u64 start,
                        u64 end, u64 *missing)
{
    bool cuts_start = (*mapping)->address < start;
    bool cuts_end = (*mapping)->address + (*mapping)->pages * PAGE > end;
    u64 tables = (u64)cuts_large(space, start) + cuts_large(space, end);

    if (tables == 2 && down(start, LARGE) == down(end, LARGE))
        tables = 1;
    if (!space_ready(m, space, (u64)cuts_start + cuts_end, tables, missing))
        return ERR_NO_MEMORY;
    if (cuts_start)
        *mapping = mapping_split(space, *mapping, start);
    if (cuts_end)
        (void)mapping_split(space, *mapping, end);
    split_large(space, start);
    split_large(space, end);
    return OK;
}

status_t m_space_change(struct model *m, struct object *space, const struct abi_map_entry *entry,
                        bool is_unmap, u64 *missing)
{
    u64 pages = entry->count_attributes >> 8;
    u64 attributes = entry->count_attributes & 0xff;
    u64 address = entry->address;
    u64 end = address + pages * PAGE;

    if (address % PAGE != 0)
        return ERR_MISALIGNED;
    if (pages == 0 || address >= m->user_top || pages > (m->user_top - address) / PAGE)
        return ERR_BAD_ARGUMENT;
    for (;;) {
        struct node *mapping = first_mapping(space, address);
        status_t status = OK;
        u64 piece_end;

        if (mapping == NULL || mapping->address >= end)
            return OK;
        if (mapping->address > address)
            address = mapping->address;
        piece_end = least(least(end, mapping->address + mapping->pages * PAGE),
                          down(address, LARGE) + LARGE);
        if (!is_unmap)
            status = attributes_check(space, attributes, mapping->rights);
        if (status == OK)
            status = isolate(m, space, &mapping, address, piece_end, missing);
        if (status != OK)
            return status;
        if (is_unmap)
            m_mapping_remove(m, mapping);
        else
            mapping->attributes = (mapping->attributes & 16) | (unsigned)attributes;
        address = piece_end;
    }
}

void m_space_load_tables(struct object *space, const struct node *mapping)
{
    struct list more = {.item = NULL};

    (void)tables_to_map(space, mapping->address, mapping->pages, mapping->base, &more);
    for (unsigned i = 0; i < more.count; i++)
        m_list_append(&space->s.tables, more.item[i]);
    free(more.item);
}

/* ---- death ---- */

bool m_space_clean_step(struct model *m, struct object *space)
{
    struct object *pool;

    if (space->s.mappings.count != 0) {
        m_mapping_remove(m, space->s.mappings.item[0]);
        return true;
    }
    if (space->s.pools.count == 0)
        return false;
    pool = space->s.pools.item[0];
    m_object_kill(m, pool);
    pool->pool_space = NULL;
    m_list_remove(&space->s.pools, pool);
    return true;
}

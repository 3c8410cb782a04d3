/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An address space: page tables and mapping records, all in pages its owner gave.
 */
#ifndef KERNEL_OBJECT_SPACE_H
#define KERNEL_OBJECT_SPACE_H

#include <abi/message.h>
#include <arch/paging.h>

#include "mm/space_id.h"
#include "object/mapping.h"
#include "object/object.h"

enum { MAPPING_PAGES_MAX = 512 };

/* Pages in a row that were never used yet. */
struct fresh_pages {
    paddr_t next;
    paddr_t end;
};

struct space {
    struct object object;
    struct paging paging;
    struct space_id id;
    struct page_list pages;         /* free and zeroed */
    struct fresh_pages fresh;
    struct list pools;              /* struct pool.in_space */
    struct list fresh_pools;        /* struct pool.in_fresh: those with fresh pages, */
    size_t fresh_in_pools;          /* and how many these have */
    struct mapping *free_records;   /* linked through node.next */
    struct tree mappings;           /* by address, all but: */
    struct mapping *latest; /* the last one made, or NULL: most that go soon see no tree at all */
    size_t mapped_pages;
    bool allows_write_execute;
};

struct pool {
    struct object object;
    struct space *space;            /* NULL: not given yet */
    struct list_node in_space;
    struct list_node in_fresh;
    struct fresh_pages fresh;
};

static inline struct space *space_of(struct object *object)
{
    return container_of(object, struct space, object);
}

static inline struct pool *pool_of(struct object *object)
{
    return container_of(object, struct pool, object);
}

/* In their own first page; size_pages counts it.  A space needs at least ABI_SPACE_PAGES_MIN. */
void space_init(struct space *space, paddr_t base, size_t size_pages);
void pool_init(struct pool *pool, paddr_t base, size_t size_pages);
void space_add_pool(struct space *space, struct pool *pool);

/* Have all mappings in the tree, for whoever walks it. */
void space_settle(struct space *space);

/* One list entry.  Check all about it but what is mapped and free now; bring the caches of some
 * more of its pages in line with executable or uncached use (false: nothing left to do); then map
 * it, all or nothing.  PREEMPTED: it has only made a page ready, and is to be called again.
 * *missing: pages the pools lack (ERR_NO_MEMORY). */
status_t space_check_map(struct space *space, const struct cap *frame,
                         const struct abi_map_entry *entry);
bool space_prepare_map_step(const struct cap *frame, const struct abi_map_entry *entry,
                            size_t *prepared);
status_t space_map(struct space *space, struct cap *frame, const struct abi_map_entry *entry,
                   size_t *missing);

/* Whether its kind of use needs the caches to be brought in line. */
static inline bool space_needs_preparation(const struct abi_map_entry *entry)
{
    return (entry->count_attributes & (MAP_EXECUTE | MAP_UNCACHED)) != 0;
}

/* Unmap, or change the rights of, the first run in [*address, end) that lies in one mapping;
 * *address moves behind it. *address == end afterwards when there was none.  PREEMPTED as above. */
status_t space_unmap_step(struct space *space, vaddr_t *address, vaddr_t end, size_t *missing);
/* *is_inside: it goes on inside a mapping that it has cut already, and says whether it will again.
 */
status_t space_protect_step(struct space *space, vaddr_t *address, vaddr_t end, unsigned attributes,
                            bool *is_inside, size_t *missing);

/* The caches of the run that the next space_protect_step will take, as above. */
bool space_prepare_protect_step(struct space *space, vaddr_t address, vaddr_t end,
                                unsigned attributes, size_t *prepared);

size_t space_free_pages(const struct space *space);

bool space_clean_step(struct space *space);
struct object *pool_user(struct pool *pool);      /* the space, or NULL */
bool pool_clean_step(struct pool *pool);

#endif

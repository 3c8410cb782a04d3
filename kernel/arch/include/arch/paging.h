/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page tables.  Mechanism only: who may map what is decided above.  Tables come from a pool that
 * the caller owns; a caller asks first how many pages an operation needs, so that the operation
 * itself cannot fail.
 */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include <base/types.h>
#include <stdbool.h>
#include <stddef.h>

enum { PAGE_SHIFT = 12, PAGE_SIZE = 1 << PAGE_SHIFT };

/* What a mapping lets the user do; MAP_READ.. of abi/objects.h, and: */
enum { PAGING_DEVICE = 16 };

/* A list of free zeroed pages, linked through their first word. */
struct page_list {
    paddr_t first;          /* 0: empty */
    size_t count;
};

/* One address space as the hardware sees it. */
struct paging {
    paddr_t root;
    word_t id; /* this core's hardware id comes from mm/space_id; 0 while it has none */
};

#include <arch_paging.h>    /* USER_TOP, KERNEL_DIRECT_BASE, inline parts; they need the above */

/* All RAM is visible at a fixed offset, never executable.  Kernel text is visible there read-only.
 */
static inline void *phys_to_virt(paddr_t paddr);
static inline paddr_t
virt_to_phys(const void *pointer); /* of direct-map and of kernel-image pointers */

/* Make root an empty table (kernel part included, where the architecture needs it there). */
void paging_init(struct paging *paging, paddr_t root);

/* Table pages that mapping, or (paddr == PADDR_NONE) splitting at both ends of, the range would
 * take at most. */
static const paddr_t PADDR_NONE = ~(paddr_t)0;
enum {
    PAGING_TABLES_MAX = 4
}; /* of what an entry of space.map can ask for: two at each of two levels */
size_t paging_pages_needed(const struct paging *paging, vaddr_t address, size_t pages,
                           paddr_t paddr);

/* Map a run; uses large pages where address, paddr and count allow.  Nothing in the range is
 * mapped.  Cannot fail. */
void paging_map(struct paging *paging, vaddr_t address, size_t pages, paddr_t paddr,
                unsigned attributes, struct page_list *pool);

/* Remove, or change the rights of, what is mapped there.  Large pages are split where the range
 * cuts them.  The caller flushes afterwards. */
void paging_unmap(struct paging *paging, vaddr_t address, size_t pages, struct page_list *pool);
void paging_protect(struct paging *paging, vaddr_t address, size_t pages, unsigned attributes,
                    struct page_list *pool);

/* The tables allow the user this access (one of MAP_READ, MAP_WRITE, MAP_EXECUTE) now.  So a fault
 * there was a stale translation, or met a large page while another core split it: let the thread
 * try again. */
bool paging_permits(const struct paging *paging, vaddr_t address, unsigned access);

/* Give empty tables in the address range [*cursor, end) back to the pool, looking at one table at
 * most per call; *cursor moves on.  Returns false at the end of the space.  The caller flushes the
 * space's walk caches at the end. */
bool paging_collect(struct paging *paging, vaddr_t *cursor, struct page_list *pool);

/* Free one table per call, leaves first, until only the root is left; false: nothing more. */
bool paging_destroy_step(struct paging *paging, struct page_list *pool);

/* Run in this space from now on (this core).  id as below. */
static inline void paging_activate(const struct paging *paging, word_t id);
void paging_activate_none(void);                        /* no user mapping at all */

/* Address-space ids: bits the hardware has (0 allowed).  Flushes take effect on all cores before
 * they return. */
unsigned paging_id_bits(void);
void paging_flush_range(word_t id, vaddr_t address, size_t pages);
void paging_flush_id(word_t id);
void paging_flush_all(void);

/* Device registers for the kernel's own drivers, in the kernel's part of every space; boot only. */
volatile void *paging_map_device(paddr_t paddr, size_t size_bytes);

/* Extend the direct map over RAM, boot only; table pages come from the boot allocator of
 * boot/memory.h. */
void paging_map_ram(paddr_t base, uint64_t size_bytes);

/* ---- caches ---- */

void cache_clean(const void *start, size_t size_bytes);
void cache_clean_invalidate(const void *start, size_t size_bytes);
void cache_sync_instructions(const void *start,
                             size_t size_bytes); /* before these bytes are executed, on all cores */
void zero_pages(void *start, size_t pages);      /* page aligned; as fast as the machine can */

#endif

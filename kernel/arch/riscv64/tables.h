/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sv39 page tables: three levels of 512 entries, a leaf possible at each.
 * The RISC-V Instruction Set Manual, Volume II: Privileged Architecture 20211203, 4.3 and 4.4.
 *
 * An entry is empty (0), a table, or a leaf.  A leaf without any right keeps its address but is
 * not valid, since a valid entry without rights would be a table.
 */
#ifndef RISCV64_TABLES_H
#define RISCV64_TABLES_H

#include <arch/paging.h>

enum {
    ENTRY_VALID = 1 << 0,
    ENTRY_READ = 1 << 1,
    ENTRY_WRITE = 1 << 2,
    ENTRY_EXECUTE = 1 << 3,
    ENTRY_USER = 1 << 4,
    ENTRY_GLOBAL = 1 << 5,
    ENTRY_ACCESSED = 1 << 6,
    ENTRY_DIRTY = 1 << 7,
    ENTRY_RIGHTS = ENTRY_READ | ENTRY_WRITE | ENTRY_EXECUTE,
    /* Set from the start: nobody asks, and a processor may fault where they are clear. */
    ENTRY_TOUCHED = ENTRY_ACCESSED | ENTRY_DIRTY,
    ENTRY_KERNEL = ENTRY_VALID | ENTRY_GLOBAL | ENTRY_TOUCHED,
};

enum { LEVEL_ROOT = 2, INDEX_BITS = 9, TABLE_ENTRIES = 1 << INDEX_BITS };

static const word_t ENTRY_ADDRESS = 0x003ffffffffffc00;

/* Pages and bytes that one entry of a level covers. */
static inline size_t level_pages(unsigned level)
{
    return (size_t)1 << INDEX_BITS * level;
}

static inline size_t level_span(unsigned level)
{
    return PAGE_SIZE * level_pages(level);
}

static inline size_t table_index(vaddr_t address, unsigned level)
{
    return address >> (PAGE_SHIFT + INDEX_BITS * level) & (TABLE_ENTRIES - 1);
}

static inline word_t entry_make(paddr_t paddr, word_t bits)
{
    return paddr >> 2 | bits;
}

static inline bool entry_is_table(word_t entry)
{
    return (entry & (ENTRY_VALID | ENTRY_RIGHTS)) == ENTRY_VALID;
}

static inline word_t *entry_table(word_t entry)
{
    return phys_to_virt((entry & ENTRY_ADDRESS) << 2);
}

/* The entry that maps address, or the empty one that does not; its level goes to *level. */
word_t *tables_find(paddr_t root, vaddr_t address, unsigned *level);

/* As paging_pages_needed and paging_map, for any half of the space and any bits. */
size_t tables_pages_to_map(paddr_t root, vaddr_t address, size_t pages, paddr_t paddr);
void tables_map(paddr_t root, vaddr_t address, size_t pages, paddr_t paddr, word_t bits,
                struct page_list *pool);

/* Put a zeroed page on the list. */
void page_list_push(struct page_list *list, paddr_t page);

/* Copy the kernel's entries to the root of a space. */
void kernel_space_share(word_t *root);

/* The root with nothing but the kernel. */
paddr_t kernel_space_root(void);

#endif

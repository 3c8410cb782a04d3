/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Translation table entries, as DDI 0487 section D8.3 defines them for 4 KiB pages: level 1 entries
 * cover 1 GiB, level 2 entries 2 MiB, level 3 entries a page.
 */
#ifndef AARCH64_PAGE_TABLE_H
#define AARCH64_PAGE_TABLE_H

#include <arch/paging.h>
#include <base/types.h>

enum { TABLE_ENTRIES = 512, LARGE_SHIFT = 21, LARGE_SIZE = 1 << LARGE_SHIFT, GIGA_SHIFT = 30 };

enum {
    ENTRY_NONE = 0,
    ENTRY_BLOCK = 1,            /* levels 1 and 2 */
    ENTRY_TABLE = 3,            /* levels 1 and 2 */
    ENTRY_PAGE = 3,             /* level 3 */
    ENTRY_TYPE = 3,
    ENTRY_VALID = 1,

    ENTRY_NORMAL = 0 << 2,      /* indices in MAIR_VALUE of sysreg.h */
    ENTRY_DEVICE = 1 << 2,
    ENTRY_UNCACHED = 2 << 2,
    ENTRY_MEMORY_TYPE = 7 << 2,
    ENTRY_USER = 1 << 6,
    ENTRY_READ_ONLY = 1 << 7,
    ENTRY_INNER_SHAREABLE = 3 << 8,
    ENTRY_ACCESSED = 1 << 10,
    ENTRY_NOT_GLOBAL = 1 << 11,
};

static const uint64_t ENTRY_ADDRESS = 0x0000fffffffff000;
static const uint64_t ENTRY_KERNEL_NO_EXECUTE = (uint64_t)1 << 53;
static const uint64_t ENTRY_USER_NO_EXECUTE = (uint64_t)1 << 54;
/* In a table entry: for all that is below it. */
static const uint64_t ENTRY_BELOW_NO_EXECUTE = (uint64_t)3 << 59;

/* Kernel memory: data unless something is added or taken away. */
static const uint64_t ENTRY_KERNEL = ENTRY_ACCESSED | ENTRY_INNER_SHAREABLE | ENTRY_NORMAL |
                                     ENTRY_KERNEL_NO_EXECUTE | ENTRY_USER_NO_EXECUTE;

static inline size_t level1_index(vaddr_t address)
{
    return (address >> GIGA_SHIFT) % TABLE_ENTRIES;
}

static inline size_t level2_index(vaddr_t address)
{
    return (address >> LARGE_SHIFT) % TABLE_ENTRIES;
}

static inline size_t level3_index(vaddr_t address)
{
    return (address >> PAGE_SHIFT) % TABLE_ENTRIES;
}

static inline uint64_t *entry_table(uint64_t entry)
{
    return phys_to_virt(entry & ENTRY_ADDRESS);
}

/* Drop translations of one page in every address space, on all cores. */
void paging_flush_everywhere(vaddr_t address);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host tests of every architecture's page tables share: tables in host memory, a model
 * that keeps the leaf entry of each page of a window of 1.5 GiB around a GiB boundary, and the
 * promises that do not depend on how an entry looks.  For tables of 512 entries and pages of 4 KiB.
 */
#ifndef KERNEL_ARCH_PAGE_TABLES_TEST_H
#define KERNEL_ARCH_PAGE_TABLES_TEST_H

#include <arch/paging.h>
#include <base/compiler.h>
#include <check/check.h>

enum {
    MODEL_PAGES = 3 << 17,  /* in the window */
    MODEL_POOL_PAGES = 2048,
    MODEL_ENTRIES = 512,
    LARGE_PAGES = 512,
    GIGA_PAGES = 512 * 512,
};

static const vaddr_t MODEL_WINDOW = 0x30000000;

struct table_page {
    ALIGNED(4096) uint64_t entry[MODEL_ENTRIES];
};

/* How an architecture's entries look. */
struct leaf_rules {
    uint64_t (*make)(paddr_t paddr, unsigned attributes);   /* the leaf of a small page */
    uint64_t (*protect)(uint64_t leaf, unsigned attributes);
    uint64_t (*find)(vaddr_t address);  /* in the tables, as the leaf of its own; 0: none */
    unsigned map_attributes;            /* the highest that pages are mapped with */
    unsigned protect_attributes;        /* the same, of protect */
};

struct paging_model {
    const struct leaf_rules *rules;
    struct paging space;
    struct page_list stock;             /* pages that no operation was given yet */
    uint64_t leaf[MODEL_PAGES];         /* of this page of the window, or 0 */
    struct table_page pages[MODEL_POOL_PAGES + 1];
    struct table_page *root;
    uint64_t random_state;
};

extern struct paging_model model;

void model_start(const struct leaf_rules *rules);
vaddr_t model_address(size_t page);

/* Each operation gives the tables exactly the pages that they ask for, and checks that they took
 * them all. */
void model_map(size_t first, size_t count, paddr_t paddr, unsigned attributes);
void model_unmap(size_t first, size_t count);
void model_protect(size_t first, size_t count, unsigned attributes);
void model_collect(void);
void model_destroy(void);

/* Checks that the tables say what the model does. */
bool model_agrees(size_t first, size_t count);

/* ---- the promises; each starts empty, with the rules of the last model_start ---- */

void random_changes_agree_with_the_model(void);
void aligned_runs_take_large_pages(void);
void collect_leaves_only_tables_in_use(void);
void destroyed_tables_come_back_zeroed(void);

#endif

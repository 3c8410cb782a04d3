/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the page tables, on the host.
 *
 * The tables lie in host memory, and their physical address is whatever phys_to_virt leads back
 * there.  A model keeps the leaf entry of each page of a window of 1.5 GiB around a GiB boundary;
 * what the tables say is compared with it.
 */
#include "page_table.h"

#include <abi/objects.h>
#include <base/compiler.h>
#include <base/memory.h>
#include <check/check.h>

enum {
    WINDOW_PAGES = 3 << 17,
    POOL_PAGES = 1024,
    ROUNDS = 3000,
    ROUNDS_BETWEEN_COMPARES = 100,
    LARGE_PAGES = 512,
    GIGA_PAGES = 512 * 512,
};

static const vaddr_t WINDOW = 0x30000000;

struct table_page {
    ALIGNED(4096) uint64_t entry[TABLE_ENTRIES];
};

static struct table_page pages[POOL_PAGES + 1];     /* the last is the root */
static struct table_page *const root = &pages[POOL_PAGES];
static struct page_list stock;                      /* pages that no operation was given yet */
static struct paging space;
static uint64_t model[WINDOW_PAGES];                /* leaf of this page, or 0 */
static uint64_t random_state;
static size_t split_count;

/* ---- what the tables are linked with ---- */

paddr_t kernel_image_paddr;

void zero_pages(void *start, size_t count)
{
    mem_zero(start, count * PAGE_SIZE);
}

static uint64_t *find_level2(vaddr_t address)
{
    uint64_t entry = root->entry[address >> 30];

    return entry == 0 ? NULL : (uint64_t *)phys_to_virt(entry & 0xfffffffff000) +
                                   (address >> 21 & 511);
}

/* While a large page becomes a table, nobody may find either. */
void paging_flush_everywhere(vaddr_t address)
{
    CHECK_EQ(*find_level2(address), 0);
    split_count++;
}

/* ---- helpers ---- */

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % limit;
}

static void put(struct page_list *list, paddr_t page)
{
    *(paddr_t *)phys_to_virt(page) = list->first;
    list->first = page;
    list->count++;
}

/* A pool of so many pages. */
static struct page_list take(size_t count)
{
    struct page_list pool = {.first = stock.first, .count = count};

    for (size_t i = 0; i < count; i++)
        stock.first = *(paddr_t *)phys_to_virt(stock.first);
    stock.count -= count;
    return pool;
}

static void give_back(struct page_list *pool)
{
    while (pool->count != 0) {
        paddr_t page = pool->first;

        pool->first = *(paddr_t *)phys_to_virt(page);
        pool->count--;
        put(&stock, page);
    }
}

static void start_empty(void)
{
    mem_zero(pages, sizeof(pages));
    mem_zero(model, sizeof(model));
    stock = (struct page_list){0};
    split_count = 0;
    for (size_t i = 0; i < POOL_PAGES; i++)
        put(&stock, virt_to_phys(&pages[i]));
    paging_init(&space, virt_to_phys(root));
}

static vaddr_t page_address(size_t page)
{
    return WINDOW + page * PAGE_SIZE;
}

/* Accessed, inner shareable, not global, never the kernel's to execute; and what was asked for. */
static uint64_t expected_bits(unsigned attributes)
{
    uint64_t bits = 0x20000000000f03;

    if ((attributes & PAGING_DEVICE) != 0)
        bits |= 0x4;
    else if ((attributes & MAP_UNCACHED) != 0)
        bits |= 0x8;
    if ((attributes & (MAP_READ | MAP_WRITE)) != 0)
        bits |= 0x40;
    if ((attributes & MAP_WRITE) == 0)
        bits |= 0x80;
    if ((attributes & MAP_EXECUTE) == 0)
        bits |= (uint64_t)1 << 54;
    return bits;
}

/* What the tables say about a page, as the leaf it would have of its own. */
static uint64_t lookup(size_t page)
{
    const uint64_t *entry = find_level2(page_address(page));

    if (entry == NULL || *entry == 0)
        return 0;
    if ((*entry & 3) == 1)
        return (*entry | 3) + page_address(page) % LARGE_SIZE;
    return ((uint64_t *)phys_to_virt(*entry & 0xfffffffff000))[page_address(page) >> 12 & 511];
}

static bool tables_agree(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++)
        if (lookup(page) != model[page])
            return CHECK_EQ(lookup(page), model[page]);
    return true;
}

static bool window_has(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++)
        if (model[page] != 0)
            return true;
    return false;
}

/* Each operation is given exactly the pages that it asks for, and takes them all. */
static void map(size_t first, size_t count, paddr_t paddr, unsigned attributes)
{
    struct page_list pool =
        take(paging_pages_needed(&space, page_address(first), count, paddr));

    paging_map(&space, page_address(first), count, paddr, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (size_t i = 0; i < count; i++)
        model[first + i] = (paddr + i * PAGE_SIZE) | expected_bits(attributes);
}

static void unmap(size_t first, size_t count)
{
    struct page_list pool =
        take(paging_pages_needed(&space, page_address(first), count, PADDR_NONE));

    paging_unmap(&space, page_address(first), count, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    mem_zero(&model[first], count * sizeof(model[0]));
}

static void protect(size_t first, size_t count, unsigned attributes)
{
    struct page_list pool =
        take(paging_pages_needed(&space, page_address(first), count, PADDR_NONE));

    paging_protect(&space, page_address(first), count, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (size_t page = first; page < first + count; page++)
        if (model[page] != 0)
            model[page] = (model[page] & 0xfffffffff000) | expected_bits(attributes);
}

static void collect(void)
{
    vaddr_t cursor = 0;
    struct page_list pool = {0};

    while (paging_collect(&space, &cursor, &pool)) {
    }
    give_back(&pool);
}

static void destroy(void)
{
    struct page_list pool = {0};

    while (paging_destroy_step(&space, &pool)) {
    }
    give_back(&pool);
}

/* Single pages, odd runs, and runs that large pages fit. */
static void random_range(size_t *first, size_t *count)
{
    static const uint32_t grain[] = {1, 1, 64, LARGE_PAGES, LARGE_PAGES, GIGA_PAGES};
    static const uint32_t longest[] = {1, 40, 30, 3, 200, 1};
    size_t kind = random_below(array_count(grain));

    *first = random_below(WINDOW_PAGES / grain[kind]) * grain[kind];
    *count = (1 + random_below(longest[kind])) * grain[kind];
    *count = word_min(*count, WINDOW_PAGES - *first);
}

static void random_map(size_t first, size_t count)
{
    static const paddr_t base[] = {0x80001000, 0x80000000, 0x100000000};
    paddr_t paddr = base[random_below(array_count(base))];

    if (!window_has(first, count))
        map(first, count, paddr + page_address(first), 1 + random_below(31));
}

static void random_round(void)
{
    size_t first;
    size_t count;

    random_range(&first, &count);
    switch (random_below(8)) {
    case 0:
    case 1: unmap(first, count); break;
    case 2: protect(first, count, random_below(16)); break;
    case 3: collect(); break;
    default: random_map(first, count); break;
    }
    tables_agree(first, word_min(count, LARGE_PAGES));
}

/* ---- the promises ---- */

static void random_changes_agree_with_the_model(void)
{
    start_empty();
    random_state = 1;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        random_round();
        if (round % ROUNDS_BETWEEN_COMPARES == 0 && !tables_agree(0, WINDOW_PAGES))
            return;
    }
    CHECK(split_count > 10);
    destroy();
    CHECK_EQ(stock.count, POOL_PAGES);
}

static void aligned_runs_take_large_pages(void)
{
    start_empty();
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, GIGA_PAGES, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, LARGE_PAGES, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, LARGE_PAGES, 0x80001000), 2);
    CHECK_EQ(paging_pages_needed(&space, 0x3ffff000, 2, 0x80001000), 4);
    CHECK_EQ(paging_pages_needed(&space, 0x3ffff000, GIGA_PAGES + 2, 0x7ffff000), 5);
}

static void whole_large_pages_go_without_a_table(void)
{
    start_empty();
    map((0x40000000 - WINDOW) / PAGE_SIZE, GIGA_PAGES / 2, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&space, 0x40200000, LARGE_PAGES, PADDR_NONE), 0);
    unmap((0x40200000 - WINDOW) / PAGE_SIZE, LARGE_PAGES);
    CHECK_EQ(split_count, 0);
    tables_agree(0, WINDOW_PAGES);
}

static void one_cut_is_not_counted_twice(void)
{
    start_empty();
    map((0x40000000 - WINDOW) / PAGE_SIZE, 2 * LARGE_PAGES, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&space, 0x40001000, 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40001000, LARGE_PAGES, PADDR_NONE), 2);
    CHECK_EQ(paging_pages_needed(&space, 0x40001000, LARGE_PAGES - 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x3ffff000, 2, PADDR_NONE), 1);
}

static void permits_what_the_tables_allow(void)
{
    start_empty();
    map(0, LARGE_PAGES, 0x80000000, MAP_READ | MAP_WRITE);
    map(LARGE_PAGES, 1, 0x80001000, MAP_READ | MAP_EXECUTE);
    CHECK(paging_permits(&space, page_address(3), MAP_READ));
    CHECK(paging_permits(&space, page_address(3), MAP_WRITE));
    CHECK(!paging_permits(&space, page_address(3), MAP_EXECUTE));
    CHECK(paging_permits(&space, page_address(LARGE_PAGES), MAP_EXECUTE));
    CHECK(!paging_permits(&space, page_address(LARGE_PAGES), MAP_WRITE));
    CHECK(!paging_permits(&space, page_address(LARGE_PAGES + 1), MAP_READ));
    CHECK(!paging_permits(&space, page_address(GIGA_PAGES), MAP_READ));
    CHECK(!paging_permits(&space, KERNEL_IMAGE_BASE, MAP_READ));
    protect(3, 1, 0);
    CHECK(!paging_permits(&space, page_address(3), MAP_READ));
}

static void collect_leaves_only_tables_in_use(void)
{
    start_empty();
    map(0, 1, 0x80001000, MAP_READ);
    map(LARGE_PAGES, 1, 0x80001000, MAP_READ);
    map(GIGA_PAGES, 1, 0x80001000, MAP_READ);
    CHECK_EQ(stock.count, POOL_PAGES - 5);
    unmap(LARGE_PAGES, 1);
    unmap(GIGA_PAGES, 1);
    CHECK_EQ(stock.count, POOL_PAGES - 5);
    collect();
    CHECK_EQ(stock.count, POOL_PAGES - 2);
    CHECK_EQ(lookup(0), model[0]);
    unmap(0, 1);
    collect();
    CHECK_EQ(stock.count, POOL_PAGES);
}

static void destroyed_tables_come_back_zeroed(void)
{
    start_empty();
    map(7, 1000, 0x80003000, MAP_READ | MAP_WRITE);
    map(2 * LARGE_PAGES, LARGE_PAGES, 0x80000000, MAP_READ);
    map(GIGA_PAGES, 1, 0x80001000, MAP_READ);
    destroy();
    CHECK_EQ(stock.count, POOL_PAGES);
    for (size_t page = 0; page <= POOL_PAGES; page++)
        for (size_t i = 1; i < TABLE_ENTRIES; i++)
            CHECK_EQ(pages[page].entry[i], 0);
}

static const struct check_test tests[] = {
    {"random_changes_agree_with_the_model", random_changes_agree_with_the_model},
    {"aligned_runs_take_large_pages", aligned_runs_take_large_pages},
    {"whole_large_pages_go_without_a_table", whole_large_pages_go_without_a_table},
    {"one_cut_is_not_counted_twice", one_cut_is_not_counted_twice},
    {"permits_what_the_tables_allow", permits_what_the_tables_allow},
    {"collect_leaves_only_tables_in_use", collect_leaves_only_tables_in_use},
    {"destroyed_tables_come_back_zeroed", destroyed_tables_come_back_zeroed},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}

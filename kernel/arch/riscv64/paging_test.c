/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the page tables, on the host.
 *
 * The tables lie in host memory, and their physical address is whatever phys_to_virt leads back
 * there.  A model keeps one word for each page of a window of 1.5 GiB around a GiB boundary; what
 * the tables say is compared with it.
 */
#include "tables.h"

#include <abi/objects.h>
#include <base/compiler.h>
#include <base/memory.h>
#include <check/check.h>

enum {
    WINDOW_PAGES = 3 << 17,
    POOL_PAGES = 2048,
    ROUNDS = 1500,
    ROUNDS_BETWEEN_COMPARES = 50,
    PAGES_2M = 512,
    PAGES_1G = 512 * 512,
};

static const vaddr_t WINDOW = 0x30000000;

struct table_page {
    ALIGNED(4096) word_t entry[TABLE_ENTRIES];
};

static struct table_page pages[POOL_PAGES + 1];     /* the last is the root */
static struct table_page *const root = &pages[POOL_PAGES];
static struct page_list stock;                      /* pages that no operation was given yet */
static struct paging space;
static word_t model[WINDOW_PAGES];                  /* leaf of this page, or 0 */
static uint64_t random_state;

/* ---- what the tables are linked with ---- */

paddr_t kernel_image_paddr;

void zero_pages(void *start, size_t count)
{
    mem_zero(start, count * PAGE_SIZE);
}

void kernel_space_share(word_t *table)
{
    table[TABLE_ENTRIES - 1] = ENTRY_VALID | ENTRY_READ;
}

/* ---- helpers ---- */

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % limit;
}

static void start_empty(void)
{
    mem_zero(pages, sizeof pages);
    mem_zero(model, sizeof model);
    stock = (struct page_list){0};
    for (size_t i = 0; i < POOL_PAGES; i++)
        page_list_push(&stock, virt_to_phys(&pages[i]));
    paging_init(&space, virt_to_phys(root));
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
        page_list_push(&stock, page);
    }
}

static vaddr_t page_address(size_t page)
{
    return WINDOW + page * PAGE_SIZE;
}

static word_t expected_bits(unsigned attributes)
{
    word_t bits = 0;

    bits |= (attributes & MAP_READ) != 0 ? 0x3 : 0;
    bits |= (attributes & MAP_WRITE) != 0 ? 0x7 : 0;
    bits |= (attributes & MAP_EXECUTE) != 0 ? 0x9 : 0;
    return bits | 0xd0;
}

/* What the tables say about a page, as the leaf it would have of its own. */
static word_t lookup(size_t page)
{
    unsigned level;
    word_t entry = *tables_find(space.root, page_address(page), &level);
    word_t offset = page_address(page) % level_span(level);

    return entry == 0 ? 0 : entry + (offset >> 2);
}

static bool tables_agree(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++) {
        if (lookup(page) != model[page])
            return CHECK_EQ(lookup(page), model[page]);
    }
    return true;
}

static bool window_has(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++) {
        if (model[page] != 0)
            return true;
    }
    return false;
}

/* Each operation is given exactly the pages that it asks for, and takes them all. */
static void map(size_t first, size_t count, paddr_t paddr, unsigned attributes)
{
    size_t needed = paging_pages_needed(&space, page_address(first), count, paddr);
    struct page_list pool = take(needed);

    paging_map(&space, page_address(first), count, paddr, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (size_t i = 0; i < count; i++)
        model[first + i] = (paddr + i * PAGE_SIZE) >> 2 | expected_bits(attributes);
}

static void unmap(size_t first, size_t count)
{
    size_t needed = paging_pages_needed(&space, page_address(first), count, PADDR_NONE);
    struct page_list pool = take(needed);

    paging_unmap(&space, page_address(first), count, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    mem_zero(&model[first], count * sizeof model[0]);
}

static void protect(size_t first, size_t count, unsigned attributes)
{
    size_t needed = paging_pages_needed(&space, page_address(first), count, PADDR_NONE);
    struct page_list pool = take(needed);

    paging_protect(&space, page_address(first), count, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (size_t page = first; page < first + count; page++) {
        if (model[page] != 0)
            model[page] = (model[page] & ENTRY_ADDRESS) | expected_bits(attributes);
    }
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
    static const uint32_t grain[] = {1, 1, 64, PAGES_2M, PAGES_2M, PAGES_1G};
    static const uint32_t longest[] = {1, 40, 30, 3, 200, 1};
    size_t kind = random_below(array_count(grain));

    *first = random_below(WINDOW_PAGES / grain[kind]) * grain[kind];
    *count = (1 + random_below(longest[kind])) * grain[kind];
    if (*count > WINDOW_PAGES - *first)
        *count = WINDOW_PAGES - *first;
}

static void random_map(size_t first, size_t count)
{
    static const paddr_t base[] = {0x80001000, 0x80000000, 0x100000000};
    paddr_t paddr = base[random_below(array_count(base))];

    if (!window_has(first, count))
        map(first, count, paddr + page_address(first), 1 + random_below(7));
}

static void random_round(void)
{
    size_t first;
    size_t count;

    random_range(&first, &count);
    switch (random_below(8)) {
    case 0:
    case 1: unmap(first, count); break;
    case 2: protect(first, count, random_below(8)); break;
    case 3: collect(); break;
    default: random_map(first, count); break;
    }
    tables_agree(first, word_min(count, PAGES_2M));
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
    destroy();
    CHECK_EQ(stock.count, POOL_PAGES);
}

static void aligned_runs_take_large_pages(void)
{
    start_empty();
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, PAGES_1G, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, PAGES_2M, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, PAGES_2M, 0x80001000), 2);
    CHECK_EQ(paging_pages_needed(&space, 0x3ffff000, 2, 0x80001000), 4);
    CHECK_EQ(paging_pages_needed(&space, 0x3ffff000, PAGES_1G + 2, 0x7ffff000), 5);
}

static void one_cut_is_not_counted_twice(void)
{
    start_empty();
    map((0x40000000 - WINDOW) / PAGE_SIZE, PAGES_1G, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&space, 0x40000000, PAGES_1G, PADDR_NONE), 0);
    CHECK_EQ(paging_pages_needed(&space, 0x40001000, 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&space, 0x40001000, PAGES_2M, PADDR_NONE), 2);
    CHECK_EQ(paging_pages_needed(&space, 0x40200000, PAGES_2M, PADDR_NONE), 0);
    CHECK_EQ(paging_pages_needed(&space, 0x10000000, PAGES_1G, PADDR_NONE), 0);
}

static void a_page_without_rights_is_no_table(void)
{
    start_empty();
    map(0, PAGES_2M, 0x80000000, MAP_READ | MAP_WRITE);
    protect(0, PAGES_2M, 0);
    CHECK_EQ(lookup(5) & ENTRY_VALID, 0);
    protect(5, 1, MAP_READ);
    CHECK_EQ(lookup(5), expected_bits(MAP_READ) | 0x80005000 >> 2);
    tables_agree(0, PAGES_2M);
}

static void permits_what_the_tables_allow(void)
{
    start_empty();
    map(0, PAGES_2M, 0x80000000, MAP_READ | MAP_WRITE);
    map(PAGES_2M, 1, 0x80000000, MAP_EXECUTE);
    CHECK(paging_permits(&space, page_address(5), MAP_READ));
    CHECK(paging_permits(&space, page_address(5) + 17, MAP_WRITE));
    CHECK(!paging_permits(&space, page_address(5), MAP_EXECUTE));
    CHECK(paging_permits(&space, page_address(PAGES_2M), MAP_EXECUTE));
    CHECK(!paging_permits(&space, page_address(PAGES_2M), MAP_READ));
    CHECK(!paging_permits(&space, page_address(PAGES_2M + 1), MAP_READ));
    CHECK(!paging_permits(&space, KERNEL_IMAGE_BASE, MAP_READ));
    protect(0, PAGES_2M, 0);
    CHECK(!paging_permits(&space, page_address(5), MAP_READ));
}

static void collect_leaves_only_tables_in_use(void)
{
    start_empty();
    map(0, 1, 0x80001000, MAP_READ);
    map(PAGES_2M, 1, 0x80001000, MAP_READ);
    map(PAGES_1G, 1, 0x80001000, MAP_READ);
    CHECK_EQ(stock.count, POOL_PAGES - 5);
    unmap(PAGES_2M, 1);
    unmap(PAGES_1G, 1);
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
    map(PAGES_1G, 1, 0x80001000, MAP_READ);
    destroy();
    CHECK_EQ(stock.count, POOL_PAGES);
    while (stock.count != 0) {
        word_t *page = phys_to_virt(stock.first);

        stock.first = page[0];
        stock.count--;
        for (size_t i = 1; i < TABLE_ENTRIES; i++)
            CHECK_EQ(page[i], 0);
    }
}

static void kernel_half_survives(void)
{
    start_empty();
    map(0, 1, 0x80001000, MAP_READ);
    collect();
    destroy();
    CHECK_EQ(root->entry[TABLE_ENTRIES - 1], ENTRY_VALID | ENTRY_READ);
    for (size_t i = 0; i < TABLE_ENTRIES - 1; i++)
        CHECK_EQ(root->entry[i], 0);
}

static const struct check_test tests[] = {
    {"random_changes_agree_with_the_model", random_changes_agree_with_the_model},
    {"aligned_runs_take_large_pages", aligned_runs_take_large_pages},
    {"one_cut_is_not_counted_twice", one_cut_is_not_counted_twice},
    {"a_page_without_rights_is_no_table", a_page_without_rights_is_no_table},
    {"permits_what_the_tables_allow", permits_what_the_tables_allow},
    {"collect_leaves_only_tables_in_use", collect_leaves_only_tables_in_use},
    {"destroyed_tables_come_back_zeroed", destroyed_tables_come_back_zeroed},
    {"kernel_half_survives", kernel_half_survives},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}

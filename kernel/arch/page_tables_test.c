/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model, and the promises that hold for all page tables.  The physical address of a table is
 * whatever phys_to_virt leads back to host memory.
 */
#include "page_tables_test.h"

#include <abi/objects.h>
#include <base/memory.h>

enum { ROUNDS = 3000, ROUNDS_BETWEEN_COMPARES = 100 };

struct paging_model model;

/* ---- what the tables are linked with ---- */

paddr_t kernel_image_paddr;

void zero_pages(void *start, size_t count)
{
    mem_zero(start, count * PAGE_SIZE);
}

/* ---- pages ---- */

static void put(struct page_list *list, paddr_t page)
{
    *(paddr_t *)phys_to_virt(page) = list->first;
    list->first = page;
    list->count++;
}

static paddr_t take_one(struct page_list *list)
{
    paddr_t page = list->first;

    list->first = *(paddr_t *)phys_to_virt(page);
    list->count--;
    return page;
}

static struct page_list take(size_t count)
{
    struct page_list pool = {.first = model.stock.first, .count = count};

    for (size_t i = 0; i < count; i++)
        (void)take_one(&model.stock);
    return pool;
}

static void give_back(struct page_list *pool)
{
    while (pool->count != 0)
        put(&model.stock, take_one(pool));
}

/* ---- operations ---- */

void model_start(const struct leaf_rules *rules)
{
    mem_zero(&model, sizeof(model));
    model.rules = rules;
    model.root = &model.pages[MODEL_POOL_PAGES];
    model.random_state = 1;
    for (size_t i = 0; i < MODEL_POOL_PAGES; i++)
        put(&model.stock, virt_to_phys(&model.pages[i]));
    paging_init(&model.space, virt_to_phys(model.root));
}

vaddr_t model_address(size_t page)
{
    return MODEL_WINDOW + page * PAGE_SIZE;
}

void model_map(size_t first, size_t count, paddr_t paddr, unsigned attributes)
{
    vaddr_t address = model_address(first);
    struct page_list pool = take(paging_pages_needed(&model.space, address, count, paddr));

    paging_map(&model.space, address, count, paddr, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (size_t i = 0; i < count; i++)
        model.leaf[first + i] = model.rules->make(paddr + i * PAGE_SIZE, attributes);
}

void model_unmap(size_t first, size_t count)
{
    vaddr_t address = model_address(first);
    struct page_list pool = take(paging_pages_needed(&model.space, address, count, PADDR_NONE));

    paging_unmap(&model.space, address, count, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    mem_zero(&model.leaf[first], count * sizeof(model.leaf[0]));
}

void model_protect(size_t first, size_t count, unsigned attributes)
{
    vaddr_t address = model_address(first);
    struct page_list pool = take(paging_pages_needed(&model.space, address, count, PADDR_NONE));

    paging_protect(&model.space, address, count, attributes, &pool);
    CHECK_EQ(pool.count, 0);
    give_back(&pool);
    for (uint64_t *leaf = &model.leaf[first]; leaf < &model.leaf[first + count]; leaf++) {
        if (*leaf != 0)
            *leaf = model.rules->protect(*leaf, attributes);
    }
}

void model_collect(void)
{
    vaddr_t cursor = 0;
    struct page_list pool = {0};

    while (paging_collect(&model.space, &cursor, &pool)) {
    }
    give_back(&pool);
}

void model_destroy(void)
{
    struct page_list pool = {0};

    while (paging_destroy_step(&model.space, &pool)) {
    }
    give_back(&pool);
}

bool model_agrees(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++) {
        uint64_t found = model.rules->find(model_address(page));

        if (found != model.leaf[page])
            return CHECK_EQ(found, model.leaf[page]);
    }
    return true;
}

/* ---- random changes ---- */

static uint32_t random_below(uint32_t limit)
{
    model.random_state = model.random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(model.random_state >> 33) % limit;
}

static bool window_has(size_t first, size_t count)
{
    for (size_t page = first; page < first + count; page++) {
        if (model.leaf[page] != 0)
            return true;
    }
    return false;
}

/* Single pages, odd runs, and runs that large pages fit. */
static void random_range(size_t *first, size_t *count)
{
    static const uint32_t grain[] = {1, 1, 64, LARGE_PAGES, LARGE_PAGES, GIGA_PAGES};
    static const uint32_t longest[] = {1, 40, 30, 3, 200, 1};
    size_t kind = random_below(array_count(grain));

    *first = random_below(MODEL_PAGES / grain[kind]) * grain[kind];
    *count = (1 + random_below(longest[kind])) * grain[kind];
    *count = word_min(*count, MODEL_PAGES - *first);
}

static void random_map(size_t first, size_t count)
{
    static const paddr_t base[] = {0x80001000, 0x80000000, 0x100000000};
    paddr_t paddr = base[random_below(array_count(base))] + model_address(first);

    if (!window_has(first, count))
        model_map(first, count, paddr, 1 + random_below(model.rules->map_attributes));
}

static void random_round(void)
{
    size_t first;
    size_t count;

    random_range(&first, &count);
    switch (random_below(8)) {
    case 0:
    case 1: model_unmap(first, count); break;
    case 2: model_protect(first, count, random_below(model.rules->protect_attributes + 1)); break;
    case 3: model_collect(); break;
    default: random_map(first, count); break;
    }
    model_agrees(first, word_min(count, LARGE_PAGES));
}

/* ---- the promises ---- */

void random_changes_agree_with_the_model(void)
{
    model_start(model.rules);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        random_round();
        if (round % ROUNDS_BETWEEN_COMPARES == 0 && !model_agrees(0, MODEL_PAGES))
            return;
    }
    model_destroy();
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES);
}

void aligned_runs_take_large_pages(void)
{
    const struct paging *space = &model.space;

    model_start(model.rules);
    CHECK_EQ(paging_pages_needed(space, 0x40000000, GIGA_PAGES, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(space, 0x40000000, LARGE_PAGES, 0x80000000), 1);
    CHECK_EQ(paging_pages_needed(space, 0x40000000, LARGE_PAGES, 0x80001000), 2);
    CHECK_EQ(paging_pages_needed(space, 0x3ffff000, 2, 0x80001000), 4);
    CHECK_EQ(paging_pages_needed(space, 0x3ffff000, GIGA_PAGES + 2, 0x7ffff000), 5);
}

void collect_leaves_only_tables_in_use(void)
{
    model_start(model.rules);
    model_map(0, 1, 0x80001000, MAP_READ);
    model_map(LARGE_PAGES, 1, 0x80001000, MAP_READ);
    model_map(GIGA_PAGES, 1, 0x80001000, MAP_READ);
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES - 5);
    model_unmap(LARGE_PAGES, 1);
    model_unmap(GIGA_PAGES, 1);
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES - 5);
    model_collect();
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES - 2);
    model_agrees(0, 1);
    model_unmap(0, 1);
    model_collect();
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES);
}

void destroyed_tables_come_back_zeroed(void)
{
    model_start(model.rules);
    model_map(7, 1000, 0x80003000, MAP_READ | MAP_WRITE);
    model_map(2 * LARGE_PAGES, LARGE_PAGES, 0x80000000, MAP_READ);
    model_map(GIGA_PAGES, 1, 0x80001000, MAP_READ);
    model_destroy();
    CHECK_EQ(model.stock.count, MODEL_POOL_PAGES);
    for (size_t page = 0; page < MODEL_POOL_PAGES; page++) {
        for (size_t i = 1; i < MODEL_ENTRIES; i++)
            CHECK_EQ(model.pages[page].entry[i], 0);
    }
}

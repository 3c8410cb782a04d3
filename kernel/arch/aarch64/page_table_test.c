/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the page tables, on the host: what every architecture's keep (../page_tables_test.h),
 * and what is only so here.
 */
#include "page_table.h"

#include <abi/objects.h>

#include "../page_tables_test.h"

static const uint64_t ADDRESS = 0xfffffffff000;

static size_t split_count;

static uint64_t *find_level2(vaddr_t address)
{
    uint64_t entry = model.root->entry[address >> 30];

    return entry == 0 ? NULL : (uint64_t *)phys_to_virt(entry & ADDRESS) + (address >> 21 & 511);
}

/* While a large page becomes a table, nobody may find either. */
void paging_flush_everywhere(vaddr_t address)
{
    CHECK_EQ(*find_level2(address), 0);
    split_count++;
}

/* Accessed, inner shareable, not global, never the kernel's to execute; and what was asked for. */
static uint64_t leaf_make(paddr_t paddr, unsigned attributes)
{
    uint64_t leaf = paddr | 0x20000000000f03;

    if ((attributes & PAGING_DEVICE) != 0)
        leaf |= 0x4;
    else if ((attributes & MAP_UNCACHED) != 0)
        leaf |= 0x8;
    if ((attributes & (MAP_READ | MAP_WRITE)) != 0)
        leaf |= 0x40;
    if ((attributes & MAP_WRITE) == 0)
        leaf |= 0x80;
    if ((attributes & MAP_EXECUTE) == 0)
        leaf |= (uint64_t)1 << 54;
    return leaf;
}

static uint64_t leaf_protect(uint64_t leaf, unsigned attributes)
{
    return leaf_make(leaf & ADDRESS, attributes);
}

static uint64_t leaf_find(vaddr_t address)
{
    const uint64_t *entry = find_level2(address);

    if (entry == NULL || *entry == 0)
        return 0;
    if ((*entry & 3) == 1)
        return (*entry | 3) + address % LARGE_SIZE;
    return ((uint64_t *)phys_to_virt(*entry & ADDRESS))[address >> 12 & 511];
}

static const struct leaf_rules rules = {
    .make = leaf_make,
    .protect = leaf_protect,
    .find = leaf_find,
    .map_attributes = 31,
    .protect_attributes = 15,
};

static void start_empty(void)
{
    model_start(&rules);
    split_count = 0;
}

static void random_changes_split_large_pages(void)
{
    start_empty();
    random_changes_agree_with_the_model();
    CHECK(split_count > 10);
}

static void whole_large_pages_go_without_a_table(void)
{
    start_empty();
    model_map((0x40000000 - MODEL_WINDOW) / PAGE_SIZE, GIGA_PAGES / 2, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40200000, LARGE_PAGES, PADDR_NONE), 0);
    model_unmap((0x40200000 - MODEL_WINDOW) / PAGE_SIZE, LARGE_PAGES);
    CHECK_EQ(split_count, 0);
    model_agrees(0, MODEL_PAGES);
}

static void one_cut_is_not_counted_twice(void)
{
    start_empty();
    model_map((0x40000000 - MODEL_WINDOW) / PAGE_SIZE, 2 * LARGE_PAGES, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40001000, 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40001000, LARGE_PAGES, PADDR_NONE), 2);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40001000, LARGE_PAGES - 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&model.space, 0x3ffff000, 2, PADDR_NONE), 1);
}

static void permits_what_the_tables_allow(void)
{
    start_empty();
    model_map(0, LARGE_PAGES, 0x80000000, MAP_READ | MAP_WRITE);
    model_map(LARGE_PAGES, 1, 0x80001000, MAP_READ | MAP_EXECUTE);
    CHECK(paging_permits(&model.space, model_address(3), MAP_READ));
    CHECK(paging_permits(&model.space, model_address(3), MAP_WRITE));
    CHECK(!paging_permits(&model.space, model_address(3), MAP_EXECUTE));
    CHECK(paging_permits(&model.space, model_address(LARGE_PAGES), MAP_EXECUTE));
    CHECK(!paging_permits(&model.space, model_address(LARGE_PAGES), MAP_WRITE));
    CHECK(!paging_permits(&model.space, model_address(LARGE_PAGES + 1), MAP_READ));
    CHECK(!paging_permits(&model.space, model_address(GIGA_PAGES), MAP_READ));
    CHECK(!paging_permits(&model.space, KERNEL_IMAGE_BASE, MAP_READ));
    model_protect(3, 1, 0);
    CHECK(!paging_permits(&model.space, model_address(3), MAP_READ));
}

static const struct check_test tests[] = {
    {"random_changes_split_large_pages", random_changes_split_large_pages},
    {"aligned_runs_take_large_pages", aligned_runs_take_large_pages},
    {"whole_large_pages_go_without_a_table", whole_large_pages_go_without_a_table},
    {"one_cut_is_not_counted_twice", one_cut_is_not_counted_twice},
    {"permits_what_the_tables_allow", permits_what_the_tables_allow},
    {"collect_leaves_only_tables_in_use", collect_leaves_only_tables_in_use},
    {"destroyed_tables_come_back_zeroed", destroyed_tables_come_back_zeroed},
};

int main(void)
{
    start_empty();
    return check_run(tests, array_count(tests), check_put_stdout);
}

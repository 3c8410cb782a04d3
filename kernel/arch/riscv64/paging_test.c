/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the page tables, on the host: what every architecture's keep (../page_tables_test.h),
 * and what is only so here.
 */
#include "tables.h"

#include <abi/objects.h>

#include "../page_tables_test.h"

void kernel_space_share(word_t *table)
{
    table[TABLE_ENTRIES - 1] = ENTRY_VALID | ENTRY_READ;
}

static uint64_t leaf_make(paddr_t paddr, unsigned attributes)
{
    uint64_t leaf = paddr >> 2 | 0xd0;

    leaf |= (attributes & MAP_READ) != 0 ? 0x3 : 0;
    leaf |= (attributes & MAP_WRITE) != 0 ? 0x7 : 0;
    leaf |= (attributes & MAP_EXECUTE) != 0 ? 0x9 : 0;
    return leaf;
}

static uint64_t leaf_protect(uint64_t leaf, unsigned attributes)
{
    return leaf_make((leaf & ENTRY_ADDRESS) << 2, attributes);
}

static uint64_t leaf_find(vaddr_t address)
{
    unsigned level;
    word_t entry = *tables_find(model.space.root, address, &level);

    return entry == 0 ? 0 : entry + (address % level_span(level) >> 2);
}

static const struct leaf_rules rules = {
    .make = leaf_make,
    .protect = leaf_protect,
    .find = leaf_find,
    .map_attributes = 7,
    .protect_attributes = 7,
};

static void start_empty(void)
{
    model_start(&rules);
}

static void one_cut_is_not_counted_twice(void)
{
    start_empty();
    model_map((0x40000000 - MODEL_WINDOW) / PAGE_SIZE, GIGA_PAGES, 0x80000000, MAP_READ);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40000000, GIGA_PAGES, PADDR_NONE), 0);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40001000, 1, PADDR_NONE), 1);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40001000, LARGE_PAGES, PADDR_NONE), 2);
    CHECK_EQ(paging_pages_needed(&model.space, 0x40200000, LARGE_PAGES, PADDR_NONE), 0);
    CHECK_EQ(paging_pages_needed(&model.space, 0x10000000, GIGA_PAGES, PADDR_NONE), 0);
}

static void a_page_without_rights_is_no_table(void)
{
    start_empty();
    model_map(0, LARGE_PAGES, 0x80000000, MAP_READ | MAP_WRITE);
    model_protect(0, LARGE_PAGES, 0);
    CHECK_EQ(leaf_find(model_address(5)) & ENTRY_VALID, 0);
    model_protect(5, 1, MAP_READ);
    CHECK_EQ(leaf_find(model_address(5)), leaf_make(0x80005000, MAP_READ));
    model_agrees(0, LARGE_PAGES);
}

static void permits_what_the_tables_allow(void)
{
    start_empty();
    model_map(0, LARGE_PAGES, 0x80000000, MAP_READ | MAP_WRITE);
    model_map(LARGE_PAGES, 1, 0x80000000, MAP_EXECUTE);
    CHECK(paging_permits(&model.space, model_address(5), MAP_READ));
    CHECK(paging_permits(&model.space, model_address(5) + 17, MAP_WRITE));
    CHECK(!paging_permits(&model.space, model_address(5), MAP_EXECUTE));
    CHECK(paging_permits(&model.space, model_address(LARGE_PAGES), MAP_EXECUTE));
    CHECK(!paging_permits(&model.space, model_address(LARGE_PAGES), MAP_READ));
    CHECK(!paging_permits(&model.space, model_address(LARGE_PAGES + 1), MAP_READ));
    CHECK(!paging_permits(&model.space, KERNEL_IMAGE_BASE, MAP_READ));
    model_protect(0, LARGE_PAGES, 0);
    CHECK(!paging_permits(&model.space, model_address(5), MAP_READ));
}

static void kernel_half_survives(void)
{
    start_empty();
    model_map(0, 1, 0x80001000, MAP_READ);
    model_collect();
    model_destroy();
    CHECK_EQ(model.root->entry[TABLE_ENTRIES - 1], ENTRY_VALID | ENTRY_READ);
    for (size_t i = 0; i < TABLE_ENTRIES - 1; i++)
        CHECK_EQ(model.root->entry[i], 0);
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
    start_empty();
    return check_run(tests, array_count(tests), check_put_stdout);
}

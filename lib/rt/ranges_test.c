/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free ranges against a map of bytes: what is taken was free and is aligned, neighbours merge.
 */
#include <check/check.h>
#include <rt/ranges.h>

enum { PARTS = 16, SPAN = 1024 };

static void neighbours_merge(void)
{
    struct rt_range storage[PARTS];
    struct rt_ranges ranges;

    rt_ranges_init(&ranges, storage, PARTS);
    CHECK_EQ(rt_ranges_give(&ranges, 0x1000, 0x1000), OK);
    CHECK_EQ(rt_ranges_give(&ranges, 0x3000, 0x1000), OK);
    CHECK_EQ(ranges.count, 2);
    CHECK_EQ(rt_ranges_give(&ranges, 0x2000, 0x1000), OK);
    CHECK_EQ(ranges.count, 1);
    CHECK_EQ(storage[0].start, 0x1000);
    CHECK_EQ(storage[0].size, 0x3000);
}

static void full_storage_is_an_error_that_changes_nothing(void)
{
    struct rt_range storage[2];
    struct rt_ranges ranges;
    word_t start = 0;

    rt_ranges_init(&ranges, storage, 2);
    CHECK_EQ(rt_ranges_give(&ranges, 0, 16), OK);
    CHECK_EQ(rt_ranges_give(&ranges, 100, 16), OK);
    CHECK_EQ(rt_ranges_give(&ranges, 50, 16), ERR_OVER_LIMIT);
    CHECK_EQ(rt_ranges_take_at(&ranges, 4, 4), ERR_OVER_LIMIT);
    CHECK_EQ(rt_ranges_free_bytes(&ranges), 32);
    CHECK_EQ(rt_ranges_take(&ranges, 32, 1, &start), ERR_NO_MEMORY);
}

static void only_free_places_are_taken(void)
{
    struct rt_range storage[PARTS];
    struct rt_ranges ranges;

    rt_ranges_init(&ranges, storage, PARTS);
    CHECK_EQ(rt_ranges_take_at(&ranges, 0, 1), ERR_IN_USE);
    CHECK_EQ(rt_ranges_give(&ranges, 64, 64), OK);
    CHECK_EQ(rt_ranges_take_at(&ranges, 63, 2), ERR_IN_USE);
    CHECK_EQ(rt_ranges_take_at(&ranges, 127, 2), ERR_IN_USE);
    CHECK_EQ(rt_ranges_take_at(&ranges, 128, 1), ERR_IN_USE);
    CHECK_EQ(rt_ranges_take_at(&ranges, 64, 64), OK);
    CHECK_EQ(ranges.count, 0);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static bool is_all(const bool *free, word_t start, word_t size, bool expected)
{
    for (word_t i = start; i < start + size; i++) {
        if (free[i] != expected)
            return false;
    }
    return true;
}

/* Every part handed out lies in what is free; in the end all of it is one part again. */
static void random_use_agrees_with_a_byte_map(void)
{
    struct rt_range storage[SPAN], taken[SPAN];
    bool free[SPAN];
    struct rt_ranges ranges;
    uint32_t seed = 1, count = 0;

    rt_ranges_init(&ranges, storage, SPAN);
    CHECK_EQ(rt_ranges_give(&ranges, 0, SPAN), OK);
    for (unsigned i = 0; i < SPAN; i++)
        free[i] = true;

    for (unsigned step = 0; step < 20000; step++) {
        word_t size = 1 + next_random(&seed) % 40, start = 0;
        word_t alignment = (word_t)1 << next_random(&seed) % 5;

        if (next_random(&seed) % 2 == 0 && count > 0) {
            struct rt_range *range = &taken[next_random(&seed) % count];

            CHECK_EQ(rt_ranges_give(&ranges, range->start, range->size), OK);
            for (word_t i = range->start; i < range->start + range->size; i++)
                free[i] = true;
            *range = taken[--count];
        } else if (rt_ranges_take(&ranges, size, alignment, &start) == OK) {
            CHECK(is_aligned(start, alignment));
            if (!CHECK(start + size <= SPAN && is_all(free, start, size, true)))
                return;
            for (word_t i = start; i < start + size; i++)
                free[i] = false;
            taken[count++] = (struct rt_range){start, size};
        }
    }
    while (count > 0) {
        count--;
        CHECK_EQ(rt_ranges_give(&ranges, taken[count].start, taken[count].size), OK);
    }
    CHECK_EQ(ranges.count, 1);
    CHECK_EQ(rt_ranges_free_bytes(&ranges), SPAN);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"neighbours_merge", neighbours_merge},
        {"full_storage_is_an_error_that_changes_nothing",
         full_storage_is_an_error_that_changes_nothing},
        {"only_free_places_are_taken", only_free_places_are_taken},
        {"random_use_agrees_with_a_byte_map", random_use_agrees_with_a_byte_map},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

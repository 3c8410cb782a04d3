/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked arithmetic, bits and alignment: at their edges, and against the plainest definition.
 */
#include <base/bits.h>
#include <base/checked.h>
#include <check/check.h>

static void sums_that_fit_are_stored_and_others_refused(void)
{
    uint64_t u64;
    word_t word;
    size_t size;

    CHECK(u64_add(UINT64_MAX - 1, 1, &u64) && u64 == UINT64_MAX);
    CHECK(!u64_add(UINT64_MAX, 1, &u64));
    CHECK(word_add(UINTPTR_MAX, 0, &word) && word == UINTPTR_MAX);
    CHECK(!word_add(UINTPTR_MAX, UINTPTR_MAX, &word));
    CHECK(size_add(1, 2, &size) && size == 3);
    CHECK(!size_add(SIZE_MAX, 1, &size));
}

static void differences_below_zero_are_refused(void)
{
    uint64_t u64;
    word_t word;
    size_t size;

    CHECK(u64_sub(5, 5, &u64) && u64 == 0);
    CHECK(!u64_sub(0, 1, &u64));
    CHECK(word_sub(7, 5, &word) && word == 2);
    CHECK(!word_sub(5, 7, &word));
    CHECK(!size_sub(0, SIZE_MAX, &size));
}

static void products_that_wrap_are_refused(void)
{
    uint64_t u64;
    word_t word;
    size_t size;

    CHECK(u64_mul(UINT32_MAX, UINT32_MAX, &u64) && u64 == 0xfffffffe00000001u);
    CHECK(!u64_mul(1ull << 32, 1ull << 32, &u64));
    CHECK(!word_mul(UINTPTR_MAX / 2, 3, &word));
    CHECK(word_mul(UINTPTR_MAX, 1, &word) && word == UINTPTR_MAX);
    CHECK(!size_mul(SIZE_MAX, 2, &size));
    CHECK(size_mul(SIZE_MAX, 0, &size) && size == 0);
}

static void ranges_are_judged_without_wrapping(void)
{
    CHECK(word_range_fits(0, 10, 10));
    CHECK(word_range_fits(10, 0, 10));
    CHECK(!word_range_fits(1, 10, 10));
    CHECK(!word_range_fits(UINTPTR_MAX, 2, 10));
    CHECK(!u64_range_fits(2, UINT64_MAX, UINT64_MAX));
    CHECK(u64_range_fits(0, UINT64_MAX, UINT64_MAX));

    CHECK(u64_ranges_overlap(0, 2, 1, 2));
    CHECK(u64_ranges_overlap(1, 2, 0, 2));
    CHECK(!u64_ranges_overlap(0, 2, 2, 2));
    CHECK(!u64_ranges_overlap(2, 2, 0, 2));
    CHECK(!u64_ranges_overlap(5, 0, 0, 10));
    CHECK(u64_ranges_overlap(UINT64_MAX - 1, 1, 0, UINT64_MAX));
}

static unsigned slow_count(uint64_t value)
{
    unsigned ones = 0;

    for (unsigned i = 0; i < 64; i++)
        ones += (unsigned)(value >> i & 1);
    return ones;
}

static void bits_are_found_where_they_are(void)
{
    uint64_t noise = 88172645463325252u;

    for (unsigned low = 0; low < 64; low++) {
        for (unsigned high = low; high < 64; high++) {
            uint64_t ends = 1ull << low | 1ull << high;
            uint64_t value;

            noise = noise * 6364136223846793005u + 1442695040888963407u;
            value = ends | (noise & ((1ull << high) - (1ull << low)));
            CHECK_EQ(u64_first_set(value), low);
            CHECK_EQ(u64_last_set(value), high);
            CHECK_EQ(u64_count_ones(value), slow_count(value));
            CHECK_EQ(is_power_of_two(value), low == high);
        }
    }
    CHECK_EQ(u64_count_ones(0), 0);
    CHECK_EQ(word_count_ones(UINTPTR_MAX), WORD_BITS);
    CHECK_EQ(word_first_set((word_t)1 << (WORD_BITS - 1)), WORD_BITS - 1);
    CHECK_EQ(word_last_set((word_t)1), 0);
    CHECK(!is_power_of_two(0));
}

static void alignment_rounds_both_ways(void)
{
    CHECK_EQ(align_up(0, 4096), 0);
    CHECK_EQ(align_up(1, 4096), 4096);
    CHECK_EQ(align_up(4096, 4096), 4096);
    CHECK_EQ(align_up(UINTPTR_MAX, 4096), 0);
    CHECK_EQ(align_down(4095, 4096), 0);
    CHECK_EQ(align_down(8191, 4096), 4096);
    CHECK(is_aligned(8192, 4096) && !is_aligned(8193, 4096));
    CHECK_EQ(paddr_align_up(0x100000001u, 0x1000), 0x100001000u);
    CHECK_EQ(paddr_align_down(0x1ffffffffu, 0x100000000u), 0x100000000u);
    CHECK(paddr_is_aligned(0x300000000u, 0x100000000u));
}

int main(void)
{
    static const struct check_test tests[] = {
        {"sums_that_fit_are_stored_and_others_refused",
         sums_that_fit_are_stored_and_others_refused},
        {"differences_below_zero_are_refused", differences_below_zero_are_refused},
        {"products_that_wrap_are_refused", products_that_wrap_are_refused},
        {"ranges_are_judged_without_wrapping", ranges_are_judged_without_wrapping},
        {"bits_are_found_where_they_are", bits_are_found_where_they_are},
        {"alignment_rounds_both_ways", alignment_rounds_both_ways},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strings with bounds, and the four compiler-called functions at every alignment and size.
 *
 * The build compiles libc_symbols.c for this program under the names plain_memcpy and so on, so
 * that they stand beside the C library's own.
 */
#include <base/memory.h>
#include <check/check.h>
#include <stdalign.h>

enum { AREA = 160, OFFSETS = 9, SIZES = 80, MARGIN = 16 };

void *plain_memcpy(void *restrict to, const void *restrict from, size_t size);
void *plain_memmove(void *to, const void *from, size_t size);
void *plain_memset(void *to, int byte, size_t size);
int plain_memcmp(const void *a, const void *b, size_t size);

struct area {
    alignas(16) uint8_t bytes[AREA];
};

static struct area numbered(uint8_t start)
{
    struct area area;

    for (size_t i = 0; i < AREA; i++)
        area.bytes[i] = (uint8_t)(start + i);
    return area;
}

static void memcpy_copies_exactly_the_range(void)
{
    struct area source = numbered(1);

    for (size_t to = 0; to < OFFSETS; to++) {
        for (size_t from = 0; from < OFFSETS; from++) {
            for (size_t size = 0; size < SIZES; size++) {
                struct area area = numbered(101);
                struct area expected = area;

                for (size_t i = 0; i < size; i++)
                    expected.bytes[MARGIN + to + i] = source.bytes[from + i];
                CHECK(plain_memcpy(&area.bytes[MARGIN + to], &source.bytes[from], size) ==
                      &area.bytes[MARGIN + to]);
                CHECK(mem_equal(&area, &expected, sizeof(area)));
            }
        }
    }
}

static void memmove_copies_overlapping_ranges(void)
{
    for (size_t to = 0; to < 2 * MARGIN; to++) {
        for (size_t from = 0; from < 2 * MARGIN; from++) {
            for (size_t size = 0; size < SIZES; size++) {
                struct area source = numbered(1);
                struct area area = source;
                struct area expected = source;

                for (size_t i = 0; i < size; i++)
                    expected.bytes[to + i] = source.bytes[from + i];
                CHECK(plain_memmove(&area.bytes[to], &area.bytes[from], size) == &area.bytes[to]);
                CHECK(mem_equal(&area, &expected, sizeof(area)));
            }
        }
    }
}

static void memset_fills_exactly_the_range(void)
{
    for (size_t to = 0; to < OFFSETS; to++) {
        for (size_t size = 0; size < SIZES; size++) {
            struct area area = numbered(1);
            struct area expected = area;

            for (size_t i = 0; i < size; i++)
                expected.bytes[MARGIN + to + i] = 0xa5;
            CHECK(plain_memset(&area.bytes[MARGIN + to], 0x3a5, size) == &area.bytes[MARGIN + to]);
            CHECK(mem_equal(&area, &expected, sizeof(area)));
        }
    }
}

static void memcmp_orders_by_the_first_unsigned_difference(void)
{
    CHECK_EQ(plain_memcmp("abc", "abc", 3), 0);
    CHECK_EQ(plain_memcmp("abc", "abd", 2), 0);
    CHECK(plain_memcmp("abcz", "abda", 4) < 0);
    CHECK(plain_memcmp("\xff", "\x01", 1) > 0);
    CHECK_EQ(plain_memcmp("x", "y", 0), 0);
}

static void string_comparisons(void)
{
    CHECK(str_equal("", ""));
    CHECK(str_equal("uart", "uart"));
    CHECK(!str_equal("uart", "uart0"));
    CHECK(!str_equal("uart0", "uart"));
    CHECK(str_starts_with("uart@9000", "uart@"));
    CHECK(str_starts_with("uart", ""));
    CHECK(!str_starts_with("ua", "uart"));
    CHECK(str_equal_bounded("uart@9000", 4, "uart"));
    CHECK(!str_equal_bounded("uart@9000", 5, "uart"));
    CHECK(!str_equal_bounded("uart", 3, "uart"));
    CHECK(str_equal_bounded("x", 0, ""));
}

static void lengths_stop_at_the_bound(void)
{
    static const char unterminated[2] = {'a', 'b'};

    CHECK_EQ(str_length("four"), 4);
    CHECK_EQ(str_length_bounded("four", 9), 4);
    CHECK_EQ(str_length_bounded(unterminated, 2), 2);
    CHECK(!str_is_terminated(unterminated, 2));
    CHECK(str_is_terminated("ab", 3));
    CHECK(!str_is_terminated("ab", 2));
    CHECK(!str_is_terminated("", 0));
}

static void copy_is_cut_and_terminated(void)
{
    char out[5] = "####";

    CHECK_EQ(str_copy(out, 4, "seven77"), 7);
    CHECK_STR(out, "sev");
    CHECK_EQ(str_copy(out, sizeof(out), "four"), 4);
    CHECK_STR(out, "four");
    CHECK_EQ(str_copy(out, 1, "x"), 1);
    CHECK_STR(out, "");
}

static void erase_zeroes_exactly_the_range(void)
{
    char secret[4] = "abcd";

    mem_erase(secret + 1, 2);
    CHECK(mem_equal(secret, "a\0\0d", sizeof(secret)));
}

int main(void)
{
    static const struct check_test tests[] = {
        {"memcpy_copies_exactly_the_range", memcpy_copies_exactly_the_range},
        {"memmove_copies_overlapping_ranges", memmove_copies_overlapping_ranges},
        {"memset_fills_exactly_the_range", memset_fills_exactly_the_range},
        {"memcmp_orders_by_the_first_unsigned_difference",
         memcmp_orders_by_the_first_unsigned_difference},
        {"string_comparisons", string_comparisons},
        {"lengths_stop_at_the_bound", lengths_stop_at_the_bound},
        {"copy_is_cut_and_terminated", copy_is_cut_and_terminated},
        {"erase_zeroes_exactly_the_range", erase_zeroes_exactly_the_range},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

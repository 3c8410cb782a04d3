/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The formatter against the texts that a C library would write, and its bound.
 */
#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>

static char text[128];

static void integers_of_every_length(void)
{
    format(text, sizeof(text), "%d %i %u", -1, 42, 4294967295u);
    CHECK_STR(text, "-1 42 4294967295");
    format(text, sizeof(text), "%ld %lu", -7L, 7UL);
    CHECK_STR(text, "-7 7");
    format(text, sizeof(text), "%lld %llu", (long long)INT64_MIN, (unsigned long long)UINT64_MAX);
    CHECK_STR(text, "-9223372036854775808 18446744073709551615");
    format(text, sizeof(text), "%d %zu", INT32_MIN, (size_t)1000);
    CHECK_STR(text, "-2147483648 1000");
    format(text, sizeof(text), "%x %X %lx %llx", 0xbeefu, 0xbeefu, 0xfUL, 0x123456789abcdefULL);
    CHECK_STR(text, "beef BEEF f 123456789abcdef");
    format(text, sizeof(text), "%d%u%x", 0, 0u, 0u);
    CHECK_STR(text, "000");
}

static void width_and_padding(void)
{
    format(text, sizeof(text), "[%5d][%-5d][%05d][%*d]", 42, 42, -42, 4, 7);
    CHECK_STR(text, "[   42][42   ][-0042][   7]");
    format(text, sizeof(text), "[%08x][%4s][%-4s][%2s]", 0xabcu, "ab", "ab", "abc");
    CHECK_STR(text, "[00000abc][  ab][ab  ][abc]");
    format(text, sizeof(text), "[%3c][%-3c]", 'x', 'y');
    CHECK_STR(text, "[  x][y  ]");
}

static void strings_end_at_precision(void)
{
    static const char unterminated[3] = {'a', 'b', 'c'};

    format(text, sizeof(text), "%.*s|%.2s|%.s|", 3, unterminated, "xyz", "gone");
    CHECK_STR(text, "abc|xy||");
    format(text, sizeof(text), "%.*s", -1, "negative counts as none");
    CHECK_STR(text, "");
}

static void pointers_have_full_width(void)
{
    size_t length = format(text, sizeof(text), "%p", (void *)0x1234);

    CHECK_EQ(length, 2 * WORD_BYTES);
    CHECK_STR(text + length - 5, "01234");
}

static void percent_and_unknown_directives_stand_as_they_are(void)
{
    const char *unknown = "100%% %q %"; /* not a literal: the compiler would refuse it */

    format(text, sizeof(text), "100%%");
    CHECK_STR(text, "100%");
    format(text, sizeof(text), unknown, 0);
    CHECK_STR(text, "100% %q %");
}

static void null_string_is_shown(void)
{
    const char *volatile none = NULL;

    format(text, sizeof(text), "%s", none);
    CHECK_STR(text, "(null)");
}

static void output_is_cut_and_terminated_at_every_size(void)
{
    static const char whole[] = "ab-12345";

    for (size_t size = 0; size <= sizeof(whole) + 1; size++) {
        size_t kept = size == 0 ? 0 : size - 1;

        mem_set(text, '#', sizeof(text));
        CHECK_EQ(format(text, size, "%s%d", "ab", -12345), sizeof(whole) - 1);
        CHECK_EQ(text[size], '#');
        if (size == 0)
            continue;
        kept = kept < sizeof(whole) - 1 ? kept : sizeof(whole) - 1;
        CHECK(mem_equal(text, whole, kept));
        CHECK_EQ(text[kept], '\0');
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"integers_of_every_length", integers_of_every_length},
        {"width_and_padding", width_and_padding},
        {"strings_end_at_precision", strings_end_at_precision},
        {"pointers_have_full_width", pointers_have_full_width},
        {"percent_and_unknown_directives_stand_as_they_are",
         percent_and_unknown_directives_stand_as_they_are},
        {"null_string_is_shown", null_string_is_shown},
        {"output_is_cut_and_terminated_at_every_size", output_is_cut_and_terminated_at_every_size},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

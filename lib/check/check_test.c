/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks check themselves: a failing check must fail its test, and say so.
 *
 * One program has one run, so the runs under test write into a buffer and are over before the run
 * that judges them begins.
 */
#include <base/memory.h>
#include <check/check.h>

enum { CAPTURE_MAX = 8192 };

struct capture {
    char text[CAPTURE_MAX];
    size_t length;
    int failed;
};

static struct capture captured;

static void put_captured(const char *text)
{
    size_t room = CAPTURE_MAX - captured.length;
    size_t length = str_copy(captured.text + captured.length, room, text);

    captured.length += length < room ? length : room - 1;
}

static void passes(void)
{
    CHECK(1 + 1 == 2);
    CHECK_EQ(-1, -1);
    CHECK_STR("same", "same");
}

static void fails_a_condition(void)
{
    CHECK(1 + 1 == 3);
}

static void fails_an_equality(void)
{
    CHECK_EQ(-1, 16);
}

static void fails_a_text(void)
{
    CHECK_STR("this", "that");
}

static void skips(void)
{
    check_skip("no such device");
}

static void fails_and_skips(void)
{
    CHECK(false);
    check_skip("too late");
}

static void fails_often(void)
{
    for (unsigned i = 0; i < 1000; i++)
        CHECK(false);
}

static bool report_has(const char *line)
{
    for (size_t at = 0; at < captured.length; at++) {
        if (str_starts_with(captured.text + at, line))
            return true;
    }
    return false;
}

static void report_counts_tests_and_names_failures(void)
{
    CHECK_EQ(captured.failed, 5);
    CHECK(str_starts_with(captured.text, "1..7\n"));
    CHECK(report_has("\nok 1 passes\n"));
    CHECK(report_has("\nnot ok 2 condition\n"));
    CHECK(report_has("\nnot ok 3 equality\n"));
    CHECK(report_has("\nnot ok 4 text\n"));
    CHECK(report_has("\nok 5 skips # SKIP no such device\n"));
    CHECK(report_has("\nnot ok 6 fails and skips\n"));
    CHECK(report_has("\nnot ok 7 often\n"));
}

static void report_shows_what_was_expected(void)
{
    CHECK(report_has(": 1 + 1 == 3\n"));
    CHECK(report_has("-1 == 16: -1 (0xffffffffffffffff) is not 16 (0x10)\n"));
    CHECK(report_has("\"this\" is not \"that\"\n"));
}

static void report_of_many_failures_stays_short(void)
{
    CHECK(report_has("# further failures of this test are not shown\n"));
    CHECK(captured.length < CAPTURE_MAX / 2);
}

int main(void)
{
    static const struct check_test judged[] = {
        {"passes", passes},
        {"condition", fails_a_condition},
        {"equality", fails_an_equality},
        {"text", fails_a_text},
        {"skips", skips},
        {"fails and skips", fails_and_skips},
        {"often", fails_often},
    };
    static const struct check_test tests[] = {
        {"report_counts_tests_and_names_failures", report_counts_tests_and_names_failures},
        {"report_shows_what_was_expected", report_shows_what_was_expected},
        {"report_of_many_failures_stays_short", report_of_many_failures_stays_short},
    };

    captured.failed = check_run(judged, array_count(judged), put_captured);
    return check_run(tests, array_count(tests), check_put_stdout);
}

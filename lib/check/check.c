/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a table of tests and writes TAP.
 *
 * Needs nothing but base: where the text goes is the caller's business.
 */
#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>

enum { LINE_MAX_BYTES = 256, SHOWN_FAILURES = 20, EXIT_MAX = 100 };

static struct {
    check_put_fn *put;
    unsigned failures; /* in the running test */
    const char *skipped; /* why, or NULL */
} run;

void check_note(const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;

    va_start(args, fmt);
    format_v(line, sizeof(line), fmt, args);
    va_end(args);

    run.put("# ");
    run.put(line);
    run.put("\n");
}

/* Counts a failure; false once enough of this test have been shown. */
static bool count_failure(void)
{
    run.failures++;
    if (run.failures == SHOWN_FAILURES + 1)
        check_note("further failures of this test are not shown");
    return run.failures <= SHOWN_FAILURES;
}

bool check_true(bool holds, const char *what, const char *file, int line)
{
    if (!holds && count_failure())
        check_note("%s:%d: %s", file, line, what);
    return holds;
}

bool check_equal(uint64_t a, uint64_t b, const char *what, const char *file, int line)
{
    if (a != b && count_failure())
        check_note("%s:%d: %s: %lld (0x%llx) is not %lld (0x%llx)", file, line, what,
                   (long long)a, (unsigned long long)a, (long long)b, (unsigned long long)b);
    return a == b;
}

bool check_text(const char *a, const char *b, const char *what, const char *file, int line)
{
    bool is_equal = a != NULL && b != NULL && str_equal(a, b);

    if (!is_equal && count_failure())
        check_note("%s:%d: %s: \"%s\" is not \"%s\"", file, line, what, a, b);
    return is_equal;
}

void check_skip(const char *why)
{
    run.skipped = why;
}

static void report(size_t number, const char *name)
{
    char line[LINE_MAX_BYTES];
    bool is_skipped = run.failures == 0 && run.skipped != NULL;

    format(line, sizeof(line), "%sok %zu %s%s%s\n", run.failures > 0 ? "not " : "", number, name,
           is_skipped ? " # SKIP " : "", is_skipped ? run.skipped : "");
    run.put(line);
}

int check_run(const struct check_test *tests, size_t count, check_put_fn *put)
{
    char line[LINE_MAX_BYTES];
    int failed = 0;

    run.put = put;
    format(line, sizeof(line), "1..%zu\n", count);
    put(line);

    for (size_t i = 0; i < count; i++) {
        run.failures = 0;
        run.skipped = NULL;
        tests[i].run();
        report(i + 1, tests[i].name);
        if (run.failures > 0 && failed < EXIT_MAX)
            failed++;
    }
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks for test programs, on the host and on the target alike.
 *
 * A test program is a table of named functions; check_run calls them in order and writes TAP
 * through the function it is given.  A failed check is reported with its place and makes its test
 * `not ok`; it does not leave the test, but is an expression, so a test whose rest would make no
 * sense says `if (!CHECK(...)) return;`.
 *
 * A check needs no argument that says which test it is in, so helper functions can check too: the
 * one program's one run is the only state, and it lives in check.c.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <base/compiler.h>
#include <base/types.h>

struct check_test {
    const char *name; /* the promise, as in `full_ring_rejects_push` */
    void (*run)(void);
};

/* Writes terminated text, which may be a part of a line. */
typedef void check_put_fn(const char *text);

/* Runs all tests and writes their report.  Returns the number that failed, at most 100. */
int check_run(const struct check_test *tests, size_t count, check_put_fn *put);

/* Marks the running test as skipped, or as not offered, and why; it must not have failed. */
void check_skip(const char *why);

/* A line of explanation in the report. */
PRINTF_LIKE(1, 2) void check_note(const char *fmt, ...);

/* For host programs: a check_put_fn that writes to standard output. */
void check_put_stdout(const char *text);

/* The condition holds. */
#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)

/* Two integers, or two strings, are equal; on failure both values are shown. */
#define CHECK_EQ(a, b) \
    check_equal((uint64_t)(a), (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)
#define CHECK_STR(a, b) check_text((a), (b), #a " == " #b, __FILE__, __LINE__)

/* What the macros call. */
bool check_true(bool holds, const char *what, const char *file, int line);
bool check_equal(uint64_t a, uint64_t b, const char *what, const char *file, int line);
bool check_text(const char *a, const char *b, const char *what, const char *file, int line);

#endif

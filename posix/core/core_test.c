/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the core that need no kernel: who waits on what, and lines.
 */
#include "futex.h"
#include "lines.h"

#include <base/memory.h>
#include <check/check.h>

enum { WAITERS = 5 };

static struct futex futex;
static struct futex_waiter waiters[WAITERS];
static uint32_t word, other;

/* Waiters 0, 2 and 4 wait on `word`, the others on `other`. */
static void set_up(void)
{
    futex_init(&futex);
    for (unsigned i = 0; i < WAITERS; i++)
        futex_add(&futex, &waiters[i], i % 2 == 0 ? &word : &other);
}

static void they_are_woken_in_the_order_they_came(void)
{
    set_up();
    CHECK(futex_take(&futex, &word) == &waiters[0]);
    CHECK(waiters[0].word == NULL);
    CHECK(futex_take(&futex, &word) == &waiters[2]);
    CHECK(futex_take(&futex, &word) == &waiters[4]);
    CHECK(futex_take(&futex, &word) == NULL);
    CHECK(futex_take(&futex, &other) == &waiters[1]);
}

static void one_that_gives_up_is_not_woken(void)
{
    set_up();
    futex_remove(&futex, &waiters[0]);
    futex_remove(&futex, &waiters[0]);
    CHECK(futex_take(&futex, &word) == &waiters[2]);
}

static void so_many_are_moved_and_wait_behind_the_others(void)
{
    set_up();
    CHECK_EQ(futex_move(&futex, &word, 2, &other), 2);
    CHECK(futex_take(&futex, &word) == &waiters[4]);
    CHECK(futex_take(&futex, &other) == &waiters[1]);
    CHECK(futex_take(&futex, &other) == &waiters[3]);
    CHECK(futex_take(&futex, &other) == &waiters[0]);
    CHECK(futex_take(&futex, &other) == &waiters[2]);
    CHECK_EQ(futex_move(&futex, &word, 7, &other), 0);
    set_up();
    CHECK_EQ(futex_move(&futex, &word, 7, &word), 0);
}

static void a_line_comes_out_at_its_end(void)
{
    struct lines lines = {0};

    CHECK(!lines_rest(&lines));
    CHECK(!lines_take(&lines, 'a'));
    CHECK(!lines_take(&lines, 'b'));
    CHECK(lines_rest(&lines));
    CHECK(lines_take(&lines, '\n'));
    CHECK_STR(lines.text, "ab");
    lines_clear(&lines);
    CHECK(lines_take(&lines, '\n'));
    CHECK_STR(lines.text, "");
}

static void a_long_line_comes_out_in_pieces(void)
{
    struct lines lines = {0};

    for (unsigned i = 1; i < LINES_BYTES; i++)
        CHECK(!lines_take(&lines, 'x'));
    CHECK(lines_take(&lines, 'y'));
    CHECK_EQ(str_length(lines.text), LINES_BYTES);
    lines_clear(&lines);
    CHECK(!lines_take(&lines, 'z'));
    CHECK(lines_rest(&lines));
    CHECK_STR(lines.text, "z");
}

int main(void)
{
    static const struct check_test tests[] = {
        {"they_are_woken_in_the_order_they_came", they_are_woken_in_the_order_they_came},
        {"one_that_gives_up_is_not_woken", one_that_gives_up_is_not_woken},
        {"so_many_are_moved_and_wait_behind_the_others",
         so_many_are_moved_and_wait_behind_the_others},
        {"a_line_comes_out_at_its_end", a_line_comes_out_at_its_end},
        {"a_long_line_comes_out_in_pieces", a_long_line_comes_out_in_pieces},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store under a clock that the test turns.
 */
#include "store.h"

#include <base/format.h>
#include <base/memory.h>
#include <check/check.h>

static const uint64_t SECOND = 1000000000;
static const struct store_rate plenty = {.burst = 100000, .per_second = 1000};

static struct store store;
static struct store_line line;

static void set_up(const struct store_rate *rate)
{
    store_init(&store, rate, STORE_INFO);
}

static status_t write_at(uint32_t app, word_t level, const char *text, uint64_t now_ns)
{
    bool is_kept;

    return store_write(&store, app, level, text, (uint32_t)str_length(text), now_ns, &is_kept);
}

/* The text of the first line after a number, or "" when there is none. */
static const char *read_after(uint32_t app, uint64_t after)
{
    static char text[STORE_TEXT_MAX + 1];

    text[0] = '\0';
    if (store_read(&store, app, after, &line)) {
        mem_copy(text, line.text, line.size);
        text[line.size] = '\0';
    }
    return text;
}

static void lines_are_read_as_they_were_written(void)
{
    uint32_t a, b;

    set_up(&plenty);
    a = store_enter(&store, "a", 0);
    b = store_enter(&store, "b", 0);
    CHECK_EQ(write_at(a, STORE_INFO, "one", 7), OK);
    CHECK_EQ(write_at(b, STORE_ERROR, "two", 8), OK);
    CHECK_EQ(write_at(a, STORE_WARNING, "", 9), OK);
    CHECK_STR(read_after(STORE_NONE, 0), "one");
    CHECK_EQ(line.number, 1);
    CHECK_EQ(line.time_ns, 7);
    CHECK_EQ(line.app, a);
    CHECK_STR(read_after(STORE_NONE, 1), "two");
    CHECK_EQ(line.level, STORE_ERROR);
    CHECK_EQ(line.app, b);
    CHECK(store_read(&store, STORE_NONE, 2, &line));
    CHECK_EQ(line.size, 0);
    CHECK(!store_read(&store, STORE_NONE, 3, &line));
    CHECK_STR(read_after(b, 0), "two");
    CHECK(!store_read(&store, b, 2, &line));
}

static void old_lines_give_way_and_are_counted(void)
{
    enum { LINES = 5000 };
    char text[STORE_TEXT_MAX + 1];
    uint64_t number = 0, expected;
    uint32_t a;

    set_up(&plenty);
    a = store_enter(&store, "a", 0);
    for (unsigned i = 1; i <= LINES; i++) {
        size_t length = format(text, sizeof(text), "%u", i);

        while (length < i * 7 % STORE_TEXT_MAX)
            text[length++] = '.';
        text[length] = '\0';
        CHECK_EQ(write_at(a, STORE_INFO, text, i), OK);
    }
    CHECK_EQ(store.apps[a].written, LINES);
    expected = store.apps[a].lost + 1;
    while (store_read(&store, a, number, &line)) {
        char start[16];
        size_t length = format(start, sizeof(start), "%u", (unsigned)line.number);

        CHECK_EQ(line.number, expected);
        CHECK(line.size >= length && mem_equal(line.text, start, length));
        number = line.number;
        expected++;
    }
    CHECK_EQ(number, LINES);
    CHECK(store.apps[a].lost < LINES - STORE_RING_BYTES / (STORE_TEXT_MAX + 24));
}

static void an_app_that_writes_too_fast_loses_its_own_lines_only(void)
{
    static const struct store_rate rate = {.burst = 3, .per_second = 2};
    uint32_t a, b;

    set_up(&rate);
    a = store_enter(&store, "a", 10 * SECOND);
    b = store_enter(&store, "b", 10 * SECOND);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(write_at(a, STORE_INFO, "x", 10 * SECOND), OK);
    CHECK_EQ(write_at(a, STORE_INFO, "x", 10 * SECOND), ERR_OVER_LIMIT);
    CHECK_EQ(write_at(a, STORE_INFO, "x", 10 * SECOND + SECOND / 4), ERR_OVER_LIMIT);
    CHECK_EQ(store.apps[a].dropped, 2);
    CHECK_EQ(write_at(a, STORE_INFO, "x", 10 * SECOND + SECOND / 2), OK);
    CHECK_EQ(write_at(a, STORE_INFO, "x", 10 * SECOND + SECOND / 2), ERR_OVER_LIMIT);
    CHECK_EQ(write_at(b, STORE_INFO, "y", 10 * SECOND + SECOND / 2), OK);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(write_at(a, STORE_INFO, "x", 1000 * SECOND), OK);
    CHECK_EQ(write_at(a, STORE_INFO, "x", 1000 * SECOND), ERR_OVER_LIMIT);
}

static void lines_above_the_level_are_neither_kept_nor_counted(void)
{
    bool is_kept = true;
    uint32_t a;

    set_up(&plenty);
    a = store_enter(&store, "a", 0);
    CHECK_EQ(store_write(&store, a, STORE_DEBUG, "x", 1, 0, &is_kept), OK);
    CHECK(!is_kept);
    CHECK_EQ(store.apps[a].written, 0);
    store.apps[a].level = STORE_DEBUG;
    CHECK_EQ(store_write(&store, a, STORE_DEBUG, "x", 1, 0, &is_kept), OK);
    CHECK(is_kept);
    CHECK_EQ(store_write(&store, a, STORE_LEVELS, "x", 1, 0, &is_kept), ERR_BAD_ARGUMENT);
    CHECK(!is_kept);
}

static void an_app_keeps_its_ring_over_restarts(void)
{
    uint32_t a;

    set_up(&plenty);
    a = store_enter(&store, "a", 0);
    CHECK_EQ(write_at(a, STORE_INFO, "before", 0), OK);
    CHECK_EQ(store_enter(&store, "a", SECOND), a);
    CHECK_STR(read_after(a, 0), "before");
    CHECK_EQ(store_find(&store, "b"), STORE_NONE);
    CHECK_EQ(store_find(&store, ""), STORE_NONE);
}

static void there_is_room_for_so_many_apps_and_no_more(void)
{
    char name[STORE_NAME_BYTES];

    set_up(&plenty);
    for (unsigned i = 0; i < STORE_APPS_MAX; i++) {
        format(name, sizeof(name), "app%u", i);
        CHECK_EQ(store_enter(&store, name, 0), i);
    }
    CHECK_EQ(store_enter(&store, "one more", 0), STORE_NONE);
    CHECK_EQ(store_enter(&store, "app3", 0), 3);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"lines_are_read_as_they_were_written", lines_are_read_as_they_were_written},
        {"old_lines_give_way_and_are_counted", old_lines_give_way_and_are_counted},
        {"an_app_that_writes_too_fast_loses_its_own_lines_only",
         an_app_that_writes_too_fast_loses_its_own_lines_only},
        {"lines_above_the_level_are_neither_kept_nor_counted",
         lines_above_the_level_are_neither_kept_nor_counted},
        {"an_app_keeps_its_ring_over_restarts", an_app_keeps_its_ring_over_restarts},
        {"there_is_room_for_so_many_apps_and_no_more", there_is_room_for_so_many_apps_and_no_more},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

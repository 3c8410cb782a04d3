/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may reach a terminal.
 */
#include "clean.h"

#include <base/memory.h>
#include <check/check.h>

static const char *clean(const char *text)
{
    static char out[80];

    str_copy(out, sizeof(out), text);
    clean_text(out, str_length(out));
    return out;
}

static void what_is_seen_is_left_as_it_is(void)
{
    CHECK_STR(clean("plain ~ text\nof lines"), "plain ~ text\nof lines");
    CHECK_STR(clean("21 \xc2\xb0"
                    "C \xe2\x9c\x93 \xf0\x9f\x8c\xa7"),
              "21 \xc2\xb0"
              "C \xe2\x9c\x93 \xf0\x9f\x8c\xa7");
}

static void controls_are_not(void)
{
    CHECK_STR(clean("a\x1b[2J\rb\x07\x08\x7f"), "a?[2J?b???");
    CHECK_STR(clean("\xc2\x9b"
                    "31m"),
              "??31m"); /* the same as ESC [ */
    CHECK_STR(clean("a\xe2\x80\xae"
                    "b"),
              "a???b"); /* from right to left */
    CHECK_STR(clean("a\xe2\x80\xa8"
                    "b"),
              "a???b"); /* the end of a line */
}

static void what_is_not_utf8_is_not(void)
{
    CHECK_STR(clean("\x80"
                    "a\xff\xfe"),
              "?a??");
    CHECK_STR(clean("\xc3"), "?");
    CHECK_STR(clean("\xc3("), "?(");
    CHECK_STR(clean("\xe2\x9c"), "??");
    CHECK_STR(clean("\xc0\x9b"), "??");           /* an escape in two bytes */
    CHECK_STR(clean("\xe0\x80\x9b"), "???");      /* and in three */
    CHECK_STR(clean("\xed\xa0\x80"), "???");      /* a surrogate */
    CHECK_STR(clean("\xf4\x90\x80\x80"), "????"); /* too large */
}

static void no_control_is_left_of_any_bytes(void)
{
    uint32_t random = 1;
    char text[64];

    for (unsigned round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof(text); i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = (char)(random >> 20);
        }
        clean_text(text, sizeof(text));
        for (size_t i = 0; i < sizeof(text); i++) {
            uint8_t byte = (uint8_t)text[i];

            if (!CHECK(byte == '\n' || (byte >= 0x20 && byte != 0x7f)))
                return;
        }
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"what_is_seen_is_left_as_it_is", what_is_seen_is_left_as_it_is},
        {"controls_are_not", controls_are_not},
        {"what_is_not_utf8_is_not", what_is_not_utf8_is_not},
        {"no_control_is_left_of_any_bytes", no_control_is_left_of_any_bytes},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-32 against published values, in parts, and against every change of one bit.
 */
#include <base/crc.h>
#include <base/memory.h>
#include <check/check.h>

static void published_values_come_out(void)
{
    static const uint8_t zeros[32];

    CHECK_EQ(crc32(0, "", 0), 0);
    CHECK_EQ(crc32(0, "123456789", 9), 0xcbf43926);     /* the check value of its catalogues */
    CHECK_EQ(crc32(0, zeros, sizeof(zeros)), 0x190a55ad);
}

static void any_way_to_cut_the_input_gives_the_same(void)
{
    static const char message[] = "a bundle's entries, and behind them its first file";
    uint32_t whole = crc32(0, message, sizeof(message));

    for (size_t cut = 0; cut <= sizeof(message); cut++)
        CHECK_EQ(crc32(crc32(0, message, cut), message + cut, sizeof(message) - cut), whole);
}

static void every_changed_bit_shows(void)
{
    uint8_t message[100] = "content";
    uint32_t before = crc32(0, message, sizeof(message));

    for (size_t bit = 0; bit < 8 * sizeof(message); bit++) {
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK(crc32(0, message, sizeof(message)) != before);
        message[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void)
{
    static const struct check_test tests[] = {
        {"published_values_come_out", published_values_come_out},
        {"any_way_to_cut_the_input_gives_the_same", any_way_to_cut_the_input_gives_the_same},
        {"every_changed_bit_shows", every_changed_bit_shows},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

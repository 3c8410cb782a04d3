/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots: what is taken is not given out again, and comes back.
 */
#include <check/check.h>
#include <rt/slots.h>

enum { FIRST = 100, COUNT = 64 };

static void all_slots_are_given_out_once(void)
{
    uint8_t storage[RT_SLOTS_BYTES(COUNT)];
    bool seen[COUNT] = {false};
    struct rt_slots slots;
    word_t slot = 0;

    rt_slots_init(&slots, storage, FIRST, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        CHECK_EQ(rt_slots_take(&slots, 1, &slot), OK);
        if (!CHECK(slot >= FIRST && slot < FIRST + COUNT))
            return;
        CHECK(!seen[slot - FIRST]);
        seen[slot - FIRST] = true;
    }
    CHECK_EQ(rt_slots_take(&slots, 1, &slot), ERR_OVER_LIMIT);
}

static void run_needs_neighbours(void)
{
    uint8_t storage[RT_SLOTS_BYTES(COUNT)];
    struct rt_slots slots;
    word_t slot = 0;

    rt_slots_init(&slots, storage, FIRST, COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        CHECK_EQ(rt_slots_take(&slots, 1, &slot), OK);
    for (unsigned i = 0; i < COUNT; i += 2)
        rt_slots_give(&slots, FIRST + i, 1);
    CHECK_EQ(rt_slots_take(&slots, 2, &slot), ERR_OVER_LIMIT);
    rt_slots_give(&slots, FIRST + 31, 1);
    CHECK_EQ(rt_slots_take(&slots, 3, &slot), OK);
    CHECK_EQ(slot, FIRST + 30);
    CHECK_EQ(rt_slots_take(&slots, 0, &slot), ERR_OVER_LIMIT);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"all_slots_are_given_out_once", all_slots_are_given_out_once},
        {"run_needs_neighbours", run_needs_neighbours},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

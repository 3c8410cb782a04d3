/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of how a frame counts its zeroed steps.  Only machines with more than half a GiB for one
 * frame come to the bits in its base.
 */
#include "object/make.h"

#include <check/check.h>

#include "kernel.h"
#include "object/object.h"

struct kernel kernel; /* the library wants one; nothing here looks at it */

static const paddr_t BASE = 0x89abc000;

static struct cap frame_under_way(void)
{
    return (struct cap){.node = {.flags = CAP_OWNER | CAP_MAKING, .type = TYPE_FRAME, .pages = 1},
                        .range = {.base = BASE | 1}};
}

static void count_steps(struct cap *frame, size_t steps)
{
    for (size_t i = 0; i < steps; i++)
        frame_count_step(frame);
}

static void steps_are_counted_beyond_sixteen_bits(void)
{
    static const size_t steps[] = {0, 1, 0xffff, 0x10000, 0x10001, 0x123456};

    for (unsigned i = 0; i < array_count(steps); i++) {
        struct cap frame = frame_under_way();

        count_steps(&frame, steps[i]);
        CHECK_EQ(frame_steps_done(&frame), steps[i]);
        CHECK_EQ(frame_base(&frame), BASE);
    }
}

static void a_made_frame_forgets_its_steps(void)
{
    struct cap frame = frame_under_way();

    count_steps(&frame, 0x123456);
    frame_made(&frame);
    CHECK_EQ(frame.range.base, BASE | 1);
    CHECK_EQ(frame.node.flags, CAP_OWNER);
    CHECK_EQ(frame.node.rights, object_rights(TYPE_FRAME));
}

static const struct check_test tests[] = {
    {"steps_are_counted_beyond_sixteen_bits", steps_are_counted_beyond_sixteen_bits},
    {"a_made_frame_forgets_its_steps", a_made_frame_forgets_its_steps},
};

int main(void)
{
    return check_run(tests, array_count(tests), check_put_stdout);
}

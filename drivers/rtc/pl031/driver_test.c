/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PL031 driver on fake registers.
 */
#include "regs.h"

#include <check/check.h>
#include <driver/rtc.h>

static struct {
    uint32_t seconds, control, mask;
    unsigned starts;
} fake;

static const struct driver_window window;

uint32_t driver_read32(const struct driver_window *w, uint32_t offset)
{
    (void)w;
    switch (offset) {
    case PL031_DATA: return fake.seconds;
    case PL031_CONTROL: return fake.control;
    default: return 0;
    }
}

void driver_write32(const struct driver_window *w, uint32_t offset, uint32_t value)
{
    (void)w;
    switch (offset) {
    case PL031_LOAD: fake.seconds = value; break;
    case PL031_CONTROL:
        fake.control = value;
        fake.starts++;
        break;
    case PL031_IRQ_MASK: fake.mask = value; break;
    default: CHECK_STR("written", "a register that is not the driver's"); break;
    }
}

static void start_masks_the_interrupt_and_leaves_a_running_clock_alone(void)
{
    fake.mask = 1;
    fake.control = PL031_CONTROL_START;
    rtc_start(&window);
    CHECK_EQ(fake.mask, 0);
    CHECK_EQ(fake.starts, 0);
}

static void start_starts_a_clock_that_stands(void)
{
    fake.control = 0;
    rtc_start(&window);
    CHECK_EQ(fake.control, PL031_CONTROL_START);
}

static void seconds_are_read_up_to_the_last_one(void)
{
    fake.seconds = 1;
    CHECK_EQ(rtc_read(&window), 1000000000);
    fake.seconds = UINT32_MAX;
    CHECK_EQ(rtc_read(&window), UINT64_C(4294967295000000000));
}

static void a_time_is_set_to_its_second_and_one_too_late_is_refused(void)
{
    CHECK_EQ(rtc_set(&window, UINT64_C(1700000000999999999)), OK);
    CHECK_EQ(fake.seconds, 1700000000);
    CHECK_EQ(rtc_set(&window, UINT64_C(4294967296000000000)), ERR_BAD_ARGUMENT);
    CHECK_EQ(fake.seconds, 1700000000);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"start_masks_the_interrupt_and_leaves_a_running_clock_alone",
         start_masks_the_interrupt_and_leaves_a_running_clock_alone},
        {"start_starts_a_clock_that_stands", start_starts_a_clock_that_stands},
        {"seconds_are_read_up_to_the_last_one", seconds_are_read_up_to_the_last_one},
        {"a_time_is_set_to_its_second_and_one_too_late_is_refused",
         a_time_is_set_to_its_second_and_one_too_late_is_refused},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

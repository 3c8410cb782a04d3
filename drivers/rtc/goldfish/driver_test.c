/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The goldfish driver on a fake clock whose high half only moves when the low one is read.
 */
#include "regs.h"

#include <check/check.h>
#include <driver/rtc.h>

static struct {
    uint64_t now;
    uint32_t latched, irq;
} fake;

static const struct driver_window window;

uint32_t driver_read32(const struct driver_window *w, uint32_t offset)
{
    (void)w;
    switch (offset) {
    case GOLDFISH_TIME_LOW: fake.latched = (uint32_t)(fake.now >> 32); return (uint32_t)fake.now++;
    case GOLDFISH_TIME_HIGH: return fake.latched;
    default: return 0;
    }
}

void driver_write32(const struct driver_window *w, uint32_t offset, uint32_t value)
{
    (void)w;
    switch (offset) {
    case GOLDFISH_TIME_LOW: fake.now = (fake.now >> 32 << 32) | value; break;
    case GOLDFISH_TIME_HIGH: fake.now = (uint64_t)value << 32 | (uint32_t)fake.now; break;
    case GOLDFISH_IRQ_ENABLED: fake.irq = value; break;
    default: CHECK_STR("written", "a register that is not the driver's"); break;
    }
}

static void start_switches_the_interrupt_off(void)
{
    fake.irq = 1;
    rtc_start(&window);
    CHECK_EQ(fake.irq, 0);
}

static void both_halves_belong_to_one_moment(void)
{
    fake.now = UINT64_C(0x5ffffffff);
    CHECK_EQ(rtc_read(&window), UINT64_C(0x5ffffffff));
    CHECK_EQ(rtc_read(&window), UINT64_C(0x600000000));
}

static void what_is_set_is_read(void)
{
    CHECK_EQ(rtc_set(&window, UINT64_C(1700000000123456789)), OK);
    CHECK_EQ(rtc_read(&window), UINT64_C(1700000000123456789));
}

int main(void)
{
    static const struct check_test tests[] = {
        {"start_switches_the_interrupt_off", start_switches_the_interrupt_off},
        {"both_halves_belong_to_one_moment", both_halves_belong_to_one_moment},
        {"what_is_set_is_read", what_is_set_is_read},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

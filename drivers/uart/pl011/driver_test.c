/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PL011 driver on fake registers: a device that checks the order it is started in.
 */
#include "regs.h"

#include <check/check.h>
#include <driver/uart.h>

static struct {
    uint8_t input[4];
    unsigned input_count, input_taken;
    uint8_t sent;
    unsigned sent_count;
    uint32_t control, line, mask, cleared;
    bool is_full;
    bool line_set_while_enabled;
} fake;

static const struct driver_window window;

uint32_t driver_read32(const struct driver_window *w, uint32_t offset)
{
    (void)w;
    switch (offset) {
    case PL011_DATA: return fake.input[fake.input_taken++];
    case PL011_FLAGS:
        return (fake.input_taken == fake.input_count ? (uint32_t)FLAGS_RX_EMPTY : 0) |
               (fake.is_full ? (uint32_t)FLAGS_TX_FULL : 0);
    default: return 0;
    }
}

void driver_write32(const struct driver_window *w, uint32_t offset, uint32_t value)
{
    (void)w;
    switch (offset) {
    case PL011_DATA:
        fake.sent = (uint8_t)value;
        fake.sent_count++;
        break;
    case PL011_CONTROL: fake.control = value; break;
    case PL011_LINE:
        fake.line = value;
        fake.line_set_while_enabled = (fake.control & CONTROL_ENABLE) != 0;
        break;
    case PL011_IRQ_MASK: fake.mask = value; break;
    case PL011_IRQ_CLEAR: fake.cleared = value; break;
    default: break;
    }
}

static void start_sets_the_line_while_the_device_is_off_then_enables_it(void)
{
    fake.control = CONTROL_ENABLE;
    uart_start(&window);
    CHECK(!fake.line_set_while_enabled);
    CHECK_EQ(fake.line, LINE_8_BITS | LINE_FIFO);
    CHECK_EQ(fake.control, CONTROL_ENABLE | CONTROL_TX | CONTROL_RX);
    CHECK_EQ(fake.cleared, IRQ_ALL);
    CHECK_EQ(fake.mask, IRQ_RX | IRQ_RX_TIMEOUT);
}

static void input_is_taken_in_order_until_there_is_none(void)
{
    fake.input[0] = 'a';
    fake.input[1] = 'b';
    fake.input_count = 2;
    fake.input_taken = 0;
    CHECK(uart_has_byte(&window));
    CHECK_EQ(uart_take_byte(&window), 'a');
    CHECK_EQ(uart_take_byte(&window), 'b');
    CHECK(!uart_has_byte(&window));
}

static void a_full_device_takes_no_byte(void)
{
    fake.is_full = true;
    CHECK(!uart_can_send(&window));
    fake.is_full = false;
    CHECK(uart_can_send(&window));
    uart_send(&window, 'x');
    CHECK_EQ(fake.sent, 'x');
    CHECK_EQ(fake.sent_count, 1);
}

static void the_interrupt_for_room_is_on_only_while_it_is_wanted(void)
{
    uart_want_room(&window, true);
    CHECK_EQ(fake.mask, IRQ_RX | IRQ_RX_TIMEOUT | IRQ_TX);
    uart_want_room(&window, false);
    CHECK_EQ(fake.mask, IRQ_RX | IRQ_RX_TIMEOUT);
    uart_settle(&window);
    CHECK_EQ(fake.cleared, IRQ_TX);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"start_sets_the_line_while_the_device_is_off_then_enables_it",
         start_sets_the_line_while_the_device_is_off_then_enables_it},
        {"input_is_taken_in_order_until_there_is_none",
         input_is_taken_in_order_until_there_is_none},
        {"a_full_device_takes_no_byte", a_full_device_takes_no_byte},
        {"the_interrupt_for_room_is_on_only_while_it_is_wanted",
         the_interrupt_for_room_is_on_only_while_it_is_wanted},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

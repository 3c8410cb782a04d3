/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 16550 driver on fake registers.
 */
#include "regs.h"

#include <check/check.h>
#include <driver/uart.h>

static struct {
    uint8_t registers[NS16550_BYTES]; /* as written */
    uint8_t status;
    uint8_t input;
    unsigned pending_read;
} fake;

static const struct driver_window window;

uint8_t driver_read8(const struct driver_window *w, uint32_t offset)
{
    (void)w;
    switch (offset) {
    case NS16550_DATA: return fake.input;
    case NS16550_STATUS: return fake.status;
    case NS16550_FIFO: fake.pending_read++; return 0;
    default: return 0;
    }
}

void driver_write8(const struct driver_window *w, uint32_t offset, uint8_t value)
{
    (void)w;
    fake.registers[offset] = value;
}

static void start_enables_fifo_and_input_interrupt_only(void)
{
    uart_start(&window);
    CHECK_EQ(fake.registers[NS16550_LINE], LINE_8_BITS);
    CHECK_EQ(fake.registers[NS16550_FIFO], FIFO_ENABLE | FIFO_CLEAR_RX);
    CHECK_EQ(fake.registers[NS16550_MODEM], MODEM_INTERRUPT);
    CHECK_EQ(fake.registers[NS16550_IRQ_ENABLE], ENABLE_RX);
}

static void a_byte_is_there_when_the_status_says_so(void)
{
    fake.status = 0;
    CHECK(!uart_has_byte(&window));
    fake.status = STATUS_HAS_BYTE;
    fake.input = 'q';
    CHECK(uart_has_byte(&window));
    CHECK_EQ(uart_take_byte(&window), 'q');
}

static void a_byte_is_sent_when_there_is_room(void)
{
    fake.status = 0;
    CHECK(!uart_can_send(&window));
    fake.status = STATUS_CAN_SEND;
    CHECK(uart_can_send(&window));
    uart_send(&window, 'x');
    CHECK_EQ(fake.registers[NS16550_DATA], 'x');
}

static void the_interrupt_for_room_is_on_only_while_it_is_wanted(void)
{
    uart_want_room(&window, true);
    CHECK_EQ(fake.registers[NS16550_IRQ_ENABLE], ENABLE_RX | ENABLE_TX);
    uart_want_room(&window, false);
    CHECK_EQ(fake.registers[NS16550_IRQ_ENABLE], ENABLE_RX);
    fake.pending_read = 0;
    uart_settle(&window);
    CHECK_EQ(fake.pending_read, 1);
}

int main(void)
{
    static const struct check_test tests[] = {
        {"start_enables_fifo_and_input_interrupt_only",
         start_enables_fifo_and_input_interrupt_only},
        {"a_byte_is_there_when_the_status_says_so", a_byte_is_there_when_the_status_says_so},
        {"a_byte_is_sent_when_there_is_room", a_byte_is_sent_when_there_is_room},
        {"the_interrupt_for_room_is_on_only_while_it_is_wanted",
         the_interrupt_for_room_is_on_only_while_it_is_wanted},
    };

    return check_run(tests, array_count(tests), check_put_stdout);
}

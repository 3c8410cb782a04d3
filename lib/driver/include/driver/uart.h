/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service of drivers/uart needs of a UART; each device's driver.c defines these.
 *
 * The state is the window alone: everything else about the line is in the device.
 */
#ifndef DRIVER_UART_H
#define DRIVER_UART_H

#include <driver/access.h>

/* Bytes of registers the device has at least. */
extern const uint32_t uart_window_bytes;

/* Takes the device into use as the manual says; speed and format stay the firmware's. */
void uart_start(const struct driver_window *window);

bool uart_has_byte(const struct driver_window *window);
uint8_t uart_take_byte(const struct driver_window *window);
bool uart_can_send(const struct driver_window *window);
void uart_send(const struct driver_window *window, uint8_t byte);

/* An interrupt when there is room to send; one for input always comes. */
void uart_want_room(const struct driver_window *window, bool is_wanted);

/* What must be told to the device at the beginning of an interrupt. */
void uart_settle(const struct driver_window *window);

#endif

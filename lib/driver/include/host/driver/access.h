/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests on the host: the test defines these functions and so is the device.
 */
#ifndef DRIVER_ACCESS_H
#define DRIVER_ACCESS_H

#include <driver/window.h>

uint32_t driver_read32(const struct driver_window *window, uint32_t offset);
void driver_write32(const struct driver_window *window, uint32_t offset, uint32_t value);
uint8_t driver_read8(const struct driver_window *window, uint32_t offset);
void driver_write8(const struct driver_window *window, uint32_t offset, uint8_t value);
void driver_barrier(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing registers.
 *
 * Offsets are the driver's own constants.  Registers lie in device memory, where accesses keep
 * their order; between registers and ordinary memory that a device reads or writes too,
 * driver_barrier keeps it.  On the host a test defines these functions and is the device
 * (include/host).
 */
#ifndef DRIVER_ACCESS_H
#define DRIVER_ACCESS_H

#include <driver/window.h>

static inline uint32_t driver_read32(const struct driver_window *window, uint32_t offset)
{
    return *(const volatile uint32_t *)(window->base + offset);
}

static inline void driver_write32(const struct driver_window *window, uint32_t offset,
                                  uint32_t value)
{
    *(volatile uint32_t *)(window->base + offset) = value;
}

static inline uint8_t driver_read8(const struct driver_window *window, uint32_t offset)
{
    return *(const volatile uint8_t *)(window->base + offset);
}

static inline void driver_write8(const struct driver_window *window, uint32_t offset, uint8_t value)
{
    *(volatile uint8_t *)(window->base + offset) = value;
}

static inline void driver_barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif

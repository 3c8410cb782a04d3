/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device registers: each access is done once, in full width, in program order.
 *
 * That orders accesses to one device among each other.  A driver that must order them with memory
 * (none here does: these devices never read memory) needs a barrier of its own.
 */
#ifndef DEV_MMIO_H
#define DEV_MMIO_H

#include <base/types.h>

static inline uint32_t mmio_read32(const volatile void *base, size_t offset)
{
    return *(const volatile uint32_t *)((const volatile uint8_t *)base + offset);
}

static inline void mmio_write32(volatile void *base, size_t offset, uint32_t value)
{
    *(volatile uint32_t *)((volatile uint8_t *)base + offset) = value;
}

static inline void mmio_write64(volatile void *base, size_t offset, uint64_t value)
{
    *(volatile uint64_t *)((volatile uint8_t *)base + offset) = value;
}

static inline uint8_t mmio_read8(const volatile void *base, size_t offset)
{
    return ((const volatile uint8_t *)base)[offset];
}

static inline void mmio_write8(volatile void *base, size_t offset, uint8_t value)
{
    ((volatile uint8_t *)base)[offset] = value;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers that are the same in GICv2 (Arm IHI 0048, chapter 4.3) and GICv3 (IHI 0069, 12.9).
 */
#include "dev/gic.h"

#include "dev/mmio.h"

enum {
    TYPE = 0x4,
    ENABLE = 0x100,
    DISABLE = 0x180,
    CLEAR_PENDING = 0x280,
    CLEAR_ACTIVE = 0x380,
    PRIORITY = 0x400,
    TRIGGER = 0xc00,
};
enum { TYPE_LINES = 0x1f, TRIGGER_EDGE = 2 };
static const uint32_t PRIORITY_ALL_SAME = 0xa0a0a0a0;

/* Registers with `bits` bits a line. */
static size_t line_register(size_t base, unsigned line, unsigned bits)
{
    return base + line * bits / 32 * 4;
}

static uint32_t line_bit(unsigned line)
{
    return (uint32_t)1 << line % 32;
}

unsigned gic_line_count(const volatile void *distributor)
{
    unsigned lines = ((mmio_read32(distributor, TYPE) & TYPE_LINES) + 1) * 32;

    return lines < GIC_LINES_MAX ? lines : GIC_LINES_MAX;
}

void gic_reset_lines(volatile void *regs, unsigned first, unsigned end)
{
    for (unsigned line = first; line < end; line += 32) {
        mmio_write32(regs, line_register(DISABLE, line, 1), UINT32_MAX);
        mmio_write32(regs, line_register(CLEAR_PENDING, line, 1), UINT32_MAX);
        mmio_write32(regs, line_register(CLEAR_ACTIVE, line, 1), UINT32_MAX);
    }
    for (unsigned line = first; line < end; line += 4)
        mmio_write32(regs, line_register(PRIORITY, line, 8), PRIORITY_ALL_SAME);
}

void gic_mask(volatile void *regs, unsigned line)
{
    mmio_write32(regs, line_register(DISABLE, line, 1), line_bit(line));
}

void gic_unmask(volatile void *regs, unsigned line)
{
    mmio_write32(regs, line_register(ENABLE, line, 1), line_bit(line));
}

void gic_set_trigger(volatile void *regs, unsigned line, bool is_edge)
{
    size_t offset = line_register(TRIGGER, line, 2);
    unsigned shift = line % 16 * 2;
    uint32_t fields = mmio_read32(regs, offset) & ~((uint32_t)3 << shift);

    if (is_edge)
        fields |= (uint32_t)TRIGGER_EDGE << shift;
    mmio_write32(regs, offset, fields);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3: chapters 12.9 (distributor, GICD_) and 12.11 (redistributor, GICR_) of gic_v3.h's manual.
 */
#include "dev/gic_v3.h"

#include "dev/gic.h"
#include "dev/mmio.h"

enum { GICD_CTLR = 0x0, GICD_IGROUPR = 0x80, GICD_IROUTER = 0x6000 };
enum { CTLR_GROUP_1 = 3, CTLR_AFFINITY = 1 << 4 };
enum { GICR_CTLR = 0x0, GICR_TYPER = 0x8, GICR_TYPER_AFFINITY = 0xc, GICR_WAKER = 0x14 };
enum { GICR_CTLR_WRITING = 1 << 3 };
enum { TYPER_HAS_VIRTUAL = 1 << 1, TYPER_IS_LAST = 1 << 4 };
enum { WAKER_SLEEP = 1 << 1, WAKER_ASLEEP = 1 << 2 };
enum { OWN_LINES_FRAME = 0x10000, POLLS_MAX = 1000000 };
static const uint32_t GICD_CTLR_WRITING = (uint32_t)1 << 31;

/* Bounded, so that a device that hangs cannot hang us. */
static void wait_until_clear(const volatile void *regs, size_t offset, uint32_t bits)
{
    for (unsigned n = 0; n < POLLS_MAX; n++)
        if ((mmio_read32(regs, offset) & bits) == 0)
            return;
}

void gic_v3_init(struct gic_v3 *gic, volatile void *distributor, volatile void *redistributors,
                 size_t redistributors_bytes)
{
    *gic = (struct gic_v3){
        .distributor = distributor,
        .redistributors = redistributors,
        .redistributors_bytes = redistributors_bytes,
        .line_count = gic_line_count(distributor),
    };
    mmio_write32(distributor, GICD_CTLR, 0);
    wait_until_clear(distributor, GICD_CTLR, GICD_CTLR_WRITING);
    gic_reset_lines(distributor, GIC_SHARED_LINES, gic->line_count);
    for (unsigned line = GIC_SHARED_LINES; line < gic->line_count; line += 32)
        mmio_write32(distributor, GICD_IGROUPR + line / 8, UINT32_MAX);
    mmio_write32(distributor, GICD_CTLR, CTLR_AFFINITY | CTLR_GROUP_1);
    wait_until_clear(distributor, GICD_CTLR, GICD_CTLR_WRITING);
}

static volatile uint8_t *find_redistributor(const struct gic_v3 *gic, uint32_t affinity)
{
    size_t offset = 0;

    while (offset + GIC_V3_REDISTRIBUTOR_BYTES <= gic->redistributors_bytes) {
        volatile uint8_t *regs = gic->redistributors + offset;
        uint32_t type = mmio_read32(regs, GICR_TYPER);

        if (mmio_read32(regs, GICR_TYPER_AFFINITY) == affinity)
            return regs;
        if ((type & TYPER_IS_LAST) != 0)
            return NULL;
        offset += (size_t)GIC_V3_REDISTRIBUTOR_BYTES << ((type & TYPER_HAS_VIRTUAL) != 0);
    }
    return NULL;
}

bool gic_v3_init_core(struct gic_v3 *gic, uint32_t affinity, unsigned own_line)
{
    volatile uint8_t *regs = find_redistributor(gic, affinity);

    if (regs == NULL)
        return false;
    mmio_write32(regs, GICR_WAKER, mmio_read32(regs, GICR_WAKER) & ~(uint32_t)WAKER_SLEEP);
    wait_until_clear(regs, GICR_WAKER, WAKER_ASLEEP);
    gic_reset_lines(regs + OWN_LINES_FRAME, 0, GIC_SHARED_LINES);
    mmio_write32(regs + OWN_LINES_FRAME, GICD_IGROUPR, UINT32_MAX);
    gic_unmask(regs + OWN_LINES_FRAME, GIC_SIGNAL);
    gic_unmask(regs + OWN_LINES_FRAME, own_line);
    wait_until_clear(regs, GICR_CTLR, GICR_CTLR_WRITING);
    return true;
}

void gic_v3_route(struct gic_v3 *gic, unsigned line, uint32_t affinity)
{
    uint64_t route = (affinity & 0xffffff) | (uint64_t)(affinity >> 24) << 32;

    mmio_write64(gic->distributor, GICD_IROUTER + 8 * (size_t)line, route);
}

void gic_v3_mask(struct gic_v3 *gic, unsigned line)
{
    gic_mask(gic->distributor, line);
    wait_until_clear(gic->distributor, GICD_CTLR, GICD_CTLR_WRITING);
}

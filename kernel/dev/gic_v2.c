/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv2: chapters 4.3 (distributor, GICD_) and 4.4 (core interface, GICC_) of gic_v2.h's manual.
 */
#include "dev/gic_v2.h"

#include "dev/gic.h"
#include "dev/mmio.h"

enum { GICD_CTLR = 0x0, GICD_ITARGETSR = 0x800, GICD_SGIR = 0xf00, GICD_ISENABLER = 0x100 };
enum { GICC_CTLR = 0x0, GICC_PMR = 0x4, GICC_BPR = 0x8, GICC_IAR = 0xc, GICC_EOIR = 0x10 };
enum { ENABLE = 1, PRIORITY_ANY = 0xff, SGIR_TARGET_SHIFT = 16 };

void gic_v2_init(struct gic_v2 *gic, volatile void *distributor, volatile void *interface)
{
    gic->distributor = distributor;
    gic->interface = interface;
    mmio_write32(distributor, GICD_CTLR, 0);
    gic->line_count = gic_line_count(distributor);
    gic_reset_lines(distributor, GIC_SHARED_LINES, gic->line_count);
    mmio_write32(distributor, GICD_CTLR, ENABLE);
}

void gic_v2_init_core(struct gic_v2 *gic, unsigned core, unsigned own_line)
{
    /* Lines below 32 are banked, and their only possible target is whoever reads. */
    gic->target[core] = mmio_read8(gic->distributor, GICD_ITARGETSR);
    gic_reset_lines(gic->distributor, 0, GIC_SHARED_LINES);
    gic_unmask(gic->distributor, GIC_SIGNAL);
    gic_unmask(gic->distributor, own_line);
    mmio_write32(gic->interface, GICC_PMR, PRIORITY_ANY);
    mmio_write32(gic->interface, GICC_BPR, 0);
    mmio_write32(gic->interface, GICC_CTLR, ENABLE);
}

void gic_v2_route(struct gic_v2 *gic, unsigned line, unsigned core)
{
    mmio_write8(gic->distributor, GICD_ITARGETSR + line, gic->target[core]);
}

uint32_t gic_v2_take(struct gic_v2 *gic)
{
    return mmio_read32(gic->interface, GICC_IAR);
}

void gic_v2_end(struct gic_v2 *gic, uint32_t taken)
{
    mmio_write32(gic->interface, GICC_EOIR, taken);
}

void gic_v2_mask(struct gic_v2 *gic, unsigned line)
{
    gic_mask(gic->distributor, line);
    (void)mmio_read32(gic->distributor, GICD_ISENABLER); /* the write has arrived */
}

void gic_v2_signal(struct gic_v2 *gic, unsigned core)
{
    uint32_t target = gic->target[core];

    mmio_write32(gic->distributor, GICD_SGIR, target << SGIR_TARGET_SHIFT | GIC_SIGNAL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic Interrupt Controller, version 3: a distributor, and for each core a redistributor.
 * Arm Generic Interrupt Controller Architecture Specification 3 and 4, IHI 0069.
 *
 * Taking, ending and signalling go through registers of the processor, so they are not here.
 * Lines count as in gic.h; a core is known by its affinity, one byte a level, as its processor
 * reports it with the third level moved down to bits 24-31.
 */
#ifndef DEV_GIC_V3_H
#define DEV_GIC_V3_H

#include <base/types.h>

struct gic_v3 {
    volatile void *distributor;
    volatile uint8_t *redistributors;
    size_t redistributors_bytes;
    unsigned line_count;
};

/* Distance of redistributors; a machine has at most as many cores as its region has room for. */
enum { GIC_V3_REDISTRIBUTOR_BYTES = 0x20000 };

/* All lines masked. */
void gic_v3_init(struct gic_v3 *gic, volatile void *distributor, volatile void *redistributors,
                 size_t redistributors_bytes);

/* Let the core have signals and this one of its own lines; false when it has no redistributor. */
bool gic_v3_init_core(struct gic_v3 *gic, uint32_t affinity, unsigned own_line);

/* Deliver the line to this core and no other. */
void gic_v3_route(struct gic_v3 *gic, unsigned line, uint32_t affinity);

/* Mask, and be sure of it before going on. */
void gic_v3_mask(struct gic_v3 *gic, unsigned line);

#endif

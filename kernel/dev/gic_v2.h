/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic Interrupt Controller, version 2: a distributor, and for each core an interface at the
 * same address.  Arm Generic Interrupt Controller Architecture Specification 2.0, IHI 0048B.
 * Lines count as in gic.h.
 */
#ifndef DEV_GIC_V2_H
#define DEV_GIC_V2_H

#include <base/types.h>

enum { GIC_V2_CORES_MAX = 8 };

struct gic_v2 {
    volatile void *distributor;
    volatile void *interface;
    unsigned line_count;
    uint8_t target[GIC_V2_CORES_MAX];   /* a core's bit at the distributor; it tells each core */
};

/* All lines masked. */
void gic_v2_init(struct gic_v2 *gic, volatile void *distributor, volatile void *interface);

/* The calling core takes interrupts from now on, also from this one of its own lines. */
void gic_v2_init_core(struct gic_v2 *gic, unsigned core, unsigned own_line);

/* Deliver the line to this core and no other. */
void gic_v2_route(struct gic_v2 *gic, unsigned line, unsigned core);

/* What is pending, for gic_v2_end; its line number is in the low ten bits. */
uint32_t gic_v2_take(struct gic_v2 *gic);
void gic_v2_end(struct gic_v2 *gic, uint32_t taken);

/* Mask, and be sure of it before going on. */
void gic_v2_mask(struct gic_v2 *gic, unsigned line);

/* Make GIC_SIGNAL pending at a core. */
void gic_v2_signal(struct gic_v2 *gic, unsigned core);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all versions of the Arm Generic Interrupt Controller have in common: how lines are counted,
 * and the registers with one bit or field a line.
 *
 * Lines 0-15 are signals between cores, 16-31 belong to each core for itself, devices' lines start
 * at 32.  `regs` is the frame that holds the line: the distributor, or for lines below 32 of
 * version 3 the core's redistributor, which has the same registers in the same places.
 */
#ifndef DEV_GIC_H
#define DEV_GIC_H

#include <base/types.h>

enum {
    GIC_OWN_LINES = 16,         /* the first line that belongs to a core */
    GIC_SHARED_LINES = 32,      /* the first of a device */
    GIC_LINES_MAX = 1020,       /* from here on numbers mean "none" */
    GIC_SIGNAL = 0,             /* the line that cores signal each other with */
};

/* Lines that the distributor has. */
unsigned gic_line_count(const volatile void *distributor);

/* Mask these lines, forget what is pending, let all have the same priority. */
void gic_reset_lines(volatile void *regs, unsigned first, unsigned end);

void gic_mask(volatile void *regs, unsigned line);
void gic_unmask(volatile void *regs, unsigned line);
void gic_set_trigger(volatile void *regs, unsigned line, bool is_edge);

#endif

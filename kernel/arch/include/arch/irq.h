/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controller, found in the device tree.  Lines are numbered as the controller counts
 * them.
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include <base/types.h>
#include <stdbool.h>

struct fdt;

enum { IRQ_LINES_MAX = 1024 };
enum { IRQ_NONE = -1, IRQ_TIMER = -2, IRQ_IPI = -3 };

bool irq_init(const struct fdt *fdt);   /* boot core; false: no controller we know, cause logged */
void irq_init_core(void);               /* every core, the boot core too */
unsigned irq_line_count(void);

/* Take the next pending interrupt of this core.  A device line comes back masked and completed, so
 * it cannot come again until irq_unmask.  The timer's is silenced until the next arch_timer_set. */
int irq_take(void);

/* Lines the components may claim (not the timer's, not inter-processor ones). */
bool irq_line_is_claimable(unsigned line);
void irq_configure(unsigned line, bool is_edge, unsigned core);
void irq_unmask(unsigned line);
void irq_mask(unsigned line);

/* ---- the firmware's port, from the device tree's chosen node, for the debug console and for last
 * words; without one, what the firmware or an emulator offers ---- */

void debug_console_init(const struct fdt *fdt);
void debug_console_put(char c);
paddr_t debug_console_base(void);       /* of its registers; 0: there is none */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts: whichever version of the GIC the machine has, and the timer's line.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/paging.h>

#include <base/checked.h>
#include <base/fdt.h>

#include "cores.h"
#include "dev/gic.h"
#include "dev/gic_v2.h"
#include "dev/gic_v3.h"
#include "gic_cpu.h"

enum { TAKEN_LINE = 0x3ff };        /* what a version 2 controller reports has more in it */
enum { TIMER_VIRTUAL = 2 };         /* which of the timer node's interrupts */

static struct {
    struct gic_v2 v2;
    struct gic_v3 v3;
    bool is_v3;
    unsigned line_count;
    unsigned timer_line;
} irqs;

static_assert((int)GIC_LINES_MAX <= (int)IRQ_LINES_MAX, "line numbers fit");
static_assert((int)GIC_V2_CORES_MAX >= (int)CPU_MAX, "every core has a target");

/* As gic_v3.h wants it. */
static uint32_t gic_affinity(unsigned core)
{
    uint64_t affinity = core_affinity(core);

    return (uint32_t)(affinity & 0xffffff) | (uint32_t)(affinity >> 32) << 24;
}

static bool find_compatible(const struct fdt *fdt, const char *const *names, size_t count,
                            struct fdt_node *node)
{
    for (size_t i = 0; i < count; i++) {
        fdt_root(fdt, node);
        if (fdt_next_compatible(node, names[i]))
            return true;
    }
    return false;
}

static bool find_v2(const struct fdt *fdt, struct fdt_node *node)
{
    static const char *const NAMES[] = {"arm,cortex-a15-gic", "arm,gic-400", "arm,cortex-a7-gic"};

    return find_compatible(fdt, NAMES, array_count(NAMES), node);
}

static bool find_v3(const struct fdt *fdt, struct fdt_node *node)
{
    static const char *const NAMES[] = {"arm,gic-v3"};

    return find_compatible(fdt, NAMES, array_count(NAMES), node);
}

static bool init_v2(const struct fdt_node *node)
{
    struct fdt_range distributor;
    struct fdt_range interface;

    if (!fdt_reg(node, 0, &distributor) || !fdt_reg(node, 1, &interface))
        return false;
    gic_v2_init(&irqs.v2, paging_map_device(distributor.start, distributor.size),
                paging_map_device(interface.start, interface.size));
    irqs.line_count = irqs.v2.line_count;
    return true;
}

/* The region may be made for far more cores than we can use: map no more than these need. */
static bool init_v3(const struct fdt_node *node)
{
    struct fdt_range distributor;
    struct fdt_range cores;

    if (!fdt_reg(node, 0, &distributor) || !fdt_reg(node, 1, &cores))
        return false;
    size_t size = (size_t)u64_min(cores.size, (uint64_t)CPU_MAX * GIC_V3_REDISTRIBUTOR_BYTES);

    gic_v3_init(&irqs.v3, paging_map_device(distributor.start, distributor.size),
                paging_map_device(cores.start, size), size);
    irqs.line_count = irqs.v3.line_count;
    irqs.is_v3 = true;
    return true;
}

/* The node lists the timers' interrupts as (kind, number, trigger) of the controller. */
static bool find_timer_line(const struct fdt *fdt, const struct fdt_node *controller)
{
    struct fdt_node timer;
    struct fdt_property interrupts;
    uint32_t cells;
    uint32_t number;

    fdt_root(fdt, &timer);
    if (!fdt_next_compatible(&timer, "arm,armv8-timer") ||
        !fdt_read_u32(controller, "#interrupt-cells", &cells) || cells < 3 || cells > 4 ||
        !fdt_find_property(&timer, "interrupts", &interrupts) ||
        !fdt_cell(&interrupts, TIMER_VIRTUAL * cells + 1, &number) ||
        number >= GIC_SHARED_LINES - GIC_OWN_LINES)
        return false;
    irqs.timer_line = GIC_OWN_LINES + number;
    return true;
}

bool irq_init(const struct fdt *fdt)
{
    struct fdt_node node;

    if (find_v3(fdt, &node))
        return find_timer_line(fdt, &node) && init_v3(&node);
    return find_v2(fdt, &node) && find_timer_line(fdt, &node) && init_v2(&node);
}

void irq_init_core(void)
{
    unsigned core = core_current();

    if (irqs.is_v3) {
        gic_v3_init_core(&irqs.v3, gic_affinity(core), irqs.timer_line);
        gic_cpu_init();
    } else {
        gic_v2_init_core(&irqs.v2, core, irqs.timer_line);
    }
}

unsigned irq_line_count(void)
{
    return irqs.line_count;
}

static uint32_t controller_take(void)
{
    return irqs.is_v3 ? gic_cpu_take() : gic_v2_take(&irqs.v2);
}

static void controller_end(uint32_t taken)
{
    if (irqs.is_v3)
        gic_cpu_end(taken);
    else
        gic_v2_end(&irqs.v2, taken);
}

int irq_take(void)
{
    uint32_t taken = controller_take();
    unsigned line = taken & TAKEN_LINE;
    int result = (int)line;

    if (line >= GIC_LINES_MAX)
        return IRQ_NONE;
    if (line == irqs.timer_line) {
        arch_timer_set(UINT64_MAX);
        isb(); /* its line is low before it is completed */
        result = IRQ_TIMER;
    } else if (line < GIC_SHARED_LINES) {
        result = IRQ_IPI;
    } else {
        irq_mask(line);
    }
    controller_end(taken);
    return result;
}

bool irq_line_is_claimable(unsigned line)
{
    return line >= GIC_SHARED_LINES && line < irqs.line_count;
}

static volatile void *distributor(void)
{
    return irqs.is_v3 ? irqs.v3.distributor : irqs.v2.distributor;
}

void irq_configure(unsigned line, bool is_edge, unsigned core)
{
    irq_mask(line);
    gic_set_trigger(distributor(), line, is_edge);
    if (irqs.is_v3)
        gic_v3_route(&irqs.v3, line, gic_affinity(core));
    else
        gic_v2_route(&irqs.v2, line, core);
}

void irq_unmask(unsigned line)
{
    gic_unmask(distributor(), line);
}

void irq_mask(unsigned line)
{
    if (irqs.is_v3)
        gic_v3_mask(&irqs.v3, line);
    else
        gic_v2_mask(&irqs.v2, line);
}

/* What the other core is to see must be visible before it is interrupted. */
void arch_ipi_send(unsigned index)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    if (irqs.is_v3)
        gic_cpu_signal(gic_affinity(index), GIC_SIGNAL);
    else
        gic_v2_signal(&irqs.v2, index);
}

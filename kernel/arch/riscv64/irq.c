/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts: the PLIC for devices, the core's own pending bits for timer and other cores.
 */
#include "core.h"

#include "dev/plic.h"

#include <arch/irq.h>
#include <arch/paging.h>

enum { EXTERNAL_OF_S_MODE = 9 };    /* interrupt number at the core's own controller */

static struct {
    struct plic plic;
    unsigned context[CPU_MAX];      /* by core */
} irqs;

static_assert((int)PLIC_LINES_MAX == (int)IRQ_LINES_MAX, "the controller's lines are ours");

/* interrupts-extended has a pair (core's own controller, interrupt there) for each context. */
static void find_contexts(const struct fdt_node *plic)
{
    struct fdt_property contexts;
    struct fdt_node local;
    struct fdt_node cpu;
    uint32_t phandle;
    uint32_t interrupt;
    uint64_t hart;
    unsigned core;

    if (!fdt_find_property(plic, "interrupts-extended", &contexts))
        return;
    for (uint32_t i = 0; fdt_cell(&contexts, 2 * i, &phandle) &&
                         fdt_cell(&contexts, 2 * i + 1, &interrupt); i++) {
        if (interrupt == EXTERNAL_OF_S_MODE && fdt_find_phandle(plic->fdt, phandle, &local) &&
            fdt_parent(&local, &cpu) && fdt_read_u64(&cpu, "reg", &hart) &&
            core_of_hart(hart, &core))
            irqs.context[core] = i;
    }
}

static bool find_plic(const struct fdt *fdt, struct fdt_node *node)
{
    fdt_root(fdt, node);
    if (fdt_next_compatible(node, "riscv,plic0"))
        return true;
    return fdt_next_compatible(node, "sifive,plic-1.0.0");
}

bool irq_init(const struct fdt *fdt)
{
    struct fdt_node node;
    struct fdt_range regs;
    uint32_t last_line;

    if (!find_plic(fdt, &node) || !fdt_reg(&node, 0, &regs) ||
        !fdt_read_u32(&node, "riscv,ndev", &last_line) || last_line >= PLIC_LINES_MAX)
        return false;
    plic_init(&irqs.plic, paging_map_device(regs.start, regs.size), last_line + 1);
    find_contexts(&node);
    return true;
}

void irq_init_core(void)
{
    plic_init_context(&irqs.plic, irqs.context[core_record()->index]);
    __asm__ volatile("csrs sie, %0" ::"r"((word_t)PENDING_ALL));
}

unsigned irq_line_count(void)
{
    return irqs.plic.line_count;
}

int irq_take(void)
{
    word_t pending = cpu_pending();

    if ((pending & PENDING_SOFTWARE) != 0) {
        __asm__ volatile("csrc sip, %0" ::"r"((word_t)PENDING_SOFTWARE) : "memory");
        return IRQ_IPI;
    }
    if ((pending & PENDING_TIMER) != 0) {
        arch_timer_set(UINT64_MAX);
        return IRQ_TIMER;
    }
    if ((pending & PENDING_EXTERNAL) != 0) {
        unsigned line = plic_claim(&irqs.plic, irqs.context[core_record()->index]);

        return line != 0 ? (int)line : IRQ_NONE;
    }
    return IRQ_NONE;
}

bool irq_line_is_claimable(unsigned line)
{
    return line != 0 && line < irqs.plic.line_count;
}

void irq_configure(unsigned line, bool is_edge, unsigned core)
{
    (void)is_edge; /* the gateways are wired for their devices */
    plic_route(&irqs.plic, line, irqs.context[core]);
}

void irq_unmask(unsigned line)
{
    plic_unmask(&irqs.plic, line);
}

void irq_mask(unsigned line)
{
    plic_mask(&irqs.plic, line);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cores: found in the device tree, started through the firmware.
 */
#include <arch/cpu.h>
#include <arch/paging.h>

#include <base/fdt.h>

#include "cores.h"
#include "psci.h"
#include "start.h"
#include "sysreg.h"

/* A core that the firmware accepted and that does not come is broken: go on without it. */
enum { START_SECONDS_MAX = 1 };

static struct {
    unsigned count;
    uint64_t affinity[CPU_MAX];
    bool has_arrived[CPU_MAX];
} cores;

static struct stack_top *stack_top_current(void)
{
    return (struct stack_top *)sysreg_read("tpidr_el1");
}

void cpu_set_current(struct cpu *cpu)
{
    stack_top_current()->cpu = cpu;
}

unsigned core_current(void)
{
    return (unsigned)stack_top_current()->index;
}

uint64_t core_affinity(unsigned index)
{
    return cores.affinity[index];
}

unsigned core_count(void)
{
    return cores.count;
}

static bool node_is_core(const struct fdt_node *node, uint64_t *affinity)
{
    return fdt_name_is(node, "cpu") && fdt_is_enabled(node) &&
           fdt_read_u64(node, "reg", affinity);
}

unsigned arch_cpu_find(const struct fdt *fdt)
{
    struct fdt_node cpus;
    struct fdt_node node;
    uint64_t affinity;

    psci_init(fdt);
    cores.affinity[0] = sysreg_read("mpidr_el1") & AFFINITY_MASK;
    cores.count = 1;
    if (!fdt_find_path(fdt, "/cpus", &cpus))
        return cores.count;
    for (bool more = fdt_first_child(&cpus, &node); more; more = fdt_next_sibling(&node))
        if (node_is_core(&node, &affinity) && affinity != cores.affinity[0] &&
            cores.count < CPU_MAX)
            cores.affinity[cores.count++] = affinity;
    return cores.count;
}

void start_arrived(unsigned index)
{
    __atomic_store_n(&cores.has_arrived[index], true, __ATOMIC_RELEASE);
}

static bool wait_for_core(unsigned index)
{
    uint64_t deadline = arch_time_now() + START_SECONDS_MAX * arch_time_frequency();

    while (!__atomic_load_n(&cores.has_arrived[index], __ATOMIC_ACQUIRE)) {
        if (arch_time_now() > deadline)
            return false;
        arch_relax();
    }
    return true;
}

bool arch_cpu_start(unsigned index, void *stack_top)
{
    struct stack_top *top = (struct stack_top *)stack_top - 1;
    paddr_t entry = virt_to_phys((const void *)(vaddr_t)start_secondary);
    bool is_started;

    top->index = index;
    start_show_image_low(true);
    is_started = psci_call(PSCI_CPU_ON, cores.affinity[index], entry, (uint64_t)stack_top) == 0 &&
                 wait_for_core(index);
    start_show_image_low(false);
    return is_started;
}

uint64_t arch_time_frequency(void)
{
    return sysreg_read("cntfrq_el0");
}

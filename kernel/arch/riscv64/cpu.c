/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cores and time: found in the device tree, started and interrupted through the firmware.
 */
#include "core.h"

#include <arch/paging.h>
#include <base/memory.h>

enum { HARTS_IN_MASK = 64 };    /* firmware calls name harts by a mask of one word */

static struct {
    unsigned count;
    struct sbi_harts awake; /* started and not in core_sleep */
    uint64_t frequency;
} cores;

/* Not among the data that start.S clears: a core may look before that. */
SECTION(".data.core_slots") struct core_slot core_slots[CPU_MAX];

bool timer_has_compare_register;

extern char kernel_image_start[]; /* kernel.ld; also where every core starts */

void cpu_set_current(struct cpu *cpu)
{
    core_record()->cpu = cpu;
    __asm__ volatile("mv tp, %0" ::"r"(cpu));
}

static word_t hart_bit(word_t hart)
{
    return (word_t)1 << (hart - cores.awake.base);
}

/* A processor we can run on: it has an MMU, and one mask can name it and the boot hart. */
static bool node_is_core(const struct fdt_node *node, word_t *hart)
{
    const char *mmu;
    uint64_t id;

    if (!fdt_name_is(node, "cpu") || !fdt_is_enabled(node) ||
        !fdt_read_string(node, "mmu-type", &mmu) || str_equal(mmu, "riscv,none") ||
        !fdt_read_u64(node, "reg", &id))
        return false;
    *hart = id;
    return id / HARTS_IN_MASK == boot_hart / HARTS_IN_MASK;
}

/* The isa string is the base with its letters, then _extension_extension. */
static bool isa_has(const char *isa, const char *extension)
{
    size_t length = str_length(extension);

    for (; *isa != '\0'; isa++) {
        if (isa[0] == '_' && str_starts_with(isa + 1, extension) &&
            (isa[1 + length] == '_' || isa[1 + length] == '\0'))
            return true;
    }
    return false;
}

/* The device tree says what the hart has, not whether the firmware lets us: so try. */
static bool compare_register_works(void)
{
    word_t before;
    bool works = true;

    /* An illegal instruction comes back at 1:, behind the write that was to follow it. */
    __asm__ volatile("  la      %0, 1f\n"
                     "  csrrw   %0, stvec, %0\n"
                     "  csrw    0x14d, %2\n"
                     "  j       2f\n"
                     "  .balign 4\n"
                     "1:li      %1, 0\n"
                     "2:csrw    stvec, %0\n"
                     : "=&r"(before), "+r"(works)
                     : "r"(UINT64_MAX)
                     : "memory");
    return works;
}

static void find_boot_core(const struct fdt_node *node)
{
    const char *isa;

    timer_has_compare_register = fdt_read_string(node, "riscv,isa", &isa) &&
                                 isa_has(isa, "sstc") && compare_register_works();
}

unsigned arch_cpu_find(const struct fdt *fdt)
{
    struct fdt_node cpus;
    struct fdt_node node;
    uint32_t frequency;
    word_t hart;

    core_slots[0].hart = boot_hart;
    cores.count = 1;
    cores.awake.base = boot_hart / HARTS_IN_MASK * HARTS_IN_MASK;
    cores.awake.mask = hart_bit(boot_hart);
    power_init(fdt);

    if (!fdt_find_path(fdt, "/cpus", &cpus))
        return cores.count;
    if (fdt_read_u32(&cpus, "timebase-frequency", &frequency))
        cores.frequency = frequency;
    for (bool more = fdt_first_child(&cpus, &node); more; more = fdt_next_sibling(&node)) {
        if (!node_is_core(&node, &hart))
            continue;
        if (hart == boot_hart)
            find_boot_core(&node);
        else if (cores.count < CPU_MAX)
            core_slots[cores.count++].hart = hart;
    }
    return cores.count;
}

bool core_of_hart(word_t hart, unsigned *index)
{
    for (unsigned i = 0; i < cores.count; i++) {
        if (core_slots[i].hart == hart) {
            *index = i;
            return true;
        }
    }
    return false;
}

static word_t own_bit(void)
{
    return hart_bit(core_slots[core_record()->index].hart);
}

struct sbi_harts core_others(void)
{
    /* What was written to tables is visible before we look who sleeps. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    word_t awake = __atomic_load_n(&cores.awake.mask, __ATOMIC_RELAXED);

    return (struct sbi_harts){.mask = awake & ~own_bit(), .base = cores.awake.base};
}

/* A sleeping core is not interrupted only to make it forget something.  It counts as awake before
 * it flushes: what is changed before that, it forgets by itself; what is changed later, it is asked
 * to forget. */
void core_sleep(void)
{
    __atomic_fetch_and(&cores.awake.mask, ~own_bit(), __ATOMIC_SEQ_CST);
    do
        __asm__ volatile("wfi" ::: "memory");
    while (!arch_interrupt_pending());      /* the firmware's interrupts end it, too */
    __atomic_fetch_or(&cores.awake.mask, own_bit(), __ATOMIC_SEQ_CST);
    __asm__ volatile("fence rw, rw\n"
                     "sfence.vma\n"
                     "fence.i" ::: "memory");
}

bool arch_cpu_start(unsigned index, void *stack_top)
{
    struct core_record *record = (struct core_record *)stack_top - 1;
    struct core_slot *slot = &core_slots[index];

    record->index = index;
    __atomic_store_n(&slot->stack_top, stack_top, __ATOMIC_RELEASE);
    if (sbi_call(SBI_HSM, SBI_HSM_START,
                 (word_t[5]){slot->hart, virt_to_phys(kernel_image_start)}) != 0)
        return false;
    __atomic_fetch_or(&cores.awake.mask, hart_bit(slot->hart), __ATOMIC_SEQ_CST);
    return true;
}

void arch_ipi_send(unsigned index)
{
    struct sbi_harts harts = {1, core_slots[index].hart};

    sbi_call_harts(SBI_IPI, SBI_IPI_SEND, harts);
}

uint64_t arch_time_frequency(void)
{
    return cores.frequency;
}

void timer_set_by_firmware(uint64_t deadline)
{
    sbi_call(SBI_TIME, SBI_TIME_SET, (word_t[5]){deadline});
}

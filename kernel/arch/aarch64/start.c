/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first C code: the tables that the kernel starts with, and what every core does before
 * kernel_main.
 *
 * One table of pages describes the 2 MiB around the image.  The kernel's half reaches it twice: at
 * the image's own address, and in the direct map through an entry that takes the right to execute
 * away.  While a core starts, the low half reaches it a third time, at the physical address.
 */
#include "start.h"

#include <arch/cpu.h>

#include <base/fdt.h>

#include "page_table.h"
#include "sysreg.h"

enum {
    CNTKCTL_USER_VIRTUAL_COUNTER = 1 << 1,
    CNTV_ENABLE = 1,
    PMCR_ENABLE = 1 << 0,
    PMCR_LONG_CYCLES = 1 << 6,
    PMUSERENR_CYCLES = 1 << 2,
    PMU_ABSENT = 0xf,
    DEBUG_FEATURES_PMU_SHIFT = 8,
};
static const uint64_t PMU_CYCLE_COUNTER = (uint64_t)1 << 31;

/* kernel.ld */
extern const uint8_t kernel_image_start[];
extern const uint8_t kernel_text_end[];
extern const uint8_t kernel_rodata_end[];

ALIGNED(PAGE_SIZE) uint64_t kernel_table[TABLE_ENTRIES];
ALIGNED(PAGE_SIZE) uint64_t low_table[TABLE_ENTRIES];
static ALIGNED(PAGE_SIZE) uint64_t image_directory[TABLE_ENTRIES];
static ALIGNED(PAGE_SIZE) uint64_t direct_directory[TABLE_ENTRIES];
static ALIGNED(PAGE_SIZE) uint64_t image_pages[TABLE_ENTRIES];
static ALIGNED(PAGE_SIZE) uint64_t device_pages[TABLE_ENTRIES];

paddr_t kernel_image_paddr;

static_assert(KERNEL_STACK_BYTES == 4096, "BOOT_STACK_BYTES of start.S");

static void make_image_pages(paddr_t image)
{
    paddr_t text_end = (paddr_t)kernel_text_end;
    paddr_t rodata_end = (paddr_t)kernel_rodata_end;

    for (size_t i = 0; i < TABLE_ENTRIES; i++) {
        paddr_t page = image + i * PAGE_SIZE;
        uint64_t bits = ENTRY_KERNEL | ENTRY_PAGE;

        if (page < rodata_end)
            bits |= ENTRY_READ_ONLY;
        if (page < text_end)
            bits &= ~ENTRY_KERNEL_NO_EXECUTE;
        image_pages[i] = page | bits;
    }
}

/* Runs with the MMU off: every address of ours is a physical one here. */
void start_make_tables(void)
{
    paddr_t image = (paddr_t)kernel_image_start;
    size_t image_giga = level1_index(KERNEL_IMAGE_BASE);

    kernel_image_paddr = image;
    make_image_pages(image);

    kernel_table[image_giga] = (paddr_t)image_directory | ENTRY_TABLE;
    image_directory[level2_index(KERNEL_IMAGE_BASE)] = (paddr_t)image_pages | ENTRY_TABLE;
    image_directory[level2_index(KERNEL_DEVICE_BASE)] = (paddr_t)device_pages | ENTRY_TABLE;

    kernel_table[level1_index(image)] =
        (paddr_t)direct_directory | ENTRY_TABLE | ENTRY_BELOW_NO_EXECUTE;
    direct_directory[level2_index(image)] = (paddr_t)image_pages | ENTRY_TABLE;

    low_table[level1_index(image)] = (paddr_t)direct_directory | ENTRY_TABLE;
}

/* The low half shows the image at its physical address, as a core needs it that has no MMU yet. */
void start_show_image_low(bool is_shown)
{
    paddr_t directory = virt_to_phys(direct_directory);

    low_table[level1_index(kernel_image_paddr)] = is_shown ? directory | ENTRY_TABLE : ENTRY_NONE;
    __asm__ volatile("dsb ishst" ::: "memory");
    paging_flush_all();
}

/* User mode may count cycles. */
static void start_cycle_counter(void)
{
    uint64_t version = sysreg_read("id_aa64dfr0_el1") >> DEBUG_FEATURES_PMU_SHIFT & 0xf;

    if (version == 0 || version == PMU_ABSENT)
        return;
    sysreg_write("pmccfiltr_el0", 0);
    sysreg_write("pmcntenset_el0", PMU_CYCLE_COUNTER);
    sysreg_write("pmcr_el0", PMCR_ENABLE | PMCR_LONG_CYCLES);
    sysreg_write("pmuserenr_el0", PMUSERENR_CYCLES);
}

static void start_core(void)
{
    fpu_disable();
    sysreg_write("mdscr_el1", 0);
    sysreg_write("oslar_el1", 0);       /* locked by reset: debug exceptions would never come */
    sysreg_write("tpidrro_el0", 0);
    sysreg_write("cntkctl_el1", CNTKCTL_USER_VIRTUAL_COUNTER);
    arch_timer_set(UINT64_MAX);
    sysreg_write("cntv_ctl_el0", CNTV_ENABLE);
    start_cycle_counter();
    isb();
}

/* Map the device tree, wherever it is, in a read-only window of its own.  It has at most 2 MiB. */
static const void *start_map_tree(paddr_t paddr)
{
    paddr_t block = paddr_align_down(paddr, LARGE_SIZE);
    const uint8_t *tree = (const uint8_t *)(KERNEL_TREE_BASE + (vaddr_t)(paddr - block));
    size_t index = level2_index(KERNEL_TREE_BASE);
    uint64_t bits = ENTRY_KERNEL | ENTRY_READ_ONLY | ENTRY_BLOCK;

    image_directory[index] = block | bits;
    __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
    if (fdt_claimed_size(tree) > LARGE_SIZE - (paddr - block)) {
        image_directory[index + 1] = (block + LARGE_SIZE) | bits;
        __asm__ volatile("dsb ishst\n\tisb" ::: "memory");
    }
    return tree;
}

_Noreturn void start_boot_core(paddr_t tree, uint64_t entry_time)
{
    start_show_image_low(false);
    start_core();
    kernel_main(start_map_tree(tree), tree, entry_time);
}

_Noreturn void start_secondary_core(unsigned index)
{
    start_core();
    start_arrived(index);
    kernel_main_secondary(index);
}

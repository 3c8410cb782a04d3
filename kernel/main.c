/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot order, one call a line.
 */
#include <abi/hash.h>
#include <arch/irq.h>
#include <arch/paging.h>
#include <arch/trap.h>

#include "boot/boot.h"
#include "boot/memory.h"
#include "debug/log.h"
#include "kernel.h"

enum { BOOT_FAILED_EXIT_CODE = 100, LINE_BYTES = sizeof(void *) };
enum { DEVICE_TREE_BYTES_MAX = 2 << 20 };       /* what a loader may pass, and a start maps */

struct kernel kernel;

_Noreturn void boot_fail(const char *what, const char *why)
{
    log_format("boot: %s: %s\n", what, why);
    log_show();
    arch_power_off(BOOT_FAILED_EXIT_CODE);
}

static void open_device_tree(struct boot *boot, const void *blob, paddr_t paddr)
{
    uint32_t size = fdt_claimed_size(blob);
    enum fdt_error error = fdt_open(&boot->fdt, blob, size);

    if (size > DEVICE_TREE_BYTES_MAX)
        boot_fail("device tree", "it says that it is larger than 2 MiB");
    if (error != FDT_OK)
        boot_fail("device tree", fdt_error_text(error));
    boot->device_tree = (struct fdt_range){.start = paddr, .size = size};
}

static void find_bundle(struct boot *boot)
{
    struct fdt_node chosen;
    uint64_t start;
    uint64_t end;

    if (!fdt_find_path(&boot->fdt, "/chosen", &chosen) ||
        !fdt_read_u64(&chosen, "linux,initrd-start", &start) ||
        !fdt_read_u64(&chosen, "linux,initrd-end", &end) || end <= start)
        boot_fail("bundle", "the loader passed none");
    boot->bundle = (struct fdt_range){.start = start, .size = end - start};
}

static void init_cores(const struct fdt *fdt)
{
    unsigned count = arch_cpu_find(fdt);

    for (unsigned i = 0; i < count; i++) {
        kernel.cpus[i] = boot_pages((sizeof(struct cpu) + PAGE_SIZE - 1) / PAGE_SIZE);
        cpu_init(kernel.cpus[i], i);
    }
    kernel.cpu_count = count;
    cpu_set_current(kernel.cpus[0]);
}

static void init_interrupts(const struct fdt *fdt)
{
    if (!irq_init(fdt))
        boot_fail("device tree", "no interrupt controller that this kernel knows");
    irq_init_core();
    kernel.line_count = irq_line_count();
    kernel.lines = boot_pages((kernel.line_count * LINE_BYTES + PAGE_SIZE - 1) / PAGE_SIZE);
}

/* The others wait for the lock, which this core holds until it runs root. */
static void start_other_cores(void)
{
    for (unsigned i = 1; i < kernel.cpu_count; i++) {
        char *stack = boot_pages(KERNEL_STACK_BYTES / PAGE_SIZE);

        if (!arch_cpu_start(i, stack + KERNEL_STACK_BYTES))
            boot_fail("firmware", "a core could not be started");
    }
}

void kernel_main(const void *device_tree, paddr_t device_tree_paddr, uint64_t entry_time)
{
    static struct boot boot;

    boot.entry_time = entry_time;
    list_init(&kernel.cleaners);
    list_init(&kernel.cleaning);
    open_device_tree(&boot, device_tree, device_tree_paddr);
    debug_console_init(&boot.fdt);
    find_bundle(&boot);
    boot_memory_find(&boot.fdt, boot.device_tree, boot.bundle);
    boot_memory_map();
    init_cores(&boot.fdt);
    init_interrupts(&boot.fdt);
    kernel.frequency = arch_time_frequency();
    space_ids_init(&kernel.space_ids, paging_id_bits());
    (void)kernel_enter(kernel.cpus[0], false);
    start_other_cores();
    boot.kernel_bytes = boot_memory_give(&boot.fdt);
    (void)boot_root(&boot);
    trap_exit(kernel_leave(kernel.cpus[0]));
}

void kernel_main_secondary(unsigned index)
{
    cpu_set_current(kernel.cpus[index]);
    irq_init_core();
    (void)kernel_enter(kernel.cpus[index], false);
    trap_exit(kernel_leave(kernel.cpus[index]));
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the boot files share.
 */
#ifndef KERNEL_BOOT_BOOT_H
#define KERNEL_BOOT_BOOT_H

#include <base/fdt.h>
#include <base/types.h>

struct thread;

/* What the loader handed over is no good: one line that names it, and power off with a failure. */
_Noreturn void boot_fail(const char *what, const char *why);

struct boot {
    struct fdt fdt;
    struct fdt_range device_tree;       /* physical */
    struct fdt_range bundle;
    uint64_t entry_time;
    uint64_t kernel_bytes;
};

/* Make the first component from the bundle's first file; returns its thread, ready to run. */
struct thread *boot_root(const struct boot *boot);

#endif

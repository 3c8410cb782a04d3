# SPDX-License-Identifier: Apache-2.0
"""What check_kernel.py expects of the kernel; a difference is reviewed, then written here."""

# Which functions a call through a pointer may reach: {caller: pattern of the names}.
INDIRECT_CALLS = {
    "tree_insert_general": "(waiter|mapping|timeout)_before",
    "dispatch_invoke": "invoke_.*",
    "pages_walk": "cache_clean(_invalidate)?",
}

# Functions in assembler; none of them uses the stack.
ASSEMBLER = {"fpu_save", "fpu_restore", "fpu_switch", "firmware_smc", "firmware_hvc", "semihosting",
             "trap_exit"}

# What lies on the kernel stack above the first C function's frame: aarch64 saves a thread's
# registers in the thread alone; riscv64 also keeps the core's record at the top of its stack.
ASSEMBLER_FRAME_BYTES = {"aarch64": 0, "riscv64": 16}

# Every writable object.  All other state hangs off these.
WRITABLE = {
    # The kernel's state; its log and debug console; what only the boot order uses; where image and
    # port lie.
    "all": {"kernel", "log_ring", "mirror_port", "boot", "boot_memory", "rooting",
            "kernel_image_paddr", "base"},
    # Where the cores, the interrupt controller, firmware and console are, and the kernel's tables.
    "aarch64": {"cores", "irqs", "psci_method", "uart", "kernel_table", "low_table",
                "direct_directory", "image_directory", "image_pages", "device_pages"},
    # The same; and which core started, and how its timer is set.
    "riscv64": {"cores", "core_slots", "boot_hart", "is_taken", "irqs", "uart", "test_device",
                "timer_has_compare_register", "kernel_satp", "kernel_space", "root",
                "direct_middle", "direct_pages", "image_middle", "image_pages"},
}

# Names that only test kernels may have.
TEST_ONLY = r"^dump_(?!part$)|^mirror_port$"

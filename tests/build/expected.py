# SPDX-License-Identifier: Apache-2.0
"""What check_kernel.py expects of the kernel; a difference is reviewed, then written here."""

# Which functions a call through a pointer may reach: {caller: pattern of the names}.
INDIRECT_CALLS = {}

# What trap entry pushes on the kernel stack before the first C function, and the record above it.
ASSEMBLER_FRAME_BYTES = {"aarch64": 64, "riscv64": 64}

# Every writable object.  All other state hangs off these.
WRITABLE = {
    "all": {"kernel"},
    "aarch64": set(),
    "riscv64": set(),
}

# Names that only test kernels may have.
TEST_ONLY = r"state_dump|debug_console"

# SPDX-License-Identifier: Apache-2.0
"""The kernel's size: bytes from its ELF file, lines of C and assembler from its sources."""

import re
import struct
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WRITE, ALLOCATE, EXECUTE = 1, 2, 4
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def sections(elf):
    """Yields (flags, size) of each section of a 64-bit little-endian ELF file."""
    data = Path(elf).read_bytes()
    table, = struct.unpack_from("<Q", data, 40)
    entry_size, count = struct.unpack_from("<HH", data, 58)
    for index in range(count):
        fields = struct.unpack_from("<IIQQQQ", data, table + index * entry_size)
        yield fields[2], fields[5]


def text_bytes(elf):
    """Everything loaded that is not written to: code and constants."""
    return sum(size for flags, size in sections(elf) if flags & ALLOCATE and not flags & WRITE)


def data_bytes(elf):
    """Everything loaded that is written to, zeroed memory included."""
    return sum(size for flags, size in sections(elf) if flags & ALLOCATE and flags & WRITE)


def code_lines(folder, leave_out=()):
    """Lines of C and assembler without blank lines and comments; unit tests do not count."""
    count = 0
    for path in sorted(folder.rglob("*.[chS]")):
        inside = any(path.is_relative_to(folder / name) for name in leave_out)
        if not inside and not path.name.endswith("_test.c"):
            text = COMMENT.sub(lambda m: "\n" * m[0].count("\n"), path.read_text())
            count += sum(1 for line in text.splitlines() if line.strip())
    return count


def figures(elf, arch):
    kernel = ROOT / "kernel"
    yield "kernel_text_bytes", text_bytes(elf)
    yield "kernel_data_bytes", data_bytes(elf)
    yield "kernel_lines_portable", code_lines(kernel, leave_out=("arch",))
    yield "kernel_lines_arch", code_lines(kernel / "arch" / arch)

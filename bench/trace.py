# SPDX-License-Identifier: Apache-2.0
"""Reads what bench/plugin/watch.c wrote: what an operation is made of, and the longest stretches.

As a program it prints, for each traced operation, how many instructions each function took:
/usr/bin/python3 bench/trace.py --arch ARCH WATCHED-FILE [--operation NUMBER]
"""

import argparse
import bisect
import collections
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import qemu         # noqa: E402

LONGEST, BOOT = -1, -2
NAMES = {LONGEST: "longest stretch", BOOT: "boot"}
KINDS = ("barriers", "tlb", "space_writes", "sysreg_writes", "loads", "stores")
SYMBOL_TABLE, NO_TYPE, FUNCTION = 2, 0, 2


# ---- the file ----

def read(path):
    """
    Returns ({operation: [(address, code, count)]}, [(length, from, to, core)]).
    Operation LONGEST is the longest stretch, BOOT what the kernel does before the first component.
    """
    operations = collections.defaultdict(list)
    stretches = []
    for line in Path(path).read_text().splitlines():
        kind, *numbers = line.split()
        numbers = [int(number, 0) for number in numbers]
        if kind == "site":
            operations[numbers[0]].append(tuple(numbers[1:]))
        elif kind == "longest":
            operations[LONGEST].append(tuple(numbers))
        elif kind == "boot":
            operations[BOOT].append(tuple(numbers))
        else:
            stretches.append(tuple(numbers))
    return operations, sorted(stretches, reverse=True)


# ---- what an instruction does ----

def kind_aarch64(code):
    """Arm Architecture Reference Manual, DDI 0487, C4.1: encodings by their top-level fields."""
    if code & 0xfffff01f == 0xd503301f:             # dsb, dmb, isb (clrex is not used)
        return "barriers"
    if code & 0xfff80000 == 0xd5080000:             # sys: CRn 8 is TLB maintenance
        return "tlb" if code >> 12 & 0xf == 8 else None
    if code & 0xffffffe0 == 0xd5182000:             # msr ttbr0_el1
        return "space_writes"
    if code & 0xfff00000 == 0xd5100000 or code & 0xfff8f01f == 0xd500401f:
        return "sysreg_writes"
    if code >> 25 & 0b0101 != 0b0100:
        return None
    if code >> 27 & 0b111 == 0b111:                 # one register: opc says which way
        return "loads" if code >> 22 & 0b11 else "stores"
    if code >> 27 & 0b111 == 0b011:                 # literal
        return "loads"
    return "loads" if code >> 22 & 1 else "stores"  # pairs, exclusive ones


def kind_riscv64(code):
    """The RISC-V Instruction Set Manual, volume I, chapter 24, and II, 4.2.1."""
    if code & 3 != 3:                               # short forms; quadrant 1 has none of these
        function = code >> 13 & 7
        if code & 1 or function in (0, 4):
            return None
        return "loads" if function < 4 else "stores"
    opcode, function = code & 0x7f, code >> 12 & 7
    if opcode in (0x03, 0x07):
        return "loads"
    if opcode in (0x23, 0x27):
        return "stores"
    if opcode == 0x2f:
        return "loads" if code >> 27 == 2 else "stores"
    if opcode == 0x0f:
        return "barriers"
    if opcode == 0x73 and function == 0:
        return "tlb" if code >> 25 == 9 else None   # sfence.vma
    if opcode == 0x73 and (function & 3 == 1 or code >> 15 & 0x1f):
        return "space_writes" if code >> 20 == 0x180 else "sysreg_writes"
    return None


def hidden_costs(arch, sites):
    """What a count of instructions does not show: how many of each kind are among them."""
    kind_of = {"aarch64": kind_aarch64, "riscv64": kind_riscv64}[arch]
    counts = collections.Counter()
    for _, code, count in sites:
        counts[kind_of(code)] += count
    return {kind: counts[kind] for kind in KINDS}


# ---- where it is ----

def symbols(elf):
    """Addresses and names of an ELF file's functions, sorted."""
    data = Path(elf).read_bytes()
    table, = struct.unpack_from("<Q", data, 40)
    entry_size, count = struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQII", data, table + i * entry_size)
                for i in range(count)]
    found = []
    for section in sections:
        if section[1] != SYMBOL_TABLE:
            continue
        names = sections[section[6]][4]
        for at in range(section[4], section[4] + section[5], 24):
            name, info, _, index, value, _ = struct.unpack_from("<IBBHQQ", data, at)
            text = data[names + name:data.index(b"\0", names + name)].decode()
            if info & 0xf in (NO_TYPE, FUNCTION) and 0 < index < count and \
                    sections[index][2] & 4 and not text.startswith(("$", ".")):
                found.append((value, text))
    return sorted(found)


class Places:
    """Names addresses of the kernel and of the benchmark's components."""

    def __init__(self, arch):
        build = qemu.build_directory(arch)
        self.found = sorted(symbols(build / "kernel" / f"skerry-{arch}.elf")
                            + symbols(build / "bench" / "kernel" / "kernel.elf"))
        self.starts = [start for start, _ in self.found]

    def name(self, address):
        index = bisect.bisect_right(self.starts, address) - 1
        return self.found[index][1] if index >= 0 else "?"


def profile(places, sites):
    """[(instructions, function)], most first."""
    counts = collections.Counter()
    for address, _, count in sites:
        counts[places.name(address)] += count
    return sorted(((count, name) for name, count in counts.items()), reverse=True)


def main():
    parser = argparse.ArgumentParser(description="Shows where instructions go.")
    parser.add_argument("--arch", required=True)
    parser.add_argument("--operation", type=int)
    parser.add_argument("watched")
    options = parser.parse_args()

    places = Places(options.arch)
    operations, stretches = read(options.watched)
    for number, sites in sorted(operations.items()):
        if options.operation in (None, number):
            what = NAMES.get(number, f"operation {number}")
            print(f"{what}: {sum(site[2] for site in sites)}")
            for count, name in profile(places, sites):
                print(f"{count:8} {name}")
    for length, start, end, core in stretches:
        print(f"stretch {length:8} on core {core}: {places.name(start)} ({start:#x}) "
              f"to {places.name(end)} ({end:#x})")


if __name__ == "__main__":
    main()

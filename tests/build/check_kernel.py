# SPDX-License-Identifier: Apache-2.0
"""What the built kernel must and must not contain, read from its objects and its ELF file.

The stack bound is the deepest chain of frames in the compiler's call graph plus what a trap pushes
in assembler.  Prints TAP.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from call_graph import CallGraph, plain_name
from expected import ASSEMBLER, ASSEMBLER_FRAME_BYTES, INDIRECT_CALLS, TEST_ONLY, WRITABLE

ROOT = Path(__file__).resolve().parent.parent.parent
STACK_BYTES = re.compile(r"KERNEL_STACK_BYTES\s*=\s*(\d+)")
ALLOCATOR = re.compile(r"(^|_)(malloc|calloc|realloc|kmalloc|kalloc|zalloc|alloc|heap|sbrk)(_|$)")
WRITABLE_KINDS = "dDbBsSgG"


def tool(arch, name, *arguments):
    return subprocess.run([f"{arch}-linux-gnu-{name}", *map(str, arguments)], check=True,
                          capture_output=True, text=True).stdout


class Kernel:
    """One linked variant, with the folder of its objects beside it."""

    def __init__(self, build, arch, variant):
        suffix = "" if variant == "release" else f"-{variant}"
        self.arch = arch
        self.elf = build / "kernel" / f"skerry-{arch}{suffix}.elf"
        self.objects = Path(str(self.elf) + ".p")
        if not self.elf.exists() or not self.objects.exists():
            print(f"Bail out! not built: {self.elf} and {self.objects.name}")
            sys.exit(1)

    def symbols(self):
        """Yields (name, kind, size) of each symbol, as nm says it."""
        for line in tool(self.arch, "nm", "-S", self.elf).splitlines():
            words = line.split()
            size = int(words[1], 16) if len(words) == 4 else 0
            yield words[-1], words[-2], size

    def segments(self):
        """Yields the permission flags of each loaded segment."""
        for line in tool(self.arch, "readelf", "-lW", self.elf).splitlines():
            words = line.split()
            if words[:1] == ["LOAD"]:
                yield "".join(words[6:-1])


def stack_bytes():
    for header in sorted((ROOT / "kernel").rglob("*.h")):
        match = STACK_BYTES.search(header.read_text())
        if match:
            return int(match[1])
    return 0


def no_function_recurses(kernel):
    graph = CallGraph([kernel.objects])
    if not graph.frame:
        yield f"no call graph in {kernel.objects}: is the compiler gcc?"
    for caller in graph.resolve_indirect(INDIRECT_CALLS):
        yield f"{caller} calls through a pointer; expected.py does not say to where"
    for circle in graph.cycles():
        yield " -> ".join(circle)


def every_frame_has_a_fixed_size(kernel):
    yield from sorted(CallGraph([kernel.objects]).unbounded)


def every_called_function_has_a_known_frame(kernel):
    for name in CallGraph([kernel.objects]).without_frame():
        if name not in ASSEMBLER:
            yield name


def the_deepest_chain_fits_the_stack(kernel):
    graph = CallGraph([kernel.objects])
    graph.resolve_indirect(INDIRECT_CALLS)
    if list(graph.cycles()):
        yield "there is recursion, so there is no bound"
        return
    depth, chain = graph.deepest()
    total = depth + ASSEMBLER_FRAME_BYTES[kernel.arch]
    print(f"# trend: deepest kernel stack: {total} of {stack_bytes()} bytes")
    if not depth or total > stack_bytes():
        yield f"{total} bytes of {stack_bytes()}"
        for title in chain:
            yield f"{graph.frame[title]:6} {plain_name(title)}"


def there_is_no_allocator(kernel):
    for name, _, _ in kernel.symbols():
        if ALLOCATOR.search(name):
            yield name


def writable_state_is_what_is_expected(kernel):
    expected = WRITABLE["all"] | WRITABLE[kernel.arch]
    for name, kind, size in kernel.symbols():
        if kind in WRITABLE_KINDS and size and plain_name(name) not in expected:
            yield f"{name}: {size} writable bytes; state belongs to struct kernel or struct cpu"


def no_segment_is_writable_and_executable(kernel):
    segments = list(kernel.segments())
    if not segments:
        yield "no loaded segment"
    for flags in segments:
        if "W" in flags and "E" in flags:
            yield f"a segment with flags {flags}"


def nothing_is_undefined(kernel):
    for line in tool(kernel.arch, "nm", "-u", kernel.elf).splitlines():
        yield line.strip()


def release_has_no_debug_calls(kernel):
    for name, _, _ in kernel.symbols():
        if re.search(TEST_ONLY, name):
            yield name


BOTH = (no_function_recurses, every_frame_has_a_fixed_size,
        every_called_function_has_a_known_frame, the_deepest_chain_fits_the_stack,
        there_is_no_allocator, writable_state_is_what_is_expected,
        no_segment_is_writable_and_executable, nothing_is_undefined)


def main():
    parser = argparse.ArgumentParser(description="Looks at the built kernel.")
    parser.add_argument("--arch", required=True)
    parser.add_argument("--build", required=True, type=Path)
    options = parser.parse_args()

    release = Kernel(options.build, options.arch, "release")
    test = Kernel(options.build, options.arch, "test")
    checks = [("release", release, check) for check in BOTH + (release_has_no_debug_calls,)]
    checks += [("test", test, check) for check in BOTH]
    print(f"1..{len(checks)}")
    failed = 0
    for number, (variant, kernel, check) in enumerate(checks, 1):
        found = list(check(kernel))
        failed += bool(found)
        print(f"{'not ' if found else ''}ok {number} - {variant}_{check.__name__}")
        for line in found:
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

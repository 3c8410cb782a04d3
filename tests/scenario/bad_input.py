# SPDX-License-Identifier: Apache-2.0
"""Corrupt or truncated boot bundles, component images and device trees.

Each must end in a line that names the culprit and in an exit status that says failure: never in a
hang, never in a system that runs.  A good bundle and a good tree go the same way first, or the
failures prove nothing.
"""

import hashlib
import struct
import subprocess
import sys
import zlib

import scenario
import qemu

SECONDS = 30
HEADER, ENTRY, PAGE = 96, 96, 4096
MACHINE_AT, SIZE_AT, COUNT_AT, CHECKSUM_AT, HASH_AT, ENTRIES_HASH_AT = 12, 16, 24, 28, 32, 64
FILE_OFFSET_AT, FILE_SIZE_AT, FILE_HASH_AT = 48, 56, 64

# Where the device tree cases put things: the kernel where the loader would, the rest well above.
KERNEL_AT = {"aarch64": 0x40200000, "riscv64": 0x80200000}
STUB_AT = {"aarch64": 0x48000000, "riscv64": 0x88000000}
ELF_MACHINE = {"aarch64": 183, "riscv64": 243}


def patched(data, offset, replacement):
    return data[:offset] + replacement + data[offset + len(replacement):]


def flipped(data, offset):
    return patched(data, offset, bytes([data[offset] ^ 0x40]))


def resealed(bundle):
    """The bundle with its hashes made right again, so that only what they protect is wrong."""
    count, = struct.unpack_from("<I", bundle, COUNT_AT)
    for index in range(count):
        entry = HEADER + index * ENTRY
        offset, size = struct.unpack_from("<QQ", bundle, entry + FILE_OFFSET_AT)
        digest = hashlib.sha256(bundle[offset:offset + size]).digest()
        bundle = patched(bundle, entry + FILE_HASH_AT, digest)
    return resealed_entries(bundle)


def resealed_entries(bundle):
    count, = struct.unpack_from("<I", bundle, COUNT_AT)
    offset, size = struct.unpack_from("<QQ", bundle, HEADER + FILE_OFFSET_AT)
    entries = hashlib.sha256(bundle[HEADER:HEADER + count * ENTRY]).digest()
    bundle = patched(bundle, ENTRIES_HASH_AT, entries)
    return patched(bundle, CHECKSUM_AT, struct.pack("<I", zlib.crc32(bundle[HEADER:offset + size])))


def bundle_cases(good):
    """{promise: (bundle, word that must appear)}"""
    image, image_size = struct.unpack_from("<QQ", good, HEADER + FILE_OFFSET_AT)
    phdrs, = struct.unpack_from("<Q", good, image + 32)

    def image_patch(offset, replacement):
        return resealed(patched(good, image + offset, replacement))

    return {
        "bundle_with_wrong_magic_is_refused": (flipped(good, 0), "bundle"),
        "bundle_of_another_version_is_refused": (patched(good, 8, b"\xff\0\0\0"), "bundle"),
        "bundle_for_another_processor_is_refused":
            (patched(good, MACHINE_AT, b"\x3e\0\0\0"), "bundle"),
        "bundle_of_another_abi_is_refused": (flipped(good, HASH_AT), "ABI"),
        "bundle_larger_than_its_memory_is_refused":
            (patched(good, SIZE_AT, struct.pack("<Q", 1 << 62)), "bundle"),
        "bundle_cut_in_its_header_is_refused": (good[:HEADER // 2], "bundle"),
        "bundle_cut_in_its_files_is_refused": (good[:image + image_size // 2], "bundle"),
        "bundle_without_files_is_refused":
            (patched(good, COUNT_AT, b"\0\0\0\0"), "bundle"),
        "bundle_with_countless_files_is_refused":
            (patched(good, COUNT_AT, b"\xff\xff\xff\xff"), "bundle"),
        "bundle_with_a_changed_entry_is_refused":
            (flipped(good, HEADER + FILE_OFFSET_AT + 1), "bundle"),
        "bundle_with_a_file_outside_is_refused":
            (resealed_entry(good, FILE_OFFSET_AT, struct.pack("<Q", 1 << 40)), "bundle"),
        "bundle_with_a_changed_first_file_is_refused":
            (flipped(good, image + image_size - 1), "bundle"),
        "bundle_with_a_changed_hash_is_refused": (flipped(good, HEADER + FILE_HASH_AT), "bundle"),
        "image_with_wrong_magic_is_refused": (image_patch(0, b"\x7fBAD"), "image"),
        "image_for_another_processor_is_refused": (image_patch(18, b"\x3e\0"), "image"),
        "image_with_a_header_outside_is_refused":
            (image_patch(32, struct.pack("<Q", 1 << 40)), "image"),
        "image_with_a_segment_outside_is_refused":
            (image_patch(phdrs + 32, struct.pack("<Q", 1 << 40)), "image"),
        "image_at_a_kernel_address_is_refused":
            (image_patch(phdrs + 16, struct.pack("<Q", 0xffffffff80000000)), "image"),
    }


def resealed_entry(good, field, replacement):
    """The first entry changed and the hash over the entries made right, the files untouched."""
    return resealed_entries(patched(good, HEADER + field, replacement))


def tree_cases(good):
    """{promise: device tree}"""
    return {
        "device_tree_with_wrong_magic_is_refused": flipped(good, 0),
        "device_tree_with_a_huge_size_is_refused": patched(good, 4, b"\x7f\xff\xff\xff"),
        "device_tree_cut_short_is_refused": patched(good, 4, struct.pack(">I", 64)),
        "device_tree_with_strings_outside_is_refused": patched(good, 12, b"\x7f\xff\xff\xf0"),
        "device_tree_without_memory_is_refused":
            good.replace(b"memory@", b"nemory@").replace(b"memory\0", b"nemory\0"),
        "device_tree_of_one_endless_node_is_refused": endless_tree(good),
    }


def endless_tree(good):
    """Every word of the structure begins another node."""
    start, = struct.unpack_from(">I", good, 8)
    size, = struct.unpack_from(">I", good, 36)
    return patched(good, start, b"\0\0\0\1\0\0\0\0" * (size // 8))


def stub(arch, tree):
    """An ELF file that enters the kernel with `tree` in the register of the boot protocol."""
    at = STUB_AT[arch]
    if arch == "aarch64":     # ldr x0, 16; ldr x4, 24; br x4; nop
        code = struct.pack("<4I", 0x58000080, 0x580000a4, 0xd61f0080, 0xd503201f)
    else:                     # auipc t0, 0; ld a1, 16(t0); ld t1, 24(t0); jr t1
        code = struct.pack("<4I", 0x00000297, 0x0102b583, 0x0182b303, 0x00030067)
    code += struct.pack("<QQ", at + PAGE, KERNEL_AT[arch])
    body = code.ljust(PAGE, b"\0") + tree
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, ELF_MACHINE[arch], 1, at, 64, 0,
                         0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 7, PAGE, at, at, len(body), len(body), PAGE)
    return (header + segment).ljust(PAGE, b"\0") + body


class Bench:
    """Boots one machine with one input after the other."""

    def __init__(self, options):
        self.options = options
        self.machine = qemu.Machine(options.arch, cores=1, devices=())
        self.kernel = qemu.kernel_image(options.arch)
        self.bundle = qemu.build_directory(options.arch) / "tests" / "target" / "hello.bundle"
        self.folder = qemu.build_directory(options.arch) / "bad-input"
        self.folder.mkdir(parents=True, exist_ok=True)
        scenario.require(self.kernel, self.bundle)

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def good_tree(self):
        path = self.folder / "good.dtb"
        command = self.machine.command(self.kernel, self.bundle)
        command[command.index("-M") + 1] += f",dumpdtb={path}"
        subprocess.run(command, check=True, capture_output=True)
        return path.read_bytes()

    def boot(self, name, command):
        log = qemu.build_directory(self.options.arch) / "logs" / f"bad-input-{name}.log"
        with qemu.Guest(command, log, SECONDS, self.options.echo) as guest:
            return guest.wait(), guest.output

    def boot_bundle(self, name, data):
        path = self.write(f"{name}.bundle", data)
        return self.boot(name, self.machine.command(self.kernel, path))

    def boot_tree(self, name, tree):
        path = self.write(f"{name}.elf", stub(self.options.arch, tree))
        loader = f"loader,file={self.kernel},addr={KERNEL_AT[self.options.arch]:#x},force-raw=on"
        return self.boot(name, self.machine.command(path, more=("-device", loader)))


def check_refused(status, output, word):
    tail = output[-600:]
    scenario.check(status is not None, f"hangs:\n{tail}")
    scenario.check(status != 0, f"ended as if all were well:\n{tail}")
    scenario.check("1..1" not in output, f"the component ran:\n{tail}")
    scenario.check(word.lower() in output.lower(), f"no line names the {word}:\n{tail}")


def main():
    bench = Bench(scenario.options(__doc__))
    good = bench.bundle.read_bytes()
    cases = {name: ("bundle", data, word) for name, (data, word) in bundle_cases(good).items()}
    cases = {"good_bundle_runs": ("good", good, "")} | cases
    tree = bench.good_tree()
    cases |= {"good_device_tree_is_read_and_misses_its_bundle": ("tree", tree, "bundle")}
    cases |= {name: ("tree", bad, "device tree") for name, bad in tree_cases(tree).items()}

    def attempt(name, case):
        kind, data, word = case
        if kind == "good":
            status, output = bench.boot_bundle(name, resealed(data))
            scenario.check(status == 0 and "ok 1" in output, f"status {status}:\n{output[-600:]}")
        elif kind == "bundle":
            check_refused(*bench.boot_bundle(name, data), word)
        else:
            check_refused(*bench.boot_tree(name, data), word)

    return scenario.run_each(cases, attempt)


if __name__ == "__main__":
    sys.exit(main())

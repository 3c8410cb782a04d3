# SPDX-License-Identifier: Apache-2.0
"""A disk that `skerry image build` made boots by itself: Debian's U-Boot finds what to load on it.

The smallest first component reports what it was given and powers off.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import scenario
import qemu

SECONDS = 90
LOADERS = {"aarch64": ("-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"),
           "riscv64": ("-kernel", "/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf")}


def command(arch, disk):
    """The machine's own command line, with a boot loader instead of a kernel."""
    option, loader = LOADERS[arch]
    words = qemu.Machine(arch, cores=1).command(loader, more=(
        "-drive", f"file={disk},if=none,format=raw,id=disk", "-device",
        "virtio-blk-device,drive=disk"))
    words[words.index("-kernel")] = option
    return words


def main():
    options = scenario.options(__doc__)
    build = qemu.build_directory(options.arch)
    kernel = qemu.kernel_image(options.arch, "test")
    bundle = build / "tests" / "target" / "hello.bundle"
    skerry = build / "tools" / "cli" / "skerry"
    scenario.require(kernel, bundle, skerry, LOADERS[options.arch][1])

    def attempt():
        with tempfile.TemporaryDirectory() as folder:
            disk = Path(folder) / "disk"
            subprocess.run([skerry, "image", "build", disk, "--kernel", kernel, "--bundle", bundle,
                            "--size", "40"], check=True)
            with qemu.Guest(command(options.arch, disk), build / "logs" / "disk.log", SECONDS,
                            options.echo) as guest:
                status = guest.wait()
                output = guest.output
        tail = output[-600:]
        scenario.check(status == 0, f"QEMU ended with status {status}:\n{tail}")
        scenario.check("\nok 1" in output, f"no ok:\n{tail}")

    print("1..1")
    try:
        attempt()
        scenario.print_test(1, "a_disk_boots_by_itself", None)
        return 0
    except qemu.GuestError as error:
        scenario.print_test(1, "a_disk_boots_by_itself", str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())

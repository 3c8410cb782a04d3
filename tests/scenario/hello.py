# SPDX-License-Identifier: Apache-2.0
"""The smallest system says hello, again and again, on a machine without any device."""

import sys

import scenario
import qemu

SECONDS = 120


def it_boots(guest):
    guest.expect(r"^root: system hello, 3 components", seconds=60)
    for name in ("main", "timer", "hello"):
        guest.expect(rf"^root: {name} ready\b")


def it_says_hello_to_whom_the_manifest_says(guest):
    guest.expect(r"^hello: hello, world, for the 1\. time")


def it_goes_on(guest):
    guest.expect(r"^hello: hello, world, for the 2\. time")
    guest.expect(r"^hello: hello, world, for the 3\. time")


def main():
    options = scenario.options(__doc__)
    kernel = qemu.kernel_image(options.arch, "console")
    bundle = qemu.system_bundle(options.arch, "hello")
    scenario.require(kernel, bundle)
    machine = qemu.Machine(options.arch, cores=1, memory_mib=options.memory, devices=())
    log = qemu.build_directory(options.arch) / "logs" / "hello.serial.log"
    with qemu.Guest(machine.command(kernel, bundle), log, SECONDS, options.echo) as guest:
        return scenario.run_steps(guest, (it_boots, it_says_hello_to_whom_the_manifest_says,
                                          it_goes_on))


if __name__ == "__main__":
    sys.exit(main())

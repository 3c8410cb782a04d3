# SPDX-License-Identifier: Apache-2.0
"""The services on the target: self_test's report comes as lines of the system's log."""

import sys

import scenario
import qemu

SECONDS = 120
PREFIX = "self_test: "


def main():
    options = scenario.options(__doc__)
    kernel = qemu.kernel_image(options.arch, "console")     # it prints the log without a driver
    build = qemu.build_directory(options.arch)
    bundle = build / "tests" / "services" / "services.bundle"
    scenario.require(kernel, bundle)
    machine = qemu.Machine(options.arch, cores=options.cores, memory_mib=options.memory)
    with qemu.Guest(machine.command(kernel, bundle), build / "logs" / "services.serial.log",
                    SECONDS, options.echo) as guest:
        status = guest.wait()
        output = guest.output
    for line in output.splitlines():
        if line.startswith(PREFIX):
            print(line.removeprefix(PREFIX))
    if status != 0:
        print(f"Bail out! QEMU ended with status {status}:\n# " + "\n# ".join(
            output.splitlines()[-12:]))
    return 1 if status != 0 or "# SKIP" in output else 0


if __name__ == "__main__":
    sys.exit(main())

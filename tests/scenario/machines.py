# SPDX-License-Identifier: Apache-2.0
"""One image on many machines: everything about the machine is read from the device tree.

Boots the smallest first component, which reports what it was given and powers off.
"""

import re
import sys

import scenario
import qemu

SECONDS = 60
LARGE = 8192      # MiB


def machines(arch):
    """{promise: machine}"""
    found = {f"boots_on_{n}_cores": qemu.Machine(arch, cores=n) for n in (1, 2, 3, 4, 8)}
    found |= {f"boots_with_{m}_mib": qemu.Machine(arch, memory_mib=m)
              for m in (16, 64, 512, 3072, LARGE)}
    found["boots_on_cores_that_really_race"] = qemu.Machine(arch, threads="multi")
    if arch == "aarch64":
        found |= {f"boots_with_interrupt_controller_version_{gic}_on_{n}_cores":
                  qemu.Machine(arch, cores=n, gic=gic) for gic in (2, 3) for n in (1, 4)}
        found["boots_from_the_hypervisor_level"] = qemu.Machine(arch, start_at_el2=True)
        found["boots_from_the_hypervisor_level_with_version_2"] = \
            qemu.Machine(arch, start_at_el2=True, gic=2)
        found["boots_on_another_processor"] = qemu.Machine(arch, cpu="cortex-a72")
    else:
        found["boots_without_the_supervisor_timer"] = qemu.Machine(arch, cpu="rv64,sstc=false")
    return found


def main():
    options = scenario.options(__doc__)
    kernel = qemu.kernel_image(options.arch, "test")
    bundle = qemu.build_directory(options.arch) / "tests" / "target" / "hello.bundle"
    scenario.require(kernel, bundle)
    logs = qemu.build_directory(options.arch) / "logs"

    def attempt(name, machine):
        with qemu.Guest(machine.command(kernel, bundle), logs / f"machines-{name}.log",
                        SECONDS, options.echo) as guest:
            status = guest.wait()
            output = guest.output
        tail = output[-600:]
        scenario.check(status == 0, f"QEMU ended with status {status}:\n{tail}")
        scenario.check(re.search(r"^ok 1\b", output, re.MULTILINE), f"no ok:\n{tail}")
        cores = re.search(r"(\d+) cores", output)
        scenario.check(cores and int(cores[1]) == machine.cores,
                       f"{machine.cores} cores expected:\n{tail}")

    return scenario.run_each(machines(options.arch), attempt)


if __name__ == "__main__":
    sys.exit(main())

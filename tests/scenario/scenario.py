# SPDX-License-Identifier: Apache-2.0
"""What scenarios share: their options, and steps that print TAP as they go.

A scenario drives a booted image over its serial line.  Steps build on each other, so the first
failure ends the scenario and the steps that were not reached fail too.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import qemu     # noqa: E402


def options(words, **extra):
    """The options every scenario takes; `extra` adds integers with their defaults."""
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--arch", default="aarch64", choices=["aarch64", "riscv64"])
    parser.add_argument("--cores", type=int, default=4)
    parser.add_argument("--memory", type=int, default=512)
    parser.add_argument("--echo", action="store_true", help="show the guest's output as it comes")
    for name, default in extra.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def require(*files):
    """Ends the scenario with a clear word when something is not built."""
    for file in files:
        if not Path(file).exists():
            print(f"Bail out! not built: {file}")
            sys.exit(1)


def check(condition, why):
    if not condition:
        raise qemu.GuestError(why)


def print_test(number, name, why):
    print(f"{'not ' if why else ''}ok {number} - {name}", flush=True)
    for line in (why or "").splitlines():
        print(f"# {line}", flush=True)


def run_steps(guest, steps):
    """Runs functions of one guest in order, each named as its promise; returns an exit status."""
    print(f"1..{len(steps)}", flush=True)
    broken = ""
    for number, step in enumerate(steps, 1):
        if broken:
            print_test(number, step.__name__, f"not reached: {broken} failed")
            continue
        try:
            step(guest)
            print_test(number, step.__name__, None)
        except qemu.GuestError as error:
            print_test(number, step.__name__, str(error))
            broken = step.__name__
    return 1 if broken else 0


def run_each(cases, attempt):
    """Runs attempt(case) for each named case, independent of the others; returns a status."""
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, (name, case) in enumerate(cases.items(), 1):
        try:
            attempt(name, case)
            print_test(number, name, None)
        except qemu.GuestError as error:
            failed += 1
            print_test(number, name, str(error))
    return 1 if failed else 0


def print_report(words, name, reporter, seconds=120, **machine):
    """Boots tests/<name>'s bundle and prints what its component `reporter` says in the log, which
    is TAP; returns the exit status and all that the guest wrote."""
    kernel = qemu.kernel_image(words.arch, "console")   # it prints the log without a driver
    build = qemu.build_directory(words.arch)
    bundle = build / "tests" / name / f"{name}.bundle"
    require(kernel, bundle)
    emulated = qemu.Machine(words.arch, cores=words.cores, memory_mib=words.memory, **machine)
    with qemu.Guest(emulated.command(kernel, bundle), build / "logs" / f"{name}.serial.log",
                    seconds, words.echo) as guest:
        status = guest.wait()
        output = guest.output
    for line in output.splitlines():
        if line.startswith(f"{reporter}: "):
            print(line.removeprefix(f"{reporter}: "))
    if status != 0:
        print(f"Bail out! QEMU ended with status {status}:\n# " + "\n# ".join(
            output.splitlines()[-12:]))
    return status, output

# SPDX-License-Identifier: Apache-2.0
"""The first system: boots, answers, restarts what dies in the declared order, powers off.

This is what `./run --check` does.  The words that the system's components say stand at the top, so
that this file and the components have one place to agree on.
"""

import sys
import time

import scenario
import qemu

PROMPT = r"^skerry> "
STATION_AND_DEPENDANTS = ("station", "aggregator", "monitor")
COMPONENTS = ("main", "uart", "log", "entropy", "rng", "rtc", "clock", "timer",
              *STATION_AND_DEPENDANTS, "console")         # in the manifest's order
OTHERS = tuple(name for name in COMPONENTS if name not in STATION_AND_DEPENDANTS)
READING = r"^monitor: .*\d"
SECONDS = 400
TRIES = 10


def stopped(name):
    return rf"^root: stop {name}\b"


def started(name):
    return rf"^root: start {name}\b"


def ready(name):
    return rf"^root: {name} ready\b"


def expect_in_order(guest, *patterns):
    for pattern in patterns:
        guest.expect(pattern)


def expect_restart_of_station(guest):
    """The dependants go first, last one first, and come back last."""
    for name in reversed(STATION_AND_DEPENDANTS):
        guest.expect(stopped(name))
    for name in STATION_AND_DEPENDANTS:
        expect_in_order(guest, started(name), ready(name))


def type_line(guest, text):
    guest.send(text + "\r")


def boots_to_its_console(guest):
    guest.expect(PROMPT, seconds=60)


def help_lists_the_commands(guest):
    type_line(guest, "help")
    for command in ("help", "ps", "kill", "poweroff"):
        guest.expect(rf"^\s*{command}\b")


def ps_shows_every_component(guest):
    type_line(guest, "ps")
    start = guest.read_position
    for name in COMPONENTS:
        guest.read_position = start
        guest.expect(rf"^\s*{name}\b.*\b(running|ready)\b")


def readings_arrive(guest):
    guest.expect(READING)
    guest.expect(READING)


def an_unknown_command_is_refused(guest):
    type_line(guest, "nonsense")
    guest.expect(r"unknown command")


def an_unknown_name_is_refused(guest):
    type_line(guest, "kill nobody")
    guest.expect(r"not found|no such|unknown")


def a_killed_app_returns_with_its_dependants_in_order(guest):
    type_line(guest, "kill station")
    expect_restart_of_station(guest)


def readings_arrive_after_the_restart(guest):
    readings_arrive(guest)


def an_app_that_writes_through_a_null_pointer_returns_too(guest):
    type_line(guest, "crash station")
    guest.expect(r"^root: station died: page fault")
    expect_restart_of_station(guest)


def the_others_went_on(guest):
    type_line(guest, "ps")
    guest.expect(r"^\s*uart\b.*\b0 restarts\b")
    scenario.check(not any(f"root: start {name}\n" in guest.output.split("root: stop", 1)[1]
                           for name in OTHERS),
                   "a component that was not killed was started again")


def readings_arrive_after_the_fault(guest):
    readings_arrive(guest)


def what_root_has_left(guest):
    type_line(guest, "mem")
    return guest.expect(r"(\d+) bytes free, (\d+) slots free").groups()


def wait_until_all_are_ready(guest):
    """Asks again and again: what is typed while the serial line's driver restarts is lost."""
    for _ in range(TRIES):
        guest.read_position = len(guest.output)
        type_line(guest, "ps")
        try:
            for name in COMPONENTS:
                guest.expect(rf"^{name}\s+ready\b", seconds=5)
            return
        except qemu.GuestError:
            pass
    raise qemu.GuestError(f"not all are ready again:\n{guest.output[-800:]}")


def each_component_can_die_and_root_gets_everything_back(guest):
    before = what_root_has_left(guest)
    for name in COMPONENTS:
        type_line(guest, f"kill {name}")
        time.sleep(1)
        wait_until_all_are_ready(guest)
        after = what_root_has_left(guest)
        scenario.check(after == before, f"{name}: {before} before, {after} after")


def poweroff_ends_the_machine_well(guest):
    type_line(guest, "poweroff")
    status = guest.wait()
    scenario.check(status == 0, f"QEMU ended with status {status}:\n{guest.output[-400:]}")


def the_log_was_shown_to_its_end_and_once(guest):
    """Lines that the console did not take over are the kernel's last words; the others are not."""
    scenario.check(guest.output.count("root: system demo") == 1, "the log's begin is not there once")
    scenario.check("root: stop main" in guest.output.split("poweroff")[-1],
                   "what root said after the console's end is lost")


STEPS = (
    boots_to_its_console,
    help_lists_the_commands,
    ps_shows_every_component,
    readings_arrive,
    an_unknown_command_is_refused,
    an_unknown_name_is_refused,
    a_killed_app_returns_with_its_dependants_in_order,
    readings_arrive_after_the_restart,
    an_app_that_writes_through_a_null_pointer_returns_too,
    the_others_went_on,
    readings_arrive_after_the_fault,
    each_component_can_die_and_root_gets_everything_back,
    poweroff_ends_the_machine_well,
    the_log_was_shown_to_its_end_and_once,
)


def main():
    options = scenario.options(__doc__)
    kernel = qemu.kernel_image(options.arch)
    bundle = qemu.system_bundle(options.arch, "demo")
    scenario.require(kernel, bundle)
    machine = qemu.Machine(options.arch, cores=options.cores, memory_mib=options.memory)
    log = qemu.build_directory(options.arch) / "logs" / "demo.serial.log"
    with qemu.Guest(machine.command(kernel, bundle), log, SECONDS, options.echo) as guest:
        return scenario.run_steps(guest, STEPS)


if __name__ == "__main__":
    sys.exit(main())

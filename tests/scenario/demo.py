# SPDX-License-Identifier: Apache-2.0
"""The first system: boots, answers, restarts what dies in the declared order, powers off.

This is what `./run --check` does.  The words that the system's components say stand at the top, so
that this file and the components have one place to agree on.
"""

import datetime
import sys
import time

import scenario
import qemu
from graph import introspection_is_what_the_tool_shows

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


def keys_history_and_completion_work(guest):
    guest.send("lp\x01he\t\r")                  # "lp", Home, "he", Tab: "help lp"; then its usage
    guest.expect(r"^usage: help")
    guest.send("\x1b[A\x17\x08\r")              # the line before, without its last word
    guest.expect(r"^\s*poweroff\b")
    guest.send("caps sta\t\r")
    guest.expect(r"^skerry> caps station")
    guest.expect(r"^\s*\d+ endpoint .*\bparent$")
    guest.send("log\t\x15")
    guest.expect(r"^log loglevel ")


def introspection_shows_the_manifest(guest):
    type_line(guest, "tree")
    expect_in_order(guest, r"^main \(message server\)$", r"^station at main$",
                    r"^  restarts aggregator$", r"^  restarts monitor$")
    type_line(guest, "protocols")
    guest.expect(r"^main: weather +published by aggregator, asked for by monitor$")
    type_line(guest, "top")
    guest.expect(r"^station +\d+ +\d+\.\d%")
    type_line(guest, "env")
    guest.expect(r"^name=console$")


def the_system_needs_at_most_4_mib(guest):
    """Kernel and components as root keeps its accounts: all but root itself and the bundle."""
    type_line(guest, "mem")
    kernel, total = map(int, guest.expect(r"kernel (\d+) KiB, .* of (\d+) KiB in all").groups())
    left = int(guest.expect(r"(\d+) bytes free")[1])
    used = kernel + total - left // 1024
    print(f"# trend: demo_memory_kib {used}", flush=True)
    scenario.check(used <= 4096, f"{used} KiB")


def the_clock_is_the_machines(guest):
    words = guest.expect(r"^monitor: (\S+ \S+) ", seconds=30)[1]
    shown = datetime.datetime.strptime(words, "%Y-%m-%d %H:%M:%S")
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    scenario.check(abs((now - shown).total_seconds()) < 300, f"shown {shown}, it is {now}")


def the_log_keeps_lines_up_to_a_level(guest):
    type_line(guest, "log aggregator")
    guest.expect(r"info +a summary each 2000 ms")
    type_line(guest, "loglevel aggregator debug")
    guest.expect(r"^aggregator: debug: summary \d+")
    type_line(guest, "loglevel aggregator info")
    type_line(guest, "log")
    guest.expect(r"^aggregator +level info +\d+ lines")


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


def the_reason_is_remembered(guest):
    type_line(guest, "apps")
    guest.expect(r"^station .*died of page fault at")


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
    the_clock_is_the_machines,
    keys_history_and_completion_work,
    introspection_shows_the_manifest,
    introspection_is_what_the_tool_shows,
    the_system_needs_at_most_4_mib,
    the_log_keeps_lines_up_to_a_level,
    an_unknown_command_is_refused,
    an_unknown_name_is_refused,
    a_killed_app_returns_with_its_dependants_in_order,
    readings_arrive_after_the_restart,
    an_app_that_writes_through_a_null_pointer_returns_too,
    the_reason_is_remembered,
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

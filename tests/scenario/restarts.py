# SPDX-License-Identifier: Apache-2.0
"""Two ring peers kill each other, again and again; root gives back all that they had.

What root has left is counted at the console with both peers down, before and after.
"""

import sys
import time

import scenario
import qemu

PROMPT = r"^skerry> "
PEERS = ("left", "right")
POLL_SECONDS = 1


class Restarts:
    def __init__(self, count):
        self.count = count
        self.before = None

    def type_line(self, guest, text):
        guest.send(text + "\r")

    def restarts(self, guest):
        """How often each peer was restarted so far."""
        self.type_line(guest, "ps")
        return sum(int(guest.expect(rf"^{peer}\b.*?(\d+) restarts\b")[1]) for peer in PEERS)

    def what_is_left(self, guest):
        for peer in PEERS:
            self.type_line(guest, f"stop {peer}")
            guest.expect(PROMPT)
        self.type_line(guest, "ps")
        for peer in PEERS:
            guest.expect(rf"^{peer}\s+down\b")
        self.type_line(guest, "mem")
        found = guest.expect(r"(\d+) bytes free, (\d+) slots free")
        return int(found[1]), int(found[2])

    def wait_for(self, guest, count):
        limit = time.monotonic() + (120 + 4 * count) * qemu.TIME_SCALE
        while (done := self.restarts(guest)) < count:
            scenario.check(time.monotonic() < limit, f"only {done} restarts in time")
            time.sleep(POLL_SECONDS)
        print(f"# trend: restarts {done}", flush=True)

    def boots_and_restarts_a_few(self, guest):
        guest.expect(PROMPT, seconds=60)
        self.wait_for(guest, 4)
        self.before = self.what_is_left(guest)
        print(f"# {self.before[0]} bytes, {self.before[1]} slots", flush=True)

    def peers_restart_each_other_as_often_as_asked(self, guest):
        for peer in PEERS:
            self.type_line(guest, f"start {peer}")
        self.wait_for(guest, self.count)

    def all_memory_and_slots_are_given_back(self, guest):
        after = self.what_is_left(guest)
        scenario.check(after == self.before, f"{self.before} before, {after} after")

    def no_reading_was_wrong(self, guest):
        scenario.check("bad reading" not in guest.output and "bad status" not in guest.output,
                       "a peer found something wrong; see the log")
        scenario.check("given up" not in guest.output, "a component was given up")
        for name in ("main", "uart", "console"):
            scenario.check(f"root: stop {name}\n" not in guest.output, f"{name} died too")

    def poweroff_ends_the_machine_well(self, guest):
        self.type_line(guest, "poweroff")
        scenario.check(guest.wait() == 0, "the machine did not end well")


def main():
    options = scenario.options(__doc__, count=1000)
    kernel = qemu.kernel_image(options.arch)
    bundle = qemu.build_directory(options.arch) / "tests" / "restarts" / "restarts.bundle"
    scenario.require(kernel, bundle)
    machine = qemu.Machine(options.arch, cores=options.cores, memory_mib=options.memory, devices=())
    log = qemu.build_directory(options.arch) / "logs" / "restarts.serial.log"
    run = Restarts(options.count)
    steps = (run.boots_and_restarts_a_few, run.peers_restart_each_other_as_often_as_asked,
             run.all_memory_and_slots_are_given_back, run.no_reading_was_wrong,
             run.poweroff_ends_the_machine_well)
    with qemu.Guest(machine.command(kernel, bundle), log, 600 + 5 * options.count,
                    options.echo) as guest:
        return scenario.run_steps(guest, steps)


if __name__ == "__main__":
    sys.exit(main())

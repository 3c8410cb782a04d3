# SPDX-License-Identifier: Apache-2.0
"""Plants one-line defects, one at a time; each must be caught by the test named for it.

A defect proves something only if its test passes without it, so each test first runs without.
A run ends as soon as the named test has reported.  Prints TAP, one test a defect.
"""

import argparse
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import qemu  # noqa: E402
import suites  # noqa: E402
import tap  # noqa: E402
from planted import DEFECTS, KINDS  # noqa: E402
from replay import ROOT, ReplayError, build_changed  # noqa: E402

RANDOM_CALLS = 20_000


@dataclasses.dataclass(frozen=True)
class OnTarget:
    """The behaviours on a kernel, up to the named test."""
    target: str
    cores: int
    seconds: int        # a defect may hang its guest: it need not do so for long
    icount: str = ""

    def passes(self, kernel, arch, test, log):
        machine = qemu.Machine(arch, cores=self.cores, icount=self.icount)
        bundle = qemu.build_directory(arch) / "tests" / "target" / "kernel.bundle"
        with qemu.Guest(machine.command(kernel, bundle), log, self.seconds) as guest:
            try:
                return guest.expect(rf"^(not )?ok \d+ {re.escape(test)}$", self.seconds)[1] is None
            except qemu.GuestError:
                return False        # it took the guest down before it could report


@dataclasses.dataclass(frozen=True)
class OnHost:
    """Random calls on the host kernel and the model."""
    target: str

    def passes(self, program, arch, test, log):
        del arch
        done = subprocess.run([str(program), "--calls", str(RANDOM_CALLS), "--seed", "1"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(done.stdout)
        report = tap.parse(done.stdout.decode("utf-8", "replace"))
        return any(result.name == test and result.passed for result in report.tests)


TRIALS = {
    "one core": OnTarget("kernel/skerry-{arch}-test.img", cores=1, seconds=30,
                         icount=suites.VIRTUAL),
    "four cores": OnTarget("kernel/skerry-{arch}-test.img", cores=4, seconds=90),
    "random calls": OnHost("tests/random/random_host"),
}


def text_with(defect):
    """The file as the defect leaves it, or None if the line is not there exactly once."""
    file = ROOT / defect.file
    text = file.read_text() if file.exists() else ""
    return text.replace(defect.line, defect.planted) if text.count(defect.line) == 1 else None


def why_missed(build, arch, defect):
    """Returns why the defect was not caught, or None."""
    trial, folder = TRIALS[defect.trial], f"defects/{defect.name}"
    target = trial.target.format(arch=arch)
    text = text_with(defect)
    if text is None:
        return f"{defect.file} does not hold the line exactly once: {defect.line.strip()}"
    if not trial.passes(build / target, arch, defect.test, build / folder / "without.log"):
        return f"{defect.test} does not pass without the defect"
    try:
        planted = build_changed(build, target, defect.file, text, folder)
    except ReplayError as error:
        return str(error)
    if trial.passes(planted, arch, defect.test, build / folder / "with.log"):
        return f"{defect.test} still passes"
    return None


def main():
    parser = argparse.ArgumentParser(description="Plants defects and sees them caught.")
    parser.add_argument("--arch", default="aarch64")
    parser.add_argument("--only", help="the name of one defect")
    options = parser.parse_args()

    build = qemu.build_directory(options.arch)
    chosen = [defect for defect in DEFECTS
              if options.only in (None, defect.name) and defect.arch in ("", options.arch)]
    uncovered = [] if options.only else sorted(KINDS - {defect.kind for defect in chosen})
    print(f"1..{len(chosen) + len(uncovered)}")
    failed = len(uncovered)
    for number, defect in enumerate(chosen, 1):
        why = why_missed(build, options.arch, defect)
        failed += why is not None
        print(f"{'not ' if why else ''}ok {number} - {defect.name}", flush=True)
        print(f"# {why or 'caught by ' + defect.test}", flush=True)
    for number, kind in enumerate(uncovered, len(chosen) + 1):
        print(f"not ok {number} - {kind}\n# no defect of this kind is planted")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

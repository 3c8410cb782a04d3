# SPDX-License-Identifier: Apache-2.0
"""The ways to run a suite.  Each runner takes a Context and returns {label: Report}.

Nothing here knows which suites exist (that is suites.py) or how results are shown (run.py).
A program that is not there raises Missing: a suite that cannot run has not passed.
"""

import dataclasses
import json
import os
import subprocess
from pathlib import Path

import qemu
import tap

PYTHON = "/usr/bin/python3"


class Missing(Exception):
    """The suite, or what it runs, does not exist; the text says what was looked for."""


@dataclasses.dataclass(frozen=True)
class Context:
    arch: str
    seed: int
    numbers: dict        # how much of everything: suites.CI or suites.RELEASE
    echo: bool = False

    @property
    def build(self):
        return qemu.build_directory(self.arch)

    def log(self, name):
        path = self.build / "logs" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def substitute(self, word):
        """Fills in {arch}, {build}, {seed} and the numbers in a word of a command line."""
        return str(word).format(arch=self.arch, build=self.build, seed=self.seed, **self.numbers)


def run_program(command, log, seconds, directory=qemu.ROOT, extra_environment=None):
    """Runs a host program; returns (output, exit status), the status None at the time limit."""
    environment = dict(os.environ, **(extra_environment or {}))
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    with subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            output, _ = process.communicate(timeout=seconds * qemu.TIME_SCALE)
            status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            status = None
    log.write_bytes(("# " + " ".join(map(str, command)) + "\n").encode() + output)
    return output.decode("utf-8", "replace"), status


def judge(output, status, seconds):
    """A report of a program that prints TAP, with its way of ending taken into account."""
    report = tap.parse(output)
    if status is None:
        report.problems.append(f"not finished after {seconds * qemu.TIME_SCALE:.0f} s")
    elif status != 0 and report.failed == 0:
        report.problems.append(f"ended with status {status}")
    return report


def judge_by_status(name, output, status, seconds):
    """A report of one test for a program that has only its exit status to say."""
    if status == 0:
        return tap.Report([tap.Test(name, passed=True)])
    why = f"not finished after {seconds} s" if status is None else f"ended with status {status}"
    return tap.Report([tap.Test(name, passed=False, detail=[why] + output.splitlines()[-30:])])


def meson_tests(context, suite):
    """The host tests of one suite, as the build lists them with test(..., suite: '<suite>')."""
    listed = json.loads((context.build / "meson-info" / "intro-tests.json").read_text())
    found = [test for test in listed
             if suite in {name.split(":")[-1] for name in test["suite"]}]
    if not found:
        raise Missing(f"no test(..., suite: '{suite}') in any meson.build")
    return found


def host(suite, extra_arguments=(), time_limit=None):
    """Runs the host tests of a suite; extra arguments go to programs that print no TAP."""
    def run(context):
        reports = {}
        for test in meson_tests(context, suite):
            name, seconds = test["name"], time_limit or test["timeout"] or 60
            is_tap = test["protocol"] == "tap"
            command = list(test["cmd"])
            if not is_tap:
                command += [context.substitute(word) for word in extra_arguments]
            output, status = run_program(command, context.log(f"{suite}-{name}"), seconds,
                                         test["workdir"] or context.build, test["env"])
            if is_tap:
                reports[name] = judge(output, status, seconds)
            else:
                reports[name] = judge_by_status(name, output, status, seconds)
        return reports
    return run


def build(target):
    """Builds what is not built with everything."""
    def run(context):
        output, status = run_program(["/usr/bin/ninja", "-C", str(context.build), target],
                                     context.log(f"build-{target}"), seconds=1200)
        return {f"build {target}": judge_by_status(f"{target} is built", output, status, 1200)}
    return run


def web():
    """Builds the fleet service's web interface, from what its lock file pins."""
    def run(context):
        output, status = run_program(["fleet/web/build.sh"], context.log("web"), seconds=600)
        return {"web": judge_by_status("the web interface is built", output, status, 600)}
    return run


def all_of(*parts):
    """Runs several runners as one suite."""
    def run(context):
        reports = {}
        for part in parts:
            reports |= part(context)
        return reports
    return run


def script(path, *arguments, seconds=600):
    """Runs a Python script of the tree that prints TAP."""
    def run(context):
        if not (qemu.ROOT / path).exists():
            raise Missing(f"no {path}")
        words = [context.substitute(word) for word in arguments]
        name = Path(path).stem
        output, status = run_program([PYTHON, str(qemu.ROOT / path)] + words,
                                     context.log(name), seconds)
        return {name: judge(output, status, seconds)}
    return run


def program(path, *arguments, seconds=600):
    """Runs a host program of the build directory that prints TAP."""
    def run(context):
        file = context.build / path
        if not file.exists():
            raise Missing(f"not built: {file}")
        words = [context.substitute(word) for word in arguments]
        output, status = run_program([str(file)] + words, context.log(file.name), seconds)
        return {file.name: judge(output, status, seconds)}
    return run


def fuzzer(path, arguments, seeds=()):
    """Runs a fuzzer that is not built with everything, from seeds beside its source."""
    def run(context):
        file = context.build / path
        if not file.exists():
            raise Missing(f"not built: {file}")
        words = [context.substitute(word) for word in arguments]
        words.append("-seed_inputs=" + ",".join(str(qemu.ROOT / seed) for seed in seeds))
        output, status = run_program([str(file)] + words, context.log(file.name), 6 * 3600)
        return {file.name: judge_by_status(file.name, output, status, 6 * 3600)}
    return run


def target(bundles, seconds=120, variant="test", **machine):
    """Boots each test bundle on the emulator; the guest prints TAP and powers itself off."""
    def run(context):
        reports = {}
        for bundle in bundles:
            reports[bundle] = run_bundle(context, bundle, seconds, variant, machine)
        return reports
    return run


def system(name, seconds=120, **machine):
    """Boots a system that tests itself: one of its apps prints TAP and powers the machine off."""
    def run(context):
        image = qemu.system_bundle(context.arch, name)
        return {name: boot_image(context, image, name, seconds, "console", machine)}
    return run


def run_bundle(context, bundle, seconds, variant, machine):
    image = context.build / "tests" / "target" / f"{bundle}.bundle"
    return boot_image(context, image, f"target-{bundle}", seconds, variant, machine)


def boot_image(context, image, name, seconds, variant, machine):
    kernel = qemu.kernel_image(context.arch, variant)
    for file in (kernel, image):
        if not file.exists():
            raise Missing(f"not built: {file}")
    emulated = qemu.Machine(context.arch, **machine)
    log = context.log(f"{name}-{variant}-" + "-".join(f"{k}{v}" for k, v in machine.items()))
    with qemu.Guest(emulated.command(kernel, image), log, seconds, context.echo) as guest:
        status = guest.wait()
        return judge(guest.output, status, seconds)

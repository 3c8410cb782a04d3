# SPDX-License-Identifier: Apache-2.0
"""Plants one-line defects into a copy of the tree; each must be caught by the test named for it.

A defect proves something only if its test passes without it, so the suites in question first run
on the unchanged copy.  The copy is kept between runs, so that a defect rebuilds what it touches;
the tree itself is never written.  Prints TAP, one test a defect.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from planted import DEFECTS, KINDS

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = {".git", "build", "subprojects", "__pycache__"}
# What the suites named in planted.py run; nothing else of the copy is built.
TARGETS = ("kernel/skerry-{arch}-test.img", "tests/target/kernel.bundle",
           "tests/random/random_host")
RANDOM_CALLS = 20_000
HANG_SECONDS_SCALE = "0.5"      # a defect may hang its guest: it need not do so for long


def files_of(root):
    """{relative path: file} of everything a build reads."""
    found = {}
    for folder, names, filenames in os.walk(root):
        is_top = Path(folder) == Path(root)
        names[:] = [name for name in names if not (is_top and name in LEFT_OUT)]
        for filename in filenames:
            path = Path(folder) / filename
            found[path.relative_to(root)] = path
    return found


def synchronise(copy):
    """Makes `copy` equal to the tree, touching only files that differ."""
    wanted, present = files_of(ROOT), files_of(copy)
    for path in present.keys() - wanted.keys():
        present[path].unlink()
    for path, source in wanted.items():
        target, data = copy / path, source.read_bytes()
        if path not in present or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(source.stat().st_mode)


def run(command, copy, **environment):
    """Returns whether a program ended well, and what it said."""
    inherited = {key: value for key, value in os.environ.items() if key != "SKERRY_BUILD"}
    done = subprocess.run(command, cwd=copy, env=inherited | environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode == 0, done.stdout


def build(copy, arch):
    """Returns whether the copy builds, and what the build said."""
    folder = f"build/{arch}"
    if not (copy / folder / "build.ninja").exists():
        is_set_up, output = run(["/usr/bin/meson", "setup", "--cross-file", f"cross/{arch}.ini",
                                 "--native-file", "cross/native.ini", folder], copy)
        if not is_set_up:
            return False, output
    return run(["/usr/bin/ninja", "-C", folder] + [name.format(arch=arch) for name in TARGETS],
               copy)


def results(copy, arch, suite, time_scale):
    """{test name: passed} of one run of a suite in the copy."""
    run(["/usr/bin/python3", "tests/run.py", "--arch", arch, "--calls", str(RANDOM_CALLS), suite],
        copy, SKERRY_TIME_SCALE=time_scale)
    saved = json.loads((copy / "build" / arch / "logs" / "results.json").read_text())
    return {test["name"]: test["passed"] and not test["skipped"]
            for report in saved.get(suite, {}).values() for test in report["tests"]}


def apply(copy, defect):
    """Replaces the one line; returns the old text of the file, or None if it does not fit."""
    file = copy / defect.file
    text = file.read_text() if file.exists() else ""
    if text.count(defect.line) != 1:
        return None
    file.write_text(text.replace(defect.line, defect.planted))
    return text


def try_defect(copy, arch, defect, healthy):
    """Returns why the defect was not caught, or None."""
    if not healthy.get(defect.test):
        return f"{defect.test} does not pass without the defect"
    original = apply(copy, defect)
    if original is None:
        return f"{defect.file} does not hold the line exactly once: {defect.line.strip()}"
    try:
        is_built, output = build(copy, arch)
        if not is_built:
            return "does not build: " + output.strip().splitlines()[-1]
        # A test that is not reported any more took the guest down with it: caught as well.
        if results(copy, arch, defect.suite, HANG_SECONDS_SCALE).get(defect.test, False):
            return f"{defect.test} still passes"
    finally:
        (copy / defect.file).write_text(original)
    return None


def main():
    parser = argparse.ArgumentParser(description="Plants defects and sees them caught.")
    parser.add_argument("--arch", default="aarch64")
    parser.add_argument("--only", help="the name of one defect")
    options = parser.parse_args()

    copy = Path(os.environ.get("SKERRY_BUILD", ROOT / "build")) / options.arch / "defects"
    copy.mkdir(parents=True, exist_ok=True)
    synchronise(copy)
    is_built, output = build(copy, options.arch)
    if not is_built:
        sys.exit("the unchanged copy does not build:\n" + output)

    chosen = [defect for defect in DEFECTS
              if options.only in (None, defect.name) and defect.arch in ("", options.arch)]
    uncovered = [] if options.only else sorted(KINDS - {defect.kind for defect in DEFECTS})
    print(f"1..{len(chosen) + len(uncovered)}")
    time_scale = os.environ.get("SKERRY_TIME_SCALE", "1")
    healthy = {suite: results(copy, options.arch, suite, time_scale)
               for suite in sorted({defect.suite for defect in chosen})}
    failed = len(uncovered)
    for number, defect in enumerate(chosen, 1):
        why = try_defect(copy, options.arch, defect, healthy[defect.suite])
        failed += why is not None
        print(f"{'not ' if why else ''}ok {number} - {defect.name}", flush=True)
        print(f"# {why or 'caught by ' + defect.test}", flush=True)
    for number, kind in enumerate(uncovered, len(chosen) + 1):
        print(f"not ok {number} - {kind}\n# no defect of this kind is planted")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

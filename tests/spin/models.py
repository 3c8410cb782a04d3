# SPDX-License-Identifier: Apache-2.0
"""Checks the Spin models exhaustively and prints TAP.

Each model is built as it stands, where no error may be found, and once with each mistake that can
be planted in it, where one must be found: a model that can't fail shows nothing.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MEMORY_MIB = 1500
DEPTH = 100_000
SECONDS = 120

MODELS = (
    ("lib/ring/ring.pml", ("NO_RECHECK", "WAKE_FIRST", "QUIET_CLOSE")),
    ("tests/spin/ipc.pml", ("TWO_ENDS", "FORGET_CALLER", "FORGET_QUEUE", "KEEP_TIME")),
    ("lib/store/store.pml", ("DROP_BLOB_SYNC", "DROP_RECORD_SYNC", "ACK_FIRST",
                             "TRIES_IN_MEMORY", "CONFIRM_EARLY", "ONE_COPY")),
)


def run(command, directory):
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True,
                            timeout=SECONDS, check=False)
    return result.returncode, result.stdout + result.stderr


def build(model, mistake, directory):
    """Makes the checker; returns what went wrong, or nothing."""
    define = [f"-D{mistake}"] if mistake else []
    for command in (["spin", "-a", *define, str(ROOT / model)],
                    ["cc", "-O2", "-w", "-DSAFETY", f"-DMEMLIM={MEMORY_MIB}", "-o", "pan", "pan.c"]):
        status, output = run(command, directory)
        if status != 0 or "syntax error" in output:
            return output
    return ""


def check(model, mistake):
    """Returns (number of errors found or None, number of states, the checker's words)."""
    with tempfile.TemporaryDirectory() as directory:
        problem = build(model, mistake, directory)
        if problem:
            return None, 0, problem
        _, output = run(["./pan", f"-m{DEPTH}"], directory)
    errors = re.search(r"errors: (\d+)", output)
    states = re.search(r"(\d+) states, stored", output)
    # A search that was cut short has not looked at everything.
    if not errors or not states or "max search depth too small" in output \
            or "Search not completed" in output and not mistake:
        return None, 0, output
    return int(errors[1]), int(states[1]), output


def main():
    cases = [(model, mistake) for model, mistakes in MODELS for mistake in ("", *mistakes)]
    failed = 0
    print(f"1..{len(cases)}")
    for number, (model, mistake) in enumerate(cases, 1):
        name = Path(model).stem + ("_finds_" + mistake.lower() if mistake else "_has_no_error")
        try:
            errors, states, output = check(model, mistake)
        except subprocess.TimeoutExpired:
            errors, states, output = None, 0, f"not finished after {SECONDS} s"
        is_good = errors is not None and (errors > 0) == bool(mistake)
        failed += not is_good
        print(("ok" if is_good else "not ok"), number, name)
        print(f"# {states} states")
        if not is_good:
            print("\n".join("# " + line for line in output.splitlines()[-20:]))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

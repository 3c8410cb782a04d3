# SPDX-License-Identifier: Apache-2.0
"""What tests of the command line share: cases that print TAP, each with a folder of its own."""

import tempfile


class Failed(Exception):
    """What was expected did not happen."""


def run_cases(cases, prepare=lambda folder: folder):
    """Calls each case with what `prepare` makes of an empty folder; returns an exit status."""
    failed = 0
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(prepare(folder))
                print(f"ok {number} - {case.__name__}")
            except Failed as why:
                failed += 1
                print(f"not ok {number} - {case.__name__}")
                print("\n".join(f"# {line}" for line in str(why).splitlines()))
    return 1 if failed else 0

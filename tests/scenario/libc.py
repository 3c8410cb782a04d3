# SPDX-License-Identifier: Apache-2.0
"""The C library's tests on the target: their report comes as lines of the system's log.

Without musl there is nothing to run: then the one test is skipped, with the reason that fetching or
building it gave.
"""

import re
import sys

import scenario
import qemu


def reason_for_absence(arch):
    """Why there is no musl, or None when there is one."""
    state = qemu.ROOT / "build" / "third_party" / arch / "state"
    words = state.read_text().splitlines() if state.exists() else []
    for line in words:
        if re.fullmatch(r"musl \S+", line):
            return None
        if line.startswith("musl "):
            return line
    return "third_party was not prepared: build by ./test or ./run"


def main():
    options = scenario.options(__doc__)
    reason = reason_for_absence(options.arch)
    if reason:
        print(f"1..1\nok 1 - the_c_library_works # SKIP {reason}")
        return 0
    status, _ = scenario.print_report(options, "libc", "libc", devices=())
    return status


if __name__ == "__main__":
    sys.exit(main())

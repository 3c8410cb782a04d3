# SPDX-License-Identifier: Apache-2.0
"""The services on the target: self_test's report comes as lines of the system's log."""

import sys

import scenario


def main():
    status, output = scenario.print_report(scenario.options(__doc__), "services", "self_test")
    return 1 if status != 0 or "# SKIP" in output else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Runs suites and reports.  ./test builds first and then calls this; see ./test --help.

The last line is always `N passed, N failed`; the exit status is 1 when anything failed.
A suite that is missing, or printed no plan, counts as a failure.
"""

import argparse
import json
import sys
import time

import behaviours
import runners
import suites
import tap

DETAIL_LINES = 12


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./test", description="Runs the tests.")
    parser.add_argument("names", nargs="*", metavar="SUITE",
                        help="suites, or one of: random behaviours release")
    parser.add_argument("--arch", action="append", choices=["aarch64", "riscv64"])
    parser.add_argument("--quick", action="store_true", help="only suites that take seconds")
    parser.add_argument("--list", action="store_true", help="name the suites and stop")
    parser.add_argument("--host", action="store_true", help="random: on the host build")
    parser.add_argument("--calls", type=int, help="random: how many calls")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything random")
    parser.add_argument("--echo", action="store_true", help="show the guests' output as it comes")
    options = parser.parse_args()
    options.arch = options.arch or ["aarch64", "riscv64"]
    return options


def choose(options):
    """The suites to run and the numbers to run them with."""
    numbers = dict(suites.RELEASE if "release" in options.names else suites.CI)
    if options.calls:
        numbers.update(random_calls=options.calls, random_host_calls=options.calls)

    names = [name for name in options.names if name != "release"]
    if names == ["behaviours"]:
        return [suite for suite in suites.SUITES if suite.name in behaviours.SOURCES], numbers
    if names == ["random"] and options.host:
        names = ["random-host"]
    if not names:
        return [suite for suite in suites.SUITES if suite.quick or not options.quick], numbers

    chosen = []
    for name in names:
        found = suites.find(name)
        if not found:
            sys.exit(f"./test: no suite '{name}'; try --list")
        chosen += found
    return chosen, numbers


def run_suite(suite, context):
    """Runs one suite; returns {label: Report}.  A suite that is not there is a failed one."""
    try:
        return suite.run(context)
    except runners.Missing as missing:
        return {suite.name: tap.Report(problems=[f"missing: {missing}"])}


def print_suite(suite, reports, seconds):
    passed, failed, skipped = (sum(getattr(report, count) for report in reports.values())
                               for count in ("passed", "failed", "skipped"))
    counts = f"{passed} passed" + (f", {failed} failed" if failed else "") \
        + (f", {skipped} skipped" if skipped else "")
    print(f"  {suite.name:<12} {counts:<36} {seconds:6.1f} s", flush=True)
    for label, report in reports.items():
        for test in report.tests:
            if test.passed:
                continue
            print(f"    not ok  {label}: {test.name}")
            for line in test.detail[:DETAIL_LINES]:
                print(f"        {line}")
        for problem in report.problems:
            print(f"    not ok  {label}: {problem}")
        for trend in report.trends:
            print(f"    {trend}")
    return passed, failed


def save_results(context, results):
    """Every test with its result, for whoever wants to read it by program."""
    table = {suite: {label: {"tests": [{"name": test.name, "passed": test.passed,
                                        "skipped": test.skipped} for test in report.tests],
                             "problems": report.problems}
                     for label, report in reports.items()}
             for suite, reports in results.items()}
    context.log("results").with_suffix(".json").write_text(json.dumps(table, indent=1) + "\n")


def run_architecture(arch, chosen, options, numbers, is_first):
    context = runners.Context(arch, options.seed, numbers, options.echo)
    passed = failed = 0
    results = {}
    print(f"{arch} (logs in {context.build}/logs)", flush=True)
    for suite in chosen:
        if suite.host and not is_first:
            continue
        start = time.monotonic()
        results[suite.name] = run_suite(suite, context)
        counts = print_suite(suite, results[suite.name], time.monotonic() - start)
        passed, failed = passed + counts[0], failed + counts[1]
    save_results(context, results)
    if options.names == ["behaviours"]:
        return behaviours.report(results)
    return passed, failed


def main():
    options = parse_arguments()
    if options.list:
        for suite in suites.SUITES:
            print(f"{suite.name:<12} {'quick' if suite.quick else '':<6}{suite.words}")
        return 0

    chosen, numbers = choose(options)
    passed = failed = 0
    for number, arch in enumerate(options.arch):
        counts = run_architecture(arch, chosen, options, numbers, is_first=number == 0)
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Runs suites and reports.  ./test builds first and then calls this; see ./test --help.

The last line is always `N passed, N failed`; the exit status is 1 when anything failed.
A suite that is missing, or printed no plan, counts as a failure.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import sys
import time

import behaviours
import qemu
import runners
import suites
import tap

DETAIL_LINES = 12
SIDE_BY_SIDE = 2        # suites at a time, where the machine has as many cores


@dataclasses.dataclass(frozen=True)
class Job:
    """One suite to be run on one architecture; a host suite runs on the first one asked for."""
    suite: suites.Suite
    context: runners.Context


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
        is_release = "release" in options.names
        return [suite for suite in suites.SUITES if (suite.quick or not options.quick) and
                (is_release or not suite.release)], numbers

    chosen = []
    for name in names:
        found = suites.find(name)
        if not found:
            sys.exit(f"./test: no suite '{name}'; try --list")
        chosen += found
    return chosen, numbers


def run_job(job):
    """Returns (job, {label: Report}, seconds).  A suite that is not there is a failed one."""
    start = time.monotonic()
    try:
        reports = job.suite.run(job.context)
    except runners.Missing as missing:
        reports = {job.suite.name: tap.Report(problems=[f"missing: {missing}"])}
    return job, reports, time.monotonic() - start


def run_jobs(jobs, side_by_side):
    """Yields what run_job returns, as they end: first all that can run beside another."""
    pool = concurrent.futures.ThreadPoolExecutor(side_by_side)
    try:
        running = [pool.submit(run_job, job) for job in jobs if not job.suite.alone]
        for future in concurrent.futures.as_completed(running):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
    for job in jobs:
        if job.suite.alone:
            yield run_job(job)


def print_suite(job, reports, seconds):
    passed, failed, skipped = (sum(getattr(report, count) for report in reports.values())
                               for count in ("passed", "failed", "skipped"))
    counts = f"{passed} passed" + (f", {failed} failed" if failed else "") \
        + (f", {skipped} skipped" if skipped else "")
    print(f"  {job.context.arch:<8} {job.suite.name:<18} {counts:<28} {seconds:6.1f} s", flush=True)
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


def run_all(options, chosen, numbers):
    """Runs and prints what was chosen; returns {arch: {suite: reports}}, passed, failed."""
    contexts = [runners.Context(arch, options.seed, numbers, options.echo)
                for arch in options.arch]
    jobs = [Job(suite, context) for context in contexts for suite in chosen
            if context is contexts[0] or not suite.host]
    results = {arch: {} for arch in options.arch}
    passed = failed = 0
    side_by_side = 1 if options.echo else min(SIDE_BY_SIDE, os.cpu_count() or 1)
    for job, reports, seconds in run_jobs(jobs, side_by_side):
        results[job.context.arch][job.suite.name] = reports
        counts = print_suite(job, reports, seconds)
        passed, failed = passed + counts[0], failed + counts[1]
    for context in contexts:
        save_results(context, results[context.arch])
    return results, passed, failed


def main():
    options = parse_arguments()
    if options.list:
        for suite in suites.SUITES:
            print(f"{suite.name:<18} {'quick' if suite.quick else '':<6}{suite.words}")
        return 0

    chosen, numbers = choose(options)
    print(f"logs are in {qemu.build_directory('<arch>')}/logs", flush=True)
    results, passed, failed = run_all(options, chosen, numbers)
    if options.names == ["behaviours"]:
        passed = failed = 0
        for arch in options.arch:
            print(arch)
            counts = behaviours.report(results[arch])
            passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

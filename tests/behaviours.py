# SPDX-License-Identifier: Apache-2.0
"""What a capability kernel must be shown to do, each behaviour with its tests and their result.

behaviours.txt holds the list; this joins it with the results of the suites in SOURCES by the
tests' names.  A behaviour has passed when each of its tests ran and passed wherever it appears;
one that the design does not offer says so and why, and is never counted as passed.  One that is
offered but for a part needs its tests like any other.
"""

from pathlib import Path

TABLE = Path(__file__).with_name("behaviours.txt")
SOURCES = ("target-1", "target-4", "stress", "machines", "model")
NOT_OFFERED = "not offered:"


def read_table():
    """Yields (number, words, names of tests, what is said about not offering it)."""
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, words, tests, *rest = [field.strip() for field in line.split("|")]
        yield int(head), words, tests.replace(",", " ").split(), rest[0] if rest else ""


def outcomes_by_name(results):
    """{test name: [whether it passed, ...]} over all suites; a skipped test did not run."""
    outcomes = {}
    for reports in results.values():
        for report in reports.values():
            for test in report.tests:
                if not test.skipped:
                    outcomes.setdefault(test.name, []).append(test.passed)
    return outcomes


def judge(tests, remark, outcomes):
    """The verdict on one behaviour: passed, failed, not run, no test, or not offered."""
    if remark.startswith(NOT_OFFERED):
        return "not offered"
    if not tests:
        return "no test"
    if any(name not in outcomes for name in tests):
        return "not run"
    return "passed" if all(all(outcomes[name]) for name in tests) else "failed"


def report(results):
    """Prints every behaviour; returns (passed, failed)."""
    outcomes = outcomes_by_name(results)
    passed = failed = 0
    for number, words, tests, remark in read_table():
        verdict = judge(tests, remark, outcomes)
        passed += verdict == "passed"
        failed += verdict not in ("passed", "not offered")
        print(f"  {number:2}  {verdict:<12} {words}")
        if tests:
            print(f"                    {', '.join(tests)}")
        if remark:
            print(f"                    {remark}")
    return passed, failed

# SPDX-License-Identifier: Apache-2.0
"""Reads the Test Anything Protocol, also from a serial line where a kernel prints between tests.

A report is honest about what is not there: a missing plan, fewer tests than planned, a program
that crashed or ran out of time are each a problem, and a problem counts as a failure.
"""

import dataclasses
import re

PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#.*)?$")
TEST = re.compile(r"^(not )?ok\b\s*(\d+)?\s*-?\s*(.*)$")
DIRECTIVE = re.compile(r"\s*(?<!\\)#\s*(skip|todo)\b\s*(.*)$", re.IGNORECASE)


@dataclasses.dataclass
class Test:
    name: str
    passed: bool
    skipped: str = ""      # the reason, when it was not run
    detail: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Report:
    tests: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)
    trends: list = dataclasses.field(default_factory=list)    # measured, not judged

    @property
    def passed(self):
        return sum(1 for test in self.tests if test.passed and not test.skipped)

    @property
    def skipped(self):
        return sum(1 for test in self.tests if test.skipped)

    @property
    def failed(self):
        return sum(1 for test in self.tests if not test.passed) + len(self.problems)


def parse_line(line):
    """Returns a Test for a test line, otherwise None."""
    match = TEST.match(line)
    if not match:
        return None
    name, skipped = match[3].strip(), ""
    directive = DIRECTIVE.search(name)
    if directive:
        name = name[:directive.start()]
        if directive[1].lower() == "skip":
            skipped = directive[2] or "no reason given"
    return Test(name or f"test {match[2]}", passed=not match[1], skipped=skipped)


def parse(text):
    """Reads a whole output.  A test's detail is every line after it that is not TAP."""
    report = Report()
    planned = None
    # A test of wrong arguments may have sent a few NULs to the serial line.
    for line in text.translate({0: None, ord("\r"): None}).split("\n"):
        plan = PLAN.match(line)
        test = parse_line(line)
        if plan:
            planned = int(plan[1]) if planned is None else planned + int(plan[1])
        elif test:
            report.tests.append(test)
        elif line.startswith("Bail out!"):
            report.problems.append(line.strip())
        elif line.startswith("# trend: "):
            report.trends.append(line.removeprefix("# trend: "))
        elif report.tests and line.strip():
            report.tests[-1].detail.append(line)

    if planned is None:
        report.problems.append("no plan: the program did not get as far as its tests")
    elif planned != len(report.tests):
        report.problems.append(f"{planned} tests planned, {len(report.tests)} ran")
    elif planned == 0:
        report.problems.append("a plan of no tests")
    return report

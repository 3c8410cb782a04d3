# SPDX-License-Identifier: Apache-2.0
"""Measures of how the code reads.  They are printed as trends, not judged."""

import re
import subprocess

import tree

FUNCTION_START = re.compile(r"^[a-z_].*\)\s*$")
DEEP_INDENT = 20          # four levels inside a function
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b", re.MULTILINE)


def functions():
    """Yields (lines, file, first line) for each function body of portable and arch C."""
    for file in tree.c_files():
        if file.suffix != ".c":
            continue
        start = None
        for number, line in enumerate(file.lines, 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                yield number - start + 1, file.path, start
                start = None


def share_of_deep_lines():
    deep = total = 0
    for file in tree.c_files():
        if file.suffix != ".c":
            continue
        previous = ";"
        for line in file.code.splitlines():
            if not line.strip():
                continue
            total += 1
            starts_statement = previous.rstrip()[-1:] in ";{}:"
            if starts_statement and len(line) - len(line.lstrip()) >= DEEP_INDENT:
                deep += 1
            previous = line
    return 100 * deep / total if total else 0


def conditionals_per_thousand():
    count = lines = 0
    for file in tree.c_files():
        if file.suffix == ".c" and "arch" not in file.path.split("/"):
            count += len(CONDITIONAL.findall(file.code))
            lines += len(file.lines)
    return 1000 * count / lines if lines else 0


def share_of_commits_with_a_body():
    done = subprocess.run(["git", "log", "--format=%b%x00"], cwd=tree.ROOT, text=True,
                          capture_output=True, check=False)
    bodies = done.stdout.split("\0")[:-1]
    return 100 * sum(1 for body in bodies if body.strip()) / len(bodies) if bodies else None


def trends():
    """Yields one line for each measure, then the ten longest functions."""
    lengths = sorted(functions(), reverse=True)
    if lengths:
        p90 = lengths[len(lengths) // 10][0]
        yield f"function length, 90th percentile: {p90} lines (goal 35)"
    yield f"deep code: {share_of_deep_lines():.1f} % (goal 3 %)"
    yield f"conditional compilation in portable C: {conditionals_per_thousand():.1f} per 1000 lines"
    yield f"files over 800 lines: {sum(1 for f in tree.c_files() if len(f.lines) > 800)} (goal 0)"
    try:
        bodies = share_of_commits_with_a_body()
    except OSError:                     # no git on this machine
        bodies = None
    if bodies is not None:
        yield f"commits with a body: {bodies:.0f} % (goal 80 %)"
    for length, path, line in lengths[:10]:
        yield f"long function: {length:4} lines  {path}:{line}"

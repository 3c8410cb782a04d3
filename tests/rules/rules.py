# SPDX-License-Identifier: Apache-2.0
"""Checks the tree's own laws and prints TAP, then the measures as comments."""

import argparse
from pathlib import Path

import headers
import includes
import laws
import measures
import statuses

MOST_BREACHES_SHOWN = 40


def collect(build):
    """All laws as (promise, breaches)."""
    arch = Path(build).name.split("-")[0]
    for law in laws.LAWS:
        yield law.__name__, list(law())
    yield "folders_include_only_what_they_may", list(includes.violations(build))
    yield "libraries_do_not_include_in_circles", list(includes.cycles(build))
    yield "headers_stand_alone", list(headers.violations(build, arch))
    yield "every_status_code_is_used", list(statuses.unused())


def main():
    parser = argparse.ArgumentParser(description="Checks the tree's own laws.")
    parser.add_argument("--build", required=True, help="a configured and built build directory")
    options = parser.parse_args()

    results = list(collect(options.build))
    print(f"1..{len(results)}")
    failed = 0
    for number, (promise, breaches) in enumerate(results, 1):
        failed += bool(breaches)
        print(f"{'not ' if breaches else ''}ok {number} - {promise}")
        for breach in breaches[:MOST_BREACHES_SHOWN]:
            print(f"# {breach}")
        if len(breaches) > MOST_BREACHES_SHOWN:
            print(f"# and {len(breaches) - MOST_BREACHES_SHOWN} more")
    for trend in measures.trends():
        print(f"# trend: {trend}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

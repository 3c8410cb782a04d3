# SPDX-License-Identifier: Apache-2.0
"""The ABI: accepted output equals what the generator makes, and no status code lies unused."""

import re
from pathlib import Path

import tree

GOLDEN = "abi/golden"
STATUS_LINE = re.compile(r"^status\s+(\w+)\s", re.MULTILINE)
USERS = ("kernel", "lib", "services", "drivers", "apps")


def generated_file(build, name):
    """Where the build put the output that is accepted as `name`."""
    found = sorted((Path(build) / "abi").rglob(name))
    return found[0] if found else None


def violations(build):
    accepted = [file for file in tree.files() if file.inside(GOLDEN)
                and not file.path.endswith((".md", "meson.build"))]
    if not accepted:
        yield f"{GOLDEN}: nothing is accepted"
    for file in accepted:
        fresh = generated_file(build, Path(file.path).name)
        if fresh is None:
            yield f"{file.path}: the build makes no such file"
        elif fresh.read_text() != file.text:
            yield f"{file.path}: differs from {fresh}; review it as an ABI change, then copy it"


def unused_status_codes():
    """Names are matched by their ending, since the prefix is the generator's business."""
    if not tree.exists("abi/status.abi"):
        yield "abi/status.abi: missing"
        return
    users = "\n".join(file.code for file in tree.c_files()
                      if file.inside(*USERS) and not file.is_test)
    for name in STATUS_LINE.findall(tree.File("abi/status.abi").text):
        if name != "ok" and not re.search(rf"\w_{name.upper()}\b", users):
            yield f"abi/status.abi: {name} is never returned or tested"

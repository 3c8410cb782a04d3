# SPDX-License-Identifier: Apache-2.0
"""The status codes: one list for the whole system, and none of them lies unused."""

import re

import tree

LIST = "abi/status.abi"
STATUS_LINE = re.compile(r"^status\s+(\w+)\s", re.MULTILINE)
GENERATOR = "abi/gen/emit_dispatch.c"  # its code is the kernel's, in strings
USERS = ("kernel", "lib", "services", "drivers", "apps")


def unused():
    """Names are matched by their ending, since the prefix is the generator's business."""
    if not tree.exists(LIST):
        yield f"{LIST}: missing"
        return
    users = "\n".join(file.code for file in tree.c_files()
                      if file.inside(*USERS) and not file.is_test)
    users += tree.File(GENERATOR).text
    for name in STATUS_LINE.findall(tree.File(LIST).text):
        if name != "ok" and not re.search(rf"\w_{name.upper()}\b", users):
            yield f"{LIST}: {name} is never returned or tested"

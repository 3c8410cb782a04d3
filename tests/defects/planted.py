# SPDX-License-Identifier: Apache-2.0
"""The defects: each one line of production source, and the test that must notice."""

import dataclasses

# What the kernel must not lose unnoticed: every kind has at least one defect.
KINDS = {"rights check", "revoke", "dead marker", "reply once", "remote TLB flush",
         "budget charge", "restart of a preempted batch", "message copy"}


@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    kind: str
    file: str
    line: str        # appears exactly once in the file
    planted: str     # what stands there instead
    suite: str
    test: str        # as the suite prints it; passes without the defect, must not pass with it


DEFECTS = ()

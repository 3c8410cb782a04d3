# SPDX-License-Identifier: Apache-2.0
"""Writes a seed for fuzz_store: a state that boots generation 1, then its record of two entries."""

import struct
import sys

STATE_BYTES = 512


def state():
    head = struct.pack("<QQQIIII4I4I", 0, 5, 100, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)
    return head.ljust(STATE_BYTES, b"\0")


def record(names):
    head = struct.pack("<QQIIII4I", 0, 100, 1, len(names), 0, 0, 0, 0, 0, 0) + bytes(64)
    return head + b"".join(name.ljust(48, b"\0") + struct.pack("<Q", 8) + b"\1" * 32
                           for name in names)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(state() + b"\3" + record([b"manifest", b"app"]))

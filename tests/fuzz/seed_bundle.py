#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed of the bundle fuzzer: two files, the second of them empty."""

import hashlib
import struct
import sys
import zlib

HEADER, PAGE = 96, 4096
MACHINE = 183
MAGIC = 0x0A656C646E756253


def entry(name, offset, content):
    return struct.pack("<48sQQ32s", name, offset, len(content), hashlib.sha256(content).digest())


def main():
    content = b"content"
    entries = entry(b"root", PAGE, content) + entry(b"empty", 2 * PAGE, b"")
    behind = entries.ljust(PAGE - HEADER, b"\0") + content
    header = struct.pack("<QIIQII32s32s", MAGIC, 2, MACHINE, 2 * PAGE, 2, zlib.crc32(behind),
                         bytes(32), hashlib.sha256(entries).digest())
    with open(sys.argv[1], "wb") as out:
        out.write((header + behind).ljust(2 * PAGE, b"\0"))


if __name__ == "__main__":
    main()

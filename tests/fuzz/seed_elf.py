#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seed of the ELF fuzzer: the smallest executable with code, data and a note."""

import struct
import sys

LOAD, NOTE = 1, 4
READ, WRITE, EXECUTE = 4, 2, 1
MACHINE = 183
TEXT = b"\x00" * 16
DATA = b"data"
NOTES = struct.pack("<III", 7, 32, 1) + b"Skerry\0\0" + bytes(range(32))


def file_header(is_64_bit, entry, count):
    ident = b"\x7fELF" + bytes([2 if is_64_bit else 1, 1, 1]) + bytes(9)
    sizes = (64, 56) if is_64_bit else (52, 32)
    return ident + struct.pack("<HHIQQQIHHHHHH" if is_64_bit else "<HHIIIIIHHHHHH",
                               2, MACHINE, 1, entry, sizes[0], 0, 0, *sizes, count, 0, 0, 0)


def program_header(is_64_bit, kind, flags, offset, address, size, memory_size, alignment):
    if is_64_bit:
        return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, memory_size,
                           alignment)
    return struct.pack("<IIIIIIII", kind, offset, address, address, size, memory_size, flags,
                       alignment)


def executable(is_64_bit):
    start = (64 + 3 * 56) if is_64_bit else (52 + 3 * 32)
    data = start + len(TEXT)
    notes = data + len(DATA)
    parts = [
        file_header(is_64_bit, 0x10000 + start, 3),
        program_header(is_64_bit, LOAD, READ | EXECUTE, start, 0x10000 + start, len(TEXT),
                       len(TEXT), 0x1000),
        program_header(is_64_bit, LOAD, READ | WRITE, data, 0x11000 + data, len(DATA), 0x100,
                       0x1000),
        program_header(is_64_bit, NOTE, READ, notes, 0, len(NOTES), len(NOTES), 4),
    ]
    return b"".join(parts) + TEXT + DATA + NOTES


def main():
    for path, is_64_bit in zip(sys.argv[1:3], (False, True)):
        with open(path, "wb") as out:
            out.write(executable(is_64_bit))


if __name__ == "__main__":
    main()

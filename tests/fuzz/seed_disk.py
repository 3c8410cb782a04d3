# SPDX-License-Identifier: Apache-2.0
"""Writes seeds: a disk with a GUID partition table, one with an older table, two small journals."""

import struct
import sys

SECTOR, BLOCK = 512, 1024


def gpt():
    header = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, 99, 10, 90,
                         bytes(16), 2, 8, 128, 0)
    entry = b"\1" * 32 + struct.pack("<QQQ", 20, 39, 0) + "boot".encode("utf-16le").ljust(72, b"\0")
    disk = bytearray(100 * SECTOR)
    disk[450], disk[510], disk[511] = 0xee, 0x55, 0xaa
    disk[SECTOR:SECTOR + len(header)] = header
    disk[2 * SECTOR:2 * SECTOR + len(entry)] = entry
    return bytes(disk)


def mbr():
    disk = bytearray(100 * SECTOR)
    for sector, slot, kind, first, count in ((0, 0, 0x83, 1, 20), (0, 1, 5, 30, 40),
                                             (30, 0, 0x83, 1, 5), (30, 1, 5, 10, 20),
                                             (40, 0, 0x83, 1, 5)):
        at = sector * SECTOR + 446 + 16 * slot
        disk[at + 4] = kind
        disk[at + 8:at + 16] = struct.pack("<II", first, count)
        disk[sector * SECTOR + 510:sector * SECTOR + 512] = b"\x55\xaa"
    return bytes(disk)


def control(kind, sequence, body=b""):
    return (struct.pack(">III", 0xc03b3998, kind, sequence) + body).ljust(BLOCK, b"\0")


def journal(has_checksums):
    superblock = bytearray(BLOCK)
    struct.pack_into(">II", superblock, 0x18, 7, 1)
    tag = struct.pack(">IIII", 5, 8, 0, 0) if has_checksums else struct.pack(">IHH", 5, 0, 8)
    blocks = [control(1, 7, tag + bytes(16)), b"\5" * BLOCK,
              control(5, 7, struct.pack(">III", 24, 0, 9)), control(2, 7)]
    return bytes([has_checksums]) + bytes(superblock) + b"".join(blocks)


if __name__ == "__main__":
    for path, data in zip(sys.argv[1:], (gpt(), mbr(), journal(False), journal(True))):
        with open(path, "wb") as file:
            file.write(data)

# SPDX-License-Identifier: Apache-2.0
"""Disks from the command line: built the same each time, shown, and found out when damaged."""

import subprocess
import sys
from pathlib import Path

from cases import Failed, run_cases

SKERRY, KERNEL, BUNDLE = sys.argv[1:4]
MIB = 1024 * 1024


def run(*words, status=0, words_of=""):
    done = subprocess.run([SKERRY, "image", *map(str, words)], capture_output=True, text=True,
                          check=False)
    if done.returncode != status or words_of not in done.stdout + done.stderr:
        raise Failed(f"{words}: {done.returncode}, {done.stdout}{done.stderr}")
    return done.stdout


def build(folder, name="disk"):
    disk = Path(folder) / name
    run("build", disk, "--kernel", KERNEL, "--bundle", BUNDLE, "--size", 40)
    return disk


def the_same_input_gives_the_same_bytes(folder):
    if build(folder, "one").read_bytes() != build(folder, "two").read_bytes():
        raise Failed("they differ")


def a_disk_shows_its_files_and_its_generation(folder):
    said = run("show", build(folder))
    for text in ("boot-a: 12 MiB", "kernel", "system.bundle", "current generation 1, not confirmed",
                 "manifest.dtb", "console"):
        if text not in said:
            raise Failed(f"no '{text}' in {said}")


def a_fresh_disk_is_sound_and_stays_as_it_is(folder):
    disk = build(folder)
    before = disk.read_bytes()
    run("fsck", disk, words_of="sound")
    run("show", disk)
    if disk.read_bytes() != before:
        raise Failed("looking at it changed it")


def a_flipped_bit_of_a_content_is_found(folder):
    disk = build(folder)
    data = bytearray(disk.read_bytes())
    content = Path(BUNDLE).read_bytes()
    at = data.rindex(content[-4096 * 3:-4096 * 2])      # the store's copy lies behind the boot slot's
    data[at + 100] ^= 4
    disk.write_bytes(data)
    run("fsck", disk, status=1, words_of="is damaged")


def a_damaged_table_gives_way_to_its_copy(folder):
    disk = build(folder)
    data = bytearray(disk.read_bytes())
    data[520] ^= 1
    disk.write_bytes(data)
    run("fsck", disk, words_of="sound")
    data[-512 + 40] ^= 1
    disk.write_bytes(data)
    run("fsck", disk, status=1, words_of="no sound partition table")


def a_damaged_file_system_is_found(folder):
    disk = build(folder)
    data = bytearray(disk.read_bytes())
    start = MIB + 12 * MIB + 12 * MIB
    data[start + 1024 + 56] ^= 0xff
    disk.write_bytes(data)
    run("fsck", disk, status=1, words_of="cannot be mounted")


def what_is_too_small_is_refused_and_leaves_nothing(folder):
    disk = Path(folder) / "small"
    run("build", disk, "--kernel", KERNEL, "--bundle", BUNDLE, "--size", 20, status=1,
        words_of="too small")
    if list(Path(folder).iterdir()):
        raise Failed("something was left behind")


TESTS = (the_same_input_gives_the_same_bytes, a_disk_shows_its_files_and_its_generation,
         a_fresh_disk_is_sound_and_stays_as_it_is, a_flipped_bit_of_a_content_is_found,
         a_damaged_table_gives_way_to_its_copy, a_damaged_file_system_is_found,
         what_is_too_small_is_refused_and_leaves_nothing)


if __name__ == "__main__":
    sys.exit(run_cases(TESTS))

# SPDX-License-Identifier: Apache-2.0
"""The book's chapters, word for word: runs each block of commands in a copy of the tree, and looks
for each line of the blocks of text that follow in what the commands print.

The copy has what third_party/ lists already built, so nothing is fetched.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import scenario
import qemu

CHAPTERS = ("01-first-app",)
SECONDS = 900
CODE_MOST, MANIFEST_MOST = 39, 14      # lines of the first app


class Shell:
    """One block of commands, in a process group of its own; `output` grows as it prints."""

    def __init__(self, commands, folder):
        self.output = ""
        self.process = subprocess.Popen(
            ["sh", "-e", "-c", commands], cwd=folder, text=True, errors="replace",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def wait_for(self, lines, limit):
        """Until all lines were printed, or it ended, or it is too late."""
        while time.monotonic() < limit and self.reader.is_alive() \
                and not all(line in self.output for line in lines):
            time.sleep(0.2)

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(5)


def blocks(chapter):
    """[(language, text)] of a chapter's blocks, in order."""
    text = (qemu.ROOT / "doc" / "book" / f"{chapter}.md").read_text()
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def not_copied(folder, names):
    """What is built is left out at the top, where alone `build` is that."""
    built = {".git", "build"} if Path(folder) == qemu.ROOT else set()
    return (built | {"node_modules", "__pycache__"}) & set(names)


def copy_tree(folder):
    shutil.copytree(qemu.ROOT, folder, ignore=not_copied, symlinks=True, dirs_exist_ok=True)
    built = qemu.ROOT / "build" / "third_party"
    if built.exists():
        (folder / "build").mkdir()
        (folder / "build" / "third_party").symlink_to(built)


def check_block(commands, expected, folder):
    limit = time.monotonic() + SECONDS * qemu.TIME_SCALE
    shell = Shell(commands, folder)
    try:
        if expected:
            shell.wait_for(expected, limit)
        else:
            shell.process.wait(SECONDS)
            scenario.check(shell.process.returncode == 0, f"{commands}\n{shell.output[-800:]}")
    finally:
        shell.end()
    for line in expected:
        scenario.check(line in shell.output, f"no line '{line}' in:\n{shell.output[-1500:]}")


def follow(chapter, folder):
    found = blocks(chapter)
    for number, (language, commands) in enumerate(found):
        if language != "sh":
            continue
        following = found[number + 1] if number + 1 < len(found) else ("", "")
        check_block(commands, following[1].splitlines() if following[0] == "text" else [], folder)


def count(file):
    return len(file.read_text().splitlines())


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(f"1..{len(CHAPTERS) + 1}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="skerry-book-") as name:
        folder = Path(name)
        copy_tree(folder)
        for number, chapter in enumerate(CHAPTERS, 1):
            why = None
            try:
                follow(chapter, folder)
            except (qemu.GuestError, subprocess.TimeoutExpired) as error:
                why = str(error)
            scenario.print_test(number, f"chapter_{chapter}_works_word_for_word", why)
            failed += why is not None
        code = folder / "apps" / "greeter" / "main.c"
        manifest = folder / "systems" / "greeter" / "greeter.dts"
        short = code.exists() and count(code) <= CODE_MOST and count(manifest) <= MANIFEST_MOST
        scenario.print_test(len(CHAPTERS) + 1, "the_first_app_is_short",
                            None if short else "too many lines, or none")
    return 1 if failed or not short else 0


if __name__ == "__main__":
    sys.exit(main())

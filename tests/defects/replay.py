# SPDX-License-Identifier: Apache-2.0
"""Builds a program with one source file changed, and nothing else touched.

The build's own commands that lead from that file to the program are run again with all they read
and write of each other moved into a folder of their own: one compilation and one link.  Neither
the tree nor the build is written, so there is nothing to take back.
"""

import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NINJA = "/usr/bin/ninja"


class ReplayError(Exception):
    """The changed file does not build, or nothing of the program depends on it."""


def ninja(build, *arguments):
    return subprocess.run([NINJA, "-C", str(build), "-t", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def commands_to(build, target):
    """[(command, what it makes)] of everything the target is made by, in order."""
    made_by = {edge["command"]: edge["output"] for edge in json.loads(ninja(build, "compdb"))}
    return [(command, made_by[command])
            for command in ninja(build, "commands", target).splitlines() if command in made_by]


def move_paths(command, moved):
    """The command with each whole path that was moved, or whose `.d` it is, replaced."""
    for path, new in moved.items():
        command = re.sub(rf"(?<!\S){re.escape(path)}(?=(\.d)?(\s|$))", new, command)
    return command


def build_changed(build, target, source, text, folder):
    """Makes `target` as if `source` read `text`; returns its path.  `folder`: in the build's."""
    planted = build / folder / source
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text)
    moved = {os.path.relpath(ROOT / source, build): f"{folder}/{source}"}
    for command, output in commands_to(build, target):
        if move_paths(command, moved) == command:
            continue
        moved[output] = f"{folder}/{output}"
        (build / folder / output).parent.mkdir(parents=True, exist_ok=True)
        if output.endswith(".o"):       # what it includes from beside itself is where it was
            command += f" -iquote {(ROOT / source).parent}"
        done = subprocess.run(move_paths(command, moved), shell=True, cwd=build, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise ReplayError("does not build: " + done.stdout.strip().splitlines()[-1])
    if target not in moved:
        raise ReplayError(f"{target} does not depend on {source}")
    return build / folder / target

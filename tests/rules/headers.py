# SPDX-License-Identifier: Apache-2.0
"""Every header stands alone: compiled by itself it brings what it uses.

The include folders are those with which the build compiles sources of the same top folder, so a
private header is seen as its users see it.
"""

import json
import os
import shlex
import subprocess
from pathlib import Path

import tree

HOST_ONLY = ("tools", "lib/ext4", "lib/release", "fleet", "tests", "abi/gen", "abi/wiregen")
FOR_THE_TARGET = ("tests/target",)
C_LIBRARY = "build/third_party/"      # the target's: never for what is compiled for the host


def include_arguments(build):
    """{top folder: include arguments of its sources}, made absolute; '' holds all of them."""
    table = {"": []}
    for entry in json.loads((Path(build) / "compile_commands.json").read_text()):
        source = os.path.relpath(os.path.join(entry["directory"], entry["file"]), tree.ROOT)
        words = shlex.split(entry["command"])
        found = [word[2:] for word in words if word.startswith("-I")]
        found += [words[n + 1] for n, word in enumerate(words) if word == "-isystem"]
        top = source.split("/")[0]
        for folder in found:
            path = os.path.join(entry["directory"], folder)
            if C_LIBRARY in path and top != "posix":
                continue
            for key in (top, "") if top != "posix" else (top,):
                if path not in table.setdefault(key, []):
                    table[key].append(path)
    return table


def compiler_for(header, arch):
    if header.inside(*HOST_ONLY) and not header.inside(*FOR_THE_TARGET):
        return ["clang", "-std=c17", "-D_GNU_SOURCE"]
    return ["clang", "-std=c17", "-ffreestanding", f"--target={arch}-linux-gnu"]


def own_arch(header, default):
    parts = header.path.split("/")
    if "arch" in parts[:-2]:
        name = parts[parts.index("arch") + 1]
        return default if name == "include" else name
    return default


def is_skipped(header, arch):
    """Accepted copies are no headers; another architecture's are looked at when it is built."""
    return header.inside("abi/golden") or own_arch(header, arch) != arch


def violations(build, arch):
    table = include_arguments(build)
    for header in tree.c_files():
        if header.suffix != ".h" or is_skipped(header, arch):
            continue
        folders = table.get(header.path.split("/")[0], []) + table[""]
        command = compiler_for(header, arch) + ["-fsyntax-only", "-Wall", "-Wno-unused", "-x", "c"]
        for folder in dict.fromkeys(folders):
            command += ["-I", folder]
        source = f'#include "{tree.ROOT / header.path}"\n#include "{tree.ROOT / header.path}"\n'
        done = subprocess.run(command + ["-"], input=source, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error:" in line]
            yield f"{header.path}: {errors[0] if errors else 'does not compile alone'}"

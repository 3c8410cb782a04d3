# SPDX-License-Identifier: Apache-2.0
"""The laws that one look at each file or folder can check.

A law is a function that yields one line per breach and has the promise as its name.
"""

import os
import re

import tree

LONGEST_FILE = 800
LONGEST_HEADER = 400
LONGEST_BUILD_FILE = 120
LONGEST_README = 60
LONGEST_LINE = 100
README_PARTS = ("What", "Read in this order", "Contract", "Not here")

# Folders that are data or documents: described by the README above them, never built.
NOT_BUILT = ("cross", "doc", ".ci")
DESCRIBED_ABOVE = ("abi/protocols", "abi/golden", "tests/fuzz/corpus", "tests/manifests/bad",
                   ".ci", "cross", "fleet/web/src")

LOCK_FILES = ("fleet/web/package-lock.json", "tests/tuf/package-lock.json")  # npm's: no comments

PROCESSOR = re.compile(r"\b(aarch64|arm64|armv8|riscv|riscv32|riscv64|rv64|x86|x86_64|amd64|i386)\b",
                       re.IGNORECASE)
ASSEMBLER = re.compile(r"\b(asm|__asm|__asm__)\b")
CONDITIONAL = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b.*$", re.MULTILINE)
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b(?!.*\bissue \d+)")
# The one place where compilers differ, and the one ABI file that says which register is which.
FOREIGN_CONDITIONALS = "base/include/base/compiler.h"
PER_PROCESSOR_ABI = "abi/include/abi/registers.h"
# Host programs take the name of an architecture from people.
TALKS_ABOUT_PROCESSORS = ("tools", "fleet", "bench/plugin")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def in_arch(file):
    return "arch" in file.path.split("/")[:-1]


def is_described_above(folder):
    """Data folders, and the processor folders inside a library, belong to their parent."""
    return folder.startswith(DESCRIBED_ABOVE) or "arch" in folder.split("/")[2:]


def every_file_names_its_licence():
    for file in tree.files():
        if file.path not in ("LICENSE", *LOCK_FILES) and not file.is_binary \
                and not file.inside("tests/fuzz/corpus"):
            if not any("SPDX-License-Identifier: Apache-2.0" in line for line in file.lines[:4]):
                yield f"{file.path}: no SPDX line at the top"


def processor_names_stay_in_arch_folders():
    for file in tree.c_files():
        if in_arch(file) or file.path == PER_PROCESSOR_ABI \
                or file.inside(*TALKS_ABOUT_PROCESSORS):
            continue
        for match in PROCESSOR.finditer(file.code_and_comments):
            yield f"{file.path}:{line_of(file.code_and_comments, match.start())}: {match[0]}"


def assembler_stays_in_arch_folders():
    for file in tree.c_files():
        if in_arch(file) or file.path == FOREIGN_CONDITIONALS:
            continue
        if file.suffix == ".S":
            yield f"{file.path}: an assembler file"
        for match in ASSEMBLER.finditer(file.code):
            yield f"{file.path}:{line_of(file.code, match.start())}: {match[0]}"


def portable_code_has_no_conditional_compilation():
    for file in tree.c_files():
        if in_arch(file) or file.path == FOREIGN_CONDITIONALS:
            continue
        found = list(CONDITIONAL.finditer(file.code))
        if file.suffix == ".h" and found and found[0][1] == "ifndef":
            found = found[1:]                       # the include guard
        for match in found:
            yield f"{file.path}:{line_of(file.code, match.start())}: {match[0].strip()}"


def every_folder_has_a_readme_and_a_build_file():
    owning = {file.folder for file in tree.files() if file.folder}
    owning |= {folder for folder in tree.folders() if "/" not in folder}
    for folder in sorted(owning):
        if "include" in folder.split("/") or is_described_above(folder):
            continue
        if not tree.exists(f"{folder}/README.md"):
            yield f"{folder}: no README.md"
        if not folder.startswith(NOT_BUILT) and not tree.exists(f"{folder}/meson.build"):
            yield f"{folder}: no meson.build"


def folders_are_at_most_two_levels_deep():
    for folder in sorted({file.folder for file in tree.files()}):
        parts = folder.split("/")
        if "include" in parts or len(parts) <= 2 or is_described_above(folder):
            continue
        if parts[:2] == ["kernel", "arch"] and len(parts) == 3:
            continue
        if parts[0] == "drivers" and len(parts) == 3:
            continue
        yield f"{folder}: more than two levels below the top"


def a_readme_says_what_order_contract_and_limits():
    for file in tree.files():
        if os.path.basename(file.path) != "README.md" or not file.folder \
                or file.inside("doc"):
            continue
        if len(file.lines) > LONGEST_README:
            yield f"{file.path}: {len(file.lines)} lines"
        for part in README_PARTS:
            if not re.search(rf"^(\*\*|#+ ){part}", file.text, re.MULTILINE):
                yield f"{file.path}: no part '{part}'"


def the_readme_map_matches_the_folders():
    readme = tree.File("README.md")
    if not tree.exists("README.md"):
        yield "README.md: missing"
        return
    block = re.search(r"```map\n(.*?)```", readme.text, re.DOTALL)
    if not block:
        yield "README.md: no map"
        return
    mapped = {line.split()[0].rstrip("/") for line in block[1].splitlines() if line.strip()}
    present = {folder for folder in tree.folders() if "/" not in folder and folder != ".ci"}
    for folder in sorted(present - {name.split("/")[0] for name in mapped}):
        yield f"README.md: the map lacks {folder}/"
    for name in sorted(mapped):
        if not tree.exists(name):
            yield f"README.md: the map names {name}, which does not exist"


def files_are_short():
    for file in tree.files():
        count = len(file.lines) if not file.is_binary else 0
        if file.inside("abi/golden", "tests/fuzz/corpus") or file.path == "LICENSE":
            continue
        if file.suffix in tree.C_SUFFIXES | {".py", ".sh", ".md"} and count > LONGEST_FILE:
            yield f"{file.path}: {count} lines"
        elif file.suffix == ".h" and count > LONGEST_HEADER:
            yield f"{file.path}: {count} lines, a header has at most {LONGEST_HEADER}"
        elif os.path.basename(file.path) == "meson.build" and count > LONGEST_BUILD_FILE:
            yield f"{file.path}: {count} lines, a build file has at most {LONGEST_BUILD_FILE}"


def lines_are_short_and_clean():
    for file in tree.files():
        if file.is_binary or file.suffix == ".md" or file.path == "LICENSE" \
                or file.inside("abi/golden", "tests/fuzz/corpus"):
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > LONGEST_LINE and file.is_c:
                yield f"{file.path}:{number}: {len(line)} columns"
            if "\t" in line and file.suffix in (".c", ".h", ".py", ".build"):
                yield f"{file.path}:{number}: a tab"
            if line != line.rstrip():
                yield f"{file.path}:{number}: blanks at the end"


def open_ends_name_an_issue():
    for file in tree.files():
        if file.is_c or file.suffix in (".py", ".sh", ".build"):
            if file.inside("tests/rules"):
                continue
            for number, line in enumerate(file.lines, 1):
                if TODO.search(line):
                    yield f"{file.path}:{number}: {line.strip()}"


LAWS = (
    every_file_names_its_licence,
    processor_names_stay_in_arch_folders,
    assembler_stays_in_arch_folders,
    portable_code_has_no_conditional_compilation,
    every_folder_has_a_readme_and_a_build_file,
    folders_are_at_most_two_levels_deep,
    a_readme_says_what_order_contract_and_limits,
    the_readme_map_matches_the_folders,
    files_are_short,
    lines_are_short_and_clean,
    open_ends_name_an_issue,
)

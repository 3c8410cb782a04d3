# SPDX-License-Identifier: Apache-2.0
"""The tree as the rules see it: its files, their code without comments, their includes."""

import dataclasses
import functools
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
IGNORED_FOLDERS = {".git", "build", "subprojects", "__pycache__", "node_modules"}
C_SUFFIXES = {".c", ".h", ".S"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                               re.DOTALL)


@dataclasses.dataclass(frozen=True)
class File:
    path: str                # relative to the root, with forward slashes

    @functools.cached_property
    def text(self):
        return (ROOT / self.path).read_text(encoding="utf-8", errors="replace")

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def folder(self):
        return os.path.dirname(self.path)

    @property
    def suffix(self):
        return os.path.splitext(self.path)[1]

    @property
    def is_c(self):
        return self.suffix in C_SUFFIXES

    @property
    def is_binary(self):
        return b"\0" in (ROOT / self.path).read_bytes()[:4096]

    @property
    def is_test(self):
        return self.path.startswith("tests/") or self.path.endswith(("_test.c", "_test.h"))

    def inside(self, *folders):
        return any(self.path == f or self.path.startswith(f + "/") for f in folders)

    @functools.cached_property
    def code(self):
        """The text with comments and literals blanked, line numbers kept."""
        return COMMENT_OR_STRING.sub(lambda m: blank(m[0], keep_ends=m[0][0] in "\"'"), self.text)

    @functools.cached_property
    def code_and_comments(self):
        return COMMENT_OR_STRING.sub(
            lambda m: blank(m[0], True) if m[0][0] in "\"'" else m[0], self.text)

    @property
    def includes(self):
        """Yields (line number, is quoted, what) for each include."""
        for match in INCLUDE.finditer(self.text):
            yield self.text.count("\n", 0, match.start()) + 1, match[1] == '"', match[2]


def blank(text, keep_ends):
    inner = re.sub(r"[^\n]", " ", text)
    return text[0] + inner[1:-1] + text[-1] if keep_ends and len(text) > 1 else inner


@functools.cache
def files():
    """Every file of the tree that a person or program wrote into it."""
    found = []
    for folder, names, filenames in os.walk(ROOT):
        names[:] = sorted(n for n in names if n not in IGNORED_FOLDERS)
        relative = os.path.relpath(folder, ROOT)
        found += [File(os.path.normpath(os.path.join(relative, n))) for n in sorted(filenames)]
    return tuple(found)


def c_files():
    return [file for file in files() if file.is_c]


@functools.cache
def folders():
    """Every folder that holds a file, directly or below, except the root."""
    result = set()
    for file in files():
        folder = file.folder
        while folder:
            result.add(folder)
            folder = os.path.dirname(folder)
    return frozenset(result)


def exists(path):
    return (ROOT / path).exists()

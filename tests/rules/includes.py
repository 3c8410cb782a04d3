# SPDX-License-Identifier: Apache-2.0
"""Who may include whom.

Every file belongs to one owner: `abi`, `base`, `kernel`, `kernel/arch/<cpu>`, `lib/<name>`,
`services/<name>`, `drivers/<class>/<device>` and so on.  MAY says what an owner may reach.
"""

import functools
import os
import re
from pathlib import Path

import tree

FREESTANDING = {"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "stdalign.h", "stdnoreturn.h",
                "stdatomic.h", "limits.h", "float.h"}
MECHANISMS = ("kernel/sched", "kernel/mm", "kernel/time", "kernel/irq")
# The interface's headers bring in the architecture's inline parts, arch_*.h.
ARCH_INTERFACE = "kernel/arch/include"
KNOWS_CAPABILITIES = ("kernel/syscall", "kernel/object")
HOST_SAFE = {"lib/block", "lib/check", "lib/ext4", "lib/journal", "lib/manifest", "lib/ring",
             "lib/release", "lib/script", "lib/store", "lib/trace", "lib/wire"}


def owner_of(path):
    """The folder that owns a file, as the table below speaks of it."""
    parts = path.split("/")
    if parts[0] == "kernel":
        if len(parts) > 3 and parts[1] == "arch" and parts[2] != "include":
            return "/".join(parts[:3])
        return "kernel"
    if parts[0] == "drivers" and len(parts) > 3:
        return "/".join(parts[:3])
    if parts[0] in ("posix", "lib", "services", "apps", "tools", "tests", "bench") and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


@functools.cache
def generated(build):
    """{what one includes: path in the tree of the folder that makes it} for generated headers."""
    found = {}
    for header in sorted(Path(build).rglob("*.h")):
        path = header.relative_to(build).as_posix()
        if "include" in path.split("/")[:-1] and not path.startswith("defects/"):
            found[path.rsplit("include/", 1)[1]] = path
    return found


def resolve(file, quoted, what, build):
    """The path of what is included, a name in <> for a header that is not in the tree."""
    candidates = [os.path.normpath(os.path.join(file.folder, what))] if quoted else []
    candidates += [f"{root}/{what}" for root in include_roots() + arch_parts(file.folder)]
    for candidate in candidates:
        if tree.exists(candidate) and not candidate.startswith(".."):
            return candidate
    return generated(build).get(what, f"<{what}>")


def include_roots():
    """Every public include folder, and the kernel's root for its subfolders' headers."""
    roots = {f for f in tree.folders() if os.path.basename(f) == "include"}
    return sorted(roots) + ["kernel"] + sorted(arch_folders())


def arch_parts(folder):
    """A folder's own parts for each processor, of which the build chooses one."""
    return sorted(f for f in tree.folders() if re.fullmatch(rf"{re.escape(folder)}/arch/[^/]+", f))


def arch_folders():
    return {f for f in tree.folders()
            if re.fullmatch(r"kernel/arch/[^/]+", f) and f != "kernel/arch/include"}


def allowed(file, owner, target):
    """Whether a file of `owner` may include `target` (an owner, or <name> for a foreign header)."""
    top = owner.split("/")[0]
    target_top = target.split("/")[0]
    if target == owner:
        return True
    if target.startswith("<"):
        return is_header_allowed(file, target.strip("<>"))
    if file.is_test and target in ("base", "lib/check"):
        return True
    if top == "abi":
        return owner == "abi" and target == "base" and file.inside("abi/gen")
    if top == "base":
        return target == "abi"
    if top == "kernel":
        return target in ("abi", "base") \
            or (owner.startswith("kernel/arch/") and target == "kernel") \
            or (file.inside(ARCH_INTERFACE) and target.startswith("kernel/arch/"))
    if top in ("lib", "services", "drivers", "apps", "bench", "posix"):
        return target in ("abi", "base") or target_top == "lib" \
            or (top in ("apps", "posix") and target == "posix/core")
    if top in ("tools", "fleet"):
        return target in ("abi", "base") or target in HOST_SAFE or target_top == top
    if top == "tests":
        return target_top in ("abi", "base", "lib", "kernel", "tests", "services", "tools",
                              "posix")
    return False


def is_header_allowed(file, name):
    """Target code uses freestanding headers only; host programs and host tests use libc."""
    if name in FREESTANDING:
        return True
    if name.startswith("ext2fs/"):
        return file.inside("lib/ext4")
    if name in ("jansson.h", "sodium.h"):
        return file.inside("lib/release", "tools", "fleet") or file.is_test
    return file.is_test or file.inside("tools", "fleet", "abi/gen", "abi/wiregen", "tests",
                                       "lib/check/host.c", "kernel/arch/host", "bench/plugin",
                                       "posix/libc", "lib/ext4", "lib/release")


def is_mechanism_breach(file, target_path):
    """Mechanisms know no capability; an architecture knows no object."""
    return file.inside(*MECHANISMS) and target_path.startswith(KNOWS_CAPABILITIES)


def is_private_header(target_path, owner, target):
    """A header outside include/ belongs to its folder alone."""
    return target != owner and target != "kernel" and not target_path.startswith("<") \
        and "/include/" not in target_path


def violations(build):
    for file in tree.c_files():
        owner = owner_of(file.path)
        for line, quoted, what in file.includes:
            path = resolve(file, quoted, what, build)
            target = path if path.startswith("<") else owner_of(path)
            where = f"{file.path}:{line}"
            if not allowed(file, owner, target) and "/" in what and path.startswith("<"):
                yield f"{where}: {what} is nowhere in the tree"
            elif not allowed(file, owner, target):
                yield f"{where}: {owner} may not include {what} ({target})"
            elif is_mechanism_breach(file, path):
                yield f"{where}: a mechanism may not include {what}"
            elif is_private_header(path, owner, target) and not file.is_test:
                yield f"{where}: {what} is private to {target}"


def library_graph(build):
    """{library: libraries it includes}."""
    graph = {}
    for file in tree.c_files():
        owner = owner_of(file.path)
        if owner.startswith("lib/") and not file.is_test:
            edges = graph.setdefault(owner, set())
            for _, quoted, what in file.includes:
                target = owner_of(resolve(file, quoted, what, build))
                if target.startswith("lib/") and target != owner:
                    edges.add(target)
    return graph


def cycles(build):
    """Yields each library that reaches itself."""
    graph = library_graph(build)
    for start in sorted(graph):
        seen, work = set(), list(graph[start])
        while work:
            node = work.pop()
            if node not in seen:
                seen.add(node)
                work += graph.get(node, ())
        if start in seen:
            yield f"{start} includes itself through other libraries"

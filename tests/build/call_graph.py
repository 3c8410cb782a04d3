# SPDX-License-Identifier: Apache-2.0
"""The call graph that the compiler wrote beside the objects, and the deepest stack through it.

Input are the .ci files of -fcallgraph-info=su.  A call through a pointer has no target there; the
caller of this module says which functions each such call may reach.
"""

import re
from pathlib import Path

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "((?:[^"\\]|\\.)*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
SIZE = re.compile(r"(\d+) bytes \((\w+)")
INDIRECT = "__indirect_call"
CLONE = re.compile(r"\.(part|constprop|isra|cold|lto_priv)\.?\d*|\.\d+$")


def plain_name(title):
    """A function's name without the file of a static one and without the compiler's suffixes."""
    return CLONE.sub("", title.rsplit(":", 1)[-1])


class CallGraph:
    def __init__(self, folders):
        self.frame = {}       # title: bytes
        self.unbounded = set()
        self.calls = {}       # title: set of titles
        for folder in folders:
            for path in sorted(Path(folder).rglob("*.ci")):
                self._read(path.read_text())
        self._find_weak()
        self._complete_clones()

    def _read(self, text):
        for title, label in NODE.findall(text):
            size = SIZE.search(label)
            if size:
                self.frame[title] = max(self.frame.get(title, 0), int(size[1]))
                if size[2].startswith("dynamic"):
                    self.unbounded.add(title)
        for source, target in EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)

    def _find_weak(self):
        """A weak function is titled with its file, as a static one is, but not where it is called."""
        titles = {}
        for title in self.frame:
            titles.setdefault(title.rsplit(":", 1)[-1], []).append(title)
        for targets in self.calls.values():
            for target in targets - self.frame.keys():
                if len(titles.get(target, [])) == 1:
                    targets.remove(target)
                    targets.add(titles[target][0])

    def _complete_clones(self):
        """A split-off part may have no frame of its own there: it counts as all of its origin."""
        for targets in self.calls.values():
            for target in targets - self.frame.keys():
                origin = CLONE.sub("", target)
                if origin != target and origin in self.frame:
                    self.frame[target] = self.frame[origin]

    def without_frame(self):
        """Names of called functions whose frames the compiler did not tell: assembler, or worse."""
        called = {target for targets in self.calls.values() for target in targets}
        return sorted(called - self.frame.keys() - {INDIRECT})

    def resolve_indirect(self, table):
        """Replaces calls through pointers; returns the callers that the table does not describe."""
        unknown = []
        for caller, targets in self.calls.items():
            if INDIRECT not in targets:
                continue
            targets.discard(INDIRECT)
            pattern = table.get(plain_name(caller))
            reached = [title for title in self.frame
                       if pattern and re.fullmatch(pattern, plain_name(title))]
            targets.update(reached)
            if not reached:
                unknown.append(caller)
        return unknown

    def cycles(self):
        """Yields one circle of calls for each function found to reach itself, once a circle."""
        done, path, on_path = set(), [], set()
        for root in sorted(self.frame):
            stack = [(root, iter(sorted(self.calls.get(root, ()))))] if root not in done else []
            if stack:
                path.append(root)
                on_path.add(root)
            while stack:
                node, targets = stack[-1]
                target = next(targets, None)
                if target is None:
                    stack.pop()
                    path.pop()
                    on_path.discard(node)
                    done.add(node)
                elif target in on_path:
                    yield [plain_name(n) for n in path[path.index(target):] + [target]]
                elif target not in done and target in self.frame:
                    path.append(target)
                    on_path.add(target)
                    stack.append((target, iter(sorted(self.calls.get(target, ())))))

    def deepest(self):
        """(bytes, names) of the deepest chain; the graph must have no circle."""
        depth, chain = {}, {}
        for node in self._callees_first():
            best = max((t for t in self.calls.get(node, ()) if t in depth), default=None,
                       key=lambda t: depth[t])
            depth[node] = self.frame[node] + (depth[best] if best else 0)
            chain[node] = [node] + (chain[best] if best else [])
        top = max(depth, key=depth.get, default=None)
        return (depth[top], chain[top]) if top else (0, [])

    def _callees_first(self):
        seen, order = set(), []
        for root in self.frame:
            stack = [(root, False)]
            while stack:
                node, is_left = stack.pop()
                if is_left:
                    order.append(node)
                elif node not in seen and node in self.frame:
                    seen.add(node)
                    stack.append((node, True))
                    stack += [(target, False) for target in self.calls.get(node, ())]
        return order

# SPDX-License-Identifier: Apache-2.0
"""skerry manifest build and show: one system gives one binary however it was written, the source
that a description becomes is stable, and what show tells is what the manifest says."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Failure(Exception):
    """A check that does not hold."""


def require(condition, what):
    if not condition:
        raise Failure(what)


class Tool:
    def __init__(self, skerry, folder):
        self.skerry = skerry
        self.folder = Path(folder)

    def run(self, *words):
        result = subprocess.run([self.skerry, "manifest", *words], capture_output=True, text=True,
                                check=False)
        require(result.returncode == 0, f"{words}: {result}")
        return result.stdout

    def build(self, source, name):
        """The binary and the source that building makes."""
        blob, text = self.folder / f"{name}.dtb", self.folder / f"{name}.dts"
        self.run("build", str(source), "-o", str(blob), "--dts", str(text))
        return blob.read_bytes(), text.read_text()


def both_forms_compile_to_equal_binaries(tool):
    first, _ = tool.build(HERE / "every.dts", "first")
    second, _ = tool.build(HERE / "every.lua", "second")
    require(first == second, "every.dts and every.lua differ")


def what_was_written_builds_to_itself(tool):
    first, text = tool.build(HERE / "every.lua", "first")
    copy = tool.folder / "copy.dts"
    copy.write_text(text)
    second, again = tool.build(copy, "second")
    require(first == second, "the source that was written compiles to something else")

    def plain(source):
        return [line.split(" /* line")[0] for line in source.splitlines()[3:]]
    require(plain(text) == plain(again), "the source is not its own canonical form")


def a_description_gives_the_same_source_each_time(tool):
    texts = {tool.build(HERE / "every.lua", f"try{i}")[1] for i in range(5)}
    require(len(texts) == 1, "five runs gave different sources")
    text = texts.pop()
    require("/* line 28 */" in text and "/* processor time" in text, "the comments are missing")


def a_description_always_leaves_its_source(tool):
    tool.run("build", str(HERE / "every.lua"), "-o", str(tool.folder / "alone.dtb"))
    require((tool.folder / "alone.dts").exists(), "no alone.dts beside alone.dtb")


def order_does_not_matter(tool):
    shuffled = tool.folder / "shuffled.dts"
    text = (HERE / "every.dts").read_text()
    moved = '    persistent-boot;\n    memory = <0x1000000>;\n'
    require(moved in text, "every.dts no longer has what this test moves")
    text = text.replace(moved, "").replace("    generation = <7>;\n", "    generation = <7>;\n" + moved)
    shuffled.write_text(text)
    require(tool.build(shuffled, "a")[0] == tool.build(HERE / "every.dts", "b")[0], "order matters")


def a_refused_manifest_leaves_no_file(tool):
    out = tool.folder / "bad.dtb"
    result = subprocess.run([tool.skerry, "manifest", "build", str(HERE / "bad" / "no_apps.dts"),
                             "-o", str(out)], capture_output=True, check=False)
    require(result.returncode == 1 and not out.exists(), "something was written")


def json_says_what_the_manifest_says(tool):
    shown = json.loads(tool.run("show", "--json", str(HERE / "every.lua")))
    require(shown["system"] == "every" and shown["generation"] == 7, "the system's own")
    names = [component["name"] for component in shown["components"]]
    require(names == ["main", "field", "front", "sensor", "guest"], f"order: {names}")
    sensor = shown["components"][3]
    require(sensor["msg_servers"] == ["main", "field"], "servers")
    require(sensor["images"] == ["sensor_one", "sensor_two"], "images")
    require(sensor["resources"][0]["dma"] and sensor["resources"][1]["index"] == 1, "resources")
    require(shown["components"][2]["dependants"] == ["sensor", "guest"], "dependants")
    require({"server": "main", "protocol": "alarm", "publish": ["sensor"], "request": ["front"]}
            in shown["connections"], "connections")


def text_names_components_and_connections(tool):
    text = tool.run("show", str(HERE / "every.dts"))
    for part in ("system every", "main (message server)", "main weather: front -> sensor",
                 "device   bus: vendor,bus-2 or vendor,bus-1, masters the bus",
                 "installed by front", "beats    writer every 1000 ms"):
        require(part in text, f"'{part}' is missing")


def a_picture_is_drawn(tool):
    for kind, start in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        picture = tool.folder / f"graph.{kind}"
        tool.run("show", str(HERE / "every.dts"), f"--{kind}", str(picture))
        require(picture.read_bytes().startswith(start), f"no {kind}")


def what_is_probably_not_meant_is_warned_of(tool):
    source = tool.folder / "warn.dts"
    source.write_text(f'/include/ "{HERE}/good.dts"\n'
                      '&{/apps} { far { image = "x"; memory = <0x20000>; budget-us = <10>;\n'
                      '    period-us = <1000>; priority = <5>; msg_servers = "main"; }; };\n'
                      '&{/supervision} { monitor = "far"; };\n')
    result = subprocess.run([tool.skerry, "manifest", "check", str(source)], capture_output=True,
                            text=True, check=False)
    require(result.returncode == 0, f"refused: {result.stderr}")
    require("warning: /supervision station: does not list 'far', which 'monitor' takes down with "
            "it: add it behind 'monitor'" in result.stderr, result.stderr)
    require("warn.dts:3: warning: /apps/far msg_servers: 'main' lets it do nothing"
            in result.stderr, result.stderr)


TESTS = (both_forms_compile_to_equal_binaries, what_was_written_builds_to_itself,
         a_description_gives_the_same_source_each_time, a_description_always_leaves_its_source,
         order_does_not_matter, a_refused_manifest_leaves_no_file,
         json_says_what_the_manifest_says, text_names_components_and_connections,
         a_picture_is_drawn, what_is_probably_not_meant_is_warned_of)


def main():
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Tool(sys.argv[1], folder))
                print(f"ok {number} - {test.__name__}")
            except Failure as failure:
                failed += 1
                print(f"not ok {number} - {test.__name__}\n# {failure}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

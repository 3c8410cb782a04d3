# SPDX-License-Identifier: Apache-2.0
"""The running system against its manifest: what the console's `tree` and `protocols` print, which is
what root's introspection answers, is what `skerry manifest show --json` says."""

import json
import re
import subprocess

import qemu
import scenario


def shown(system):
    """The manifest as the command line tool tells it; every build directory has the same tool."""
    tool = next(qemu.ROOT.glob("build/*/tools/cli/skerry"), None)
    scenario.check(tool is not None, "not built: tools/cli/skerry")
    words = [tool, "manifest", "show", "--json", qemu.ROOT / "systems" / system]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def answer(guest, command, last):
    """What the guest prints between a command and the line that `last` matches, in lines."""
    guest.send(command + "\r")
    guest.expect(rf"{command}$")
    start = guest.read_position
    guest.expect(last)
    return guest.output[start:guest.read_position].splitlines()


def read_tree(lines, names):
    """{component: (is a message server, its message servers, its dependants in order)}"""
    tree, last = {}, None
    for line in lines:
        match = re.match(r"^([\w-]+)( \(message server\))?(?: at ([\w -]+))?$", line)
        if match and match[1] in names:
            last = match[1]
            tree[last] = (match[2] is not None, (match[3] or "").split(), [])
        elif line.startswith("  restarts ") and last:
            tree[last][2].append(line.split()[1])
    return tree


def read_protocols(lines):
    """{(message server, protocol): (who publishes, who may ask)}"""
    rules = {}
    for line in lines:
        match = re.match(r"^([\w-]+): (\S+) +published by ([\w -]+), asked for by ([\w -]+)$", line)
        if match:
            rules[match[1], match[2]] = (match[3].split(), match[4].split())
    return rules


def introspection_is_what_the_tool_shows(guest):
    """A step: the components, their message servers and dependants, every allowed connection."""
    manifest = shown("demo")
    components = manifest["components"]
    names = [component["name"] for component in components]
    wanted = {component["name"]: (component["message_server"], component["msg_servers"],
                                  component["dependants"]) for component in components}
    tree = read_tree(answer(guest, "tree", rf"^{names[-1]}( at [^\n]*)?\n(  restarts .*\n)*"), names)
    scenario.check(tree == wanted, f"tree: {tree}\nwanted: {wanted}")

    connections = manifest["connections"]
    rules = {(rule["server"], rule["protocol"]): (rule["publish"], rule["request"])
             for rule in connections}
    last = connections[-1]
    found = read_protocols(
        answer(guest, "protocols", rf"^{last['server']}: {last['protocol']} +published.*\n"))
    scenario.check(found == rules, f"protocols: {found}\nwanted: {rules}")

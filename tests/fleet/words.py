# SPDX-License-Identifier: Apache-2.0
"""The fleet service by words: `skerry fleet`, from login to a roll-out."""

import json
import os
import stat
import subprocess

import life
from service import PASSWORD, wait_until


class Words:
    """Runs the command line with a home of its own."""

    def __init__(self, service):
        self.service = service
        self.home = service.folder / "home"
        self.home.mkdir()
        self.program = str(service.build / "fleet" / "cli" / "skerry-fleet")

    def run(self, *words, text=""):
        environment = dict(os.environ, HOME=str(self.home), XDG_CONFIG_HOME="")
        return subprocess.run([self.program, *map(str, words)], input=text, text=True, check=False,
                              capture_output=True, env=environment)

    def ask(self, *words):
        """The answer as JSON."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def check_words(service, check):
    words = Words(service)
    url = f"http://127.0.0.1:{service.port}"
    done = words.run("device", "list")
    check("before login it says what to do", done.returncode == 1 and "log in" in done.stderr)
    done = words.run("login", url, text="owner@ours.example\nwrong password\n")
    check("a wrong password is refused", done.returncode == 1 and "wrong" in done.stderr)
    done = words.run("login", url, text=f"owner@ours.example\n{PASSWORD}\n")
    kept = words.home / ".config" / "skerry" / "fleet.json"
    check("login keeps a token for its owner alone, and no password", done.returncode == 0 and
          stat.S_IMODE(kept.stat().st_mode) == 0o600 and PASSWORD not in kept.read_text(),
          done.stderr)
    check("an unknown word is a usage error", words.run("device", "dance").returncode == 2)
    check("so is an unknown field", words.run("device", "list", "--colour", "red").returncode == 2)
    check("what is not there is refused with the service's reason",
          "no such thing" in words.run("device", "show", 1).stderr)


def check_work(service, manifest, check):
    words = Words(service)
    words.run("login", f"https://127.0.0.1:{service.device_port}", "--trust",
              service.folder / "certificate.pem", text=f"owner@ours.example\n{PASSWORD}\n")
    project = words.ask("project", "add", "--name", "weather")["id"]
    deployment = words.ask("deployment", "add", "--project", project, "--name", "field")["id"]
    token = words.ask("enrolment", "add", "--deployment", deployment, "--name", "t",
                      "--uses", 3, "--days", 1)["secret"]
    file = service.folder / "release.tar.gz"
    file.write_bytes(life.release(manifest, b"w"))
    release = words.ask("release", "upload", file, "--project", project, "--version", "1.0",
                        "--notes", "what & is = new?")["id"]
    check("a release is uploaded over TLS", words.ask("release", "show", release)["notes"] ==
          "what & is = new?")
    with service.devices(2, token, "--restart", "300", "--name", "evil\x1b[31m"):
        wait_until(lambda: sum(d["is_online"] for d in words.ask("device", "list")) == 2)
        table = words.run("device", "list").stdout
        check("a device's name cannot write to the terminal",
              "evil?[31m" in table and "\x1b" not in table, table)
        rollout = words.ask("rollout", "start", "--deployment", deployment,
                            "--release", release)["id"]
        check("a roll-out is started, and seen to its end", wait_until(
            lambda: words.ask("rollout", "show", rollout)["booted_well"] == 2))
        table = words.run("rollout", "devices", rollout).stdout
        check("tables have a line a device", table.count("booted well") == 2, table)
    check("the audit log tells of it", "start roll-out" in words.run("audit", "list").stdout)

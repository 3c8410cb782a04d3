# SPDX-License-Identifier: Apache-2.0
"""A running fleet service, its users, and simulated devices, for tests.

Everything is on loopback with ports that the system chooses, and in a folder of its own.
"""

import contextlib
import http.client
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
import time
import urllib.parse
from pathlib import Path

SECONDS_TO_START = 20
PASSWORD = "a good password"


class Answer:
    """What the service answered: `status`, and `json` or `text`."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read()
        self.json = json.loads(self.text) if "json" in (response.headers["Content-Type"] or "") \
            else None

    @property
    def problem(self):
        return self.json.get("problem", "") if isinstance(self.json, dict) else ""


class User:
    """A session, a token, or nobody."""

    def __init__(self, service, token=None):
        self.service = service
        self.token = token
        self.cookie = None
        self.csrf = None

    def headers(self, more=None):
        found = dict(more or {})
        if self.token:
            found["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            found["Cookie"] = self.cookie
            found["X-CSRF-Token"] = self.csrf or ""
        return {name: value for name, value in found.items() if value is not None}

    def ask(self, method, path, body=None, headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=self.headers(headers))
            return Answer(connection.getresponse())

    def get(self, path):
        return self.ask("GET", f"/api/v1/{path}")

    def post(self, path, **body):
        return self.ask("POST", f"/api/v1/{path}", body)

    def delete(self, path):
        return self.ask("DELETE", f"/api/v1/{path}")

    def log_in(self, email, password=PASSWORD):
        answer = self.post("login", email=email, password=password)
        if answer.status == 200:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
            self.csrf = answer.json["csrf"]
        return answer

    def upload(self, project, version, archive):
        query = urllib.parse.urlencode({"project": project, "version": version})
        return self.ask("POST", f"/api/v1/releases?{query}", archive)


class Service:
    """The server, started; use it as a context."""

    def __init__(self, build, folder=None):
        self.build = Path(build)
        self.temporary = None if folder else tempfile.TemporaryDirectory(prefix="skerryvore-")
        self.folder = Path(folder or self.temporary.name)
        self.process = None
        self.port = self.device_port = 0

    @property
    def program(self):
        return str(self.build / "fleet" / "server" / "skerryvore-checked")

    def run(self, *words, text=""):
        """One of the server's other commands."""
        return subprocess.run([self.program, *words, "--data", str(self.folder)], input=text,
                              text=True, capture_output=True, check=False)

    def found(self, organisation, email):
        done = self.run("found", "--organisation", organisation, "--owner", email,
                        text=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr

    def start(self):
        ports = ["--http", f"127.0.0.1:{self.port}", "--tls", f"127.0.0.1:{self.device_port}"]
        self.process = subprocess.Popen(
            [self.program, "serve", "--data", str(self.folder)] + ports,
            stdout=subprocess.PIPE, stderr=open(self.folder / "stderr", "a"), text=True)
        for _ in range(2):
            line = self.process.stdout.readline()
            port = int(re.search(r":(\d+)$", line)[1])
            if "TLS" in line:
                self.device_port = port
            else:
                self.port = port
        return self

    def stop(self, kill=False):
        if self.process:
            if kill:
                self.process.kill()
            else:
                self.process.terminate()
            status = self.process.wait(timeout=30)
            self.process.stdout.close()
            self.process = None
            return status
        return 0

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.temporary:
            self.temporary.cleanup()

    def user(self, email):
        user = User(self)
        answer = user.log_in(email)
        assert answer.status == 200, answer.text
        return user

    def is_alive(self):
        return self.process.poll() is None and \
            User(self).get("openapi.json").status == 200

    def complaints(self):
        """What sanitizers, or the service itself, had to say."""
        return (self.folder / "stderr").read_text()

    def resident_bytes(self):
        pages = (Path("/proc") / str(self.process.pid) / "statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @contextlib.contextmanager
    def devices(self, count, token, *words):
        """Simulated devices, for as long as the context lasts."""
        program = str(self.build / "fleet" / "simulator" / "skerry-simulate-devices")
        command = [program, "--service", f"127.0.0.1:{self.device_port}", "--trust",
                   str(self.folder / "certificate.pem"), "--count", str(count), "--token", token,
                   *words]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def archive(files, compress=True):
    """A .tar.gz of {path: bytes}, or of TarInfos that are put in as they are."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if compress else "w") as tar:
        for path, content in files:
            info = path if isinstance(path, tarfile.TarInfo) else tarfile.TarInfo(path)
            if not isinstance(path, tarfile.TarInfo):
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def image(text, machine=183):
    """Something that begins like an executable for a processor."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00" + bytes([machine, 0]) + text


def wait_until(condition, seconds=20, every=0.05):
    """The condition's value once it is true, or its last one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(every)
    return condition()

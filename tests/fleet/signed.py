# SPDX-License-Identifier: Apache-2.0
"""Signed releases: made by `skerry`, held against the project's root by the service."""

import io
import json
import subprocess
import tarfile

from service import wait_until

LATE = "2040-01-01T00:00:00Z"
KEYS = ("targets-1", "targets-2", "snapshot-1", "timestamp-1")


class Repository:
    """A repository of releases with keys of its own."""

    def __init__(self, build, folder):
        self.build, self.keys, self.folder = build, folder / "keys", folder / "repository"
        folder.mkdir()
        self.run("keys", "new", self.keys, "--repository", self.folder, "--expires", LATE)
        self.run("release", "build", self.folder, build / "systems" / "demo.bundle", "--device",
                 "demo", "--release", 7, "--expires", LATE)

    def run(self, *words):
        done = subprocess.run([str(self.build / "tools" / "cli" / "skerry"), *map(str, words)],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def sign(self, names=KEYS):
        self.run("release", "sign", self.folder, "--expires", LATE,
                 *[self.keys / f"{name}.key" for name in names])
        return self

    def root(self):
        return (self.folder / "metadata" / "1.root.json").read_text()

    def archive(self, change=None):
        """The repository as an archive; `change` sees each file's name and bytes."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for file in sorted(self.folder.rglob("*")):
                name, content = file.relative_to(self.folder).as_posix(), file.read_bytes() \
                    if file.is_file() else None
                if content is not None and change:
                    content = change(name, content)
                if content is not None:
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
        return out.getvalue()


def flip(content):
    return content[:-1] + bytes([content[-1] ^ 1])


def more_targets(name, content):
    """Targets that somebody changed who cannot sign."""
    if not name.endswith(".targets.json"):
        return content
    metadata = json.loads(content)
    metadata["signed"]["version"] += 1
    return json.dumps(metadata).encode()


def check_signed(service, owner, project, deployment, unsigned, check):
    ours = Repository(service.build, service.folder / "ours").sign()
    theirs = Repository(service.build, service.folder / "theirs").sign()
    answer = owner.upload(project, "early", ours.archive())
    check("without a trusted root a signed release is refused", answer.status == 400 and
          "trusted root" in answer.problem, answer.text)
    check("what is no root is none", owner.post(f"projects/{project}/root", root="{}").status == 400)
    check("the owner gives the project its root",
          owner.post(f"projects/{project}/root", root=ours.root()).status == 200)

    cases = [("an unsigned archive", unsigned, "signed releases only"),
             ("another owner's release", theirs.archive(), "not signed"),
             ("a content that was changed", ours.archive(
                 lambda name, c: flip(c) if name.startswith("targets/") else c), "as it was signed"),
             ("a content that is missing", ours.archive(
                 lambda name, c: None if "manifest.dtb" in name else c), "manifest.dtb"),
             ("targets that were changed", ours.archive(more_targets), ""),
             ("no timestamp", ours.archive(
                 lambda name, c: None if "timestamp" in name else c), "timestamp")]
    for what, data, reason in cases:
        answer = owner.upload(project, "bad", data)
        check(f"{what} is refused with its reason", answer.status == 400 and answer.problem and
              reason in answer.problem, answer.text)

    answer = owner.upload(project, "7", ours.archive())
    check("a signed release is taken", answer.status == 200, answer.text)
    release = owner.get(f"releases/{answer.json['id']}").json
    paths = [file["path"] for file in release["files"]]
    check("with its files by their signed names, and what a device judges it by",
          release["is_signed"] and "manifest.dtb" in paths and "metadata/timestamp.json" in paths and
          not any(path.startswith("targets/") for path in paths), paths)
    check("and its apps and connections known",
          len(release["graph"]["apps"]) > 3 and release["graph"]["connections"])
    token = owner.post("enrolment-tokens", deployment=deployment, name="s", uses=1,
                       days=1).json["secret"]
    with service.devices(1, token, "--restart", "200", "--seed", "signed"):
        rollout = owner.post("rollouts", deployment=deployment, release=release["id"]).json["id"]
        check("and it reaches a device", wait_until(
            lambda: owner.get(f"rollouts/{rollout}").json["booted_well"] == 1))

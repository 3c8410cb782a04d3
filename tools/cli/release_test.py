# SPDX-License-Identifier: Apache-2.0
"""Releases from key to verdict: what a device takes, and every kind that it must refuse.

A bad release is made by editing a metadata file and, where the owner is meant to have signed it so,
signing that again with `skerry release sign`.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import Failed, run_cases

SKERRY, BUNDLE, ARCH = sys.argv[1:4]
LATE = "2040-01-01T00:00:00Z"
NOW = "2030-06-01T00:00:00Z"
TARGETS_KEYS = ("targets-1", "targets-2")
ALL_KEYS = (*TARGETS_KEYS, "snapshot-1", "timestamp-1")


def run(*words, status=0):
    done = subprocess.run([SKERRY, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != status:
        raise Failed(f"{words}: {done.returncode}, {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


class Place:
    """A repository and its keys in a folder of their own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.repository, self.keys = self.folder / "repository", self.folder / "keys"

    def new(self):
        run("keys", "new", self.keys, "--repository", self.repository, "--expires", LATE)
        return self

    def build(self, release=7, device="demo", *words):
        run("release", "build", self.repository, BUNDLE, "--device", device, "--release", release,
            "--expires", LATE, *words)
        return self

    def sign(self, *names, expires=LATE, status=0):
        return run("release", "sign", self.repository, "--expires", expires,
                   *[self.keys / f"{name}.key" for name in names], status=status)

    def check(self, *words, device="demo", arch=ARCH, now=NOW, status=0):
        return run("release", "check", self.repository, "--device", device, "--arch", arch,
                   "--now", now, *words, status=status)

    def refuses(self, why, *words, **kind):
        said = self.check(*words, status=1, **kind)
        if not said.startswith(why + ":"):
            raise Failed(f"refused for another reason than '{why}': {said}")

    def file(self, name):
        return self.repository / "metadata" / name

    def edit(self, name, change):
        metadata = json.loads(self.file(name).read_text())
        change(metadata)
        self.file(name).write_text(json.dumps(metadata))

    def resign(self, change):
        """The owner signs targets that were changed."""
        def emptied(metadata):
            change(metadata["signed"])
            metadata["signatures"] = []
        self.edit("1.targets.json", emptied)
        self.sign(*ALL_KEYS)


def good(folder):
    return Place(shutil.copytree(GOOD, folder, dirs_exist_ok=True))


def a_signed_release_is_taken(place):
    said = place.check("--floor", 7, "--seen", "1,1,1,1")
    if "good: release 7" not in said:
        raise Failed(said)


def an_unsigned_release_is_refused(place):
    place.edit("1.targets.json", lambda metadata: metadata.update(signatures=[]))
    place.sign("snapshot-1", status=1)
    place.refuses("not signed")


def too_few_signatures_are_refused(place):
    place.edit("1.targets.json", lambda metadata: metadata["signatures"].pop())
    place.refuses("not signed")


def one_signature_twice_counts_once(place):
    def double(metadata):
        metadata["signatures"][1] = metadata["signatures"][0]
    place.edit("1.targets.json", double)
    place.refuses("not signed")


def a_changed_file_is_refused(place):
    place.edit("1.targets.json", lambda metadata: metadata["signed"]["x-skerry"].update(release=9))
    place.refuses("not signed")


def a_revoked_key_no_longer_counts(place):
    run("keys", "rotate", place.keys, "targets-2", "--repository", place.repository,
        "--expires", LATE)
    place.refuses("not signed")
    place.sign("targets-2", status=1)
    place.sign("targets-4", "snapshot-1", "timestamp-1")
    place.check("--seen", "1,1,1,1")


def a_root_that_the_old_one_did_not_sign_is_refused(place):
    run("keys", "rotate", place.keys, "root-1", "--repository", place.repository,
        "--expires", LATE)
    place.check()
    def unsign(metadata):
        ids = {key["keyid"] for key in json.loads(place.file("1.root.json").read_text())
               ["signatures"]}
        metadata["signatures"] = [s for s in metadata["signatures"] if s["keyid"] not in ids]
    place.edit("2.root.json", unsign)
    place.refuses("not signed")


def a_skipped_root_is_refused(place):
    for name in ("root-1", "root-2"):
        run("keys", "rotate", place.keys, name, "--repository", place.repository,
            "--expires", LATE)
    shutil.copy(place.file("3.root.json"), place.file("2.root.json"))
    place.file("3.root.json").unlink()
    place.refuses("files that do not belong together")


def one_below_the_floor_is_refused_unless_it_is_a_return(place):
    place.refuses("older than the floor", "--floor", 8)
    place.resign(lambda signed: signed["x-skerry"].update({"return": True}))
    place.check("--floor", 8)


def one_for_another_device_is_refused(place):
    place.refuses("for another device", device="station")


def one_for_another_processor_is_refused(place):
    place.refuses("for another processor", arch={"aarch64": "riscv64"}.get(ARCH, "aarch64"))


def one_for_another_abi_is_refused(place):
    place.resign(lambda signed: signed["x-skerry"].update(abi="00" * 32))
    place.refuses("for another ABI")


def truncated_files_are_refused(place):
    for name in ("1.targets.json", "1.snapshot.json", "timestamp.json", "1.root.json"):
        text = place.file(name).read_bytes()
        for size in (0, 1, len(text) // 2, len(text) - 2):
            place.file(name).write_bytes(text[:size])
            place.refuses("bad format")
        place.file(name).write_bytes(text)
    place.check()


def a_path_instead_of_a_name_is_refused(place):
    for name in ("../root", "a/b", "/etc/passwd", ".hidden", "", "x" * 48):
        place.resign(lambda signed, name=name:
                     signed["targets"].update({name: next(iter(signed["targets"].values()))}))
        place.refuses("bad contents")
        place.resign(lambda signed, name=name: signed["targets"].pop(name))
    place.check()


def a_path_instead_of_a_hash_is_refused(place):
    for text in ("../blobs/x", "A" * 64, "0" * 63, "0" * 65, 7):
        place.resign(lambda signed, text=text:
                     signed["targets"]["root"]["hashes"].update(sha256=text))
        place.refuses("bad contents")


def an_expired_file_is_refused(place):
    place.refuses("expired", now="2041-01-01T00:00:00Z")
    place.sign("timestamp-1", expires="2030-05-31T23:59:59Z")
    place.refuses("expired")
    place.check(now="2030-05-31T23:59:58Z")


def without_a_clock_nothing_is_fresh(place):
    place.refuses("no time", now="0")


def older_metadata_are_refused(place):
    for seen in ("2,1,1,1", "1,2,1,1", "1,1,2,1", "1,1,1,2"):
        place.refuses("older metadata", "--seen", seen)


def mixed_files_are_refused(place):
    place.build(8).sign(*ALL_KEYS)
    place.check()
    old = place.file("1.targets.json").read_bytes()
    place.file("2.targets.json").write_bytes(old)
    place.refuses("files that do not belong together")


def the_same_key_twice_is_refused(place):
    text = place.file("timestamp.json").read_text()
    place.file("timestamp.json").write_text(text.replace('"signed"', '"signed": {}, "signed"', 1))
    place.refuses("bad format")


def odd_files_are_refused(place):
    odd = {"deep": "[" * 5000, "no object": "[]", "real": '{"signed": 1.5}', "large": " " * 300000}
    for name, text in odd.items():
        place.file("timestamp.json").write_text(text)
        place.refuses("too large" if name == "large" else "bad format")


def the_same_input_gives_the_same_files(place):
    with tempfile.TemporaryDirectory() as folder:
        other = Place(shutil.copytree(place.folder, folder, dirs_exist_ok=True))
        for one in (place, other):
            one.build(8).sign(*ALL_KEYS)
        for file in sorted(path for path in place.repository.rglob("*") if path.is_file()):
            twin = other.repository / file.relative_to(place.repository)
            if file.read_bytes() != twin.read_bytes():
                raise Failed(f"{file.name} differs")


def show_says_what_is_missing(place):
    if "signed by 2 of 2 needed" not in run("release", "show", place.repository):
        raise Failed("the signatures are not shown")
    place.build(8)
    if "targets    version 2, signed by 0 of 2" not in run("release", "show", place.repository,
                                                           status=1):
        raise Failed("what is missing is not shown")


def diff_says_what_is_new(place):
    place.build(8)
    if run("release", "diff", place.repository, 1, 2) != "no difference\n":
        raise Failed("equal releases differ")
    def swap(metadata):
        targets = metadata["signed"]["targets"]
        targets["new-app"] = targets.pop("console")
        targets["root"]["hashes"]["sha256"] = "0" * 64
    place.edit("2.targets.json", swap)
    said = run("release", "diff", place.repository, 1, 2)
    for line in ("new file  new-app", "changed   root", "gone      console"):
        if line not in said:
            raise Failed(f"'{line}' is not in {said}")


def keys_are_their_owners_alone(place):
    if any(file.stat().st_mode & 0o077 for file in place.keys.iterdir()):
        raise Failed("others can read a key")
    run("keys", "new", place.keys, "--repository", place.repository, status=1)


TESTS = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__code__", None)
         and value.__code__.co_varnames[:1] == ("place",)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as GOOD:
        Place(GOOD).new().build().sign(*ALL_KEYS)
        sys.exit(run_cases(TESTS, good))

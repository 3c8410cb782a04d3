# SPDX-License-Identifier: Apache-2.0
"""Writes seeds for fuzz_release: good targets, and a good root, behind the byte that says which."""

import json
import sys

KEY = "01" * 32


def metadata(kind, version, **more):
    body = {"_type": kind, "spec_version": "1.0.31", "version": version,
            "expires": "2040-01-01T00:00:00Z", **more}
    return json.dumps({"signatures": [{"keyid": "k", "sig": KEY * 2}], "signed": body}).encode()


def targets():
    target = {"length": 5, "hashes": {"sha256": KEY}}
    return metadata("targets", 1, targets={"manifest.dtb": target, "root": target},
                    **{"x-skerry": {"release": 7, "device": "demo", "machine": 183, "abi": KEY,
                                    "return": False}})


def root(version):
    key = {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": KEY}}
    rule = {"keyids": ["k"], "threshold": 1}
    return metadata("root", version, consistent_snapshot=True, keys={"k": key},
                    roles={role: rule for role in ("root", "timestamp", "snapshot", "targets")})


if __name__ == "__main__":
    for path, data in zip(sys.argv[1:], (b"\0" + targets(), b"\1" + root(1), b"\3" + root(2))):
        with open(path, "wb") as file:
            file.write(data)

# SPDX-License-Identifier: Apache-2.0
"""skerry manifest check --bundle: what root would refuse for its images is refused before."""

import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

MACHINE_AT, ABI_HASH_AT = 12, 32
OTHER_MACHINE = {183: 243, 243: 183}


def changed_machine(data):
    machine = struct.unpack_from("<I", data, MACHINE_AT)[0]
    struct.pack_into("<I", data, MACHINE_AT, OTHER_MACHINE[machine])


def changed_abi(data):
    data[ABI_HASH_AT] ^= 1


def cut(data):
    del data[len(data) // 2:]


def unchanged(_data):
    pass


# name: (change of the source, change of the bundle, exit status, what stderr has)
CASES = {
    "the_systems_own_bundle_is_accepted": (lambda text: text, unchanged, 0, ""),
    "an_image_that_is_not_there":
        (lambda text: text.replace('image = "station"', 'image = "stations"'), unchanged, 1,
         "/apps/station image: 'stations' is not in the bundle: add it there"),
    "images_for_another_machine":
        (lambda text: text, changed_machine, 1, "is no program for the bundle's machine"),
    "a_bundle_for_another_abi": (lambda text: text, changed_abi, 1, "is no bundle of this version"),
    "a_bundle_that_was_cut": (lambda text: text, cut, 1, "is no bundle of this version"),
    "a_quota_that_data_and_heap_do_not_fit_into":
        (lambda text: re.sub(r'(image = "station";\s*memory = )<0x\w+>', r"\1<0x10000>;\nheap = <0xc000>",
                             text), unchanged, 1,
         "/apps/station memory: is less than data, heap and rings of 'station' need"),
}


def main():
    skerry, bundle, manifest = sys.argv[1:4]
    failed = 0
    print(f"1..{len(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (edit, damage, status, wanted)) in enumerate(CASES.items(), 1):
            data = bytearray(Path(bundle).read_bytes())
            damage(data)
            copy, source = Path(folder) / "copy.bundle", Path(folder) / "system.dts"
            copy.write_bytes(data)
            source.write_text(edit(Path(manifest).read_text()))
            result = subprocess.run([skerry, "manifest", "check", str(source), "--bundle",
                                     str(copy)], capture_output=True, text=True, check=False)
            good = result.returncode == status and wanted in result.stderr
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name}")
            if not good:
                print(f"# {result}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Each bad manifest is refused with the message that its first line names; the good one is not."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def check(checker, source, folder):
    """The checker's exit status and what it prints, without the file's name."""
    blob = Path(folder) / (source.stem + ".dtb")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", blob, source], check=True)
    result = subprocess.run([checker, blob], capture_output=True, text=True, check=False)
    return result.returncode, (result.stdout + result.stderr).replace(f"{blob}: ", "").strip()


def main():
    checker = sys.argv[1]
    cases = sorted(set(HERE.glob("*.dts")) - {HERE / "good.dts"})
    failed = 0
    print(f"1..{len(cases) + 1}")
    with tempfile.TemporaryDirectory() as folder:
        status, text = check(checker, HERE / "good.dts", folder)
        failed += status != 0
        print(f"{'ok' if status == 0 else 'not ok'} 1 - good_manifest_is_accepted")
        if status != 0:
            print(f"# {text}")
        for number, case in enumerate(cases, 2):
            expected = case.read_text().splitlines()[0].removeprefix("// expect: ")
            status, text = check(checker, case, folder)
            good = status == 1 and text == expected
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {case.stem}_is_refused")
            if not good:
                print(f"# expected: {expected}\n# got {status}: {text}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

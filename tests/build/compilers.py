# SPDX-License-Identifier: Apache-2.0
"""The other compilers' opinion: clang for the target, gcc for the host programs.

Builds the whole tree in build/<arch>-clang and says what does not compile; runs nothing, since
what is shipped is what the other suites run.  Prints TAP.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*command):
    """Returns whether a program ended well, and what it said."""
    done = subprocess.run(command, cwd=ROOT, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout


def builds(arch):
    """Whether everything compiles and links, and the lines that say why not."""
    folder = f"build/{arch}-clang"
    if not (ROOT / folder / "build.ninja").exists():
        is_set_up, output = run("/usr/bin/meson", "setup", "--cross-file",
                                f"cross/{arch}-clang.ini", "--native-file",
                                "cross/native-gcc.ini", folder)
        if not is_set_up:
            return False, output.splitlines()[-10:]
    is_built, output = run("/usr/bin/ninja", "-k0", "-C", folder)
    return is_built, [line for line in output.splitlines() if re.search(r"\berror: |undefined symbol", line)]


def main():
    parser = argparse.ArgumentParser(description="Builds the tree with the other compilers.")
    parser.add_argument("--arch", required=True)
    is_built, why = builds(parser.parse_args().arch)
    print("1..1")
    print(f"{'' if is_built else 'not '}ok 1 - clang_and_host_gcc_build_everything")
    for line in why:
        print(f"# {line}")
    return 0 if is_built else 1


if __name__ == "__main__":
    sys.exit(main())

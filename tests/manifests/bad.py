# SPDX-License-Identifier: Apache-2.0
"""Each bad manifest is refused with the message that its first line names: by the command line tool,
which also names the place, and, where dtc lets it through, by the reader that root uses."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BAD = HERE / "bad"
PLACE = re.compile(r"^\S+\.(dts|lua):(\d+: )? ?")
SUGGESTION = re.compile(r" \(did you mean '.*'\?\)$")


def run(*words):
    result = subprocess.run(words, capture_output=True, text=True, check=False, cwd=BAD)
    return result.returncode, result.stdout + result.stderr


def compiles(source, blob, *force):
    return run("dtc", "-q", *force, "-I", "dts", "-O", "dtb", "-o", blob, source)[0] == 0


def check_tool(skerry, source, expected):
    """What is wrong with the tool's answer about a source."""
    status, text = run(skerry, "manifest", "check", source.name)
    first = text.splitlines()[0] if text else ""
    return None if status == 1 and first == expected else f"{status}: {text}"


def check_reader(reader, source, expected, folder):
    """What is wrong with the reader's answer about a blob; the reader knows no places."""
    blob = Path(folder) / (source.stem + ".dtb")
    if source.suffix == ".lua":
        return None
    if not compiles(source.name, blob):
        # What dtc refuses may come from somewhere else: the reader has its own words for it.
        forced = compiles(source.name, blob, "-f")
        return None if not forced or run(reader, blob)[0] == 1 else "the reader accepts it"
    status, text = run(reader, blob)
    wanted = SUGGESTION.sub("", PLACE.sub("", expected))
    return None if status == 1 and text.strip() == f"{blob}: {wanted}" else f"{status}: {text}"


def main():
    reader, skerry = (str(Path(word).resolve()) for word in sys.argv[1:3])
    cases = sorted(BAD.glob("*.dts")) + sorted(BAD.glob("*.lua"))
    failed = 0
    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases, 1):
            expected = re.sub(r"^(//|--) expect: ", "", case.read_text().splitlines()[0])
            problem = check_tool(skerry, case, expected) \
                or check_reader(reader, case, expected, folder)
            failed += problem is not None
            print(f"{'not ok' if problem else 'ok'} {number} - {case.stem}_is_refused")
            if problem:
                print(f"# expected: {expected}")
                print("\n".join(f"# got {line}" for line in problem.splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

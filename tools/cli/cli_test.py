# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help at every level, and a reason for every wrong word."""

import subprocess
import sys

# (words, exit status, a text of stdout, a text of stderr)
CASES = {
    "help_lists_the_groups": (["--help"], 0, "  manifest ", ""),
    "nothing_is_answered_with_the_list": ([], 2, "", "usage: skerry COMMAND"),
    "unknown_group_is_named": (["nonsense"], 2, "", "skerry: no command 'nonsense'"),
    "help_of_a_group_lists_its_commands": (["manifest", "--help"], 0, "  check ", ""),
    "group_alone_is_answered_with_its_list": (["manifest"], 2, "", "usage: skerry manifest"),
    "help_of_a_command": (["manifest", "check", "--help"], 0, "usage: skerry manifest check", ""),
    "help_wins_over_other_words": (["manifest", "check", "x", "-h"], 0, "usage: ", ""),
    "unknown_option_is_named": (["manifest", "check", "--loud", "x"], 2, "", "option '--loud'"),
    "missing_operand": (["manifest", "check"], 2, "", "takes FILE"),
    "missing_value": (["manifest", "build", "x", "-o"], 2, "", "missing behind '-o'"),
    "value_of_a_flag": (["manifest", "show", "--json=1", "x"], 2, "", "no value goes with"),
    "word_too_many_is_named": (["manifest", "show", "a", "b"], 2, "", "too many, 'b'"),
    "missing_file_is_named": (["manifest", "check", "--", "-x.dtb"], 1, "", "'-x.dtb'"),
}


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (name, (words, status, out, errors)) in enumerate(CASES.items(), 1):
        result = subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=False)
        good = result.returncode == status and out in result.stdout and errors in result.stderr \
            and bool(errors) == bool(result.stderr)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print(f"# {result}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Writes an assembler file that holds another file's bytes as guest_image .. guest_image_end."""

import os
import sys


def main():
    source, target = sys.argv[1:]
    with open(target, "w", encoding="ascii") as out:
        out.write(".section .rodata.guest, \"a\"\n.balign 8\n.globl guest_image, guest_image_end\n"
                  f"guest_image: .incbin \"{os.path.abspath(source)}\"\nguest_image_end:\n"
                  ".section .note.GNU-stack, \"\", %progbits\n")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""The random caller on the target: boots it on the test kernel, with the machine's memory in a file
that the model's program maps, too; that one chooses the calls, compares, and prints TAP."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import qemu  # noqa: E402

USER_TOP = {"aarch64": 1 << 39, "riscv64": 1 << 38}
MEMORY_BASE = {"aarch64": 1 << 30, "riscv64": 1 << 31}
MEMORY_MIB = 64
SECONDS_PER_CALL = 0.02


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    folder = options.build / "tests" / "random"
    kernel = options.build / "kernel" / f"skerry-{options.arch}-test.img"
    machine = qemu.Machine(options.arch, cores=1, memory_mib=MEMORY_MIB, devices=())
    limit = (60 + options.calls * SECONDS_PER_CALL) * qemu.TIME_SCALE

    with tempfile.NamedTemporaryFile(dir=options.build, prefix="random-memory-") as memory:
        command = machine.command(kernel, folder / "random_root.bundle",
                                  more=memory_in_file(memory.name))
        model = [str(folder / "random_target"), str(options.calls), str(options.seed),
                 str(USER_TOP[options.arch]), memory.name, str(MEMORY_BASE[options.arch])]
        guest = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, bufsize=0)
        try:
            return run_model(guest, model, limit)
        finally:
            guest.kill()
            guest.wait()


def memory_in_file(path):
    return ["-machine", "memory-backend=memory", "-object",
            f"memory-backend-file,id=memory,size={MEMORY_MIB}M,mem-path={path},share=on"]


def run_model(guest, command, limit):
    model = subprocess.Popen(command, stdin=guest.stdout, stdout=subprocess.PIPE)
    try:
        output, _ = model.communicate(timeout=limit)
        print(output.decode("utf-8", "replace"), end="")
        return model.returncode
    except subprocess.TimeoutExpired:
        model.kill()
        output, _ = model.communicate()
        print(output.decode("utf-8", "replace"), end="")
        print(f"Bail out! not finished after {limit:.0f} s")
        return 1


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""The random caller on the target: boots it on the test kernel and connects its serial line with
the model's program, which chooses the calls, compares, and prints TAP."""

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import qemu  # noqa: E402

USER_TOP = {"aarch64": 1 << 39, "riscv64": 1 << 38}
SECONDS_PER_CALL = 0.05


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    folder = options.build / "tests" / "random"
    kernel = options.build / "kernel" / f"skerry-{options.arch}-test.img"
    machine = qemu.Machine(options.arch, cores=1, memory_mib=64, devices=())
    command = machine.command(kernel, folder / "random_root.bundle")
    limit = (60 + options.calls * SECONDS_PER_CALL) * qemu.TIME_SCALE

    guest = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, bufsize=0)
    try:
        status = run_model(guest, [str(folder / "random_target"), str(options.calls),
                                   str(options.seed), str(USER_TOP[options.arch])], limit)
    finally:
        guest.kill()
        guest.wait()
    return status


def run_model(guest, command, limit):
    """The model's program has the guest's serial line on descriptors 3 and 4."""
    shell = ["/bin/sh", "-c", 'exec "$@" 3<&0 4>&1 1>&2', "sh"] + command
    model = subprocess.Popen(shell, stdin=guest.stdout, stdout=guest.stdin,
                             stderr=subprocess.PIPE)
    try:
        _, output = model.communicate(timeout=limit)
        print(output.decode("utf-8", "replace"), end="")
        return model.returncode
    except subprocess.TimeoutExpired:
        model.kill()
        _, output = model.communicate()
        print(output.decode("utf-8", "replace"), end="")
        print(f"Bail out! not finished after {limit:.0f} s")
        return 1


if __name__ == "__main__":
    sys.exit(main())

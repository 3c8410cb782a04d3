# SPDX-License-Identifier: Apache-2.0
"""The emulator: the one place that knows QEMU's command lines.

A Machine says what to emulate; a Guest is one running QEMU with its serial line as a pipe.
A Guest is ended by its own process handle and never outlives its time limit.
As a program this boots a system on the caller's terminal; that is what ./run calls.
"""

import argparse
import dataclasses
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIME_SCALE = float(os.environ.get("SKERRY_TIME_SCALE", "1"))

# The line on which the peer's figures were taken: one core, one guest instruction a nanosecond.
ICOUNT = "shift=0,sleep=off"


@dataclasses.dataclass(frozen=True)
class Machine:
    arch: str
    cores: int = 4
    memory_mib: int = 512
    gic: int = 3                 # aarch64: version of the interrupt controller
    start_at_el2: bool = False   # aarch64: give the guest the hypervisor level
    cpu: str = ""                # overrides the default processor
    icount: str = ""
    threads: str = "single"      # "multi": a host thread per core, real races
    devices: tuple = ("virtio-rng-device",)

    def command(self, kernel, bundle=None, serial="stdio", arguments="", reboot=False, more=()):
        """The QEMU command line that boots `kernel` with `bundle` as its initial RAM disk."""
        if self.arch == "aarch64":
            board = f"virt,gic-version={self.gic}"
            if self.start_at_el2:
                board += ",virtualization=on"
            line = ["qemu-system-aarch64", "-M", board, "-cpu", self.cpu or "cortex-a53",
                    "-semihosting-config", "enable=on,target=native"]
        else:
            line = ["qemu-system-riscv64", "-M", "virt", "-cpu", self.cpu or "rv64",
                    "-bios", "default", "-semihosting-config", "enable=on,target=native"]
        line += ["-smp", str(self.cores), "-m", str(self.memory_mib), "-display", "none",
                 "-nic", "none", "-serial", serial]
        if not serial.startswith("mon:"):
            line += ["-monitor", "none"]
        if self.icount:
            line += ["-icount", self.icount]
        else:
            line += ["-accel", f"tcg,thread={self.threads}"]
        if self.devices:
            line += ["-global", "virtio-mmio.force-legacy=false"]
        for device in self.devices:
            line += ["-device", device]
        if not reboot:
            line += ["-no-reboot"]
        line += ["-kernel", str(kernel)]
        if bundle:
            line += ["-initrd", str(bundle)]
        if arguments:
            line += ["-append", arguments]
        return line + list(more)


def build_directory(arch):
    return Path(os.environ.get("SKERRY_BUILD", ROOT / "build")) / arch


def kernel_image(arch, variant="release"):
    """
    "release" has no debug console: what it logged appears when it ends, unless somebody read it.
    "console" is the same with one; "test" has one too, the state dump call, and no fast path.
    """
    suffix = "" if variant == "release" else f"-{variant}"
    return build_directory(arch) / "kernel" / f"skerry-{arch}{suffix}.img"


def system_bundle(arch, name):
    return build_directory(arch) / "systems" / f"{name}.bundle"


class GuestError(Exception):
    """The guest did not do what was expected of it; the text says what and shows the end."""


class Lines:
    """Terminal output as lines: one that is erased and written anew becomes two."""

    def __init__(self):
        self.held = ""

    def read(self, text):
        text = self.held + text
        begun = re.search(r"\r(\x1b\[?)?\Z", text)
        self.held = begun[0] if begun else ""
        if begun:
            text = text[:begun.start()]
        return text.replace("\r\x1b[K", "\n").replace("\r", "")


class Guest:
    """One running QEMU: its serial output in `output` and in the log file, its input by send()."""

    def __init__(self, command, log, seconds, echo=False):
        self.deadline = time.monotonic() + seconds * TIME_SCALE
        self.output = ""
        self.read_position = 0
        self.changed = threading.Condition()
        self.echo = echo
        log = Path(log)
        log.parent.mkdir(parents=True, exist_ok=True)
        self.log = open(log, "wb")
        self.log.write(("# " + " ".join(command) + "\n").encode())
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, bufsize=0)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def _read(self):
        lines = Lines()
        while chunk := os.read(self.process.stdout.fileno(), 4096):
            self.log.write(chunk)
            self.log.flush()
            text = lines.read(chunk.decode("utf-8", "replace"))
            if self.echo:
                sys.stdout.write(text)
                sys.stdout.flush()
            with self.changed:
                self.output += text
                self.changed.notify_all()

    def expect(self, pattern, seconds=30):
        """Waits until `pattern` appears after the last match and returns the match."""
        limit = min(self.deadline, time.monotonic() + seconds * TIME_SCALE)
        expression = re.compile(pattern, re.MULTILINE)
        with self.changed:
            while True:
                match = expression.search(self.output, self.read_position)
                if match:
                    self.read_position = match.end()
                    return match
                left = limit - time.monotonic()
                ended = not self.reader.is_alive()
                if left <= 0 or ended:
                    why = "QEMU ended" if ended else "nothing like it came in time"
                    raise GuestError(f"expected /{pattern}/: {why}; last output:\n"
                                     + self.output[-800:])
                self.changed.wait(min(left, 0.5))

    def send(self, text):
        self.process.stdin.write(text.encode())

    def wait(self):
        """Waits for QEMU to end by itself; returns its exit status, or None at the time limit."""
        try:
            status = self.process.wait(max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.end()
            return None
        self.reader.join(5)
        return status

    def end(self):
        """Signal 9: an idle guest with sleep=off may never handle a gentler one."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)
        if not self.log.closed and not self.reader.is_alive():
            self.log.close()


def main():
    parser = argparse.ArgumentParser(description="Boots a system on this terminal.")
    parser.add_argument("--arch", default="aarch64")
    parser.add_argument("--system", default="demo")
    parser.add_argument("--cores", type=int, default=4)
    parser.add_argument("--memory", type=int, default=512)
    parser.add_argument("--gic", type=int, default=3)
    parser.add_argument("--variant", default="release", help="kernel variant: release, console or test")
    parser.add_argument("--bundle", help="a bundle file instead of a system")
    parser.add_argument("--print", action="store_true", help="print the command line and stop")
    options = parser.parse_args()

    machine = Machine(options.arch, cores=options.cores, memory_mib=options.memory,
                      gic=options.gic)
    kernel = kernel_image(options.arch, options.variant)
    bundle = options.bundle or system_bundle(options.arch, options.system)
    command = machine.command(kernel, bundle, serial="mon:stdio", reboot=True)
    if options.print:
        print(" ".join(command))
        return
    for file in (kernel, bundle):
        if not Path(file).exists():
            sys.exit(f"not built: {file}")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()

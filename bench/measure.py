# SPDX-License-Identifier: Apache-2.0
"""Boots a benchmark, collects its figures, and holds them against musts.json.

The guest prints `{"bench":NAME,...,"instructions":N}` or "value" lines on its serial port and
powers itself off.  Meanwhile a plugin watches its instructions: what each operation is made of, and
how long interrupts go unnoticed.  Figures of the kernel's size come from its ELF file and its
sources.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import qemu         # noqa: E402

import kernel_size  # noqa: E402
import trace        # noqa: E402

SECONDS = 900
SEVERAL_CORES = 4
MUSTS = Path(__file__).with_name("musts.json")

# Benchmarks that are not one bundle of their own name on the bare machine.
BUNDLES = {"size": {"demo": ("virtio-rng-device",), "smallest": ()}}


def machine(arch, cores, devices=()):
    """The line on which the peer's figures were taken."""
    return qemu.Machine(arch, cores=cores, memory_mib=1024, gic=2, icount=qemu.ICOUNT,
                        devices=devices)


def boot(name, arch, cores, part=None, devices=()):
    """Runs the benchmark's bundle on the release kernel: what it printed, what the plugin saw."""
    build = qemu.build_directory(arch)
    kernel = qemu.kernel_image(arch)
    bundle = build / "bench" / name / f"{part or name}.bundle"
    plugin = build / "bench" / "plugin" / "watch.so"
    for file in (kernel, bundle, plugin):
        if not file.exists():
            sys.exit(f"bench/run: not built: {file}")

    logs = build / "logs"
    logs.mkdir(exist_ok=True)
    label = f"bench-{part or name}-{cores}"
    serial = logs / f"{label}.serial"
    watched = logs / f"{label}.watched"
    for file in (serial, watched):
        file.unlink(missing_ok=True)
    command = machine(arch, cores, devices).command(kernel, bundle, serial=f"file:{serial}",
                                           more=["-plugin", f"{plugin},path={watched}"])
    with qemu.Guest(command, logs / f"{label}.log", SECONDS) as guest:
        status = guest.wait()
    output = serial.read_text(errors="replace") if serial.exists() else ""
    if status != 0:
        why = "did not end in time" if status is None else f"ended with status {status}"
        sys.exit(f"bench/run: the {arch} guest {why}; its last words:\n{output[-1500:]}")
    return output, watched


def parse(output, arch):
    """The JSON lines of a serial output, each with its architecture."""
    for line in output.splitlines():
        start = line.find('{"bench":')
        if start >= 0:
            figure = json.loads(line[start:])
            yield {"bench": figure.pop("bench"), "arch": arch, **figure}


def irq_off(arch, name, stretches):
    """The longest stretch, with one core and with several."""
    longest = stretches[0][0]
    if arch == "riscv64":
        # This QEMU, when it counts instructions, starves the other cores while the first one waits
        # for them in the firmware.  The lock is fair: each of them goes before us at most once.
        several = SEVERAL_CORES * longest
    else:
        _, watched = boot(name, arch, SEVERAL_CORES)
        several = trace.read(watched)[1][0][0]
    return {"bench": "irq_off_max", "arch": arch, "instructions": max(longest, several),
            "one_core": longest, "four_cores": several}


def collect_parts(name, arch):
    """The figures of a benchmark that is several systems."""
    for part, devices in BUNDLES[name].items():
        output, _ = boot(name, arch, 1, part, devices)
        for figure in parse(output, arch):
            yield figure | {"bench": f"{part}.{figure['bench']}"}


def collect(name, arch):
    if name in BUNDLES:
        return list(collect_parts(name, arch))
    output, watched = boot(name, arch, 1)
    figures = list(parse(output, arch))
    operations, stretches = trace.read(watched)
    for number in trace.NAMES:
        operations.pop(number, None)
    for number, sites in operations.items():
        figures[number].update(trace.hidden_costs(arch, sites))
    if name == "kernel":
        elf = qemu.kernel_image(arch).with_suffix(".elf")
        figures.append(irq_off(arch, name, stretches))
        figures += [{"bench": bench, "arch": arch, "value": value}
                    for bench, value in kernel_size.figures(elf, arch)]
    return figures


def number_of(figure):
    return figure.get("instructions", figure.get("value"))


def verdict(value, row):
    if "must" in row and value > row["must"]:
        return "over must"
    if "aim" in row:
        return "aim reached" if value <= row["aim"] else "holds"
    return "holds" if "must" in row else ""


def print_table(arch, figures, wanted):
    print(f"\n{arch:<26}{'figure':>10}{'must':>10}{'aim':>10}{'peer':>10}")
    for figure in figures:
        row = wanted.get(figure["bench"], {}).get(arch, {})
        value = number_of(figure)
        cells = "".join(f"{row.get(key, '-'):>10}" for key in ("must", "aim", "peer"))
        print(f"{figure['bench']:<26}{value:>10}{cells}  {verdict(value, row)}")
        hidden = {key: count for key, count in figure.items()
                  if key not in ("bench", "arch", "instructions", "value")}
        if hidden:
            print("    " + "  ".join(f"{key} {count}" for key, count in hidden.items()))


def breaches(arch, figures, wanted):
    """Yields a line for each figure that is missing or over its must."""
    measured = {figure["bench"]: number_of(figure) for figure in figures}
    for name, rows in wanted.items():
        row = rows.get(arch, {})
        if name not in measured:
            yield f"{arch}: {name} was not measured"
        elif "must" in row and measured[name] > row["must"]:
            yield f"{arch}: {name} is {measured[name]}, must be at most {row['must']}"


def main():
    parser = argparse.ArgumentParser(description="Measures.")
    parser.add_argument("name")
    parser.add_argument("--arch", nargs="+", default=["aarch64", "riscv64"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()

    wanted = json.loads(MUSTS.read_text()).get(options.name)
    if wanted is None:
        sys.exit(f"bench/run: no benchmark '{options.name}'")
    broken = []
    for arch in options.arch:
        figures = collect(options.name, arch)
        if options.json:
            for figure in figures:
                print(json.dumps(figure, separators=(",", ":")))
        else:
            print_table(arch, figures, wanted)
        broken += breaches(arch, figures, wanted)

    if options.check:
        for line in broken:
            print(line, file=sys.stderr)
        print("a must is broken" if broken else "every must holds", file=sys.stderr)
        return 1 if broken else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

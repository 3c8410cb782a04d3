# SPDX-License-Identifier: Apache-2.0
"""The table of suites: what exists, how it is run, how much of it.

`quick` suites take seconds.  `host` suites do not depend on the architecture and run once.
`alone` suites see the host's time, or keep several of its cores busy: nothing runs beside them.
"""

import dataclasses
import typing

import runners

# Test programs that run on the target: tests/target/<name>, built as <name>.bundle.
TARGET_BUNDLES = ("kernel",)
STRESS_BUNDLES = ("stress",)

# Unit tests of the fleet service, which is not built with everything: fleet/server/<name>_test.
FLEET_PROGRAMS = ("audit", "blobs", "db", "plan")
FLEET_SEEDS = ("fleet/server/seed_get.txt", "fleet/server/seed_post.txt")

# Time that instructions make: equal from run to run, however loaded the host is.  Not for several
# cores: one that spins for another would use up the other's turn.
VIRTUAL = "shift=4,sleep=off"

CI = {"random_calls": 20_000, "random_host_calls": 500_000, "fuzz_runs": 20_000, "restarts": 20,
      "cut_states": 500, "ext4_states": 160}
RELEASE = {"random_calls": 1_000_000, "random_host_calls": 100_000_000,
           "fuzz_runs": 50_000_000, "restarts": 1000, "cut_states": 10_000,
           "ext4_states": 10_000}


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str
    words: str
    run: typing.Callable
    quick: bool = False
    host: bool = False
    alone: bool = False
    release: bool = False        # only when named, or in `./test release`


# mkfs.ext4 makes the disks of the power-cut tests, e2fsck judges them.
EXT4_TOOLS = ("/sbin/mkfs.ext4", "/sbin/e2fsck", "/sbin/debugfs")
FUZZ = ("-runs={fuzz_runs}", "-seed={seed}", "-max_len=65536", "-print_final_stats=0")

SUITES = (
    Suite("rules", "the tree's own laws and the accepted ABI",
          runners.all_of(runners.script("tests/rules/rules.py", "--build", "{build}"),
                         runners.host("rules")), quick=True, host=True),
    Suite("host", "unit tests, under sanitizers", runners.host("host"), quick=True, host=True),
    Suite("model", "the portable kernel and the executable model on the host",
          runners.host("model"), quick=True, host=True),
    Suite("spin", "protocol models, checked exhaustively", runners.host("spin"), host=True),
    Suite("fuzz", "parsers and the call decoder on mutated input",
          runners.host("fuzz", FUZZ, time_limit=6 * 3600), host=True),
    Suite("random-host", "random calls on the host kernel and the model",
          runners.program("tests/random/random_host", "--calls", "{random_host_calls}",
                          "--seed", "{seed}", seconds=24 * 3600), host=True),
    Suite("powercut", "storage under loss of power, failing and full disks; planted mistakes",
          runners.all_of(
              runners.program("tests/powercut/powercut_host", "--states", "{cut_states}",
                              "--seed", "{seed}", seconds=3600),
              runners.program("tests/powercut/ext4_host", *EXT4_TOOLS, "--states",
                              "{ext4_states}", "--seed", "{seed}", seconds=6 * 3600),
              runners.program("tests/powercut/ext4_store_host", *EXT4_TOOLS, "--states",
                              "{ext4_states}", "--seed", "{seed}", seconds=6 * 3600),
              runners.script("tests/powercut/mutants.py", "--build", "{build}")), host=True),
    Suite("fleet", "the fleet service: its parts, its users, its devices, its enemies",
          runners.all_of(runners.build("fleet"), *[runners.program(f"fleet/server/{name}_test")
                                                    for name in FLEET_PROGRAMS],
                         runners.fuzzer("fleet/server/server_fuzz", FUZZ, FLEET_SEEDS),
                         runners.script("tests/fleet/fleet.py", "--build", "{build}")),
          host=True),
    Suite("fleet-pages", "the fleet service's web interface in a browser",
          runners.all_of(runners.web(), runners.build("fleet"),
                         runners.script("tests/fleet/pages.py", "--build", "{build}")),
          host=True, release=True),
    Suite("tuf", "releases as tuf-js sees them; needs npm",
          runners.script("tests/tuf/tuf.py", "--build", "{build}"), host=True),
    Suite("build", "what the linked kernel must and must not contain",
          runners.script("tests/build/check_kernel.py", "--arch", "{arch}", "--build", "{build}"),
          quick=True),
    Suite("compilers", "clang for the target and gcc for the host build everything",
          runners.script("tests/build/compilers.py", "--arch", "{arch}", seconds=1800)),
    Suite("target-1", "the kernel's promises on one core",
          runners.target(TARGET_BUNDLES, variant="console", cores=1, icount=VIRTUAL), quick=True),
    Suite("target-1-complete", "the same without the kernel's short paths",
          runners.target(TARGET_BUNDLES, cores=1, icount=VIRTUAL)),
    Suite("target-4", "the kernel's promises on four cores",
          runners.target(TARGET_BUNDLES, seconds=300, variant="console", cores=4), alone=True),
    Suite("target-4-complete", "the same without the kernel's short paths",
          runners.target(TARGET_BUNDLES, seconds=300, cores=4), alone=True),
    Suite("stress", "four cores that really race",
          runners.target(STRESS_BUNDLES, seconds=300, cores=4, threads="multi"), alone=True),
    Suite("random", "random calls on the target and the model",
          runners.script("tests/random/target.py", "--arch", "{arch}", "--build", "{build}",
                         "--calls", "{random_calls}", "--seed", "{seed}", seconds=24 * 3600)),
    Suite("bad-input", "corrupt bundles, images and device trees end in one clear line",
          runners.script("tests/scenario/bad_input.py", "--arch", "{arch}")),
    Suite("machines", "core counts, memory sizes, interrupt controllers, exception levels",
          runners.script("tests/scenario/machines.py", "--arch", "{arch}"), alone=True),
    Suite("hello", "the smallest system says hello",
          runners.script("tests/scenario/hello.py", "--arch", "{arch}")),
    Suite("disk", "a disk of skerry's boots by itself",
          runners.script("tests/scenario/disk.py", "--arch", "{arch}")),
    Suite("demo", "the first system boots, restarts what dies, powers off",
          runners.script("tests/scenario/demo.py", "--arch", "{arch}"), alone=True),
    Suite("services", "timer, clock, log and rng, as their client sees them",
          runners.script("tests/scenario/services.py", "--arch", "{arch}"), alone=True),
    Suite("libc", "the C library: text, memory, time, threads",
          runners.script("tests/scenario/libc.py", "--arch", "{arch}")),
    Suite("book", "the book's chapters, word for word in a copy of the tree",
          runners.script("tests/scenario/book.py", seconds=1200), host=True),
    Suite("restarts", "two ring peers kill each other, again and again",
          runners.script("tests/scenario/restarts.py", "--arch", "{arch}",
                         "--count", "{restarts}", seconds=6 * 3600), alone=True),
    Suite("scenario-faults", "apps fail in every way: order, limits, reasons, nothing lost",
          runners.system("faults", seconds=600, cores=1, icount=VIRTUAL, devices=())),
    Suite("scenario-devices", "setup scripts, and a device that does not obey its reset",
          runners.system("stubborn", cores=1, icount=VIRTUAL)),
    Suite("scenario-zones", "every cell of the access matrices; sessions passed on and revoked",
          runners.system("zones", cores=1, icount=VIRTUAL, devices=())),
    Suite("defects", "planted defects, each caught by a named test",
          runners.script("tests/defects/defects.py", "--arch", "{arch}")),
)


GROUPS = {"target": ("target-",),
          "scenario": ("scenario-", "demo", "restarts", "bad-input", "machines")}


def find(name):
    """The suites a person means by `name`: that suite, or all of `target` or `scenario`."""
    return [suite for suite in SUITES
            if suite.name == name or (name in GROUPS and suite.name.startswith(GROUPS[name]))]

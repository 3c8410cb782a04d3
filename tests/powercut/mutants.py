# SPDX-License-Identifier: Apache-2.0
"""Plants the storage mistakes that would brick a device, one line each; a named test must notice.

A mutant is a copy of one production source with one line changed, compiled with the rest of the
store and the host test.  The tree is never written.  Prints TAP, one test a mutant.
"""

import argparse
import dataclasses
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ("lib/check/check.c", "lib/check/host.c", "base/format.c", "base/hash.c", "base/memory.c",
          "tests/powercut/sim.c")
INCLUDES = ("lib/store/include", "lib/block/include", "lib/journal/include", "lib/ext4/include",
            "lib/check/include", "base/include", "abi/include", "tests/powercut")
# program: (folders, more files, arguments)
PROGRAMS = {
    "powercut_host": (("lib/store",), ("tests/powercut/system.c",), ()),
    "ext4_host": (("lib/block", "lib/journal", "lib/ext4"),
                  ("tests/powercut/disk.c", "tests/powercut/image.c"),
                  ("/sbin/mkfs.ext4", "/sbin/e2fsck", "/sbin/debugfs")),
}
STATES = 100
SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    file: str
    line: str        # appears exactly once in the file
    planted: str
    test: str        # must fail with it, and passes without
    program: str = "powercut_host"


EVERY_CUT = "every_cut_leaves_the_old_or_the_new"

MUTANTS = (
    Mutant("a_blob_is_named_before_it_is_stable", "lib/store/upgrade.c",
           "    status = files->sync(store->disk, staged);\n", "    status = OK;\n", EVERY_CUT),
    Mutant("names_of_blobs_are_not_made_stable", "lib/store/upgrade.c",
           '    status = store->files->sync_folder(store->disk, "blobs");\n',
           "    status = OK;\n", EVERY_CUT),
    Mutant("the_state_moves_before_the_record_is_stable", "lib/store/upgrade.c",
           "        status = files->sync(store->disk, new_path);\n", "        status = OK;\n",
           EVERY_CUT),
    Mutant("a_failed_flush_is_ignored", "lib/store/state.c",
           "    return store->files->sync(store->disk, STATE_PATH);\n}\n\nstatus_t state_write",
           "    (void)store->files->sync(store->disk, STATE_PATH);\n    return OK;\n}\n\n"
           "status_t state_write",
           "failing_flushes_leave_the_old_or_the_new"),
    Mutant("a_blob_replaces_another_unchecked", "lib/store/upgrade.c",
           "        status = file_matches(store, staged, entry);\n", "        status = OK;\n",
           "a_content_that_came_wrong_is_refused"),
    Mutant("the_last_good_generation_is_collected", "lib/store/upkeep.c",
           "    mem_copy(numbers + 2, store->state.good, sizeof(store->state.good));\n", "",
           "collecting_keeps_what_may_run_again"),
    Mutant("a_commit_is_acknowledged_before_it_is_stable", "lib/store/upgrade.c",
           "    status = state_write(store, &next);\n",
           "    status = ack_write(store, next.current);\n"
           "    if (status == OK)\n        status = state_write(store, &next);\n", EVERY_CUT),
    Mutant("well_before_every_app_is_up", "lib/store/trial.c",
           "    if ((trial->ready & trial->expected) != trial->expected)\n",
           "    if (trial->ready == 0)\n", "a_generation_is_well_after_a_whole_window"),
    Mutant("tries_are_counted_in_memory", "lib/store/boot.c",
           "    next.tries++;\n    return state_write(store, &next);\n",
           "    next.tries++;\n    store->state = next;\n    return OK;\n",
           "three_boots_that_never_become_well_end_in_a_fallback"),
    Mutant("the_disk_is_not_flushed_before_the_commit_block", "lib/journal/commit.c",
           "    return status == OK ? block_flush(journal->device) : status;\n}\n\n"
           "static status_t commit_write", "    return status;\n}\n\nstatic status_t commit_write",
           "cuts_with_small_blocks", "ext4_host"),
    Mutant("the_disk_is_not_flushed_behind_the_commit_block", "lib/journal/commit.c",
           "    return status == OK ? block_flush(journal->device) : status;\n}\n\n"
           "static status_t homes_write", "    return status;\n}\n\nstatic status_t homes_write",
           "cuts_with_small_blocks", "ext4_host"),
)


def compile_test(build, folder, name, mutant=None):
    """Returns (program, what went wrong)."""
    program = folder / name
    folders, more, _ = PROGRAMS[name]
    files = [file for source in folders for file in sorted((ROOT / source).glob("*.c"))
             if not file.name.endswith("_test.c")]
    files += [ROOT / file for file in (*SHARED, *more, f"tests/powercut/{name}.c")]
    if mutant:
        text = (ROOT / mutant.file).read_text()
        if text.count(mutant.line) != 1:
            return None, f"{mutant.file} does not hold the line exactly once: {mutant.line.strip()}"
        copy = folder / Path(mutant.file).name
        copy.write_text(text.replace(mutant.line, mutant.planted))
        files = [copy if file == ROOT / mutant.file else file for file in files]
    command = ["cc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-w", "-o", str(program)]
    for include in [ROOT / path for path in INCLUDES] + [build / "abi/include"]:
        command += ["-I", str(include)]
    if mutant:                      # the copy's own private headers
        command += ["-I", str((ROOT / mutant.file).parent)]
    done = subprocess.run(command + list(map(str, files)) + ["-lext2fs", "-lcom_err"], text=True,
                          capture_output=True, check=False)
    return (program, "") if done.returncode == 0 else (None, done.stderr.strip()[-300:])


def failed_tests(program):
    """Names of the tests that did not pass; one that crashed takes all after it down."""
    done = subprocess.run([str(program), *PROGRAMS[program.name][2], "--states", str(STATES)],
                          text=True, capture_output=True, timeout=SECONDS, check=False)
    return [line.split(" ", 3)[3] for line in done.stdout.splitlines()
            if line.startswith("not ok ")]


def try_mutant(build, mutant):
    """Returns why the mutant was not caught, or None."""
    with tempfile.TemporaryDirectory() as folder:
        program, problem = compile_test(build, Path(folder), mutant.program, mutant)
        if problem:
            return problem
        return None if mutant.test in failed_tests(program) else f"{mutant.test} still passes"


def main():
    parser = argparse.ArgumentParser(description="Plants storage mistakes and sees them caught.")
    parser.add_argument("--build", required=True, help="a built build directory")
    build = Path(parser.parse_args().build).resolve()

    for name in PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            program, problem = compile_test(build, Path(folder), name)
            if problem or failed_tests(program):
                sys.exit(f"the unchanged {name} does not pass: {problem}")
    print(f"1..{len(MUTANTS)}")
    failed = 0
    for number, mutant in enumerate(MUTANTS, 1):
        why = try_mutant(build, mutant)
        failed += why is not None
        print(f"{'not ' if why else ''}ok {number} - catches_{mutant.name}", flush=True)
        if why:
            print(f"# {why}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

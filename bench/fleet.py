# SPDX-License-Identifier: Apache-2.0
"""Measures the fleet service with simulated devices, all on this machine.

Wall-clock figures share the processor with the simulator and whatever else runs, so the service's own
processor time and the machine's load stand beside them.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "fleet"))
from service import Service, archive, image, wait_until         # noqa: E402

SETTLE_SECONDS = 12         # longer than the service waits before it gives memory back
LISTED = 100_000


class Released(Service):
    """The service as it is shipped, without sanitizers."""

    @property
    def program(self):
        return str(self.build / "fleet" / "server" / "skerryvore")

    def processor_seconds(self):
        fields = (Path("/proc") / str(self.process.pid) / "stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prepare(service, build):
    """A user, a deployment's token and a small release."""
    user = service.user("owner@ours.example")
    project = user.post("projects", name="p").json["id"]
    deployment = user.post("deployments", project=project, name="d").json["id"]
    token = user.post("enrolment-tokens", deployment=deployment, name="t", uses=100_000,
                      days=1).json["secret"]
    manifest = (build / "tests/fuzz/manifest.dtb").read_bytes()
    files = archive([("manifest.dtb", manifest), ("apps/a", image(b"a" * 1000))])
    release = user.upload(project, "1.0", files).json["id"]
    return user, deployment, token, release


def seconds_until(condition, limit):
    start = time.monotonic()
    if not wait_until(condition, limit):
        sys.exit("bench/fleet.py: the service did not get there in time")
    return time.monotonic() - start


def commits(user):
    for line in user.ask("GET", "/metrics").text.decode().splitlines():
        if line.startswith("skerryvore_commits_total "):
            return int(line.split()[1])
    return 0


def measure_devices(service, build, count):
    user, deployment, token, release = prepare(service, build)

    def all_online():
        return user.get("overview").json["online"] == count

    time.sleep(1)
    idle = service.resident_bytes()
    yield "idle_bytes", idle
    with service.devices(count, token, "--rate", "100000", "--telemetry", "0"):
        wait_until(all_online, 300)
        service.stop(kill=True)
        started = time.monotonic()
        service.start()
        yield "cold_start_ms", 1000 * (time.monotonic() - started)
        # Until now keys were made and devices enrolled; these connects are the plain ones.
        used, written = service.processor_seconds(), commits(user)
        back = seconds_until(all_online, 120)
        yield "back_after_kill_s", back
        yield "commits_a_second", (commits(user) - written) / back
        yield "connect_processor_ms", 1000 * (service.processor_seconds() - used) / count
        time.sleep(SETTLE_SECONDS)
        yield "device_bytes", (service.resident_bytes() - idle) / count
        rollout = user.post("rollouts", deployment=deployment, release=release,
                            at_once=0).json["id"]
        yield "offered_all_s", seconds_until(
            lambda: user.get(f"rollouts/{rollout}").json["pending"] == 0, 60)


def measure_connects(service, build, count):
    """Devices that are known, all at once, to a service that has nothing else to do."""
    user, _, token, _ = prepare(service, build)
    for seconds in (0, 1):
        with service.devices(count, token, "--rate", "100000", "--telemetry", "0"):
            seconds = seconds_until(lambda: user.get("overview").json["online"] == count, 300)
        wait_until(lambda: user.get("overview").json["online"] == 0, 60)
    yield "connects_a_second", count / seconds


def measure_list(service, build):
    """A first page out of very many devices, which are put into the database directly."""
    import sqlite3

    user, deployment, _, _ = prepare(service, build)
    with sqlite3.connect(service.folder / "fleet.db") as database:
        org = database.execute("SELECT org FROM deployment").fetchone()[0]
        database.executemany(
            "INSERT INTO device (id, org, deployment, name, key, admission, created)"
            " VALUES (?, ?, ?, ?, ?, 1, 0)",
            ((10 ** 9 + i, org, deployment, f"device-{i:06}", os.urandom(32))
             for i in range(LISTED)))
    times = []
    for i in range(40):
        start = time.monotonic()
        assert user.get(f"devices?search={i * 37 % 1000:03}&state=offline").status == 200
        times.append(1000 * (time.monotonic() - start))
    yield "list_100k_p95_ms", sorted(times)[int(len(times) * 0.95)]


def figures(build, count):
    for part in (lambda s: measure_devices(s, build, count),
                 lambda s: measure_connects(s, build, min(count, 2000)),
                 lambda s: measure_list(s, build)):
        with Released(build) as service:
            service.stop()
            service.found("Ours", "owner@ours.example")
            service.start()
            yield from part(service)


def main():
    parser = argparse.ArgumentParser(prog="bench/run fleet", description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=10_000, help="devices (default: 10000)")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    musts = json.loads((ROOT / "bench" / "musts.json").read_text())["fleet"]
    broken = 0
    if not options.json:
        print(f"{options.count} simulated devices; load of the machine "
              f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(f"{'figure':<24}{'measured':>14}{'must':>14}{'aim':>14}")
    for name, value in figures(Path(options.build).resolve(), options.count):
        must, aim = musts.get(name, {}).get("must"), musts.get(name, {}).get("aim")
        is_rate = name == "connects_a_second"
        holds = must is None or (value >= must if is_rate else value <= must)
        broken += not holds
        if options.json:
            print(json.dumps({"bench": "fleet", "figure": name, "value": value, "must": must}))
        else:
            print(f"{name:<24}{value:>14.1f}{must or '':>14}{aim or '':>14}"
                  f"{'' if holds else '  over its must'}", flush=True)
    return 1 if options.check and broken else 0


if __name__ == "__main__":
    sys.exit(main())

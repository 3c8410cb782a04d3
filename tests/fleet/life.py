# SPDX-License-Identifier: Apache-2.0
"""A fleet's life: enrolment, roll-outs, failures, power cuts of the service, with simulated devices.
"""

import threading
import time

from service import archive, image, wait_until

DEVICES = 24


def release(manifest, letter):
    return archive([("manifest.dtb", manifest), ("apps/same", image(b"s" * 30_000)),
                    ("apps/changed", image(letter * 20_000))])


def metric(user, name):
    text = user.ask("GET", "/metrics").text.decode()
    for line in text.splitlines():
        if line.startswith(f"skerryvore_{name} "):
            return int(line.split()[1])
    return None


class Watcher:
    """Looks at a roll-out again and again; remembers the most offers that were open at a time."""

    def __init__(self, user, rollout):
        self.user, self.rollout, self.most_open = user, rollout, 0
        self.is_over = False
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.is_over:
            try:
                self.most_open = max(self.most_open, self.now()["open"])
            except (OSError, TypeError):
                pass                    # the service is down, on purpose
            time.sleep(0.02)

    def now(self):
        return self.user.get(f"rollouts/{self.rollout}").json

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


def start(user, deployment, release_id, **rules):
    answer = user.post("rollouts", deployment=deployment, release=release_id, **rules)
    assert answer.status == 200, answer.text
    return answer.json["id"]


def check_enrolment(service, user, deployment, check):
    token = user.post("enrolment-tokens", deployment=deployment, name="two", uses=2, days=1).json
    with service.devices(4, token["secret"], "--seed", "enrol"):
        count = wait_until(lambda: user.get("overview").json["online"] == 2)
        time.sleep(0.5)
        check("a token for two devices enrols two of four",
              count and user.get("overview").json["devices"] == 2)
    user.delete(f"enrolment-tokens/{token['id']}")
    for device in user.get("devices").json:
        wait_until(lambda: user.delete(f"devices/{device['id']}").status == 200)
    check("devices that are gone can be forgotten", user.get("devices").json == [])


def check_queue(service, user, deployment, check):
    token = user.post("enrolment-tokens", deployment=deployment, name="queue", uses=5, days=1,
                      needs_acceptance=True).json
    with service.devices(1, token["secret"], "--seed", "queue"):
        waiting = wait_until(lambda: user.get("devices?state=waiting").json)
        check("a device of such a token waits to be accepted", len(waiting) == 1)
        check("and is not connected", not waiting[0]["is_online"])
    user.post(f"devices/{waiting[0]['id']}/accept")
    with service.devices(1, "", "--seed", "queue"):
        check("once accepted it is let in", wait_until(
            lambda: user.get(f"devices/{waiting[0]['id']}").json["is_online"]))
        with service.devices(1, "", "--seed", "queue"):
            refused = wait_until(lambda: any(
                "second connection" in line["text"]
                for line in user.get(f"devices/{waiting[0]['id']}/activity").json))
            check("a second connection of the same device is refused and noted", refused)
        check("and the first goes on", user.get(f"devices/{waiting[0]['id']}").json["is_online"])
        user.post(f"devices/{waiting[0]['id']}/revoke")
        check("a revoked device is sent away", wait_until(
            lambda: not user.get(f"devices/{waiting[0]['id']}").json["is_online"]))
    wait_until(lambda: user.delete(f"devices/{waiting[0]['id']}").status == 200)


def check_rollouts(service, user, project, deployment, manifest, check):
    ids = [user.upload(project, f"1.{n}", release(manifest, b"abcd"[n:n + 1])).json["id"]
           for n in range(4)]
    token = user.post("enrolment-tokens", deployment=deployment, name="all", uses=100,
                      days=1).json["secret"]
    with service.devices(DEVICES, token, "--restart", "300", "--telemetry", "500"):
        check("all devices connect",
              wait_until(lambda: user.get("overview").json["online"] == DEVICES))
        with Watcher(user, start(user, deployment, ids[0], at_once=4, stages="10%,100%")) as watch:
            check("a staged roll-out reaches all",
                  wait_until(lambda: watch.now()["booted_well"] == DEVICES, 60), watch.now())
        check("and never has more open than its cap", watch.most_open <= 4, watch.most_open)
        check("success means that the release runs",
              all(device["version"] == "1.0" for device in user.get("devices").json))

        before = metric(user, "blob_bytes_total")
        rollout = start(user, deployment, ids[1], at_once=0)
        check("an upgrade without a cap reaches all", wait_until(
            lambda: user.get(f"rollouts/{rollout}").json["booted_well"] == DEVICES, 60))
        sent = metric(user, "blob_bytes_total") - before
        check("only the blob that changed is sent", sent == DEVICES * 20_020, sent)
        device = user.get("devices").json[0]["id"]
        check("a device says what it runs and why", "booted well" in
              user.get(f"devices/{device}").json["upgrade"])
        check("readings are kept",
              wait_until(lambda: user.get(f"devices/{device}/telemetry").json))
        check_commands(user, device, check)

        rollout = start(user, deployment, ids[2], at_once=2)
        paused = user.post(f"rollouts/{rollout}/pause").status
        wait_until(lambda: user.get(f"rollouts/{rollout}").json["open"] == 0)
        done = user.get(f"rollouts/{rollout}").json["booted_well"]
        time.sleep(1.5)
        check("a paused roll-out does not go on", paused == 200 and
              user.get(f"rollouts/{rollout}").json["booted_well"] == done)
        check("and says so at the device", any(
            "paused" in user.get(f"devices/{d['id']}").json["upgrade"]
            for d in user.get("devices").json))
        user.post(f"rollouts/{rollout}/resume")

        with Watcher(user, rollout) as watch:
            wait_until(lambda: watch.now()["booted_well"] >= 4)
            service.stop(kill=True)
            service.start()
            check("killed in the middle, the service is back and the roll-out ends",
                  wait_until(lambda: watch.now()["booted_well"] == DEVICES, 90), watch.now())
        check("with its cap kept", watch.most_open <= 2, watch.most_open)
    return ids


def check_commands(user, device, check):
    user.post(f"devices/{device}/restart", app="station")
    check("a restart is answered", wait_until(lambda: any(
        line["text"] == "restart of station: done"
        for line in user.get(f"devices/{device}/activity").json)))
    user.post(f"devices/{device}/logs", follow=True)
    check("log lines come when asked for",
          wait_until(lambda: user.get(f"devices/{device}/logs").json))
    apps = user.get(f"devices/{device}").json["inspection"]["apps"]
    check("the running apps are known", {"station", "network"} <= {app["name"] for app in apps})


def check_failures(service, user, deployment, ids, check):
    with service.devices(DEVICES, "", "--restart", "300", "--release", "1.2",
                         "--fall-back", "100"):
        wait_until(lambda: user.get("overview").json["online"] == DEVICES)
        rollout = start(user, deployment, ids[3], at_once=3, fallbacks_max=2,
                        failures_percent=100)
        now = wait_until(lambda: (lambda r: r if r["phase"] == "paused" else None)(
            user.get(f"rollouts/{rollout}").json), 40)
        check("a release that falls back pauses its roll-out with the reason",
              now and "fell back" in now["reason"], now)
        check("at most the cap beyond the limit has tried it", now and now["fell_back"] <= 5, now)
        check("the service keeps saying what really runs", all(
            d["version"] == "1.2" for d in user.get("devices").json))
        check("aborted, it is over", user.post(f"rollouts/{rollout}/abort").status == 200 and
              user.post(f"rollouts/{rollout}/resume").status == 409)

# SPDX-License-Identifier: Apache-2.0
"""The fleet service as its users, its devices and its enemies meet it.  Prints TAP."""

import argparse
import sys
import traceback
from pathlib import Path

import hostile
import life
import matrix
import signed
import words
from service import Service, User, wait_until


class Checks:
    """Counts and prints; each call is one test."""

    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, name, holds, detail=""):
        self.count += 1
        self.failed += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {name}", flush=True)
        if not holds and detail != "":
            print(f"# {str(detail)[:600]}")


def make_organisation(service, manifest):
    """An organisation with one of everything, and its users by role."""
    owner = service.user("owner@ours.example")
    project = owner.post("projects", name="ours-project").json["id"]
    known = {"project": project,
             "deployment": owner.post("deployments", project=project,
                                      name="ours-deployment").json["id"]}
    known["release"] = owner.upload(project, "ours-1.0", life.release(manifest, b"m")).json["id"]
    known["rollout"] = owner.post("rollouts", deployment=known["deployment"],
                                  release=known["release"]).json["id"]
    known["device"] = owner.post("devices", name="ours-device", key="cd" * 32,
                                 deployment=known["deployment"]).json["id"]
    known["member"] = owner.post("members", email="spare@ours.example", role="viewer",
                                 password="a good password").json["id"]
    known["token"] = owner.post("enrolment-tokens", deployment=known["deployment"],
                                name="ours-token", uses=1, days=1).json["id"]
    return owner, known


def make_users(service, owner):
    """A session and a token for each role."""
    users = {"owner session": owner}
    for role in matrix.ROLES[:-1]:
        owner.post("members", email=f"{role}@ours.example", role=role, password="a good password")
        users[f"{role} session"] = service.user(f"{role}@ours.example")
    for role in matrix.ROLES:
        secret = owner.post("tokens", name=f"ours {role}", role=role, days=1).json["secret"]
        users[f"{role} token"] = User(service, secret)
    return users


def check_matrix(build, manifest, check):
    with Service(build) as service:
        service.stop()
        service.found("Ours", "owner@ours.example")
        service.found("Theirs", "owner@theirs.example")
        service.start()
        description = User(service).get("openapi.json").json
        owner, known = make_organisation(service, manifest)
        users = make_users(service, owner)
        matrix.check_roles(service, description, known, users, check)
        matrix.check_forgery(description, known, owner, check)
        matrix.check_tenants(description, known, owner, service.user("owner@theirs.example"),
                             check)
        check_accounts(service, owner, known, check)
        check("sanitizers have nothing to say", service.complaints() == "", service.complaints())


def check_accounts(service, owner, known, check):
    session = service.user("spare@ours.example")
    check("a member who is removed is out at once", session.get("me").status == 200 and
          owner.delete(f"members/{known['member']}").status == 200 and
          session.get("me").status == 401)
    me = [m["id"] for m in owner.get("members").json if m["email"] == "owner@ours.example"][0]
    check("the last owner cannot be removed or demoted",
          owner.delete(f"members/{me}").status == 409 and
          owner.post(f"members/{me}", role="viewer").status == 409)
    token = User(service, owner.post("tokens", name="t", role="owner", days=1).json["secret"])
    check("a token makes no tokens",
          token.post("tokens", name="more", role="viewer", days=1).status == 403)
    check("a made-up token or cookie is nobody", User(service, "a" * 43).get("me").status == 401)

    link = service.run("login-link", "--owner", "owner@ours.example").stdout.strip()
    secret = link.removeprefix("#link=")
    first, second = User(service), User(service)
    check("a login link works once", first.post("login-link", link=secret).status == 200 and
          second.post("login-link", link=secret).status == 401)

    cookie = first_cookie(service)
    check("the cookie is out of scripts' and other sites' reach",
          "HttpOnly" in cookie and "SameSite=Strict" in cookie)
    answers = [User(service).post("login", email="viewer@ours.example", password="wrong")
               for _ in range(8)]
    check("guessing is slowed down", answers[0].status == 401 and answers[-1].status == 429)
    cookie = first.post("login", email="nobody@ours.example", password="x").headers["Set-Cookie"]
    check("a refused login sets no cookie", cookie is None)
    old = User(service)
    old.cookie, old.csrf = owner.cookie, owner.csrf
    owner.post("logout")
    check("after logout the cookie is worth nothing", old.get("me").status == 401)


def first_cookie(service):
    link = service.run("login-link", "--owner", "owner@theirs.example").stdout.strip()
    return User(service).post("login-link", link=link.removeprefix("#link=")).headers["Set-Cookie"]


def check_hostile(build, manifest, check):
    with Service(build) as service:
        service.stop()
        service.found("Ours", "owner@ours.example")
        service.start()
        owner = service.user("owner@ours.example")
        project = owner.post("projects", name="p").json["id"]
        hostile.check_archives(owner, project, manifest, check)
        hostile.check_requests(service, check)
        hostile.check_frames(service, check)
        hostile.check_tls(service, check)
        hostile.check_crowd(service, check)
        check("the service ends well", service.stop() == 0)
        check("sanitizers have nothing to say", service.complaints() == "", service.complaints())


def check_life(build, manifest, check):
    with Service(build) as service:
        service.stop()
        service.found("Ours", "owner@ours.example")
        service.start()
        owner = service.user("owner@ours.example")
        project = owner.post("projects", name="weather").json["id"]
        deployment = owner.post("deployments", project=project, name="production").json["id"]
        life.check_enrolment(service, owner, deployment, check)
        life.check_queue(service, owner, deployment, check)
        ids = life.check_rollouts(service, owner, project, deployment, manifest, check)
        wait_until(lambda: owner.get("overview").json["online"] == 0)
        life.check_failures(service, owner, deployment, ids, check)
        check("the service ends well", service.stop() == 0)
        done = service.run("verify-audit")
        check("the audit log is whole", done.returncode == 0, done.stdout + done.stderr)
        check("sanitizers have nothing to say", service.complaints() == "", service.complaints())


def check_signatures(build, manifest, check):
    with Service(build) as service:
        service.stop()
        service.found("Ours", "owner@ours.example")
        service.start()
        owner = service.user("owner@ours.example")
        project = owner.post("projects", name="signed").json["id"]
        deployment = owner.post("deployments", project=project, name="field").json["id"]
        signed.check_signed(service, owner, project, deployment, life.release(manifest, b"u"), check)
        check("sanitizers have nothing to say", service.complaints() == "", service.complaints())


def check_command_line(build, manifest, check):
    for part in (lambda service: words.check_words(service, check),
                 lambda service: words.check_work(service, manifest, check)):
        with Service(build) as service:
            service.stop()
            service.found("Ours", "owner@ours.example")
            part(service.start())
            check("sanitizers have nothing to say", service.complaints() == "",
                  service.complaints())


def main():
    parser = argparse.ArgumentParser(description="Tests the fleet service.")
    parser.add_argument("--build", required=True)
    parser.add_argument("--only", choices=["matrix", "hostile", "signed", "words", "life"])
    options = parser.parse_args()
    build = Path(options.build).resolve()
    manifest = (build / "tests" / "fuzz" / "manifest.dtb").read_bytes()
    check = Checks()
    parts = {"matrix": check_matrix, "hostile": check_hostile, "signed": check_signatures,
             "words": check_command_line, "life": check_life}
    for name, part in parts.items():
        if options.only in (None, name):
            try:
                part(build, manifest, check)
            except Exception:           # a part that cannot go on is one failure, told in full
                check(f"{name} comes to its end", False, traceback.format_exc())
    print(f"1..{check.count}")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())

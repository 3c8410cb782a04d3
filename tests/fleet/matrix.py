# SPDX-License-Identifier: Apache-2.0
"""Every operation, by everybody: nobody, each role by session and by token, and another tenant.

The operations come from the service's own description, so a new one is in the matrix by itself.
"""

import json

from service import User

ROLES = ("viewer", "operator", "maintainer", "owner")


def operations(description):
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def sample(name, schema, known):
    """A value that a field would take; ids are those of things that exist."""
    if name in known:
        return known[name]
    if schema.get("type") == "integer":
        return 1
    if schema.get("type") == "boolean":
        return True
    return {"email": "new@example.org", "role": "viewer", "key": "ab" * 32,
            "password": "long enough", "stages": "100%", "state": "online"}.get(name, "sample")


def request_of(path, operation, known):
    """(path with ids, body) such that only who asks can be wrong with it."""
    query, body = [], None
    for parameter in operation["parameters"]:
        value = sample(parameter["name"], parameter["schema"], known)
        if parameter["in"] == "path":
            path = path.replace("{%s}" % parameter["name"], str(value))
        elif parameter["required"]:
            query.append(f"{parameter['name']}={value}")
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        properties = content["application/json"]["schema"]["properties"]
        body = json.dumps({name: sample(name, schema, known)
                           for name, schema in properties.items()})
    elif content:
        body = "no archive"
    return path + ("?" + "&".join(query) if query else ""), body


def snapshot(user):
    """All that an organisation can see of itself, but its audit log and its times of use."""
    lists = ["projects", "deployments", "devices", "releases", "rollouts", "members", "tokens",
             "enrolment-tokens"]
    return {name: user.get(name).json for name in lists}


def check_roles(service, description, known, users, check):
    """Who may not is refused before what they sent is looked at."""
    for method, path, operation in operations(description):
        least = operation["x-least-role"]
        if least == "none":
            continue
        target, _ = request_of(path, operation, known)
        label = f"{method} {path}"
        answer = User(service).ask(method, target, "not even JSON")
        check(f"nobody may not {label}", answer.status == 401, answer.text)
        for kind, user in users.items():
            role = kind.split()[0]
            if ROLES.index(role) < ROLES.index(least):
                answer = user.ask(method, target, "not even JSON")
                check(f"{kind} may not {label}", answer.status == 403, answer.text)
            elif method == "GET":
                answer = user.ask(method, target)
                check(f"{kind} may {label}", answer.status == 200, answer.text)
            elif operation.get("requestBody"):
                answer = user.ask(method, target, "not even JSON")
                check(f"{kind} is told that the body of {label} is wrong",
                      answer.status in (400, 404, 409), answer.text)


def check_forgery(description, known, session, check):
    """A session's cookie alone changes nothing, and neither does another site."""
    csrf, session.csrf = session.csrf, None
    for method, path, operation in operations(description):
        if method == "GET" or operation["x-least-role"] == "none":
            continue
        target, body = request_of(path, operation, known)
        answer = session.ask(method, target, body)
        check(f"no {method} {path} without the CSRF token", answer.status == 403, answer.text)
        session.csrf = csrf
        answer = session.ask(method, target, body, {"Origin": "http://elsewhere.example"})
        check(f"no {method} {path} from another site", answer.status == 403, answer.text)
        session.csrf = None
    session.csrf = csrf


def check_tenants(description, known, owner, stranger, check):
    """The other organisation's owner reaches nothing of ours, whatever ids they know."""
    before = snapshot(owner)
    names_ids = {"deployment", "release", "project", "device", "rollout", "member", "token"}
    for method, path, operation in operations(description):
        if operation["x-least-role"] == "none" or path.endswith("/logout"):
            continue
        target, body = request_of(path, operation, known)
        refers = "{" in path or any(f'"{name}"' in (body or "") for name in names_ids) \
            or "project=" in target
        answer = stranger.ask(method, target, body)
        if refers:
            check(f"a stranger's {method} {path} finds nothing", answer.status == 404,
                  f"{answer.status} {answer.text}")
        elif method == "GET":
            text = answer.text.decode()
            check(f"a stranger's {method} {path} shows nothing of ours",
                  "ours" not in text and not any(str(i) in text for i in known.values()), text)
    check("after all of it nothing of ours has changed", snapshot(owner) == before)

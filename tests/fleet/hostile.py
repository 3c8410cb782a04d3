# SPDX-License-Identifier: Apache-2.0
"""What is sent to harm: archives, HTTP, TLS, WebSocket frames and messages.

After each the service must be there for everybody else, and its memory bounded.
"""

import base64
import contextlib
import os
import socket
import ssl
import struct
import tarfile

from service import archive, image


def bomb(megabytes):
    """Zeros that pack into nearly nothing."""
    return bytes(megabytes << 20)


def link(kind, name, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def archives(manifest):
    """(what, bytes, a word of the reason)."""
    good = ("manifest.dtb", manifest)
    device = tarfile.TarInfo("apps/null")
    device.type = tarfile.CHRTYPE
    yield "no archive at all", b"this is no archive" * 100, "not a .tar"
    yield "nothing", b"", ""
    yield "no manifest", archive([("apps/a", b"a")]), "no manifest.dtb"
    yield "a manifest that is none", archive([("manifest.dtb", b"rubbish")]), "manifest.dtb"
    yield "a path upwards", archive([good, ("../evil", b"x")]), "not plain"
    yield "a path upwards inside", archive([good, ("apps/../../evil", b"x")]), "not plain"
    yield "an absolute path", archive([good, ("/etc/evil", b"x")]), "not plain"
    yield "a hidden file", archive([good, ("apps/.evil", b"x")]), "not plain"
    yield "a name with a control character", archive([good, ("apps/a\x1b[2J", b"x")]), "not plain"
    yield "a name that is too long", archive([good, ("a" * 200, b"x")]), "not plain"
    yield "a name that is too deep", archive([good, ("a/b/c/d/e/f", b"x")]), "not plain"
    yield "a symbolic link", archive([good, (link(tarfile.SYMTYPE, "apps/a", "/etc/passwd"), b"")]), \
        "not a plain file"
    yield "a hard link", archive([good, (link(tarfile.LNKTYPE, "apps/a", "manifest.dtb"), b"")]), \
        "not a plain file"
    yield "a device", archive([good, (device, b"")]), "not a plain file"
    yield "the same file twice", archive([good, ("apps/a", b"1"), ("apps/a", b"2")]), "twice"
    yield "too many files", archive([good] + [(f"apps/f{i}", b"") for i in range(200)]), "more than"
    yield "100 000 entries", \
        archive([(link(tarfile.DIRTYPE, f"d{i}", ""), b"") for i in range(100_000)]), "entries"
    yield "a bomb", archive([good, ("apps/bomb", bomb(65))]), "larger than"
    yield "two processors", \
        archive([good, ("apps/a", image(b"", 183)), ("apps/b", image(b"", 243))]), "is for"
    yield "a foreign processor", archive([good, ("apps/a", image(b"", 62))]), "does not run"
    yield "cut in the middle", archive([good, ("apps/a", os.urandom(40_000))])[:20_000], ""
    yield "bytes changed", bytes(b ^ (i % 97 == 0) for i, b in
                                 enumerate(archive([good, ("apps/a", os.urandom(40_000))]))), ""


def connect(service, secure=True):
    raw = socket.create_connection(("127.0.0.1", service.device_port if secure else service.port),
                                   timeout=20)
    if not secure:
        return raw
    context = ssl.create_default_context(cafile=str(service.folder / "certificate.pem"))
    return context.wrap_socket(raw, server_hostname="localhost")


def read_all(connection, limit=1 << 20):
    """Until the service ends the connection; what came."""
    data = b""
    with contextlib.suppress(OSError):
        while len(data) < limit:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
    return data


UPGRADE = ("GET /device/v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
           "Connection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Protocol: skerry-fleet-v1\r\n\r\n")


def upgrade(service):
    """A WebSocket on which the challenge has come."""
    connection = connect(service)
    connection.sendall((UPGRADE % base64.b64encode(os.urandom(16)).decode()).encode())
    data = b""
    while b"\r\n\r\n" not in data or len(data.split(b"\r\n\r\n", 1)[1]) < 40:
        part = connection.recv(4096)
        assert part, data
        data += part
    assert data.startswith(b"HTTP/1.1 101"), data
    return connection


def frame(payload, opcode=2, mask=True, final=True, length=None):
    """One WebSocket frame, also of kinds that nobody may send."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | opcode])
    bit = 0x80 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", size)
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


# [2, {1: key, 2: signature}], with a signature that is none; [13, {2: [{}]}] before any hello.
BAD_HELLO = b"\x82\x02\xa2\x01\x58\x20" + bytes(range(32)) + b"\x02\x58\x40" + bytes(range(64))
EARLY_TELEMETRY = b"\x82\x0d\xa1\x02\x81\xa0"


def frames():
    """(what, bytes to send after the challenge)."""
    yield "an unmasked frame", frame(BAD_HELLO, mask=False)
    yield "a text frame", frame(b"hello", opcode=1)
    yield "a reserved opcode", frame(b"x", opcode=7)
    yield "a frame of 2 GiB", frame(b"", length=1 << 31)
    yield "a frame of 2^63", frame(b"", length=(1 << 63) - 1)
    yield "a message over the limit", frame(bytes(40_000))
    yield "endless fragments", frame(b"", final=False) + \
        frame(bytes(1000), opcode=0, final=False) * 100
    yield "a fragmented ping", frame(b"x", opcode=9, final=False)
    yield "a long ping", frame(bytes(200), opcode=9)
    yield "no CBOR", frame(b"\xff" * 50)
    yield "deep CBOR", frame(b"\x81" * 5000)
    yield "huge counts", frame(b"\x9b" + b"\xff" * 8)
    yield "a service's message", frame(b"\x82\x08\xa1\x01\x05")
    yield "readings before hello", frame(EARLY_TELEMETRY)
    yield "a wrong signature", frame(BAD_HELLO)
    yield "two hellos", frame(BAD_HELLO) * 2


def requests():
    """(what, bytes to send as HTTP)."""
    yield "no HTTP", os.urandom(3000).replace(b"\n", b"x") + b"\r\n\r\n"
    yield "a long target", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"
    yield "a header without end", b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"
    yield "too many headers", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"
    yield "two cookies", b"GET /api/v1/me HTTP/1.1\r\nCookie: a\r\nCookie: b\r\n\r\n"
    yield "two lengths", b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 2\r\n" \
        b"Content-Length: 3\r\n\r\n{}x"
    yield "length and chunks", b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 2\r\n" \
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    yield "a body over the limit", b"POST /api/v1/login HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" \
        + bytes(200_000)
    yield "a bad chunk", b"POST /api/v1/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    yield "the device's door", b"GET /device/v1 HTTP/1.1\r\n\r\n"
    yield "many requests at once", b"GET /api/v1/me HTTP/1.1\r\n\r\n" * 5000


def check_archives(user, project, manifest, check):
    for number, (what, data, reason) in enumerate(archives(manifest)):
        answer = user.upload(project, f"0.{number}", data)
        check(f"an archive with {what} is refused with its reason",
              answer.status == 400 and reason in answer.problem and answer.problem,
              f"{answer.status} {answer.text[:200]}")
    check("none of them became a release", user.get("releases").json == [])


def check_requests(service, check):
    for what, data in requests():
        with connect(service, secure=False) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            answer = read_all(connection)
        check(f"{what}: refused, and the service lives",
              b" 500 " not in answer[:20] and service.is_alive(), answer[:200])


def check_frames(service, check):
    for what, data in frames():
        with upgrade(service) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
            connection.settimeout(15)
            try:
                while connection.recv(4096):
                    pass
                ended = True
            except TimeoutError:
                ended = False
            except OSError:
                ended = True
        check(f"{what}: the link ends, and the service lives", ended and service.is_alive())


def check_crowd(service, check):
    """Connections that never say anything hold little, and nobody is kept out by them."""
    before = service.resident_bytes()
    crowd = [connect(service, secure=False) for _ in range(400)]
    alive = service.is_alive()
    grown = (service.resident_bytes() - before) / len(crowd)
    for connection in crowd:
        connection.close()
    check("400 silent connections keep nobody out", alive)
    check("a silent connection holds less than 16 kB", grown < 16_000, f"{grown:.0f} bytes")


def check_tls(service, check):
    """Only TLS 1.3."""
    context = ssl.create_default_context(cafile=str(service.folder / "certificate.pem"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection(("127.0.0.1", service.device_port), timeout=10) as raw:
        try:
            context.wrap_socket(raw, server_hostname="localhost").close()
            refused = False
        except (ssl.SSLError, OSError):
            refused = True
    check("TLS 1.2 is refused", refused)

"""Requests that two servers would read as two different ones: by raw sockets, refused or read as one."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import pytest
from tests.faults.house import Server

EVENT: Final = b'{"v":"ada","e":[{"i":"%s","n":"page","u":"https://shop.example/"}]}'
#: What would be hidden in the body of another request.
HIDDEN: Final = (
    b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 71\r\n\r\n" + EVENT % b"hidden"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("smuggled") / "data") as server:
        yield server.start()


def answers(server: Server, sent: bytes) -> list[int]:
    """The status of every answer on one connection, until it is closed or says no more."""
    got = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=1.5) as one, suppress(OSError):
        one.sendall(sent)
        while part := one.recv(65_536):
            got += part
            if got.endswith((b"}", b"\r\n\r\n")):
                one.settimeout(0.3)
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


def post(headers: bytes, body: bytes, path: bytes = b"/e") -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n%s\r\n%s" % (path, headers, body)


_CHUNKED: Final = b"0\r\n\r\n"
SMUGGLED: Final[dict[str, bytes]] = {
    "length and chunks": post(b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n" % len(HIDDEN), _CHUNKED + HIDDEN),
    "chunks and length": post(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", _CHUNKED + HIDDEN),
    "two lengths": post(b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(HIDDEN), HIDDEN),
    "two lengths in one": post(b"Content-Length: 0, %d\r\n" % len(HIDDEN), HIDDEN),
    "chunked twice": post(b"Transfer-Encoding: chunked, chunked\r\n", _CHUNKED + HIDDEN),
    "chunked, not last": post(b"Transfer-Encoding: chunked, identity\r\n", _CHUNKED + HIDDEN),
    "chunked by another name": post(b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n", HIDDEN),
    "a space before the colon": post(b"Content-Length : 0\r\nContent-Length: %d\r\n" % len(HIDDEN), HIDDEN),
    "a folded line": post(b"X-A: b\r\n Content-Length: 0\r\n", HIDDEN),
    "a folded encoding": post(b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n", _CHUNKED + HIDDEN),
    "a plus before the length": post(b"Content-Length: +0\r\n", HIDDEN),
    "a minus before the length": post(b"Content-Length: -1\r\n", HIDDEN),
    "a length in hex": post(b"Content-Length: 0x0\r\n", HIDDEN),
    "a length of letters": post("Content-Length: ٠\r\n".encode(), HIDDEN),
    "a length beyond all": post(b"Content-Length: 99999999999999999999999\r\n", HIDDEN),
    "a chunk beyond all": post(b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFFF\r\n" + HIDDEN),
    "a chunk of minus": post(b"Transfer-Encoding: chunked\r\n", b"-1\r\n" + HIDDEN),
    "NUL in a header": post(b"X-A: a\x00b\r\nContent-Length: 0\r\n", b""),
    "bare CR in a header": post(b"X-A: a\rContent-Length: 0\r\n", HIDDEN),
    "no host, two hosts": b"GET /ready HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "an absolute address": b"GET http://evil.example/ready HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /ready\r\n\r\n",
    "a wild version": b"GET /ready HTTP/9.9\r\nHost: x\r\n\r\n",
    "a line end in the path": b"GET /ready%0d%0aX-Eve:%201 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tab in the path": b"GET /ready\t HTTP/1.1\r\nHost: x\r\n\r\n",
    "wrong bytes in the path": b"GET /leads/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "wrong escapes in the path": b"GET /leads/%zz%f HTTP/1.1\r\nHost: x\r\n\r\n",
    "thousands of digits in the path": b"GET /leads/" + b"9" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method of bytes": b"\xff\xfe / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "an upgrade": b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
    "nothing": b"\r\n\r\n\r\n\r\n",
    "a thousand headers": b"GET /ready HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 1_000 + b"\r\n",
    "a long name of a header": b"GET /ready HTTP/1.1\r\n" + b"X" * 40_000 + b": b\r\n\r\n",
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_no_request_hides_in_another(server: Server, name: str) -> None:
    found = answers(server, SMUGGLED[name])
    assert all(status < 500 for status in found), found
    assert server.rows("SELECT 1 FROM events WHERE event_id = 'hidden'") == [], found
    assert server.get("/livez") == 200


def test_two_requests_on_one_connection_are_two(server: Server) -> None:
    """So that the test above could see a hidden one."""
    assert len(EVENT % b"hidden") == 71
    sent = HIDDEN.replace(b"hidden", b"honest") + HIDDEN.replace(b"hidden", b"second")
    assert answers(server, sent) == [202, 202]
    assert server.rows("SELECT count(*) FROM events WHERE event_id IN ('honest', 'second')") == [(2,)]


def test_lines_that_end_without_a_return_are_one_request_or_none(server: Server) -> None:
    body = EVENT % b"linefd"
    sent = b"POST /e HTTP/1.1\nHost: x\nContent-Type: text/plain\nContent-Length: %d\n\n" % len(body) + body
    assert answers(server, sent) in ([202], [400])
    assert server.get("/livez") == 200


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "host", "forwarded"])
def test_a_forged_proxy_is_not_believed(server: Server, name: str) -> None:
    for value in (b"evil.example", b"1.2.3.4", b"https", b"\xe9", b"x" * 5_000, b"a, b, c", b"[::1]:99999", b"@/\\"):
        sent = b"GET /leads/ HTTP/1.1\r\n%s: %s\r\nConnection: close\r\n\r\n" % (name.encode(), value)
        found = answers(server, sent)
        assert found
        assert found[0] in (303, 307, 400), (value, found)
    with socket.create_connection(("127.0.0.1", server.port), timeout=2) as one:
        one.sendall(b"GET /leads/ HTTP/1.1\r\n%s: evil.example\r\nConnection: close\r\n\r\n" % name.encode())
        assert b"evil.example" not in one.recv(65_536)


def test_every_secret_of_the_data_folder_stays_in_it(server: Server) -> None:
    """Climbing out of /static by raw bytes, which clients would take out of the address themselves."""
    for path in (
        b"/static/../ripeline.db",
        b"/static/..%2Fripeline.db",
        b"/static/%2e%2e/rules.toml",
        b"/../rules.toml",
    ):
        found = answers(server, b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path)
        assert found == [404], path

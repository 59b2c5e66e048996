"""Whatever is sent to whichever door, and whatever goes wrong with it: what the server prints names nobody."""

from __future__ import annotations

import http.client
import json
import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest
from starlette.routing import Route
from tests.faults.house import Record, Server, many, tell
from tests.faults.leaky import POISON

from ripeline.app import all_routes
from ripeline.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]

#: Each is found by its own word, in whatever it was wrapped.
EMAIL, NAME, ADDRESS = "canary.mail@example.com", "Canaryname", "203.0.113.77"
TOKEN, COOKIE, QUERY, VALUE, PASSWORD = (
    "rpl_canarytoken",
    "canarycookie",
    "canaryquery",
    "canaryvalue",
    "canarypassword",
)
CANARIES: Final = (EMAIL, "canary.mail", NAME, ADDRESS, TOKEN, COOKIE, QUERY, VALUE, PASSWORD)

HEADERS: Final = {
    "authorization": f"Bearer {TOKEN}",
    "cookie": f"ripeline={COOKIE}; ripeline_visitor={COOKIE}.{COOKIE}; lang={COOKIE}",
    "x-forwarded-for": ADDRESS,
    "x-forwarded-email": EMAIL,
    "referer": f"https://shop.example/{VALUE}?{QUERY}",
    "user-agent": f"Mozilla/5.0 {NAME}",
    "origin": f"https://{VALUE}.example",
    "sec-fetch-site": "same-origin",
}
FORM: Final = {"email": EMAIL, "password": PASSWORD, "name": NAME, "next": f"/{VALUE}", "zone": VALUE, "q": NAME}
EVENT: Final = {
    "i": "e1",
    "n": "form",
    "u": f"https://shop.example/{VALUE}?q={QUERY}",
    "k": NAME,
    "p": {"email": EMAIL},
}


def bodies() -> list[tuple[str, bytes]]:
    """What a person, a browser and a broken program send, each with its type."""
    batch = {"v": VALUE, "t": 1_795_284_000_000, "e": [EVENT]}
    calls = {
        "id": "a",
        "on": "identify",
        "email": EMAIL,
        "visitor": VALUE,
        "traits": {"name": NAME},
        "targets": [VALUE],
    }
    return [
        ("application/x-www-form-urlencoded", urlencode(FORM).encode()),
        ("text/plain", json.dumps(batch).encode()),
        ("application/json", json.dumps(calls).encode()),
        ("application/json", f'{{"email": "{EMAIL}", "name": '.encode()),
        ("application/json", f'{{"\\ud800": "{NAME}", "x": NaN}}'.encode() + b"\xff\xfe"),
    ]


def paths(settings: Settings) -> list[tuple[str, str]]:
    """Method and path of everything there is, with canaries where a path has a gap."""
    routes = [route for route in all_routes(settings) if isinstance(route, Route)]
    # POST everywhere: a door that takes none says so.
    filled = [re.sub(r"\{[^}]+:int\}", "1", route.path) for route in routes]
    filled = [re.sub(r"\{[^}]+\}", EMAIL, path) for path in filled]
    found = [(method, path) for path in filled for method in ("GET", "POST")]
    return [*found, ("GET", f"/{VALUE}"), ("POST", f"/api/{VALUE}"), ("GET", "/fails"), ("POST", "/fails")]


def knock(server: Server, method: str, path: str, body: tuple[str, bytes]) -> int:
    """One request; the status, 0 where the server hangs up."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        sent = body[1] if method == "POST" else None
        link.request(method, f"{path}?q={QUERY}&email={EMAIL}", sent, HEADERS | {"content-type": body[0]})
        if path == "/live":
            return 200
        return link.getresponse().status
    except OSError:
        return 0
    finally:
        link.close()


def raw(server: Server, *lines: bytes) -> None:
    """What is no HTTP."""
    link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    link.connect()
    link.sock.sendall(b"\r\n".join(lines))
    link.sock.recv(1_000)
    link.close()


@pytest.mark.row
@pytest.mark.parametrize("form", ["json", "text"][: many(1, 2)])
def test_nothing_of_a_person_is_ever_printed(tmp_path: Path, form: str, record_property: Record) -> None:
    flags = ("--log-format", form, "--rate-limit", "off", "--trusted-proxies", "127.0.0.1")
    command = (sys.executable, "-m", "tests.faults.leaky", "serve")
    asked: dict[int, int] = {}
    sent = bodies()
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'server'}", "PYTHONWARNINGS": "default"}
    with Server(tmp_path / "data", flags, command=command, environment=environment).start() as server:
        for number, (method, path) in enumerate(paths(Settings(data=tmp_path))):
            for body in sent[: 1 if method == "GET" else None] if form == "text" else [sent[number % len(sent)]]:
                status = knock(server, method, path, body)
                asked[status] = asked.get(status, 0) + 1
        raw(server, f"GET /{EMAIL} HTTP/9.9".encode(), f"x: {NAME}".encode(), b"", b"")
        raw(server, b"\x16\x03\x01" + EMAIL.encode(), b"", b"")
        poison = {"v": VALUE, "e": [EVENT | {"i": "p", "n": POISON}]}
        assert server.ask("/e", body=json.dumps(poison).encode())[0] == 202
        while server.get("/readyz") != 503:
            pass
        told = server.ask("/readyz")[1].decode()
        assert "scores are not being updated: ValueError" in told
        server.process.terminate() if server.process else None
        assert server.process is not None
        server.process.wait(15)
    said = server.said.read_text("utf-8")
    for canary in CANARIES:
        assert canary.lower() not in said.lower(), f"{canary} in {server.said}"
        assert canary.lower() not in told.lower()
    # It said what went wrong all the same.
    assert said.count("ValueError") >= 3
    assert "leaky.py" in said
    assert "the fold failed" in said
    if form == "json":
        lines = [json.loads(line) for line in said.splitlines()]
        assert {"ready"} < {line["message"] for line in lines}
        assert any(line.get("error") == "ValueError" and line["way"] for line in lines)
    assert asked[500] >= 2
    tell(record_property, requests=sum(asked.values()), lines=len(said.splitlines()), found=0)

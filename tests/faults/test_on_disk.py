"""What must never be on disk, looked for in every byte of the data folder and of what the server says."""

from __future__ import annotations

import http.client
import ipaddress
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.faults.house import Record, Server, tell

NOW: Final = int(time.time() * 1000)
BROWSER: Final = {"content-type": "text/plain", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140 canary-agent"}

V4, V6 = "203.0.113.177", "2001:db8:77:1234:5678:9abc:def0:77"
#: Every way somebody could have written them down: whole, cut, packed, as a number.
WRITTEN: Final = (
    *(V4, "203.0.113.0", "203.0.113.", V6, "2001:db8:77::", "2001:db8:77:", str(int(ipaddress.ip_address(V4)))),
    ipaddress.ip_address(V6).exploded,
    ipaddress.ip_address(V6).packed[:8],
    ipaddress.ip_address(V6).packed[:6],
)


FORM: Final = "application/x-www-form-urlencoded"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    flags = ("--trusted-proxies", "127.0.0.1", "--rate-limit", "2/s burst 12")
    with Server(tmp_path / "data", flags) as server:
        yield server


def call(server: Server, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> int:
    """One request through a proxy that says where it came from; its status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = json.dumps(body) if body is not None and not isinstance(body, str | bytes) else body
    try:
        connection.request(method, path, sent, BROWSER | (headers or {}))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def found_in(folder: Path, *words: str | bytes) -> list[tuple[str, str | bytes]]:
    """Which of the words is in which file, beside and below the folder."""
    files = [file for file in folder.parent.rglob("*") if file.is_file()]
    assert any(file.name == "ripeline.db" for file in files)
    held = {file: file.read_bytes() for file in files}
    return [
        (str(file.relative_to(folder.parent)), word)
        for word in words
        for file, content in held.items()
        if (word.encode() if isinstance(word, str) else word) in content
    ]


def event(id: str, **more: Any) -> dict[str, Any]:
    return {"i": id, "n": "page", "u": f"https://shop.example/{id}", "a": NOW, **more}


@pytest.mark.row
def test_no_address_is_stored_not_even_a_part_of_it(server: Server, record_property: Record) -> None:
    server.start()
    statuses = []
    key = {"authorization": f"Bearer {server.token('write', 'read', 'admin')}", "content-type": "application/json"}
    for address in (V4, V6):
        said = {"x-forwarded-for": f"{address}, 10.0.0.1", "forwarded": f"for={address}", "x-real-ip": address}
        seen = {**said, "origin": "https://shop.example"}
        ways: list[tuple[str, str, Any, dict[str, str]]] = [
            ("POST", "/e", {"v": f"v{address}"[:9], "t": NOW, "e": [event(f"e{len(address)}")]}, seen),
            ("POST", "/e", "{", seen),
            ("POST", "/e", {"s": "NOBODY", "v": "v", "e": [event("x")]}, seen),
            ("POST", "/e", {"v": "v", "t": NOW, "c": 0, "e": []}, seen),
            ("GET", "/p.gif?c=1&u=https://shop.example/gif", None, said),
            ("GET", "/t.js", None, said),
            ("GET", "/c/forged", None, said),
            ("GET", "/o/forged.gif", None, said),
            ("GET", "/nowhere", None, said),
            ("POST", "/signin", "email=eve%40example.com&password=x", {**said, "content-type": FORM}),
            ("POST", "/api/events", {"id": f"a{len(address)}", "on": "page", "visitor": "p"}, {**said, **key}),
            ("POST", "/hooks/brevo", [report(address)], {**said, **key}),
            *[("POST", "/e", {"v": "f", "t": NOW, "e": [event(f"f{n}")]}, seen) for n in range(20)],
        ]
        statuses += [call(server, *way) for way in ways]
    assert {202, 400, 403, 404, 429} <= set(statuses), statuses
    server.settle()
    assert found_in(server.data, *WRITTEN) == []
    server.stop()
    assert found_in(server.data, *WRITTEN) == []
    tell(record_property, requests=len(statuses), found=0)


def report(address: str) -> dict[str, Any]:
    """What an e-mail tool says, with where the reader was."""
    more = {"ip": address, "sending_ip": address, "user_ip": address, "geo": {"IP": address}}
    return {"event": "opened", "email": "ada@example.com", "ts_event": NOW // 1000, **more}


@pytest.mark.row
def test_of_addresses_only_the_parameters_on_the_list_are_stored(server: Server, record_property: Record) -> None:
    server.flags = ("--rate-limit", "off")
    server.start()
    key = {"authorization": f"Bearer {server.token('write')}", "content-type": "application/json"}
    secret = "?email=canary-1&token=canary-2&session=canary-3&Q2=canary-4&utm_id=canary-5;x=canary-6&canary-7"
    address = f"https://canary-8:canary-9@shop.example/seen{secret}&product=kept-product#id_token=canary-10"
    other = f"https://mail.example/inbox{secret}#state=canary-11"
    names = ("page", "download", "click", "form", "identify", "own")
    items = [event(f"e{n}", n=name, u=address, r=other, p={"email": "ada@example.com"}) for n, name in enumerate(names)]
    items.append(event("e-left", n="engagement", u=address, k="e0", p={"ms": 5}))
    assert call(server, "POST", "/e", {"v": "ada", "t": NOW, "e": items}, {"origin": "https://shop.example"}) == 202
    assert call(server, "GET", f"/p.gif?c=1&u={address.replace('&', '%26').replace('#', '%23')}&canary-12=1") == 200
    said = [
        {"id": f"a{n}", "on": name, "visitor": "bob", "url": address, "referrer": other}
        for n, name in enumerate(names[:3])
    ]
    assert call(server, "POST", "/api/events", said, key) == 202
    page = {"url": address, "referrer": other, "search": secret, "path": "/seen"}
    segment = {"type": "page", "messageId": "s1", "anonymousId": "eve", "context": {"page": page}, "properties": page}
    assert call(server, "POST", "/v1/page", segment, key) == 200
    server.settle()
    canaries = [f"canary-{n}" for n in range(1, 13)]
    server.stop()
    assert found_in(server.data, *canaries) == []
    assert found_in(server.data, "kept-product") != []
    tell(record_property, canaries=len(canaries), found=0)


#: Whatever is known of her has one of these in it.
HER: Final = ("canary", "CANARY", "%40erased.example", "erased.example")


def _live_through(server: Server, key: dict[str, str]) -> None:
    """All that happens to a person: she is seen, tells, is told of, judged, merged, marked, exported."""
    email = "canary.mail@erased.example"
    items = [
        event("canary-page", h="canary-title", r="https://canary-referrer.example/x", k=""),
        event("canary-utm", u="https://shop.example/canary?utm_source=canary-source&utm_term=canary-term"),
        event("canary-form", n="form", k="canary-item", p={"email": email, "canary-field": "canary-value"}),
        event("canary-own", n="canary_kind", p={"canary": 1}),
        event("canary-identify", n="identify", p={"email": email, "company": "canary-company", "phone": "+33canary"}),
        event("canary-paper", n="download", u="https://shop.example/files/canary.pdf"),
    ]
    assert call(server, "POST", "/e", {"v": "canary-visitor", "t": NOW, "e": items}) == 202
    api = [
        {"id": "canary-b", "on": "identify", "email": "canary.two@erased.example", "visitor": "canary-work"},
        {"id": "canary-c", "on": "contact", "email": email, "props": {"canary-far": "canary-away"}},
        {"id": "other", "on": "page", "visitor": "somebody", "url": "https://shop.example/shared"},
    ]
    assert call(server, "POST", "/api/events", api, key) == 202
    assert call(server, "GET", "/api/settled", None, key) == 200
    lead = f"/api/leads/{email}"
    for path, body in (
        (f"{lead}/points", {"points": 2, "reason": "canary-reason"}),
        (f"{lead}/verdict", {"verdict": "right_time", "note": "canary-verdict"}),
        ("/api/outcomes", {"email": email, "outcome": "won"}),
        ("/api/events/canary-own/suspect", {"suspect": True}),
        (f"{lead}/merge", {"with": "canary.two@erased.example"}),
    ):
        assert call(server, "POST", path, body, key) in (200, 201, 202), path
    assert call(server, "PATCH", lead, {"attributes": {"job": "canary-job"}}, key) == 200
    assert call(server, "GET", "/api/leads?q=canary", None, key) == 200
    hook = {"event": "click", "email": email, "ts_event": NOW // 1000, "campaign name": "canary-campaign"}
    assert call(server, "POST", "/hooks/brevo", [hook], key) == 200
    assert call(server, "GET", "/api/settled", None, key) == 200


@pytest.mark.fault
def test_of_an_erased_person_no_byte_is_left(
    server: Server, record_property: Record, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server.flags = ("--rate-limit", "off")
    server.start()
    key = {"authorization": f"Bearer {server.token('write', 'read', 'admin')}", "content-type": "application/json"}
    _live_through(server, key)
    assert len({word for _, word in found_in(server.data, "canary-reason", "canary-value", "canary-company")}) == 3
    backup = tmp_path_factory.mktemp("elsewhere") / "backup.zip"
    _run(server, "backup", str(backup))
    assert call(server, "DELETE", "/api/leads/canary.mail@erased.example", None, key) == 200
    until = time.monotonic() + 20
    while found := found_in(server.data, *HER):
        assert time.monotonic() < until, found
        time.sleep(0.2)
    server.stop()
    assert found_in(server.data, *HER) == []
    assert found_in(server.data, "somebody") != []
    # The backup still has her; what is put back has not.
    _run(server, "restore", str(backup))
    assert found_in(server.data, *HER) == []
    assert server.start().rows("SELECT count(*) FROM events") == [(1,)]
    server.stop()
    assert found_in(server.data, *HER) == []
    tell(record_property, left=0, left_after_restore=0)


def _run(server: Server, *command: str) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "ripeline", *command, "--data", str(server.data)], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr

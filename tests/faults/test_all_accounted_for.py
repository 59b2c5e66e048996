"""Whatever comes to the doors: received = accepted + duplicate + rejected + refused, in /metrics and on Health."""

from __future__ import annotations

import http.client
import json
import random
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from tests.faults.house import Record, Server, chance, many, tell

from ripeline.auth.logins import now_ms
from ripeline.auth.secrets import hash_of
from ripeline.store.database import Database, transaction
from ripeline.store.people import User, add_login, add_user

SHOP: Final = "https://shop.example"
BROWSER: Final = {"content-type": "text/plain", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"}
OUTCOMES: Final = ("accepted", "duplicate", "rejected", "refused")
DAY: Final = 86_400_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    flags = ("--origins", SHOP, "--rate-limit", "10/s burst 40", "--trusted-proxies", "127.0.0.1")
    with Server(tmp_path / "data", flags) as server:
        yield server.start()


class Crowd(threading.Thread):
    """Sends everything there is, in any order; `told` is what the answers said became of the events."""

    def __init__(self, server: Server, token: str, number: int, until: float) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.until = server, number, until
        self.key = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self.chance: random.Random = chance(f"crowd {number}")
        self.told: Counter[str] = Counter()
        self.said: Counter[int] = Counter()
        self.made = 0

    def run(self) -> None:
        ways: list[Callable[[], None]] = [self.valid] * 6 + [
            *(self.doubled, self.malformed, self.stranger, self.large, self.deep, self.pixel, self.bad_pixel),
            *(self.api, self.api_lines, self.api_without_key, self.hook, self.bad_hook, self.segment, self.left),
            *(self.prefetched, self.withdrawn, self.wrong_type, self.wrong_method, self.crowded, self.link),
        ]
        for way in self.chance.sample(ways, len(ways)):
            way()
        while time.monotonic() < self.until:
            self.chance.choice(ways)()

    def event(self, id: str = "") -> dict[str, Any]:
        self.made += 1
        return {"i": id or f"c{self.number}-{self.made}", "n": "page", "u": f"{SHOP}/{self.made}", "a": now_ms()}

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
        """One request from an address of its own; what became of its events goes to `told`."""
        self.made += 1
        address = headers.get("x-forwarded-for", f"198.51.{self.number}.{self.made % 200}")
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            sent = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
            connection.request(method, path, sent, {**headers, "x-forwarded-for": address})
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        self.said[answer.status] += 1
        found = json.loads(raw) if answer.status in (200, 202) and raw[:1] == b"{" else {}
        self.told["accepted"] += found.get("accepted", 0)
        self.told["duplicate"] += found.get("duplicate", 0)
        self.told["rejected"] += len(found.get("rejected", ()))
        return dict(found)

    def post(self, *events: Any, **headers: str) -> None:
        self.send("POST", "/e", {"v": f"v{self.number}", "t": now_ms(), "e": list(events)}, BROWSER | headers)

    def valid(self) -> None:
        self.post(*(self.event() for _ in range(self.chance.randint(1, 5))), origin=SHOP)

    def doubled(self) -> None:
        self.post(self.event("same"), self.event("same"), self.event(f"again-{self.made // 5}"))

    def malformed(self) -> None:
        self.post(self.event(), {"i": "", "n": "page"}, 5, {"i": "x", "n": "page", "u": "javascript:alert(1)"})
        self.send("POST", "/e", self.chance.choice(["", "{", "[]", "null", '{"e":5}']), BROWSER)

    def stranger(self) -> None:
        self.post(self.event(), self.event(), origin="https://stranger.example")

    def large(self) -> None:
        self.send("POST", "/e", "x" * 300_000, BROWSER)

    def deep(self) -> None:
        self.send("POST", "/e", "[" * 5_000, BROWSER)

    def pixel(self) -> None:
        self.send("GET", f"/p.gif?c=1&u={SHOP}/{self.number}-{self.made}", None, BROWSER)

    def bad_pixel(self) -> None:
        self.send("GET", self.chance.choice(["/p.gif?c=1&u=nonsense", "/p.gif?u=x", "/p.gif"]), None, BROWSER)

    def api(self) -> None:
        events = [{"id": f"a{self.number}-{self.made + k}", "on": "seen", "visitor": "p"} for k in range(3)]
        self.send("POST", "/api/events", [*events, events[0], {"id": "bad"}], self.key)

    def api_lines(self) -> None:
        line = json.dumps({"id": f"l{self.number}-{self.made}", "on": "seen", "visitor": "p"})
        headers = self.key | {"content-type": "application/x-ndjson"}
        self.send("POST", "/api/events", f"{line}\nnonsense\n{line}\n", headers)

    def api_without_key(self) -> None:
        self.send(
            "POST", "/api/events", [{"id": "n", "on": "seen", "visitor": "p"}], {"content-type": "application/json"}
        )

    def hook(self) -> None:
        report = {"event": "opened", "email": f"{self.made}@example.com", "ts_event": now_ms() // 1000}
        self.send("POST", "/hooks/brevo", [report, report, {"event": "request"}], self.key)

    def bad_hook(self) -> None:
        self.send("POST", "/hooks/brevo", "{", self.key)

    def segment(self) -> None:
        page = {"type": "page", "anonymousId": "v", "messageId": f"s{self.number}-{self.made}"}
        said = {"batch": [{**page, "properties": {"url": f"{SHOP}/s"}}, {"type": "page"}]}
        self.send("POST", "/v1/batch", said, self.key)

    def left(self) -> None:
        """A sender that goes away in the middle of its body."""
        with socket.create_connection(("127.0.0.1", self.server.port), 5) as gone:
            gone.sendall(b"POST /e HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 500\r\n\r\n{")

    def prefetched(self) -> None:
        self.post(self.event(), **{"sec-purpose": "prefetch"})

    def withdrawn(self) -> None:
        self.send("POST", "/e", {"v": "v", "t": now_ms(), "c": 0, "e": [self.event()]}, BROWSER)

    def wrong_type(self) -> None:
        self.send("POST", "/e", "{}", BROWSER | {"content-type": "text/html"})

    def wrong_method(self) -> None:
        self.send("PUT", "/e", "{}", BROWSER)

    def crowded(self) -> None:
        """All crowds behind one address: more than it may."""
        for _ in range(20):
            self.post(self.event(), **{"x-forwarded-for": "198.51.100.250"})

    def link(self) -> None:
        self.send("GET", "/c/forged", None, BROWSER)
        self.send("GET", "/o/forged.gif", None, BROWSER)


def flow(server: Server, token: str) -> tuple[int, dict[str, int]]:
    """Received, and what became of it, as `/metrics` has it; once all of it has become something."""
    until = time.monotonic() + 15
    while True:
        status, body = server.ask("/metrics", token=token)
        assert status == 200
        text = body.decode()
        found = {
            each: int(re.findall(rf'ripeline_events_total{{outcome="{each}"}} (\d+)', text)[0]) for each in OUTCOMES
        }
        received = int(re.findall(r"(?m)^ripeline_events_received_total (\d+)", text)[0])
        if received == sum(found.values()):
            return received, found
        assert time.monotonic() < until, (received, found)
        time.sleep(0.1)


def on_health(server: Server) -> list[int]:
    """Received and the outcomes as the page shows them to its owner."""
    with closing(Database(server.file).writer()) as conn, transaction(conn):
        owner = add_user(conn, User(0, "ada@example.com", "", "owner", "en", None, None), 0)
        add_login(conn, hash_of("key"), owner, now_ms(), now_ms() + DAY)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/settings/health", None, {"cookie": "ripeline=key"})
        answer = connection.getresponse()
        html = answer.read().decode()
    assert answer.status == 200, html[:500]
    # One number a row, in the order of the page.
    part = html[html.index("Events received since then") : html.index("Waiting to be written")]
    return [int(re.sub(r"\D", "", number)) for number in re.findall(r"<dd>([^<]*)</dd>", part)]


@pytest.mark.row
def test_every_event_that_comes_is_accounted_for(server: Server, record_property: Record) -> None:
    token = server.token("write", "read")
    until = time.monotonic() + many(1.0, 10.0)
    crowds = [Crowd(server, token, number, until) for number in range(4)]
    for crowd in crowds:
        crowd.start()
    for crowd in crowds:
        crowd.join(60)
    received, outcomes = flow(server, token)
    told: Counter[str] = sum((crowd.told for crowd in crowds), Counter())
    said: Counter[int] = sum((crowd.said for crowd in crowds), Counter())
    assert {200, 202, 400, 401, 403, 405, 413, 415, 429} <= said.keys(), said
    assert 500 not in said
    assert all(outcomes.values()), outcomes
    # Pictures and links answer without saying so.
    assert all(outcomes[each] >= told[each] > 0 for each in ("accepted", "duplicate", "rejected")), (outcomes, told)
    server.settle()
    ((stored,),) = server.rows("SELECT count(*) FROM events")
    assert stored == outcomes["accepted"]
    assert on_health(server) == [received, *outcomes.values()]
    tell(record_property, received=received, **outcomes)

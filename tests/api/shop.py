"""A server on a folder of its own under small rules, what happens in its shop, and a program that may do everything."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from ripeline.fold.verify import verify
from ripeline.rules.reading import load_rules
from ripeline.store.database import Database

RULES = """
timezone = "Europe/Paris"
[models.vertical]
bands = { warm = 5, hot = 12 }
min_fit = 0
[models.vertical.rules]
a = { points = 2, on = "download", where.file = "a.pdf", once_per = "lead" }
b = { points = 5, on = "download", where.file = "b.pdf" }
c = { points = 12, on = "download", where.file = "c.pdf" }
blog = { points = 2, on = "page", where.path = "/blog*", after = ["a", "b", "c"] }
capped = { points = 2, on = "page", where.path = "/capped*", cap = { points = 6, per = "24h" } }
student = { points = -20, lead.job = "*étudiant*" }
"""
HOUR, DAY = 3_600_000, 86_400_000
ADA, MARC, ELODIE, CAPUCINE = "ada@example.com", "marc@example.com", "elodie@example.com", "capucine@example.com"


class Shop:
    """A server on a folder of its own, what happens in its shop, and a program that may do everything."""

    def __init__(self, data: Path, client: TestClient, header: dict[str, str]) -> None:
        self.data = data
        self.client = client
        self.header = header
        self.now = time.time_ns() // 1_000_000 // DAY * DAY - 5 * DAY

    def send(self, *events: dict[str, Any]) -> None:
        answer = self.client.post("/api/events", json=list(events), headers=self.header)
        assert answer.json()["rejected"] == []
        assert self.ask("/api/settled") == {"lag": 0}

    def ask(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params, headers=self.header)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def do(self, path: str, body: Any, status: int = 200, method: str = "POST") -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        answer = self.client.request(method, path, headers=self.header, content=content)
        assert answer.status_code == status, answer.text
        return answer.json()

    def did(self, visitor: str, what: str, at: int, **more: Any) -> dict[str, Any]:
        """A download of paper `a`, a visit of `/path`, or who it is (`x@…`), so many ms after the first day."""
        event: dict[str, Any] = {"id": f"{visitor}-{what}-{at}", "visitor": visitor, "at": self.now + at} | more
        if "@" in what:
            return event | {"on": "identify", "email": what, "traits": more.get("traits") or {"email": what}}
        if what.startswith("/"):
            return event | {"on": "page", "url": f"https://shop.example{what}"}
        return event | {"on": "download", "url": f"https://shop.example/{what}.pdf"}

    def papers(self, visitor: str, *what: str) -> None:
        self.send(*[self.did(visitor, each, place * HOUR) for place, each in enumerate(what)])

    def score(self, lead: int | str, **params: Any) -> int | float:
        return self.ask(f"/api/leads/{lead}", **params)["scores"]["vertical"]["score"]  # type: ignore[no-any-return]

    def handoffs(self) -> list[tuple[str, str, int | float]]:
        found = self.ask("/api/handoffs")["handoffs"]
        return [(each["lead"]["email"], each["state"], each["score"]) for each in reversed(found)]

    def told(self) -> int:
        """How often sales was told."""
        with closing(Database(self.data / "ripeline.db").writer()) as conn:
            return int(conn.execute("SELECT count(*) FROM outbox WHERE topic = 'lead.ready'").fetchone()[0])

    def put_rules(self, *edits: tuple[str, str]) -> None:
        """Edit the file, and wait until it is in force."""
        text = self.ask("/api/rules")["text"]
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        hash = self.do("/api/rules", text, method="PUT")["hash"]
        until = time.monotonic() + 10
        while self.ask("/api/rules")["hash"] != hash:
            assert time.monotonic() < until, self.ask("/api/rules")
            time.sleep(0.02)

    def differences(self) -> list[str]:
        database = Database(self.data / "ripeline.db")
        with database.read() as conn:
            return [str(each) for each in verify(conn, load_rules(self.data / "rules.toml"))]

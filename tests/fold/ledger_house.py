"""A database to fold in, events in few words, and what came of them in words that do not depend on row ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ripeline.domain.event import Event
from ripeline.domain.points import as_number
from ripeline.fold.desk import Desk
from ripeline.fold.keeper import Keeper
from ripeline.fold.rescore import ensure_scored
from ripeline.fold.verify import verify
from ripeline.rules.model import Ruleset
from ripeline.rules.reading import read_rules
from ripeline.store.authors import Said
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.upgrading import create_schema

T = TypeVar("T")

#: 2026-11-02 09:00 UTC, a Monday.
START = 1_793_610_000_000
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

ADA, MARC, EVE = "ada@example.com", "marc@example.com", "eve@example.com"

#: The white papers: A 2, B 5, C 12, a blog visit 2 once one of them was taken; warm 5, hot 12.
PAPERS = """
[rules]
student = { points = -10, lead.job = "*student*" }

[models.vertical]
bands = { warm = 5, hot = 12 }
handoff = "hot"
min_fit = 0

[models.vertical.rules]
livre-a = { points = 2, on = "download", where.file = "a.pdf", label = "White paper A" }
livre-b = { points = 5, on = "download", where.file = "b.pdf", label = "White paper B" }
livre-c = { points = 12, on = "download", where.file = "c.pdf", label = "White paper C" }
blog = { points = 2, on = "page", where.path = "/blog*", after = "livre-*", cap = { points = 8, per = "day" } }
gone = { points = -20, on = "unsubscribe" }

[models.general]
bands = { curious = 1, hot = { enter = 10, exit = 8 } }
handoff = "hot"

[models.general.rules]
pricing = { points = 5, on = "page", where.path = "/pricing", once_per = "day", cap = { points = 10, per = "7d" } }
about = { points = 1, on = "page", where.path = "/about", once_per = "lead" }
paper = { points = 10, on = "download", where.file = "c.pdf" }
demo = { points = 3, on = "form", where.form = "demo", handoff = true }
"""


def page(visitor: str, path: str, at: int, **more: Any) -> Event:
    return event("page", visitor, at, url=f"https://shop.example{path}", **more)


def download(visitor: str, file: str, at: int, **more: Any) -> Event:
    return event("download", visitor, at, url=f"https://shop.example/files/{file}.pdf", **more)


def form(visitor: str, name: str, at: int, **more: Any) -> Event:
    return event("form", visitor, at, url="https://shop.example/contact", item=name, **more)


def identify(visitor: str, email: str, at: int, **more: Any) -> Event:
    return event("identify", visitor, at, email=email, **more)


def unsubscribe(visitor: str, at: int, **more: Any) -> Event:
    return event("unsubscribe", visitor, at, **more)


def event(on: str, visitor: str, at: int, **more: Any) -> Event:
    """`at` in ms after the start; the id says kind, visitor and moment unless given."""
    id = more.pop("id", f"{on}-{visitor}-{at}")
    return Event(id=id, visitor=visitor, on=on, at=START + at, received_at=START + at, **more)


@dataclass(slots=True)
class House:
    """One database with its folder; `now` is its clock, ms."""

    database: Database
    conn: Connection
    ruleset: Ruleset
    now: int = START
    folder: Keeper = field(init=False)
    _dictionary: Dictionary = field(default_factory=Dictionary)

    def __post_init__(self) -> None:
        self.folder = self.new_folder()

    def new_folder(self) -> Keeper:
        """As after a restart: nothing remembered."""
        self.folder = Keeper(self.conn, self.ruleset, lambda: self.now)
        return self.folder

    def do(self, deed: Callable[..., T], *said: Any, **more: Any) -> T:
        """A deed of sales', now, in a transaction of its own."""
        with transaction(self.conn):
            return deed(Desk(self.conn, self.folder, Said("sales", self.now), self.forget), *said, **more)

    def forget(self) -> None:
        """Rows whose ids somebody may remember are gone."""
        self._dictionary.clear()
        self.folder.forget()

    def sweep(self, limit: int = 500) -> None:
        """Let time do what it has done by now."""
        while self.folder.sweep(limit):
            pass

    def append(self, *events: Event) -> list[bool]:
        with transaction(self.conn):
            return append_events(self.conn, list(events), self._dictionary)

    def fold(self, *events: Event, limit: int = 500) -> None:
        """Append and fold until nothing is left."""
        if events:
            self.append(*events)
        while self.folder.step(limit):
            pass

    def differences(self) -> list[str]:
        """What `verify` finds."""
        with self.database.read() as conn:
            return [str(each) for each in verify(conn, self.ruleset)]

    def under(self, rules: str) -> None:
        """The same data under another rule file."""
        self.ruleset = read_rules(rules)
        ensure_scored(self.conn, self.ruleset, lambda done, total: None, lambda: self.now)
        self.new_folder()

    def rows(self, sql: str, *bound: object) -> list[Any]:
        return list(self.conn.execute(sql, bound).fetchall())

    def score(self, person: str, model: str = "vertical") -> int | float:
        return self.told()[person][model]["score"]  # type: ignore[no-any-return]

    def band(self, person: str, model: str = "vertical") -> str:
        return str(self.told()[person][model]["band"])

    def handoffs(self) -> list[tuple[str, str, str, int | float]]:
        """(person, model, state, score at the crossing), in the order they were made."""
        found = self.rows(
            "SELECT l.email, h.model, h.state, h.score FROM handoffs h JOIN leads l ON l.id = h.lead_id ORDER BY h.id"
        )
        return [(email, model, state, as_number(score)) for email, model, state, score in found]

    def outbox(self) -> list[dict[str, Any]]:
        return [json.loads(payload) for (payload,) in self.rows("SELECT payload FROM outbox ORDER BY rowid")]

    def told(self) -> dict[str, dict[str, Any]]:
        """Everything that was derived, by the e-mail or the visitor's key: the same for the same events."""
        story: dict[str, dict[str, Any]] = {}
        for lead, email, first, last, reachable, attributes in self.rows(
            "SELECT id, email, first_seen, last_seen, reachable, attributes FROM leads WHERE merged_into IS NULL"
        ):
            keys = [
                key
                for (key,) in self.rows(
                    "SELECT DISTINCT key FROM epochs e JOIN visitors v ON v.id = e.visitor_id JOIN leads l "
                    "ON l.id = e.lead_id WHERE coalesce(l.merged_into, l.id) = ? ORDER BY v.id",
                    lead,
                )
            ]
            person = email or (f"visitor:{keys[0]}" if keys else f"nobody:{lead}")
            story[person] = {
                "visitors": sorted(keys),
                "seen": (first, last, reachable),
                "attributes": json.loads(attributes),
                **self._scores(lead),
                "ledger": self._ledger(lead),
                "crossings": self._crossings(lead),
                "sessions": self._sessions(lead),
            }
        return story

    def _scores(self, lead: int) -> dict[str, Any]:
        found = self.rows(
            "SELECT t.text, score, engagement, fit, band, out_of_target FROM scores s JOIN texts t ON t.id = model_id "
            "WHERE lead_id = ?",
            lead,
        )
        return {
            model: {"score": as_number(score), "engagement": e, "fit": f, "band": band, "out": out}
            for model, score, e, f, band, out in found
        }

    def _ledger(self, lead: int) -> list[Any]:
        return self.rows(
            "SELECT n, m.text, r.text, event_id, g.at, points, reason FROM ledger g JOIN texts m ON m.id = model_id "
            "JOIN texts r ON r.id = rule_id JOIN events e ON e.seq = event_seq WHERE lead_id = ? ORDER BY n",
            lead,
        )

    def _crossings(self, lead: int) -> list[Any]:
        return self.rows(
            "SELECT n, m.text, band, entered, event_id, c.at FROM crossings c JOIN texts m ON m.id = model_id "
            "JOIN events e ON e.seq = event_seq WHERE lead_id = ? ORDER BY n",
            lead,
        )

    def _sessions(self, lead: int) -> list[Any]:
        return self.rows(
            "SELECT event_id, v.key, started_at, ended_at, events, p.text, o.channel FROM sessions s "
            "JOIN visitors v ON v.id = s.visitor_id JOIN events e ON e.seq = s.id "
            "LEFT JOIN texts p ON p.id = entry_id LEFT JOIN sources o ON o.id = s.source_id "
            "WHERE lead_id = ? ORDER BY started_at, event_id",
            lead,
        )


def open_house(folder: Path, rules: str = PAPERS) -> House:
    """A new database in that folder, migrated, with nothing in it."""
    database = Database(folder / "ripeline.db")
    conn = database.writer()
    create_schema(conn)
    return House(database, conn, read_rules(rules))


def white_papers(events: Iterable[str], visitor: str) -> list[Event]:
    """A, B, C are downloads, v1, v2, … blog visits, `@` the form with the e-mail; an hour apart."""
    made: list[Event] = []
    for hour, each in enumerate(events):
        at = hour * HOUR
        if each.startswith("v"):
            made.append(page(visitor, f"/blog/{each}", at))
        elif "@" in each:
            made.append(form(visitor, "newsletter", at, email=each, props={"email": each}))
        else:
            made.append(download(visitor, each.lower(), at))
    return made

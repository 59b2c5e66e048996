"""Marc, Élodie and Capucine, folded into a real database under the white-paper model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ripeline.domain.event import Event
from ripeline.domain.source import Source
from ripeline.domain.wire import parse_api_event
from ripeline.fold.folder import Folder
from ripeline.rules.reading import read_rules
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.upgrading import create_schema

RULES: Final = read_rules("""
timezone = "Europe/Paris"

[models.vertical]
label = "White papers"
bands = { warm = 5, hot = 12 }
handoff = "hot"
next = { warm = "Nurture", hot = "Call" }

[models.vertical.rules]
paper-a = { points = 2, on = "download", where.file = "white-paper-a.pdf", label = "White paper A" }
paper-b = { points = 5, on = "download", where.file = "white-paper-b.pdf", label = "White paper B" }
paper-c = { points = 12, on = "download", where.file = "white-paper-c.pdf", label = "White paper C" }
blog = { points = 2, on = "page", where.path = "/blog*", after = { on = "download" }, label = "Blog after a paper" }

[models.other]
label = "Other"
bands = { warm = 50 }
handoff = "none"

[models.other.rules]
pricing = { points = 5, on = "page", where.path = "/pricing*" }
director = { points = 3, lead.job = "*direct*", label = "Director" }
""")

START: Final = int(datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp() * 1000)
NOW: Final = START + 40 * 86_400_000
HOUR: Final = 3_600_000
NEWSLETTER: Final = Source("email", "newsletter", "email", "autumn", "")


def made(visitor: str, steps: Iterable[tuple[float, dict[str, Any]]]) -> list[Event]:
    """One visitor's events, each so many hours after the start."""
    return [
        parse_api_event(
            {"id": f"{visitor}-{n}", "visitor": visitor, "verified": False} | step | {"at": _at(hours)}, NOW
        )
        for n, (hours, step) in enumerate(steps)
    ]


def _at(hours: float) -> int:
    return START + round(hours * HOUR)


def page(path: str) -> dict[str, Any]:
    return {"on": "page", "url": f"https://shop.example{path}", "title": path}


def paper(letter: str) -> dict[str, Any]:
    return {"on": "download", "url": f"https://shop.example/files/white-paper-{letter}.pdf"}


def form(email: str, **fields: str) -> dict[str, Any]:
    return {"on": "form", "item": "contact", "url": "https://shop.example/contact", "email": email, "props": fields}


VISITS: Final = [(24.0 * day, page(f"/blog/{day}")) for day in (1, 2, 3)]

CAST: Final = [
    *made("v-marc", [(0, paper("a")), (0.1, paper("b")), *VISITS, (72.01, form("marc@example.com", job="Directeur"))]),
    *made("v-elodie", [(5, page("/white-papers")), (5.1, paper("b")), (5.2, form("elodie@example.com"))]),
    *made("v-capucine", [(1, paper("c")), *VISITS, (72.01, form("capucine@example.com"))]),
    *made("v-ada", [(2, page("/pricing")), (2.05, page("/about"))]),
]


def open_database(path: Path) -> Connection:
    """A new database, migrated, with its one write connection."""
    conn = Database(path).writer()
    create_schema(conn)
    return conn


def fold(conn: Connection, events: list[Event]) -> None:
    """Append the events and fold all there is."""
    with transaction(conn):
        append_events(conn, events, Dictionary())
    folder = Folder(conn, RULES, lambda: NOW)
    while folder.step():
        pass

"""A database with a writer on it, and a folder that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ripeline.domain.event import Event
from ripeline.log.queue import EventLog
from ripeline.store.database import Connection, Database, transaction
from ripeline.store.log_reading import events_after
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.upgrading import create_schema
from ripeline.worker.folding import STEP
from ripeline.worker.writer import Writer


class CountingFolder:
    """Folds by remembering the ids, with its cursor in the same transaction; `fails` makes a step raise.

    `pause` is called once in each step, before it looks.
    """

    is_held = False

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.folded: list[str] = []
        self.steps: list[int] = []
        self.fails: Exception | None = None
        self.pause: Callable[[], object] = lambda: None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def forget(self) -> None:
        """It remembers nothing of the database."""

    def step(self, limit: int = STEP) -> int:
        self.may_go_on.wait(5)
        self.pause()
        with transaction(self.conn):
            events = events_after(self.conn, int(read_meta(self.conn, "cursor") or 0), limit)
            if not events:
                return 0
            if self.fails:
                raise self.fails
            write_meta(self.conn, "cursor", str(events[-1].seq))
        self.folded += [event.id for event in events]
        self.steps.append(len(events))
        return len(events)


class LogHouse:
    """`writer` on `database`, with `log` and `folder`; `deaths` are the reasons it gave up for."""

    def __init__(self, path: Path) -> None:
        is_new = not path.exists()
        self.database = Database(path)
        self.conn = self.database.writer()
        if is_new:
            create_schema(self.conn)
        self.log = EventLog()
        self.folder = CountingFolder(self.conn)
        self.deaths: list[str] = []
        self.writer = Writer(self.conn, self.log, self.folder, self.deaths.append)

    def stored(self) -> list[str]:
        """Event ids, as another connection sees them."""
        with self.database.read() as conn:
            rows = conn.execute("SELECT event_id FROM events ORDER BY seq").fetchall()
        return [id for (id,) in rows]


@contextmanager
def open_house(path: Path) -> Iterator[LogHouse]:
    house = LogHouse(path)
    house.writer.start()
    try:
        yield house
    finally:
        house.folder.may_go_on.set()
        house.writer.stop(5)
        house.database.close()


def event(id: str, visitor: str = "ada", **more: Any) -> Event:
    return Event(**{"id": id, "visitor": visitor, "on": "page", "at": 1_000, **more})

"""Events that scoring could not take: set aside with the reason, so that their neighbours go on."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.store.database import Connection

#: Place in the log, when it was set aside (ms), what was wrong.
AsideRow = tuple[int, int, str]

_ADD = "-- set_aside\nINSERT OR REPLACE INTO quarantine (seq, at, problem) VALUES (?, ?, ?)"


def set_aside(conn: Connection, events: Iterable[AsideRow]) -> None:
    """These events are not scored until a rescore tries them again."""
    conn.executemany(_ADD, list(events))


def all_aside(conn: Connection) -> set[int]:
    """The places in the log of every event set aside."""
    return {seq for (seq,) in conn.execute("-- all_aside\nSELECT seq FROM quarantine").fetchall()}


def take_all_back(conn: Connection) -> None:
    """Nothing is set aside any more: what is scored now was tried anew."""
    conn.execute("-- take_all_back\nDELETE FROM quarantine")

"""Events that scoring could not take: set aside with the reason, so that their neighbours go on."""

from __future__ import annotations

from collections.abc import Iterable

from ripeline.store.database import Connection

#: Place in the log, when it was set aside (ms), what was wrong.
AsideRow = tuple[int, int, str]

_ADD = "-- set_aside\nINSERT OR REPLACE INTO quarantine (seq, at, problem) VALUES (?, ?, ?)"
_LEAVE = "-- pass_over\nINSERT OR REPLACE INTO quarantine (seq, at, problem, unplaced) VALUES (?, ?, ?, 1)"
_LEFT = "-- all_passed_over\nSELECT seq FROM quarantine WHERE unplaced"


def set_aside(conn: Connection, events: Iterable[AsideRow]) -> None:
    """These events are not scored until a rescore tries them again."""
    conn.executemany(_ADD, list(events))


def all_aside(conn: Connection) -> set[int]:
    """The places in the log of every event set aside."""
    return {seq for (seq,) in conn.execute("-- all_aside\nSELECT seq FROM quarantine").fetchall()}


def pass_over(conn: Connection, event: AsideRow) -> None:
    """This event is nobody's: neither what it did counts, nor what it said about who its visitor is."""
    conn.execute(_LEAVE, event)


def all_passed_over(conn: Connection) -> set[int]:
    """The places in the log of these events; no rescore tries them again."""
    return {seq for (seq,) in conn.execute(_LEFT).fetchall()}

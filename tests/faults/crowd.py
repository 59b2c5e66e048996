"""Many people at once in a database whose server is stopped: it folds them when it starts."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from tests.faults.house import Server

from ripeline.domain.event import Event
from ripeline.store.database import Database, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

#: 2026-11-02 09:00 UTC.
BEGIN: Final = 1_793_610_000_000
_A_TRANSACTION: Final = 1_000


def crowd(server: Server, people: int, views: int = 3) -> None:
    """So many visitors with so many page views each."""
    dictionary = Dictionary()
    with closing(Database(server.file).writer()) as conn:
        for first in range(0, people, _A_TRANSACTION):
            events = [
                view(person, n) for person in range(first, min(first + _A_TRANSACTION, people)) for n in range(views)
            ]
            with transaction(conn):
                append_events(conn, events, dictionary)


def view(person: int, n: int) -> Event:
    at = BEGIN + 1_000 * person + 60_000 * n
    url = f"https://shop.example/{n}"
    return Event(id=f"crowd-{person}-{n}", visitor=f"crowd{person}", on="page", at=at, received_at=at, url=url)

"""One group commit: the events of many callers in one transaction, and what to tell each of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ripeline.errors import InvalidEvent
from ripeline.log.queue import Outcome, Waiting
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.failures import is_about_data
from ripeline.store.log_rows import append_events

log = logging.getLogger(__name__)


def append_batch(conn: Connection, batch: Sequence[Waiting], dictionary: Dictionary) -> list[Outcome]:
    """Commit the events of all callers; per caller its flags, or why its events cannot be stored.

    Raises `DatabaseError` when the storage failed: nobody may then be told that anything was stored.
    """
    try:
        return _commit(conn, batch, dictionary)
    except Exception as error:
        if not is_about_data(error):
            raise
        # Something no check at the door caught: one caller's bad event must not cost the others theirs.
        log.exception("a batch of %d calls was refused; trying each alone", len(batch))
        return [_commit_alone(conn, waiting, dictionary) for waiting in batch]


def _commit(conn: Connection, batch: Sequence[Waiting], dictionary: Dictionary) -> list[Outcome]:
    events = [event for waiting in batch for event in waiting.events]
    try:
        with transaction(conn):
            new = append_events(conn, events, dictionary)
    except BaseException:
        dictionary.clear()
        raise
    flags = iter(new)
    return [[next(flags) for _ in waiting.events] for waiting in batch]


def _commit_alone(conn: Connection, waiting: Waiting, dictionary: Dictionary) -> Outcome:
    try:
        return _commit(conn, [waiting], dictionary)[0]
    except Exception as error:
        if not is_about_data(error):
            raise
        return InvalidEvent("bad_body", problem=f"cannot be stored: {error}")

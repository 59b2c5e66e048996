"""The demo's history into a data folder: through the log and the fold, like everything."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import islice
from typing import Final

from ripeline.auth.passwords import hash_password
from ripeline.auth.people import add_person
from ripeline.auth.routes import DEMO_EMAIL
from ripeline.demo.history import make_history
from ripeline.domain.event import Event
from ripeline.errors import DataProblem
from ripeline.store.database import Connection, transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events
from ripeline.store.meta import read_meta, write_meta
from ripeline.store.people import has_users, remember_locale
from ripeline.store.reading_events import last_seq
from ripeline.templating.languages import Locale, known_locale

#: The name in `meta` under which a demo says that it is one, and whether its history is all there.
_META: Final = "demo"
_WHOLE: Final = "whole"
_LANGUAGE: Final = "demo language"
_BATCH: Final = 500


def is_demo(conn: Connection) -> bool:
    """Whether this database was made by `ripeline demo`, and may be thrown away."""
    return read_meta(conn, _META) is not None


def language_of(conn: Connection) -> Locale:
    """The language a demo was begun in."""
    return known_locale(read_meta(conn, _LANGUAGE)) or "en"


def load_demo(conn: Connection, now: int, language: Locale = "en") -> bool:
    """Fill an unused database with the ninety days before `now` (ms), to be folded; False when it was filled before.

    Raises `DataProblem` for a database that is somebody's own. One that was cut short is filled up.
    """
    if not is_demo(conn):
        _begin(conn, now, language)
    if read_meta(conn, _META) == _WHOLE:
        return False
    _append_history(conn, now)
    with transaction(conn):
        write_meta(conn, _META, _WHOLE)
    return True


def _begin(conn: Connection, now: int, language: Locale) -> None:
    if last_seq(conn) or has_users(conn):
        raise DataProblem("this data folder is not a demo's; name another one with --data")
    # Nobody knows this password: the demo is entered by its link.
    password_hash = hash_password(secrets.token_urlsafe())
    with transaction(conn):
        owner = add_person(conn, DEMO_EMAIL, "owner", password_hash, now)
        if language != "en":
            # Whatever the browser reads in: names and offers are in this language only.
            remember_locale(conn, owner, language)
        write_meta(conn, _LANGUAGE, language)
        write_meta(conn, _META, "begun")


def _append_history(conn: Connection, now: int) -> None:
    dictionary, events = Dictionary(), make_history(now, language_of(conn))
    for batch in iter(lambda: _next(events), []):
        with transaction(conn):
            append_events(conn, batch, dictionary)


def _next(events: Iterator[Event]) -> list[Event]:
    return list(islice(events, _BATCH))

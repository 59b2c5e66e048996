"""Texts and sources of erased events: erased too once the whole log was read and nobody else was found to use them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.erasing import TEXT_COLUMNS
from ripeline.store.projection import as_json


@dataclass(frozen=True, slots=True)
class Unused:
    """Row ids of texts and sources that nothing up to place `upto` in the log uses, of all that were `asked` about."""

    upto: int
    texts: frozenset[int]
    sources: frozenset[int]
    asked: tuple[frozenset[int], frozenset[int]]


_DOUBTFUL: Final = "-- doubtful\nSELECT id FROM doubtful_{what}"

# Sessions hold texts of their own: of all leads, or of those that something happened to since.
_ALL_SESSIONS: Final = "sessions"
_CHANGED_SESSIONS: Final = """sessions WHERE lead_id IN (
  SELECT coalesce(l.merged_into, l.id) FROM events AS e JOIN epochs AS p ON p.visitor_id = e.visitor_id
  JOIN leads AS l ON l.id = p.lead_id WHERE e.seq > :after)"""


def _used_texts(sessions: str) -> str:
    of_events = (f"SELECT {column} FROM events WHERE seq > :after AND {column} IN asked" for column in TEXT_COLUMNS)
    return f"""-- used_texts
        WITH asked (id) AS (SELECT value FROM json_each(:texts)) {" UNION ".join(of_events)}
        UNION SELECT was_id FROM marks WHERE was_id IN asked
        UNION SELECT entry_id FROM (SELECT entry_id FROM {sessions}) WHERE entry_id IN asked"""


def _used_sources(sessions: str) -> str:
    return f"""-- used_sources
        WITH asked (id) AS (SELECT value FROM json_each(:sources))
        SELECT source_id FROM events WHERE seq > :after AND source_id IN asked
        UNION SELECT source_id FROM (SELECT source_id FROM {sessions}) WHERE source_id IN asked"""


def unused_texts(conn: Connection, folded: int) -> Unused | None:
    """Of what is in doubt that which nobody uses; None: nothing is in doubt.

    `folded`: up to which place in the log sessions are made; those of later events are looked at once more.

    It reads the whole log, which may take a while: on a connection of its own.
    """
    texts, sources = (
        frozenset(id for (id,) in conn.execute(_DOUBTFUL.format(what=what)).fetchall()) for what in ("texts", "sources")
    )
    if not texts and not sources:
        return None
    return _still_unused(conn, Unused(0, texts, sources, (texts, sources)), _ALL_SESSIONS, folded)


def erase_texts(conn: Connection, unused: Unused, names: Iterable[str]) -> None:
    """Erase them, but for those that events have used since, and the names of models and rules given."""
    found = _still_unused(conn, unused, _CHANGED_SESSIONS, unused.upto)
    bound = {"ids": as_json(list(found.texts)), "names": as_json(list(names))}
    conn.execute(
        """-- erase_texts
        DELETE FROM texts WHERE id IN (SELECT value FROM json_each(:ids))
        AND text NOT IN (SELECT value FROM json_each(:names))""",
        bound,
    )
    for what, ids in zip(("texts", "sources"), unused.asked, strict=True):
        sql = f"-- out_of_doubt\nDELETE FROM doubtful_{what} WHERE id IN (SELECT value FROM json_each(?))"
        conn.execute(sql, (as_json(list(ids)),))
    bound = {"ids": as_json(list(found.sources))}
    conn.execute("-- erase_sources\nDELETE FROM sources WHERE id IN (SELECT value FROM json_each(:ids))", bound)


def _still_unused(conn: Connection, asked: Unused, sessions: str, upto: int) -> Unused:
    bound = {"after": asked.upto, "texts": as_json(list(asked.texts)), "sources": as_json(list(asked.sources))}
    texts = {id for (id,) in conn.execute(_used_texts(sessions), bound).fetchall()}
    sources = {id for (id,) in conn.execute(_used_sources(sessions), bound).fetchall()}
    return Unused(upto, asked.texts - texts, asked.sources - sources, asked.asked)

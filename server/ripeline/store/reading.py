"""What every reading of the store shares: places in a list, limits, rows by name, lists of ids."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from typing import Any, Final

from ripeline.domain.source import Source
from ripeline.errors import InvalidRequest
from ripeline.rules.model import Model, Ruleset
from ripeline.store.database import Connection

MOST_A_PAGE: Final = 1000
#: The largest whole number SQLite holds: no id and no time is ever as large.
LARGEST_INTEGER: Final = 2**63 - 1

Row = dict[str, Any]


def rows(conn: Connection, sql: str, values: dict[str, Any]) -> list[Row]:
    """All rows of one query by column name; always all of them, because a half-read cursor pins the WAL."""
    cursor = conn.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def id_list(ids: Iterable[int]) -> str:
    """Many ids as one bound value, for `json_each`."""
    return json.dumps(list(ids))


def checked_limit(limit: int) -> int:
    """The page size asked for; raises `InvalidRequest` outside 1..1000."""
    if not 1 <= limit <= MOST_A_PAGE:
        raise InvalidRequest("limit", f"must be between 1 and {MOST_A_PAGE}")
    return limit


def cursor_after(*place: int) -> str:
    """The opaque form of a place in a list: the sort keys of the last row given."""
    return base64.urlsafe_b64encode(".".join(map(str, place)).encode()).decode().rstrip("=")


def place_of(cursor: str, size: int) -> tuple[int, ...]:
    """The sort keys inside a cursor; raises `InvalidRequest` for one that we did not make."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
        place = tuple(int(part) for part in text.split("."))
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("cursor", "is not one that an answer gave as `next`") from error
    if len(place) != size or any(abs(part) > LARGEST_INTEGER for part in place) or cursor_after(*place) != cursor:
        raise InvalidRequest("cursor", "is not one that an answer gave as `next`")
    return place


def model_asked(ruleset: Ruleset, model: str) -> Model:
    """The model of that id; raises `InvalidRequest` that names the ones there are."""
    try:
        return ruleset.model(model)
    except KeyError:
        known = ", ".join(each.id for each in ruleset.models)
        raise InvalidRequest("model", f"no model {model!r}; there are: {known}") from None


def text_id(conn: Connection, text: str) -> int:
    """The dictionary id of a text, 0 when it was never stored."""
    found = conn.execute("-- text_id\nSELECT id FROM texts WHERE text = ?", (text,)).fetchone()
    return int(found[0]) if found else 0


def source_name(source: Source) -> str:
    """A source in one word for people: its name where it has one, else its channel."""
    return source.source or source.channel

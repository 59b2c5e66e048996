"""The list of sales: what is to be called, in order, what people have taken, put off, and have still to tell us."""

from __future__ import annotations

from typing import Any, Final

from ripeline.rules.model import Ruleset
from ripeline.store.database import Connection
from ripeline.store.reading import checked_limit, cursor_after, place_of, rows
from ripeline.store.reading_handoffs import SELECT, asks, handoff_view
from ripeline.store.views import HandoffView

_BEST: Final = 2**62
_ORDER: Final = "ORDER BY h.rank DESC, h.shelf DESC, h.crossed_at DESC, h.id DESC LIMIT :limit"
_AFTER: Final = "(h.rank, h.shelf, h.crossed_at, h.id) < (:rank, :shelf, :at, :id)"

_OPEN = f"-- open_on_shelf\n{SELECT}\nWHERE h.state = 'open' AND {_AFTER} {_ORDER}"
_MINE = f"-- taken_by_one\n{SELECT}\nWHERE h.owner_id = :owner AND h.state = 'claimed' AND {_AFTER} {_ORDER}"
_OTHERS = f"""-- taken_by_others
{SELECT}
WHERE h.state = 'claimed' AND h.owner_id <> :owner AND {_AFTER} {_ORDER}"""
# The ids first: each row found by the select above is looked up in several tables.
_LATER = f"""-- put_off
{SELECT}
WHERE h.id IN (SELECT id FROM handoffs WHERE state = 'snoozed' ORDER BY snoozed_until LIMIT :limit)
ORDER BY h.snoozed_until, h.id"""
_WITHOUT_END = f"""-- without_end
{SELECT}
WHERE h.id IN (SELECT id FROM handoffs WHERE owner_id = :owner AND state = 'closed' AND verdict = 'right_time'
  AND outcome IS NULL ORDER BY closed_at DESC LIMIT :limit)
ORDER BY h.closed_at DESC, h.id DESC"""
_COUNT = """-- count_on_shelf
SELECT count(*) FROM (SELECT 1 FROM handoffs WHERE state = ? LIMIT ?)"""

Found = tuple[HandoffView, ...]


def open_on_shelf(conn: Connection, ruleset: Ruleset, limit: int, cursor: str | None) -> tuple[Found, str | None]:
    """Whom nobody has, the highest band first, then who cools down first, then the newest; and the next cursor (None:
    these are the last). Raises `InvalidRequest` for a bad limit or cursor."""
    return _page(conn, ruleset, _OPEN, {"limit": checked_limit(limit)}, cursor)


def taken_on_shelf(
    conn: Connection, ruleset: Ruleset, owner: int, limit: int, cursor: str | None = None
) -> tuple[Found, str | None]:
    """What that person has taken, in the same order."""
    return _page(conn, ruleset, _MINE, {"owner": owner, "limit": checked_limit(limit)}, cursor)


def taken_by_others(
    conn: Connection, ruleset: Ruleset, owner: int, limit: int, cursor: str | None = None
) -> tuple[Found, str | None]:
    """What everybody else has taken, in the same order."""
    return _page(conn, ruleset, _OTHERS, {"owner": owner, "limit": checked_limit(limit)}, cursor)


def put_off(conn: Connection, ruleset: Ruleset, limit: int) -> Found:
    """Those that come back later, the next one first."""
    return _views(conn, ruleset, _LATER, {"limit": limit})


def without_end(conn: Connection, ruleset: Ruleset, owner: int, limit: int) -> Found:
    """Those that person called at the right time, of whom nobody said yet how it ended; the latest first."""
    return _views(conn, ruleset, _WITHOUT_END, {"owner": owner, "limit": limit})


def count_in_state(conn: Connection, state: str, most: int) -> int:
    """How many hand-offs are in that state; counting stops at `most`."""
    return int(conn.execute(_COUNT, (state, most)).fetchone()[0])


def _page(
    conn: Connection, ruleset: Ruleset, sql: str, asked: dict[str, Any], cursor: str | None
) -> tuple[Found, str | None]:
    limit = asked["limit"]
    rank, shelf, at, id = place_of(cursor, 4) if cursor else (_BEST,) * 4
    values = {**asked, "limit": limit + 1, "rank": rank, "shelf": shelf, "at": at, "id": id, "asks": asks(ruleset)}
    found = rows(conn, sql, values)
    last = found[limit - 1] if len(found) > limit else None
    views = tuple(handoff_view(ruleset, row) for row in found[:limit])
    return views, cursor_after(*(last[key] for key in ("rank", "shelf", "crossed_at", "id"))) if last else None


def _views(conn: Connection, ruleset: Ruleset, sql: str, asked: dict[str, Any]) -> Found:
    return tuple(handoff_view(ruleset, row) for row in rows(conn, sql, {**asked, "asks": asks(ruleset)}))

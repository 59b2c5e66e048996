"""Views of the list of leads that people keep under a name: each is the query of an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.errors import Conflict, NotFound
from ripeline.store.database import Connection, IntegrityError

#: More names than this are no help to anybody.
MOST_VIEWS: Final = 50

# owner_id: whose it is alone, 0: everybody's. A view that was deleted stays a while, so that it can come back.
VIEW_TABLES: Final = """
CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, query TEXT NOT NULL, owner_id INTEGER NOT NULL DEFAULT 0,
  author TEXT NOT NULL, made_at INTEGER NOT NULL, gone_at INTEGER
) STRICT;
CREATE UNIQUE INDEX one_view_of_a_name ON saved_views (owner_id, name) WHERE gone_at IS NULL;
"""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name for a query (`band=hot&sort=seen`); `is_shared`: everybody sees it."""

    id: int
    name: str
    query: str
    is_shared: bool


_OF = """-- views_of_person
SELECT id, name, query, owner_id = 0 FROM saved_views
WHERE owner_id IN (0, ?) AND gone_at IS NULL ORDER BY owner_id = 0 DESC, name COLLATE NOCASE, id"""
_ONE = """-- view_of_person
SELECT id, name, query, owner_id = 0 FROM saved_views WHERE id = :id AND owner_id IN (0, :person)"""
_COUNT = "-- count_views\nSELECT count(*) FROM saved_views WHERE owner_id = ? AND gone_at IS NULL"
_ADD = """-- add_view
INSERT INTO saved_views (name, query, owner_id, author, made_at) VALUES (?, ?, ?, ?, ?) RETURNING id"""
_NAME = "-- name_view\nUPDATE saved_views SET name = ? WHERE id = ?"
_GONE = "-- drop_view\nUPDATE saved_views SET gone_at = ? WHERE id = ?"
_TIDY = "-- tidy_views\nDELETE FROM saved_views WHERE gone_at < ?"
_KEPT_MS: Final = 7 * 86_400_000


def views_of(conn: Connection, person: int) -> tuple[SavedView, ...]:
    """Everybody's views, then this person's own, by name."""
    return tuple(_view(*row) for row in conn.execute(_OF, (person,)).fetchall())


def view_of(conn: Connection, person: int, id: int) -> SavedView:
    """A view this person may see, one just deleted too; raises `NotFound`."""
    found = conn.execute(_ONE, {"id": id, "person": person}).fetchone()
    if found is None:
        raise NotFound("view", id)
    return _view(*found)


def keep_view(conn: Connection, view: SavedView, person: int, author: str, now: int) -> int:
    """Keep a new one (its id is not looked at): its id. Raises `Conflict` when the name is taken, or there are many."""
    conn.execute(_TIDY, (now - _KEPT_MS,))
    owner = 0 if view.is_shared else person
    if conn.execute(_COUNT, (owner,)).fetchone()[0] >= MOST_VIEWS:
        raise Conflict(f"there are {MOST_VIEWS} views already")
    try:
        return int(conn.execute(_ADD, (view.name, view.query, owner, author, now)).fetchone()[0])
    except IntegrityError as error:
        raise _taken(view.name) from error


def name_view(conn: Connection, id: int, name: str) -> None:
    """Call it otherwise; raises `Conflict` when the name is taken."""
    try:
        conn.execute(_NAME, (name, id))
    except IntegrityError as error:
        raise _taken(name) from error


def drop_view(conn: Connection, id: int, now: int) -> None:
    """Nobody sees it any more."""
    conn.execute(_GONE, (now, id))


def bring_back_view(conn: Connection, id: int) -> None:
    """As if it had not been deleted; raises `Conflict` when its name is taken meanwhile."""
    try:
        conn.execute(_GONE, (None, id))
    except IntegrityError as error:
        raise _taken("") from error


def _view(id: int, name: str, query: str, is_shared: int) -> SavedView:
    return SavedView(id, name, query, bool(is_shared))


def _taken(name: str) -> Conflict:
    return Conflict(f"there is a view called {name!r} already")

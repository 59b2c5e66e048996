"""The sites of this server, and the origins their events come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ripeline.store.database import Connection

# Anyone may send any Origin: the table must not be theirs to fill.
_MOST_SEEN: Final = 200

_ALL: Final = "/* all_sites */ SELECT id, key, name FROM sites ORDER BY id"


@dataclass(frozen=True, slots=True)
class Site:
    """A site of this server: `key` is public and stands in its tag, `name` is for us ("" while nobody gave one)."""

    id: int
    key: str
    name: str


def all_sites(conn: Connection) -> tuple[Site, ...]:
    """Every site, the oldest first."""
    return tuple(Site(*row) for row in conn.execute(_ALL).fetchall())


def add_site(conn: Connection, key: str, name: str, at: int) -> None:
    conn.execute("/* add_site */ INSERT INTO sites (key, name, created_at) VALUES (?, ?, ?)", (key, name, at))


def rename_site(conn: Connection, id: int, name: str) -> bool:
    """Whether there is such a site, called so from now on."""
    return bool(conn.execute("/* rename_site */ UPDATE sites SET name = ? WHERE id = ?", (name, id)).rowcount)


def site_keys(conn: Connection) -> dict[str, int]:
    """Public key of each site → its id."""
    return dict(conn.execute("/* site_keys */ SELECT key, id FROM sites ORDER BY id").fetchall())


def own_origins(conn: Connection) -> frozenset[str]:
    """The origins somebody said are theirs."""
    found = conn.execute("/* own_origins */ SELECT origin FROM origins WHERE status = 'mine'").fetchall()
    return frozenset(origin for (origin,) in found)


def record_origin(conn: Connection, site_id: int, origin: str, at: int) -> None:
    """Events came from there at `at` (ms); a new origin is written down as seen while there is room."""
    conn.execute(
        "/* record_origin */ UPDATE origins SET last_at = max(last_at, ?) WHERE site_id = ? AND origin = ?",
        (at, site_id, origin),
    )
    conn.execute(
        """-- record_new_origin
        INSERT OR IGNORE INTO origins (site_id, origin, status, first_at, last_at)
        SELECT ?, ?, 'seen', ?, ? WHERE (SELECT count(*) FROM origins) < ?""",
        (site_id, origin, at, at, _MOST_SEEN),
    )

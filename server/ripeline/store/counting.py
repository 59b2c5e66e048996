"""Counts for whoever watches the server: each is one look at an index or at a small table."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from ripeline.store.database import Connection
from ripeline.store.deliveries import State

_SUSPECT: Final = (
    "-- count_suspects\nSELECT count(*) FROM events INDEXED BY events_suspect WHERE suspect_id IS NOT NULL"
)
_ASIDE: Final = "-- count_aside\nSELECT count(*) FROM quarantine"
_DELIVERIES: Final = "-- count_deliveries\nSELECT state, count(*) FROM deliveries GROUP BY state"
_LOGINS: Final = """-- count_logins
SELECT count(*) FROM logins AS l JOIN users AS u ON u.id = l.user_id
WHERE l.expires_at > ? AND u.disabled_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Suspect events, events set aside, alerts by state, logins that hold."""

    suspect: int
    aside: int
    deliveries: dict[str, int]
    logins: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the database, of its log file (WAL), and free on its disk."""

    database: int
    wal: int
    free: int


def read_counts(conn: Connection, now: int) -> Counts:
    """As they are at `now` (ms)."""
    found = dict(conn.execute(_DELIVERIES).fetchall())
    return Counts(
        suspect=conn.execute(_SUSPECT).fetchone()[0],
        aside=conn.execute(_ASIDE).fetchone()[0],
        deliveries={state: found.get(state, 0) for state in get_args(State)},
        logins=conn.execute(_LOGINS, (now,)).fetchone()[0],
    )


def read_sizes(database: Path) -> Sizes:
    """What the files of a database take, and what is left."""
    wal = database.with_name(database.name + "-wal")
    return Sizes(_size(database), _size(wal), shutil.disk_usage(database.parent).free)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0

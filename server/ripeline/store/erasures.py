"""The list of erasures: who is not to come back with a backup that was made before. Keyed hashes and moments only.

The table is part of every backup; `erased.txt` in the data folder says the same, and is there when the database is not.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

from ripeline.domain.times import iso_time
from ripeline.errors import DataProblem
from ripeline.store.copies import sync_to_disk
from ripeline.store.database import Connection, file_of
from ripeline.store.meta import read_meta
from ripeline.store.projection import as_json

#: What a line names: a person by e-mail, a browser by its key, or one event of a browser that others use too.
Kind = Literal["email", "visitor", "event"]

FILE: Final = "erased.txt"

ERASED: Final = """
-- key: which key the line was made with; hash: of an e-mail, of a visitor's key, or of an event's site and id.
CREATE TABLE erased (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('email', 'visitor', 'event')), hash TEXT NOT NULL, UNIQUE (hash, at)
) STRICT;
INSERT INTO meta (key, value) VALUES ('erasure_key', lower(hex(randomblob(32))));
"""

_KEY: Final = "erasure_key"
_HEAD: Final = (
    "# Who was erased, so that no backup brings them back: `ripeline restore` reads this file. It names nobody: it\n"
    "# holds hashes made with a key that is in the database. Keep it, and never change a line.\n"
)

_ADD: Final = """-- add_erased
INSERT OR IGNORE INTO erased (at, key, kind, hash)
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true"""
_READ: Final = "-- read_erased\nSELECT at, key, kind, hash FROM erased WHERE id > ? ORDER BY id"
_LAST: Final = "-- last_erased\nSELECT coalesce(max(id), 0) FROM erased"
_EMAILS: Final = """-- emails_of_leads
SELECT email FROM leads WHERE id IN (SELECT value FROM json_each(?)) AND email IS NOT NULL"""
_KEYS: Final = """-- names_of_visitors
SELECT coalesce(alias_of, id), key FROM visitors
WHERE id IN (SELECT value FROM json_each(?1)) OR alias_of IN (SELECT value FROM json_each(?1))"""
_EVENTS: Final = """-- names_of_events
SELECT visitor_id, site_id || ':' || event_id FROM events WHERE seq IN (SELECT value FROM json_each(?))"""
_STILL: Final = "-- visitors_left\nSELECT id FROM visitors WHERE id IN (SELECT value FROM json_each(?))"


class Erased(NamedTuple):
    """One line of the list; `key` tells keys apart, and is none itself."""

    at: int
    key: str
    kind: Kind
    hash: str


class Named(NamedTuple):
    """By what somebody could be known again: to be asked for before an erasure, and listed after it."""

    emails: list[str]
    visitors: list[tuple[int, str]]
    events: list[tuple[int, str]]


class Hasher:
    """Hashes with the key of this database, which goes with it into every backup."""

    def __init__(self, conn: Connection) -> None:
        self._key = (read_meta(conn, _KEY) or "").encode()
        self.name = self("key", "")[:8]

    def __call__(self, kind: str, name: str) -> str:
        return hmac.new(self._key, f"{kind}:{name}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def names_of(conn: Connection, leads: Collection[int], visitors: Collection[int], seqs: Collection[int]) -> Named:
    """What these leads, visitors and events are known by."""
    emails = [email for (email,) in conn.execute(_EMAILS, (as_json(list(leads)),)).fetchall()]
    keys = conn.execute(_KEYS, (as_json(list(visitors)),)).fetchall()
    return Named(emails, keys, conn.execute(_EVENTS, (as_json(list(seqs)),)).fetchall())


def list_erased(conn: Connection, named: Named, at: int) -> None:
    """Write down at `at` (ms) that they are gone: of browsers that others still use only the events."""
    visitors = {id for id, _ in (*named.visitors, *named.events)}
    left = {id for (id,) in conn.execute(_STILL, (as_json(list(visitors)),)).fetchall()}
    hashed = Hasher(conn)
    found: list[tuple[Kind, str]] = [("email", email) for email in named.emails]
    found += [("visitor", key) for id, key in named.visitors if id not in left]
    found += [("event", name) for id, name in named.events if id in left]
    add_erased(conn, (Erased(at, hashed.name, kind, hashed(kind, name)) for kind, name in found))


def add_erased(conn: Connection, lines: Iterable[Erased]) -> None:
    """Add lines; those that are there already stay."""
    conn.execute(_ADD, (as_json([list(line) for line in lines]),))


def read_erased(conn: Connection, after: int = 0) -> list[Erased]:
    """Every line, in the order they were written."""
    return [Erased(*row) for row in conn.execute(_READ, (after,)).fetchall()]


class ErasedFile:
    """Keeps `erased.txt` beside the database as the table is; a chore of the writer."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._path = file_of(conn).parent / FILE
        self._written = -1

    def step(self) -> int:
        """Add the lines that are missing; 0, so that it is asked again only when something was done."""
        (last,) = self._conn.execute(_LAST).fetchone()
        if last != self._written:
            known = set(read_list(self._path)) if self._path.exists() else set()
            append_list(self._path, [line for line in read_erased(self._conn) if line not in known])
            self._written = last
        return 0


def read_list(path: Path) -> list[Erased]:
    """The lines of such a file; a last one that was cut short is left out. Raises `DataProblem`."""
    try:
        *lines, _ = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataProblem(f"the list of erasures {path} cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or "#" in line:
            continue
        if len(words) != 5 or not words[0].isdecimal() or words[3] not in get_args(Kind) or len(words[4]) != 64:
            raise DataProblem(f"{path}:{number} is no line of a list of erasures")
        found.append(Erased(int(words[0]), words[2], words[3], words[4]))  # type: ignore[arg-type]  # looked up above
    return found


def append_list(path: Path, lines: Collection[Erased]) -> None:
    """Add lines to such a file, which is made when it is missing; on return they are on disk. Raises `OSError`."""
    if not lines:
        return
    is_new = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        whole = file.read()
        # A line that was cut short by a kill must not spoil the next one.
        start = b"" if not whole or whole.endswith(b"\n") else b" # cut short\n"
        file.write(start + (_HEAD if not whole else "").encode() + "".join(map(_written, lines)).encode())
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_to_disk(path.parent)


def _written(line: Erased) -> str:
    return f"{line.at} {iso_time(line.at)} {line.key} {line.kind} {line.hash}\n"

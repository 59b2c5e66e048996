"""What each table and index takes of a database, which page belongs to it, and which pages the log file (WAL) holds."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from subprocess import CalledProcessError, run
from typing import Any, Final

_HEADER: Final = 32
_FRAME: Final = 24

# Python's own SQLite can say it where the one the server uses cannot: in a process of its own, as two libraries in one
# drop each other's locks.
_ASK: Final = """
import json, sqlite3, sys
print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))
"""
_OWNERS: Final = "SELECT pageno, name, pgsize FROM dbstat"
_BYTES: Final = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY sum(pgsize) DESC"


def pages_in_wal(file: Path) -> list[int]:
    """The number of each page in the log file of a database, as often as it was written."""
    wal = file.with_name(f"{file.name}-wal")
    held = wal.read_bytes() if wal.exists() else b""
    if len(held) < _HEADER:
        return []
    (size,) = struct.unpack_from(">I", held, 8)
    return [struct.unpack_from(">I", held, at)[0] for at in range(_HEADER, len(held), size + _FRAME)]


def owners_of_pages(file: Path) -> tuple[int, dict[int, str]]:
    """The size of a page, and the name of what each belongs to, of a file that nobody has open."""
    found = _asked(file, _OWNERS)
    return found[0][2], {page: name for page, name, _ in found}


def bytes_by_owner(file: Path) -> dict[str, int]:
    """How much each table and index takes, the largest first; empty where Python's own SQLite cannot tell."""
    try:
        return dict(_asked(file, _BYTES))
    except CalledProcessError:
        return {}


def _asked(file: Path, sql: str) -> list[Any]:
    done = run([sys.executable, "-c", _ASK, str(file), sql], check=True, capture_output=True, text=True, timeout=900)
    found: list[Any] = json.loads(done.stdout)
    return found

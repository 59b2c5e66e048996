"""Which table or index each page of a database belongs to, and which pages its log file (WAL) holds."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from subprocess import run
from typing import Final

_HEADER: Final = 32
_FRAME: Final = 24

# Python's own SQLite can say it where the one the server uses cannot: in a process of its own, as two libraries in one
# drop each other's locks.
_ASK: Final = """
import json, sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
(size,) = conn.execute("PRAGMA page_size").fetchone()
print(json.dumps([size, conn.execute("SELECT pageno, name FROM dbstat").fetchall()]))
"""


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
    done = run([sys.executable, "-c", _ASK, str(file)], check=True, capture_output=True, text=True, timeout=120)
    size, found = json.loads(done.stdout)
    return size, dict(map(tuple, found))

"""How far the import of a file has come, kept with what it stored, so that one that was cut short goes on there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from ripeline.store.database import Connection
from ripeline.store.meta import drop_meta, read_meta, write_meta

_HEAD: Final = 64 * 1024


class Place(NamedTuple):
    """Between two lines of a file: the byte where the next begins, how many are before it, and what they were."""

    offset: int = 0
    line: int = 0
    new: int = 0
    duplicate: int = 0
    bad: int = 0


def name_of(file: BinaryIO) -> str:
    """What a file is known by while it is imported: other contents, another name. "": it has to be read whole."""
    path = path_of(file)
    if path is None:
        return ""
    head = file.read(_HEAD)
    file.seek(0)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        return ""
    stat = path.stat()
    return "import:" + hashlib.sha256(b"%d %d " % (stat.st_size, stat.st_mtime_ns) + head).hexdigest()


def path_of(file: BinaryIO) -> Path | None:
    """Where the file is; None: it is no file that could be read again."""
    name = getattr(file, "name", None)
    return Path(name) if isinstance(name, str) and Path(name).is_file() else None


def place_in(conn: Connection, name: str) -> Place:
    """Where the last import of that file stopped; its beginning when there was none, or it came to the end."""
    kept = read_meta(conn, name) if name else None
    return Place(*json.loads(kept)) if kept else Place()


def keep_place(conn: Connection, name: str, place: Place) -> None:
    """Inside the transaction that stores what is before it."""
    if name:
        write_meta(conn, name, json.dumps(place))


def forget_place(conn: Connection, name: str) -> None:
    """The end was reached."""
    drop_meta(conn, name)

"""Leads that the command line wants erased while a server runs, which alone may: by their ids, until it has done so."""

from __future__ import annotations

import json
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.meta import drop_meta, read_meta, write_meta

#: The name in `meta`.
_KEY: Final = "erasures_asked"


def asked_erasures(conn: Connection) -> list[int]:
    """Their ids, in the order they were asked for."""
    return list(json.loads(read_meta(conn, _KEY) or "[]"))


def ask_erasure(conn: Connection, lead: int) -> None:
    """Once is enough."""
    write_meta(conn, _KEY, json.dumps([*dict.fromkeys([*asked_erasures(conn), lead])]))


def erasure_done(conn: Connection, lead: int) -> None:
    """It is asked no longer."""
    left = [each for each in asked_erasures(conn) if each != lead]
    if left:
        write_meta(conn, _KEY, json.dumps(left))
    else:
        drop_meta(conn, _KEY)

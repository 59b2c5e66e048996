"""What there is to choose from when a list of leads is narrowed: only what the data has."""

from __future__ import annotations

from typing import Final

from ripeline.store.database import Connection

#: Each channel some session came by; a walk over as many places of the index as there are sources.
_CHANNELS: Final = """-- channels_in_use
SELECT DISTINCT o.channel FROM sources AS o
WHERE EXISTS (SELECT 1 FROM sessions AS n WHERE n.source_id = o.id) ORDER BY o.channel"""
_DIRECT: Final = "-- is_direct_in_use\nSELECT EXISTS (SELECT 1 FROM sessions WHERE source_id IS NULL)"
_OWNED: Final = "-- is_anybody_owned\nSELECT EXISTS (SELECT 1 FROM handoffs WHERE owner_id > 0)"
_OUT: Final = """-- is_anybody_out
SELECT EXISTS (SELECT 1 FROM scores WHERE model_id = (SELECT id FROM texts WHERE text = ?) AND out_of_target = 1)"""


def channels_in_use(conn: Connection) -> tuple[str, ...]:
    """The channels leads came by, by name."""
    found = [name for (name,) in conn.execute(_CHANNELS).fetchall()]
    if "direct" not in found and conn.execute(_DIRECT).fetchone()[0]:
        found.append("direct")
    return tuple(sorted(found))


def is_anybody_owned(conn: Connection) -> bool:
    """Whether somebody ever took a lead to sales."""
    return bool(conn.execute(_OWNED).fetchone()[0])


def is_anybody_out(conn: Connection, model: str) -> bool:
    """Whether some lead is out of target in that model."""
    return bool(conn.execute(_OUT, (model,)).fetchone()[0])

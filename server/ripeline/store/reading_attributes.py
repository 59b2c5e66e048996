"""What is known about a lead, as stored beside it: {name: [value, verified, at]}."""

from __future__ import annotations

from typing import Any, Final

from ripeline.store.database import Connection
from ripeline.store.views import AttributeView

Stored = dict[str, list[Any]]

_NAMES: Final = """-- attribute_names
SELECT DISTINCT known.key FROM leads AS l, json_each(l.attributes) AS known WHERE l.merged_into IS NULL ORDER BY 1"""


def values_of(stored: Stored) -> dict[str, Any]:
    """Only the values, by attribute name."""
    return {name: fact[0] for name, fact in stored.items()}


def attribute_views(stored: Stored) -> tuple[AttributeView, ...]:
    """Each with its source's trust and its time in ms, by name."""
    return tuple(AttributeView(name, fact[0], bool(fact[1]), fact[2]) for name, fact in sorted(stored.items()))


def attribute_names(conn: Connection) -> list[str]:
    """Everything that is known of any lead, by name."""
    return [name for (name,) in conn.execute(_NAMES).fetchall()]

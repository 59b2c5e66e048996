"""Who some leads are: their e-mail and what is known of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from ripeline.store.database import Connection
from ripeline.store.reading_attributes import values_of

_PEOPLE: Final = """-- people_of_leads
SELECT l.id, l.email, l.attributes FROM json_each(?) AS asked JOIN leads AS l ON l.id = asked.value"""


def people_of_leads(conn: Connection, leads: Iterable[int]) -> list[tuple[int, str | None, dict[str, Any]]]:
    """(id, e-mail or None, attributes) of each of those there is."""
    found = conn.execute(_PEOPLE, (json.dumps(list(leads)),)).fetchall()
    return [(id, email, values_of(json.loads(attributes))) for id, email, attributes in found]

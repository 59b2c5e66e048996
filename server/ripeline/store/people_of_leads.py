"""Who some leads are: their e-mail, what is known of them, and a browser of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from ripeline.store.database import Connection
from ripeline.store.reading_attributes import values_of

_PEOPLE: Final = """-- people_of_leads
SELECT l.id, l.email, l.attributes,
  (SELECT v.key FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id
   WHERE e.lead_id = l.id ORDER BY e.visitor_id LIMIT 1)
FROM json_each(?) AS asked JOIN leads AS l ON l.id = asked.value"""


def people_of_leads(conn: Connection, leads: Iterable[int]) -> list[tuple[int, str | None, dict[str, Any], str]]:
    """(id, e-mail or None, attributes, visitor or "") of each of those there is."""
    found = conn.execute(_PEOPLE, (json.dumps(list(leads)),)).fetchall()
    return [(id, email, values_of(json.loads(known)), visitor or "") for id, email, known, visitor in found]

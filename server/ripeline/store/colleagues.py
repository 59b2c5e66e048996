"""The other leads of one's company, by the domain of the e-mail: a view, nothing is scored by it."""

from __future__ import annotations

import json
from typing import Final

from ripeline.store.database import Connection
from ripeline.store.reading import rows
from ripeline.store.reading_attributes import values_of
from ripeline.store.views import Colleague, Colleagues

#: Of a larger company so many are counted.
MOST_COUNTED: Final = 1_000

_COMPANY = "-- company_of_lead\nSELECT company_domain FROM leads WHERE id = ?"
_SEEN = """FROM leads
WHERE company_domain = :domain AND last_seen >= :since AND merged_into IS NULL AND id <> :lead"""
_LATEST = f"""-- colleagues_of_lead
SELECT id, email, attributes, last_seen {_SEEN} ORDER BY last_seen DESC, id LIMIT :limit"""
_COUNT = f"-- count_colleagues\nSELECT count(*) FROM (SELECT 1 {_SEEN} LIMIT {MOST_COUNTED})"


def colleagues_of(conn: Connection, lead_id: int, since: int, limit: int) -> Colleagues | None:
    """Who else of the lead's company was here since then (ms), the latest first; None when no company is known."""
    found = conn.execute(_COMPANY, (lead_id,)).fetchone()
    if found is None or found[0] is None:
        return None
    asked = {"domain": found[0], "since": since, "lead": lead_id, "limit": limit}
    leads = tuple(
        Colleague(row["id"], row["email"], values_of(json.loads(row["attributes"])), row["last_seen"])
        for row in rows(conn, _LATEST, asked)
    )
    return Colleagues(found[0], int(rows(conn, _COUNT, asked)[0]["count(*)"]), leads)

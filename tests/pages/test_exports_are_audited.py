"""Who takes a file of leads away stands in the audit log, by page or by the lead's id, and nothing else of them."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.pages.room import Room

from ripeline.store.audit import AuditQuery, read_audit


@pytest.mark.parametrize(
    ("path", "what", "about", "lead"),
    [
        ("/leads.csv?q=marc", "leads_exported", "/leads", None),
        ("/ready.csv", "leads_exported", "/ready", None),
        ("/leads/1/export", "lead_exported", "", 1),
    ],
)
def test_an_export_is_written_down(
    full: Room, alice: TestClient, path: str, what: str, about: str, lead: int | None
) -> None:
    assert alice.head(path).status_code in (200, 405)
    assert alice.get(path).status_code == 200
    with full.database.read() as conn:
        (line,) = read_audit(conn, AuditQuery(what=what), 10)
    assert (line.author, line.about, line.lead) == ("alice@example.com", about, lead)

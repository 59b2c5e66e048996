"""A whole server: an event comes in at one end, and goes out signed at the other."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from standardwebhooks import Webhook
from starlette.testclient import TestClient
from tests.outbox.listener import listening

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.outbox.signing import new_secret
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination

RULES = """
[models.sales]
label = "Sales"
bands = { hot = 10 }
handoff = "hot"
next = { hot = "Call today" }

[models.sales.rules]
contact = { points = 10, on = "form", where.form = "contact", label = "Wrote to us" }
"""


def test_a_form_sent_becomes_a_signed_webhook_within_seconds(tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES)
    settings = Settings(data=tmp_path / "data", rules=rules, private_hooks=True, base_url="https://leads.example")
    secret = new_secret()
    with listening() as listener, TestClient(create_app(settings)) as client:
        place = Destination(0, "webhook", "n8n", listener.url, ("lead.ready",), secret=secret)
        with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
            add_destination(conn, place)
            key = create_token(conn, "form", frozenset({"write"}), 1)
        event = {
            "id": "e1",
            "visitor": "v1",
            "on": "form",
            "item": "contact",
            "url": "https://shop.example/contact",
            "email": "ada@example.com",
            "traits": {"name": "Ada Lovelace"},
        }
        answer = client.post("/api/events", json=event, headers={"Authorization": f"Bearer {key}"})
        assert answer.json()["accepted"] == 1
        listener.wait_for(1)
    ((headers, body),) = listener.got
    told = Webhook(secret).verify(body, headers)
    assert (told["lead_name"], told["lead_score"], told["lead_next_step"]) == ("Ada Lovelace", 10, "Call today")
    assert told["lead_url"] == f"https://leads.example/leads/{told['lead_id']}?model=sales"

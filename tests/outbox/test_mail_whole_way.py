"""From a download on the site to sales' word on it, by way of an e-mail: the whole server, nothing left out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.outbox.mail_host import MailHost
from tests.pages.reading_html import links_of, text_of

from ripeline.app import create_app
from ripeline.auth.tokens import create_token
from ripeline.mail_server import MailServer
from ripeline.settings import Settings
from ripeline.store.database import Database, transaction
from ripeline.store.destinations import Destination, add_destination

RULES = """
[models.papers]
label = "Livres blancs"
bands = { hot = 12 }
handoff = "hot"
next = { hot = "Appeler dans la journée" }

[models.papers.rules]
paper = { points = 12, on = "download", where.file = "c.pdf", label = "Livre blanc C" }
"""
ADA = {"email": "ada@example.com", "traits": {"name": "Ada Lovelace", "company": "Acme", "phone": "+33 6 12 34 56 78"}}
EVENTS = [
    {"id": "1", "visitor": "v", "on": "page", "url": "https://shop.example/tarifs", "title": "Tarifs"},
    {"id": "2", "visitor": "v", "on": "identify", "url": "https://shop.example/contact", **ADA},
    {"id": "3", "visitor": "v", "on": "download", "url": "https://shop.example/c.pdf"},
]


@pytest.fixture
def host() -> Iterator[MailHost]:
    with MailHost() as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, host: MailHost) -> Settings:
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    server = MailServer("127.0.0.1", host.port, "none")
    return Settings(data=tmp_path, base_url="http://testserver", smtp=server, mail_from="Ripeline <alerts@example.com>")


@pytest.fixture
def server(settings: Settings) -> Iterator[TestClient]:
    headers = {"sec-fetch-site": "same-origin", "accept-language": "fr"}
    with TestClient(create_app(settings), headers=headers) as client:
        yield client


def test_from_a_download_to_a_verdict(server: TestClient, settings: Settings, host: MailHost) -> None:
    with closing(Database(settings.database_file).writer()) as conn, transaction(conn):
        key = create_token(conn, "shop", frozenset({"write", "read"}), 1)
        bob = Destination(0, "email", "Bob", "bob@example.com", ("lead.ready",), locale="fr")
        add_destination(conn, bob)
    token = {"Authorization": f"Bearer {key}"}
    assert server.post("/api/events", json=EVENTS, headers=token).json()["accepted"] == 3

    patience = time.monotonic() + 15
    while not host.got and time.monotonic() < patience:
        time.sleep(0.02)
    (message,) = host.messages
    assert message["To"] == "bob@example.com"
    body = message.get_body(("html",))
    assert body is not None
    html = body.get_content()
    for fact in ("Ada Lovelace", "Acme", "Livre blanc C", "Tarifs", "Appeler dans la journée", "12 chaud"):
        assert fact in text_of(html), fact

    links = links_of(html)
    assert links["+33 6 12 34 56 78"] == "tel:+33612345678"
    assert re.fullmatch(r"http://testserver/leads/\d+\?model=papers", links["Tout sur ce prospect"])
    path = links["Au bon moment"].removeprefix("http://testserver")
    assert "Ada Lovelace Acme" in text_of(server.get(path).text)
    (open_one,) = server.get("/api/handoffs", headers=token).json()["handoffs"]
    assert (open_one["state"], open_one["verdict"]) == ("open", None)

    said = server.post(path, data={"verdict": "right_time"})
    assert "au bon moment" in text_of(said.text)
    (closed,) = server.get("/api/handoffs?state=closed", headers=token).json()["handoffs"]
    assert closed["verdict"] == "right_time"
    with Database(settings.database_file).read() as conn:
        assert conn.execute("SELECT verdict, author FROM verdicts").fetchall() == [("right_time", "bob@example.com")]

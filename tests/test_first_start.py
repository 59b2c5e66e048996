"""The first start, as a French site owner lives it: set up, and the rules are hers at once."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from ripeline.app import create_app
from ripeline.auth.setup import setup_link
from ripeline.auth.tokens import create_token
from ripeline.settings import Settings


def test_the_french_rules_are_in_force_as_soon_as_she_is_the_owner(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, base_url="http://testserver", setup_token="a-token-for-this-test")
    app = create_app(settings)
    with TestClient(app, headers={"accept-language": "fr-FR", "sec-fetch-site": "same-origin"}) as client:
        running = app.state.running
        # Somebody visits before anybody has set the server up: that visit is scored under the French rules too.
        visit = {"v": "ada", "e": [{"i": "1", "n": "page", "u": "https://vergers.example/tarifs"}]}
        assert client.post("/e", json=visit).json()["accepted"] == 1
        assert client.portal is not None
        client.portal.call(running.settled)
        link = client.portal.call(setup_link, running)
        form = {"email": "alice@example.com", "password": "une poire bien mûre", "zone": "Europe/Paris"}
        assert client.post(urlsplit(str(link)).path, data=form).url.path == "/install"
        token = client.portal.call(running.write, lambda conn: create_token(conn, "t", frozenset({"read"}), 0))
        api = {"authorization": f"Bearer {token}"}
        models = client.get("/api/models", headers=api).json()
        assert models["timezone"] == "Europe/Paris"
        assert "chaud" in [band["name"] for band in models["models"][0]["bands"]]
        client.portal.call(running.settled)
        lead = client.get("/api/leads", headers=api).json()["leads"][0]
        assert (lead["visitor"], lead["score"], lead["band"]) == ("ada", 5, "tiède")
        assert not running.healthy()

"""The script, at both of its addresses."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient
from tests.collect.doorstep import Doorstep, batch, visit

from ripeline.app import create_app
from ripeline.paths import TRACKER
from ripeline.script import hashed_path, integrity
from ripeline.settings import Settings


def test_the_script_is_the_file_kept_for_an_hour(shared_door: Doorstep) -> None:
    answer = shared_door.client.get("/t.js")
    assert answer.content == TRACKER.read_bytes()
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_who_has_it_already_gets_a_304(shared_door: Doorstep) -> None:
    etag = shared_door.client.get("/t.js").headers["ETag"]
    for asked in (etag, f'"other", W/{etag}', "*"):
        answer = shared_door.client.get("/t.js", headers={"if-none-match": asked})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert shared_door.client.get("/t.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_hashed_address_never_changes_its_content(shared_door: Doorstep) -> None:
    answer = shared_door.client.get(hashed_path("/t.js"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert shared_door.client.get("/t.0000000000000000.js").status_code == 404
    assert integrity().startswith("sha384-")


def test_both_paths_are_settings(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", rate_limit=None, script_path="/news/a.js", endpoint_path="/news/in")
    with TestClient(create_app(settings)) as client:
        assert client.get("/news/a.js").status_code == 200
        assert client.get(hashed_path("/news/a.js")).status_code == 200
        assert client.get("/t.js").status_code == 404
        assert Doorstep(client, settings).send(batch(visit("e1"))).status_code == 202
        assert client.post("/e", content=b"{}").status_code in (403, 404)

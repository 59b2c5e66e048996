"""`/livez` and `/readyz`."""

from __future__ import annotations

from tests.collect.doorstep import Doorstep


def test_a_server_that_works_is_alive_and_ready(door: Doorstep) -> None:
    assert door.client.get("/livez").json() == {"status": "ok"}
    answer = door.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "writer": "ok", "queue": 0, "lag": 0.0, "warnings": []}


def test_without_its_writer_it_is_alive_and_not_ready(door: Doorstep) -> None:
    running = door.client.app.state.running  # type: ignore[attr-defined]
    running.healthy = lambda: "the writer is not running"
    answer = door.client.get("/readyz")
    assert (answer.status_code, answer.json()["writer"]) == (503, "the writer is not running")
    assert door.client.get("/livez").status_code == 200


def test_a_database_that_cannot_be_read_is_told(door: Doorstep) -> None:
    door.settings.database_file.rename(door.settings.data / "gone.db")
    answer = door.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"].startswith("the database cannot be read")
    (door.settings.data / "gone.db").rename(door.settings.database_file)

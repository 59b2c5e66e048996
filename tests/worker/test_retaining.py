"""Once a night what was kept long enough goes, beside a server that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ripeline.app import create_app
from ripeline.domain.times import months_before
from ripeline.running import Running
from ripeline.settings import Settings
from ripeline.store.audit import AuditQuery, read_audit
from ripeline.store.authors import Said
from ripeline.store.meta import drop_meta, write_meta
from ripeline.store.notes import add_note, remove_note
from ripeline.store.retention import LAST_NIGHT, Retention, count_old_visits, write_retention
from ripeline.worker.retaining import forget, see_to_it


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-11-22T12:00:00", 13, "2025-10-22T12:00:00"),
        ("2026-03-31T00:00:00", 1, "2026-02-28T00:00:00"),
        ("2028-02-29T00:00:00", 12, "2027-02-28T00:00:00"),
        ("2026-01-15T00:00:00", 36, "2023-01-15T00:00:00"),
    ],
)
def test_months_are_those_of_the_calendar(now: str, months: int, then: str) -> None:
    assert months_before(at(now), months) == at(then)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data=tmp_path / "data", base_url="http://testserver", rate_limit=None)
    with TestClient(create_app(settings)) as client:
        yield client


def send(served: TestClient, id: str, when: int) -> None:
    event = {"i": id, "n": "page", "u": f"https://shop.example/{id}", "a": when}
    body = {"v": f"visitor-{id}", "t": when, "e": [event]}
    served.post("/e", json=body).raise_for_status()


def on_the_loop(served: TestClient, work: Any) -> Any:
    assert served.portal is not None
    return served.portal.call(work)


def running_of(served: TestClient) -> Running:
    running: Running = served.app.state.running  # type: ignore[attr-defined]
    return running


def age(served: TestClient, id: str, then: int) -> None:
    """As if the event had come in then."""

    def work(conn: Any) -> None:
        conn.execute("UPDATE events SET at = ?, received_at = ? WHERE event_id = ?", (then, then, id))

    async def write() -> None:
        await running_of(served).settled()
        await running_of(served).write(work)

    on_the_loop(served, write)


def test_the_night_is_seen_to_once_and_written_down(served: TestClient) -> None:
    running, now = running_of(served), at("2026-11-22T12:00:00")
    for id in ("old", "new"):
        send(served, id, now)
    age(served, "old", at("2025-10-21T12:00:00"))
    age(served, "new", at("2025-10-23T12:00:00"))
    with running.database.read() as conn:
        assert count_old_visits(conn, months_before(now, 13)) == 1

    async def night() -> list[bool]:
        early = await see_to_it(running, at("2026-11-22T00:30:00"))
        return [early, await see_to_it(running, now), await see_to_it(running, now)]

    on_the_loop(served, lambda: running.write(lambda conn: write_meta(conn, LAST_NIGHT, "2026-11-21")))
    assert on_the_loop(served, night) == [False, True, False]
    with running.database.read() as conn:
        assert conn.execute("SELECT event_id FROM events").fetchall() == [("new",)]
        assert conn.execute("SELECT text FROM texts WHERE text LIKE '%/old'").fetchall() == []
        lines = [(line.author, line.what, line.about) for line in read_audit(conn, AuditQuery(), 10)]
    assert lines[0] == ("", "retention_done", "visits 1, leads 1")


def test_leads_go_after_so_many_months(served: TestClient) -> None:
    running, now = running_of(served), at("2026-11-22T12:00:00")
    event = {"i": "i1", "n": "identify", "u": "https://shop.example/", "p": {"email": "ada@example.com"}}
    served.post("/e", json={"v": "ada", "e": [event]}).raise_for_status()
    age(served, "i1", at("2025-10-01T12:00:00"))

    async def set_and_forget(months: int) -> tuple[int, int]:
        await running.write(lambda conn: write_retention(conn, Retention(visits=1, leads=months)))
        return await forget(running, now)

    on_the_loop(served, lambda: running.write(lambda conn: conn.execute("UPDATE leads SET created_at = 1")))
    assert on_the_loop(served, lambda: set_and_forget(24)) == (0, 0)
    assert on_the_loop(served, lambda: set_and_forget(12)) == (0, 1)
    with running.database.read() as conn:
        assert conn.execute("SELECT count(*) FROM leads").fetchone() == (0,)


def test_nothing_goes_on_the_day_it_is_asked_first(served: TestClient) -> None:
    running, now = running_of(served), at("2026-11-22T12:00:00")
    send(served, "old", now)
    age(served, "old", at("2020-01-01T12:00:00"))
    on_the_loop(served, lambda: running.write(lambda conn: drop_meta(conn, LAST_NIGHT)))
    assert on_the_loop(served, lambda: see_to_it(running, now)) is False
    assert on_the_loop(served, lambda: see_to_it(running, now)) is False
    assert on_the_loop(served, lambda: see_to_it(running, at("2026-11-23T12:00:00"))) is True


def test_a_note_somebody_deleted_is_gone_for_good_the_night_after(served: TestClient) -> None:
    running, now = running_of(served), at("2026-11-22T04:00:00")

    def work(conn: Any) -> None:
        for hours in (25, 23):
            note = add_note(conn, 1, "call", f"deleted {hours} hours ago", Said("bob@example.com", 1))
            remove_note(conn, note, now - hours * 3_600_000)

    async def go_on() -> None:
        await running.write(work)
        await forget(running, now)

    on_the_loop(served, go_on)
    with running.database.read() as conn:
        assert conn.execute("SELECT text FROM notes").fetchall() == [("deleted 23 hours ago",)]


def test_copies_made_before_an_upgrade_go_after_thirty_days(served: TestClient) -> None:
    running, now = running_of(served), at("2026-11-22T04:00:00")
    folder = running.settings.data / "copies"
    folder.mkdir()
    young, old = (folder / f"ripeline-{day}T040000Z-before-step.db" for day in ("20261024", "20261022"))
    for copy in (young, old):
        copy.write_bytes(b"of then")
    on_the_loop(served, lambda: forget(running, now))
    assert list(folder.iterdir()) == [young]

"""The clock jumps, under a whole server: nothing gained, nobody sent away, nothing done twice or not at all.

The clock is Python's own, moved (time_machine) under the app of a real server, its threads and chores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from starlette.testclient import TestClient
from tests.calibration.white_paper_house import run
from tests.faults.house import Record, many, tell

from ripeline.app import create_app
from ripeline.auth.setup import setup_link
from ripeline.auth.tokens import create_token
from ripeline.fold.verify import verify
from ripeline.rules.reading import load_rules
from ripeline.running import Running
from ripeline.settings import RateLimit, Settings
from ripeline.store.database import Database
from ripeline.store.deliveries import due_deliveries
from ripeline.store.meta import read_meta
from ripeline.store.retention import LAST_NIGHT
from ripeline.worker.retaining import see_to_it

RULES: Final = """
timezone = "Europe/Paris"

[models.sales]
label = "Sales"
bands = { warm = 5, hot = 30 }
decay = { half_life = "10d" }

[models.sales.rules]
seen = { points = 8, on = "page" }
silent = { points = -3, inactive = "30d" }
"""
ADA: Final = {"email": "ada@example.com", "password": "une poire bien mûre", "zone": "Europe/Paris"}
HOUR: Final = 3_600
DAY: Final = 24 * HOUR


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


#: Where it stands, and where it jumps to; `wrong`: by so much that it cannot be right.
JUMPS: Final = {
    "a day on": ("2026-11-22T12:00:00", "2026-11-23T12:00:00"),
    "an hour back": ("2026-11-22T12:00:00", "2026-11-22T11:00:00"),
    "an hour back over midnight": ("2026-11-22T23:30:00", "2026-11-22T22:30:00"),
    "into 2038": ("2026-11-22T12:00:00", "2038-01-19T03:14:07"),
    "beyond 2038": ("2038-01-19T03:14:00", "2038-01-20T03:14:00"),
    "out of 2038": ("2038-01-19T03:14:07", "2026-11-22T12:00:00"),
    "the night an hour is missing": ("2026-03-29T00:30:00", "2026-03-29T01:30:00"),
    "the night an hour comes twice": ("2026-10-25T00:30:00", "2026-10-25T01:30:00"),
}


class House:
    """A server with one visitor, and Ada signed in."""

    def __init__(self, client: TestClient, running: Running) -> None:
        self.client, self.running = client, running
        self.sent = self.rows("SELECT count(*) FROM events")[0][0]

    def call(self, work: Callable[..., Any], *given: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(work, *given)

    def visits(self, visitor: str = "a-visitor") -> None:
        self.sent += 1
        event = {"i": f"e{self.sent}", "n": "page", "u": f"https://shop.example/{self.sent}"}
        answer = self.client.post("/e", json={"v": visitor, "e": [event]})
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        self.call(self.running.settled)

    def rows(self, sql: str) -> list[Any]:
        with self.running.database.read() as conn:
            return list(conn.execute(sql).fetchall())

    def swept(self) -> None:
        """The chores have looked, and there is nothing left for time to do."""

        async def nothing() -> None:
            await self.running.write(lambda _: None)

        for _ in range(50):
            self.call(nothing)
            if self.rows("SELECT 1 FROM meta WHERE key = 'swept'"):
                return
        raise AssertionError("nobody swept")


@contextmanager
def opened(folder: Path, limit: RateLimit | None = None) -> Iterator[House]:
    settings = Settings(data=folder, rate_limit=limit)
    folder.mkdir(exist_ok=True)
    settings.rules_file.write_text(RULES, encoding="utf-8")
    app = create_app(settings)
    with TestClient(app, headers={"sec-fetch-site": "same-origin"}) as client:
        yield House(client, app.state.running)


def differences(folder: Path) -> list[Any]:
    with closing(Database(folder / "ripeline.db")) as database, database.read() as conn:
        return verify(conn, load_rules(folder / "rules.toml"))


@pytest.mark.row
@pytest.mark.parametrize("jump", list(JUMPS)[: many(1, len(JUMPS))])
def test_a_jump_of_the_clock_gains_nothing_and_sends_nobody_away(
    tmp_path: Path, jump: str, record_property: Record
) -> None:
    before, after = (moment(text) for text in JUMPS[jump])
    with time_machine.travel(before, tick=True) as clock, opened(tmp_path / "data", RateLimit(0.1, 12)) as house:
        link = str(house.call(setup_link, house.running))
        assert house.client.post(link.removeprefix(house.running.settings.public_url), data=ADA).is_success
        house.running.settings.rules_file.write_text(RULES, encoding="utf-8")
        house.call(house.running.take_rules)
        for _ in range(3):
            house.visits()
        key = house.call(house.running.write, lambda conn: create_token(conn, "t", frozenset({"read"}), 1))
        (most,) = house.rows("SELECT max(score), max(engagement) FROM scores")[0][:1]
        clock.move_to(after, tick=True)
        # Whoever was signed in still is, unless it was 60 days ago.
        is_here = house.client.get("/leads").url.path == "/leads"
        assert is_here == (after - before < 60 * DAY)
        bearer = {"authorization": f"Bearer {key}"}
        assert house.client.get("/api/leads", headers=bearer).status_code == 200
        # The limit of an address goes on as it was: not shut for an hour, not open for ever.
        statuses = [house.client.post("/e", json={"v": "x", "e": []}).status_code for _ in range(30)]
        assert statuses[0] != 429
        assert 429 in statuses
        clock.shift(60)
        house.visits()
        house.swept()
        for score, engagement in house.rows("SELECT score, engagement FROM scores"):
            assert 0 <= engagement <= most + 8_000, "points fade, and never grow by it"
            assert score <= engagement
        places = [seq for (seq,) in house.rows("SELECT seq FROM events ORDER BY seq")]
        assert places == sorted(set(places))
        assert [id for (id,) in house.rows("SELECT event_id FROM events ORDER BY seq")] == ["e1", "e2", "e3", "e4"]
        assert house.rows("SELECT count(*) FROM sessions WHERE ended_at < started_at") == [(0,)]
        assert house.client.get("/readyz").status_code == 200
    assert differences(tmp_path / "data") == []
    tell(record_property, signed_in=is_here, differences=0)


@pytest.mark.row
def test_a_clock_that_was_ahead_for_a_day_is_said_and_can_be_made_good(tmp_path: Path, record_property: Record) -> None:
    right, wrong, folder = moment("2026-11-22T12:00:00"), moment("2038-01-19T12:00:00"), tmp_path / "data"
    with time_machine.travel(right), opened(folder) as house:
        house.visits()
        house.visits()
    with time_machine.travel(wrong), opened(folder) as house:
        house.visits("somebody-else")
        assert house.rows("SELECT count(*) FROM events") == [(3,)], "what came first is kept"
    with time_machine.travel(right + HOUR):
        with opened(folder) as house:
            (warning,) = house.client.get("/readyz").json()["warnings"]
            assert "scores are those of 2038-01-19" in warning
        assert "`ripeline rescore`" in warning
        said = run("rescore", "--data", folder)
        assert said.exit_code == 0, said.output
        with opened(folder) as house:
            assert house.client.get("/readyz").json()["warnings"] == []
            ((before,), _) = house.rows("SELECT engagement FROM scores ORDER BY lead_id")
            house.visits()
            ((after,), _) = house.rows("SELECT engagement FROM scores ORDER BY lead_id")
            assert (before, after) == (16_000, 24_000), "nothing had faded, and what somebody does now counts in full"
    assert differences(folder) == []
    tell(record_property, said=1, differences=0)


@pytest.mark.row
def test_each_night_is_seen_to_once_whatever_the_clock_does(tmp_path: Path, record_property: Record) -> None:
    """3 o'clock in Paris comes once in both nights; a clock that was ahead costs no data, and no later night."""
    nights: list[str] = []
    with opened(tmp_path / "data") as house:
        house.visits()

        def seen(at: str) -> bool:
            done = house.call(see_to_it, house.running, int(moment(at) * 1_000))
            nights.append(at)
            return bool(done)

        def last() -> str | None:
            with house.running.database.read() as conn:
                return read_meta(conn, LAST_NIGHT)

        for month, day in (("2026-03", 29), ("2026-10", 25)):
            seen(f"{month}-{day - 1}T12:00:00")
            hours = [seen(f"{month}-{day}T{hour:02}:{minute:02}:00") for hour in range(6) for minute in (0, 30)]
            assert sum(hours) == 1, f"{month}-{day}"
            # An hour back, and three o'clock comes again: not a second time.
            assert not seen(f"{month}-{day}T00:30:00")
            assert not seen(f"{month}-{day}T04:30:00")
            assert seen(f"{month}-{day + 1}T04:30:00")
        # Years ahead, all at once: nothing goes on that day; and back, the night after is seen to again.
        assert not seen("2038-01-19T04:30:00")
        assert house.rows("SELECT count(*) FROM events") == [(1,)]
        assert not seen("2026-10-27T04:30:00")
        assert last() == "2026-10-27"
        assert seen("2026-10-28T04:30:00")
    tell(record_property, looks=len(nights))


@pytest.mark.row
def test_an_alert_put_off_by_a_clock_that_was_ahead_goes_out_when_it_is_right(tmp_path: Path) -> None:
    now = int(moment("2026-11-22T12:00:00") * 1_000)
    with opened(tmp_path / "data") as house:

        def wait_until(due: int) -> int:
            def work(conn: Any) -> int:
                conn.execute("DELETE FROM deliveries")
                conn.execute("DELETE FROM outbox")
                conn.execute(
                    "INSERT INTO outbox (id, topic, lead_id, payload, created_at, due_at) "
                    "VALUES ('m', 'lead.ready', 1, '{}', 1, 1)"
                )
                conn.execute(
                    "INSERT OR REPLACE INTO destinations (id, kind, name, address, topics, secret, created_at) "
                    "VALUES (1, 'webhook', 'w', 'https://w.example', '[]', '', 1)"
                )
                conn.execute(
                    "INSERT INTO deliveries (message_id, destination_id, lead_id, topic, created_at, due_at) "
                    "VALUES ('m', 1, 1, 'lead.ready', 1, ?)",
                    (due,),
                )
                return len(due_deliveries(conn, now, [], 10))

            return int(house.call(house.running.write, work))

        assert wait_until(now) == 1
        assert wait_until(now + 24 * HOUR * 1_000) == 0, "the longest wait between two tries"
        assert wait_until(now + 12 * 365 * DAY * 1_000) == 1

"""The one thread that writes: nothing is answered before it is stored, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.worker.log_house import LogHouse, event, open_house

from ripeline.domain.event import Event
from ripeline.errors import InvalidEvent, LogRefused
from ripeline.log.queue import Outcome, Waiting
from ripeline.store.database import Connection, Database, DatabaseError, OperationalError
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LogHouse]:
    with open_house(tmp_path / "ripeline.db") as house:
        yield house


def test_an_event_is_answered_when_others_can_read_it(house: LogHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    # Looked at where the outcome leaves the writer: the last moment before the sender may be told.
    seen: list[list[str]] = []
    answer = house.log.answer

    def look(taken: list[Waiting], outcomes: list[Outcome]) -> None:
        assert not house.conn.in_transaction
        seen.append(house.stored())
        answer(taken, outcomes)

    monkeypatch.setattr(house.log, "answer", look)
    assert asyncio.run(house.log.append([event("e1"), event("e2")])) == [True, True]
    assert seen == [["e1", "e2"]]


def test_a_retried_event_is_told_as_a_duplicate_and_folded_once(house: LogHouse) -> None:
    async def story() -> None:
        assert await house.log.append([event("e1")]) == [True]
        assert await house.log.append([event("e1"), event("e2")]) == [False, True]
        assert await house.writer.settled() == 0

    asyncio.run(story())
    assert house.folder.folded == ["e1", "e2"]


def test_many_senders_share_commits_and_each_gets_its_answer(house: LogHouse) -> None:
    async def story() -> list[list[bool]]:
        calls = [house.log.append([event(f"{n % 150}-{k}") for k in range(3)]) for n in range(300)]
        answers = await asyncio.gather(*calls)
        assert await house.writer.settled() == 0
        return answers

    answers = asyncio.run(story())
    assert sum(flags.count(True) for flags in answers) == 450
    assert sum(flags.count(False) for flags in answers) == 450
    assert len(house.stored()) == len(set(house.stored())) == 450
    assert sorted(house.folder.folded) == sorted(house.stored())
    assert len(house.folder.steps) < 20


def test_a_job_is_committed_when_it_is_answered(house: LogHouse) -> None:
    def add(conn: Connection) -> str:
        conn.execute("INSERT INTO texts (text) VALUES ('mine')")
        return threading.current_thread().name

    async def story() -> None:
        assert await house.writer.write(add) == "writer"
        with house.database.read() as conn:
            assert conn.execute("SELECT text FROM texts").fetchall() == [("mine",)]

    asyncio.run(story())


def test_a_job_that_raises_is_rolled_back_and_harms_nobody(house: LogHouse) -> None:
    def fail(conn: Connection) -> None:
        conn.execute("INSERT INTO texts (text) VALUES ('gone')")
        conn.execute("INSERT INTO nowhere VALUES (1)")

    async def story() -> None:
        with pytest.raises(OperationalError, match="nowhere"):
            await house.writer.write(fail)
        assert await house.log.append([event("e1", title="kept")]) == [True]
        with house.database.read() as conn:
            assert conn.execute("SELECT text FROM texts ORDER BY id").fetchall() == [("page",), ("kept",)]

    asyncio.run(story())
    assert house.writer.healthy() == ""


def test_one_event_no_check_foresaw_does_not_cost_its_neighbours(house: LogHouse) -> None:
    async def story() -> list[object]:
        calls = [
            house.log.append([event(id, title=title)]) for id, title in (("e1", "a"), ("e2", "\ud800"), ("e3", "b"))
        ]
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second, third = asyncio.run(story())
    assert first == third == [True]
    assert isinstance(second, InvalidEvent)
    assert house.stored() == ["e1", "e3"]
    assert house.writer.healthy() == ""


def test_settled_waits_for_what_was_accepted_before(house: LogHouse) -> None:
    async def story() -> None:
        house.folder.may_go_on.clear()
        append = asyncio.create_task(house.log.append([event("e1")]))
        await asyncio.sleep(0)
        settled = asyncio.create_task(house.writer.settled())
        await asyncio.sleep(0.05)
        assert not settled.done()
        house.folder.may_go_on.set()
        assert await settled == 0
        assert await append == [True]
        assert house.folder.folded == ["e1"]

    asyncio.run(story())


def test_events_of_another_process_are_found_and_folded(house: LogHouse) -> None:
    conn = Database(house.database.path).writer()
    append_events(conn, [event("imported")], Dictionary())
    conn.close()
    until = time.monotonic() + 3
    while house.folder.folded != ["imported"] and time.monotonic() < until:
        time.sleep(0.06)
    assert house.folder.folded == ["imported"]


def test_events_that_were_not_folded_before_a_stop_are_folded_after_the_start(tmp_path: Path) -> None:
    with open_house(tmp_path / "ripeline.db") as house:
        house.folder.fails = RuntimeError("no scores today")
        asyncio.run(house.log.append([event("e1")]))
    with open_house(tmp_path / "ripeline.db") as again:
        assert asyncio.run(again.writer.settled()) == 0
        assert again.folder.folded == ["e1"]


def test_a_failing_fold_stops_neither_the_log_nor_the_jobs(house: LogHouse) -> None:
    async def story() -> None:
        house.folder.fails = ValueError("a poisoned event")
        assert await house.log.append([event("e1")]) == [True]
        assert await house.writer.settled() == 1
        assert "scores are not being updated: ValueError" in house.writer.healthy()
        assert await house.log.append([event("e2")]) == [True]
        assert await house.writer.write(lambda conn: 7) == 7
        house.folder.fails = None
        for _ in range(200):
            await asyncio.sleep(0.02)
            if not house.writer.healthy():
                break
        assert await house.writer.settled() == 0

    asyncio.run(story())
    assert house.folder.folded == ["e1", "e2"]
    assert house.deaths == []


def test_a_full_disk_refuses_until_there_is_room_again(house: LogHouse) -> None:
    def allow(pages: int) -> None:
        house.conn.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    async def story() -> None:
        (used,) = await house.writer.write(lambda conn: conn.execute("PRAGMA page_count").fetchone())
        await house.writer.write(lambda conn: allow(used))
        big = [event(f"big{n}", title=f"{n}" * 1_000) for n in range(100)]
        with pytest.raises(LogRefused, match="the disk is full") as refused:
            await house.log.append(big)
        assert refused.value.retry_after == 5
        assert house.writer.healthy() == "the disk is full"
        assert house.stored() == []
        with pytest.raises(LogRefused, match="the disk is full") as refused:
            await house.writer.write(lambda conn: _add_texts(conn, big))
        assert refused.value.retry_after == 5
        await house.writer.write(lambda conn: allow(1_000_000))
        assert await house.log.append(big) == [True] * 100
        assert house.writer.healthy() == ""

    asyncio.run(story())
    assert house.deaths == []


def _add_texts(conn: Connection, events: list[Event]) -> None:
    conn.executemany("INSERT INTO texts (text) VALUES (?)", [(event.title,) for event in events])


def test_trouble_that_has_passed_is_over_though_nobody_sends_anything(house: LogHouse) -> None:
    # A proxy sends nothing to a server that says it is not ready.
    async def story() -> None:
        (used,) = await house.writer.write(lambda conn: conn.execute("PRAGMA page_count").fetchone())
        await house.writer.write(lambda conn: conn.execute(f"PRAGMA max_page_count = {used}").fetchall())
        with pytest.raises(LogRefused, match="the disk is full"):
            await house.log.append([event(f"big{n}", title=f"{n}" * 1_000) for n in range(100)])
        for _ in range(200):
            if not house.writer.healthy():
                break
            await asyncio.sleep(0.05)
        assert house.writer.healthy() == ""

    asyncio.run(story())


def _break(conn: Connection) -> None:
    error = DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = 11  # SQLITE_CORRUPT, as the driver sets it
    raise error


def test_a_broken_disk_ends_the_writer_and_nobody_waits_for_it(house: LogHouse) -> None:
    async def story() -> None:
        house.folder.may_go_on.clear()
        await house.log.append([event("e1")])
        await asyncio.sleep(0.1)
        job = asyncio.ensure_future(house.writer.write(_break))
        later = asyncio.ensure_future(house.writer.write(lambda conn: 1))
        append = asyncio.ensure_future(house.log.append([event("e2")]))
        settled = asyncio.ensure_future(house.writer.settled())
        await asyncio.sleep(0)
        house.folder.may_go_on.set()
        started = time.monotonic()
        outcomes = await asyncio.gather(job, later, settled, append, return_exceptions=True)
        assert time.monotonic() - started < 1
        assert [isinstance(outcome, LogRefused) for outcome in outcomes[:3]] == [True, True, True]
        # Either it was committed before, or it was refused; never in between.
        assert (outcomes[3] == [True]) == ("e2" in house.stored())
        for call in (house.log.append([event("e3")]), house.writer.write(_break), house.writer.settled()):
            with pytest.raises(LogRefused, match="the writer gave up"):
                await call

    asyncio.run(story())
    house.writer.stop(5)
    assert "database disk image is malformed" in house.writer.healthy()
    assert len(house.deaths) == 1


def test_a_stop_writes_and_folds_what_was_taken(house: LogHouse) -> None:
    async def story() -> None:
        house.folder.may_go_on.clear()
        await house.log.append([event("first")])
        appends = [asyncio.ensure_future(house.log.append([event(f"e{n}")])) for n in range(50)]
        await asyncio.sleep(0)
        house.folder.may_go_on.set()
        await asyncio.to_thread(house.writer.stop, 5)
        assert await asyncio.gather(*appends) == [[True]] * 50
        with pytest.raises(LogRefused, match="shutting down"):
            await house.log.append([event("late")])
        with pytest.raises(LogRefused):
            await house.writer.write(lambda conn: 1)

    asyncio.run(story())
    assert len(house.stored()) == len(house.folder.folded) == 51
    assert house.writer.healthy()
    assert house.deaths == []


def test_scores_are_not_behind_for_long_under_a_flood(house: LogHouse) -> None:
    lags: list[float] = []

    async def sender(name: str) -> None:
        for n in range(60):
            await house.log.append([event(f"{name}-{n}-{k}") for k in range(10)])
            lags.append(house.writer.lag())

    async def story() -> None:
        await asyncio.gather(*(sender(f"s{n}") for n in range(8)))
        assert await house.writer.settled() == 0

    asyncio.run(story())
    assert len(house.folder.folded) == 4_800
    assert max(lags) < 1
    assert house.writer.lag() == 0.0


def _meanwhile(house: LogHouse) -> tuple[threading.Event, threading.Event]:
    """The first step of the fold is in its midst, until it may go on and let others write."""
    is_there, goes_on = threading.Event(), threading.Event()

    def pause() -> None:
        is_there.set()
        goes_on.wait(5)
        # The fold is interrupted for those only who have waited a little.
        time.sleep(0.06)
        house.writer.append_meanwhile()

    house.folder.pause = pause
    return is_there, goes_on


def test_events_are_stored_in_the_midst_of_a_step_of_the_fold(house: LogHouse) -> None:
    is_there, goes_on = _meanwhile(house)
    stored: list[list[str]] = []
    house.folder.steps = _Told(lambda: stored.append(house.stored()))

    async def story() -> None:
        assert await house.log.append([event("e1")]) == [True]
        await asyncio.to_thread(is_there.wait, 5)
        second = asyncio.create_task(house.log.append([event("e2")]))
        await asyncio.sleep(0)
        goes_on.set()
        assert await second == [True]
        assert await house.writer.settled() == 0

    asyncio.run(story())
    assert stored[0] == ["e1", "e2"]
    assert house.folder.folded == ["e1", "e2"]


def test_what_breaks_in_the_midst_of_a_step_ends_the_writer(house: LogHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    is_there, goes_on = _meanwhile(house)

    def breaks(*_: object) -> None:
        raise SystemError("made to fail")

    async def story() -> None:
        assert await house.log.append([event("e1")]) == [True]
        await asyncio.to_thread(is_there.wait, 5)
        monkeypatch.setattr("ripeline.worker.writer.append_batch", breaks)
        second = asyncio.create_task(house.log.append([event("e2")]))
        await asyncio.sleep(0)
        goes_on.set()
        with pytest.raises(LogRefused):
            await second

    asyncio.run(story())
    house.writer.stop(5)
    assert house.deaths == ["the writer gave up: SystemError"]
    assert house.folder.folded == ["e1"]


class _Told(list[int]):
    """A list that says when something is added."""

    def __init__(self, tell: Callable[[], object]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, value: int) -> None:
        self._tell()
        super().append(value)

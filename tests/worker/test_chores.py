"""Chores: a little at a time, at rest when there is nothing, and no reason to stop when one fails."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.worker.log_house import LogHouse, event, open_house

from ripeline.store.database import Connection
from ripeline.worker.chores import Chores, Paced
from ripeline.worker.writer import Writer


class Work:
    """So many pieces of work; `fails` once when told to."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.asked = 0
        self.fails: Exception | None = None

    def step(self) -> int:
        self.asked += 1
        if self.fails:
            error, self.fails = self.fails, None
            raise error
        if not self.pieces:
            return 0
        self.pieces -= 1
        return 1


def test_one_piece_of_each_a_step_and_rest_when_there_is_nothing() -> None:
    one, other = Work(2), Work(0)
    chores = Chores([one.step, other.step])
    assert [chores.step(0.0) for _ in range(5)] == [1, 1, 0, 0, 0]
    assert (one.asked, other.asked) == (3, 1)
    assert chores.due_in(1.0) == 29.0
    chores.step(31.0)
    assert (one.asked, other.asked) == (4, 2)


def test_a_chore_may_rest_for_another_time() -> None:
    often, other = Work(0), Work(0)
    chores = Chores([Paced(often.step, 2.0), other.step])
    for now in (0.0, 1.0, 2.0, 4.0):
        chores.step(now)
    assert (often.asked, other.asked) == (3, 1)
    assert chores.due_in(5.0) == 1.0


def test_asked_to_look_it_looks_at_once() -> None:
    work = Work(0)
    chores = Chores([work.step])
    chores.step(0.0)
    chores.look()
    assert chores.due_in(0.0) == 0.0
    chores.step(0.0)
    assert work.asked == 2


def test_a_chore_that_fails_is_said_and_tried_again_later() -> None:
    work = Work(9)
    chores = Chores([work.step])
    work.fails = ValueError("no sweep today")
    assert chores.step(0.0) == 0
    assert chores.problem == "a chore of the writer fails, and is tried again: ValueError"
    assert chores.step(29.0) == 0
    assert chores.step(31.0) == 1
    assert chores.problem == ""


def test_the_writer_does_them_between_events(tmp_path: Path) -> None:
    house = LogHouse(tmp_path / "ripeline.db")
    work = Work(50)
    writer = Writer(house.conn, house.log, house.folder, house.deaths.append, [work.step])
    writer.start()
    try:
        assert asyncio.run(house.log.append([event("e1")])) == [True]
        until = time.monotonic() + 5
        while work.pieces and time.monotonic() < until:
            time.sleep(0.01)
        assert work.pieces == 0
        assert asyncio.run(writer.settled()) == 0
    finally:
        writer.stop(5)
        house.database.close()


def test_what_was_erased_is_not_in_the_log_file_either(tmp_path: Path) -> None:
    with open_house(tmp_path / "ripeline.db") as house:

        async def story() -> None:
            await house.log.append([event("canary-event")])
            await house.writer.settled()
            assert b"canary-event" in log_file.read_bytes()
            await house.writer.write(erase)

        def erase(conn: Connection) -> None:
            conn.execute("DELETE FROM events")
            house.writer.forget()

        log_file = tmp_path / "ripeline.db-wal"
        asyncio.run(story())
        until = time.monotonic() + 5
        while log_file.stat().st_size and time.monotonic() < until:
            time.sleep(0.02)
        assert log_file.stat().st_size == 0


def test_a_small_file_is_written_anew_when_it_is_quiet_after_an_erasure(tmp_path: Path) -> None:
    with open_house(tmp_path / "ripeline.db") as house:

        def fill(conn: Connection) -> None:
            conn.executemany("INSERT INTO texts (text) VALUES (?)", [(f"text {n}" * 9,) for n in range(3_000)])

        def erase(conn: Connection) -> None:
            conn.execute("DELETE FROM texts")
            house.writer.forget()

        def free_pages() -> int:
            with house.database.read() as conn:
                return int(conn.execute("PRAGMA freelist_count").fetchone()[0])

        async def story() -> None:
            await house.writer.write(fill)
            await house.writer.write(erase)

        asyncio.run(story())
        until = time.monotonic() + 5
        while free_pages() and time.monotonic() < until:
            time.sleep(0.02)
        assert free_pages() == 0
        assert asyncio.run(house.log.append([event("e1")])) == [True]

"""`kill -9` between any two statements of the fold: a hand-off and its message are there both or neither, each once."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.faults import fused
from tests.faults.forked import is_killed
from tests.faults.house import Record, Server, lost_nothing, many, scored_once, tell
from tests.fold.ledger_house import ADA, DAY, HOUR, PAPERS, START, House, identify, open_house
from tests.fold.test_folding_aside import POISON
from tests.fold.test_folding_once import BATCH, BEFORE, everything

from ripeline.domain.event import Event
from ripeline.rules.reading import read_rules
from ripeline.store.copies import problems_of
from ripeline.store.database import Database

#: The same with one in its midst that scoring cannot take.
POISONED: list[Event] = [*BATCH[:2], identify("new", ADA, HOUR, traits=POISON, id="poison"), *BATCH[2:]]


def prepared(folder: Path, batch: list[Event]) -> Path:
    """A database in which that batch is stored and not folded."""
    folder.mkdir()
    house = open_house(folder)
    house.fold(*BEFORE)
    house.append(*batch)
    house.conn.close()
    return folder


def entered(folder: Path) -> House:
    database = Database(folder / "ripeline.db")
    return House(database, database.writer(), read_rules(PAPERS), START + 20 * DAY)


def folds_until(folder: Path, statement: int) -> bool:
    """Fold in a process that is killed before that statement; whether it was."""

    def fold() -> None:
        house = entered(folder)
        house.conn.set_trace_callback(fused.Fuse(statement).burn)
        house.fold()

    return is_killed(fold)


def lives(first: Path, stride: int) -> Iterator[tuple[int, House]]:
    """What is found after the fold was killed before each, or each so manieth, statement; at last it was not."""
    for statement in count(0, stride):
        folder = first.with_name(f"killed-{statement}")
        shutil.copytree(first, folder)
        was_killed = folds_until(folder, statement)
        house = entered(folder)
        yield statement, house
        house.conn.close()
        shutil.rmtree(folder)
        if not was_killed:
            return


def came_of(house: House) -> tuple[Any, ...]:
    return house.told(), house.handoffs(), house.outbox(), house.rows("SELECT seq, problem FROM quarantine")


def put_by(house: House) -> dict[str, list[Any]]:
    """All tables but the one an event is set aside in, for which there is a transaction of its own."""
    return {name: rows for name, rows in everything(house).items() if name != "quarantine"}


@pytest.mark.row
@pytest.mark.parametrize("batch", [BATCH, POISONED], ids=["handed-over", "poisoned"])
def test_a_killed_fold_did_all_of_a_batch_or_nothing(
    tmp_path: Path, batch: list[Event], record_property: Record
) -> None:
    first = prepared(tmp_path / "first", batch)
    shutil.copytree(first, tmp_path / "peace")
    peace = entered(tmp_path / "peace")
    before = put_by(peace)
    peace.fold()
    reference = came_of(peace)
    assert len(peace.handoffs()) > len(before["handoffs"])
    statement = 0
    for statement, house in lives(first, many(11, 1)):
        assert problems_of(house.conn) == ""
        assert put_by(house) == before or came_of(house) == reference, f"killed before statement {statement}"
        house.fold()
        assert came_of(house) == reference, f"killed before statement {statement}"
        assert house.differences() == []
    assert statement > 60
    tell(record_property, statements=statement)


#: Two visitors, one of whom writes to us; the other turns out to be the same person.
WROTE = [
    {"id": "p1", "visitor": "phone", "on": "page", "url": "https://shop.example/"},
    {"id": "p2", "visitor": "laptop", "on": "page", "url": "https://shop.example/"},
    {"id": "f1", "visitor": "phone", "on": "form", "item": "contact", "url": "https://shop.example/c", "email": ADA},
    {"id": "i1", "visitor": "laptop", "on": "identify", "email": ADA},
]


def sent(server: Server, token: str) -> bool:
    """Whether the batch was acknowledged."""
    status, _ = server.ask("/api/events", token=token, body=json.dumps(WROTE).encode())
    assert status in (0, 202), f"{status}: {server.tail()}"
    return status == 202


def is_at_rest(server: Server) -> bool:
    """Whether the message is with whom it is for, as far as there is anybody."""
    return server.rows("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL") == [(1,)]


@pytest.mark.fault
def test_a_server_killed_before_any_statement_hands_over_once(tmp_path: Path, record_property: Record) -> None:
    """From the append to the message: before each fifth statement of the writer of a real server."""
    with Server(tmp_path / "first").start() as server:
        token = server.token("write")
        server.stop()
    kills = 0
    for statement in count(0, 5):
        data = tmp_path / f"killed-{statement}"
        shutil.copytree(tmp_path / "first", data)
        with Server(
            data, command=(sys.executable, fused.__file__), environment={"FUSE": str(statement)}
        ).start() as server:
            was_told = sent(server, token)
            while server.is_running() and not is_at_rest(server):
                time.sleep(0.02)
            was_killed = not server.is_running()
            server.kill()
            stored = server.rows("SELECT count(*) FROM events")[0][0]
            assert stored == len(WROTE) if was_told else stored in (0, len(WROTE))
        with Server(data).start() as server:
            assert sent(server, token)
            scored_once(server)
            assert server.rows("SELECT count(*) FROM handoffs") == [(1,)]
            server.stop()
            lost_nothing(server, [event["id"] for event in WROTE])
        shutil.rmtree(data)
        kills += was_killed
        if not was_killed:
            break
    assert kills > 12
    tell(record_property, kills=kills)

"""Each event is folded exactly once: its work and the cursor are there both, or neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from tests.fold.ledger_house import ADA, DAY, EVE, HOUR, START, House, download, form, identify, open_house, page

from ripeline.domain.event import Event
from ripeline.fold.folder import Folder
from ripeline.store.database import Connection, OperationalError
from ripeline.store.meta import read_meta

#: The second batch makes, names and merges leads, refolds one, hands over and moves a hand-off along.
BEFORE: list[Event] = [
    identify("laptop", ADA, 0),
    download("phone", "c", HOUR),
    form("phone", "callback", 2 * HOUR, traits={"phone": "+33123456789"}),
    page("tablet", "/pricing", DAY),
]
BATCH: list[Event] = [
    page("new", "/blog/1", DAY),
    identify("phone", ADA, DAY),
    identify("tablet", EVE, 2 * DAY),
    download("tablet", "c", HOUR),
]


class Plug:
    """A connection that fails once, at its n-th statement; 0 never. Only what the fold uses of it."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.statements = 0
        self.fails_at = 0

    def execute(self, sql: str, *bound: Any) -> Any:
        self.statements += 1
        if self.statements == self.fails_at:
            raise OperationalError("the disk is away")
        return self.conn.execute(sql, *bound)

    def executemany(self, sql: str, rows: Any) -> Any:
        for row in rows:
            self.execute(sql, row)

    @property
    def in_transaction(self) -> bool:
        return bool(self.conn.in_transaction)


def everything(house: House) -> dict[str, list[Any]]:
    tables = [name for (name,) in house.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: house.rows(f"SELECT * FROM {name}") for name in tables if not name.startswith("leads_search")}


def prepared(folder: Path) -> House:
    folder.mkdir()
    house = open_house(folder)
    house.fold(*BEFORE)
    house.append(*BATCH)
    return house


def plugged(house: House) -> tuple[Plug, Folder]:
    plug = Plug(house.conn)
    folder = Folder(cast(Connection, plug), house.ruleset, lambda: START)
    plug.statements = 0
    return plug, folder


def test_stopped_between_any_two_statements_nothing_is_applied_and_then_all(tmp_path: Path) -> None:
    reference = prepared(tmp_path / "reference")
    plug, folder = plugged(reference)
    assert folder.step() == len(BATCH)
    statements = plug.statements
    assert statements > 30
    for number in range(1, statements + 1):
        house = prepared(tmp_path / str(number))
        plug, folder = plugged(house)
        plug.fails_at = number
        before = everything(house)
        with pytest.raises(OperationalError):
            folder.step()
        assert everything(house) == before
        assert folder.step() == len(BATCH)
        assert house.told() == reference.told()
        assert house.handoffs() == reference.handoffs()
        assert house.outbox() == reference.outbox()
        house.conn.close()
    reference.conn.close()


def test_handoff_and_message_are_there_both_or_neither(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    assert house.rows("SELECT count(*) FROM handoffs WHERE state = 'open'") == house.rows("SELECT count(*) FROM outbox")


def test_a_second_folder_goes_on_where_the_first_stopped(house: House) -> None:
    house.append(*BEFORE, *BATCH)
    assert house.folder.step(3) == 3
    assert read_meta(house.conn, "cursor") == "3"
    assert house.new_folder().step(500) == len(BEFORE) + len(BATCH) - 3
    assert house.folder.step() == 0
    assert house.differences() == []


def test_with_nothing_to_fold_nothing_is_written(house: House) -> None:
    house.fold(*BEFORE)
    before = house.rows("PRAGMA data_version"), everything(house)
    assert house.folder.step() == 0
    assert (house.rows("PRAGMA data_version"), everything(house)) == before


def test_two_sites_may_use_one_event_id_at_one_moment_of_somebody_new(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    house.fold(page("new", "/blog/1", 0, id="e1"), page("new", "/blog/2", 0, id="e1", site=2))
    assert house.rows("SELECT problem FROM quarantine") == []
    assert house.rows("SELECT events FROM sessions") == [(2,)]
    assert house.differences() == []
    house.conn.close()

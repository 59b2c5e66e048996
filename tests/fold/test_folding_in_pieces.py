"""A step works out what it will write before it takes the database: others write to the log meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from tests.fold.ledger_house import ADA, HOUR, House, download, identify, open_house, page

from ripeline.domain.event import Event
from ripeline.fold import thinking
from ripeline.fold.folder import Folder
from ripeline.store.database import transaction
from ripeline.store.dictionary import Dictionary
from ripeline.store.log_rows import append_events

#: More leads than a piece has.
MANY = [page(f"v{number}", "/pricing", number) for number in range(100)]
LATER = [download("v3", "c", HOUR), identify("v3", ADA, HOUR + 1), page("v200", "/about", HOUR + 2)]


def once(work: Callable[[], object]) -> Callable[[], None]:
    left = [work]

    def do() -> None:
        if left:
            left.pop()()

    return do


@pytest.fixture
def reference(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = open_house(tmp_path_factory.mktemp("reference"))
    house.fold(*MANY)
    house.fold(*LATER)
    return house


def _append_elsewhere(house: House, events: list[Event]) -> None:
    with closing(house.database.writer()) as conn, transaction(conn):
        append_events(conn, events, Dictionary())


def test_what_comes_while_a_batch_is_worked_out_is_folded_next(house: House, reference: House) -> None:
    house.append(*MANY)
    house.folder.pause = once(lambda: _append_elsewhere(house, LATER))
    assert house.folder.step() == len(MANY)
    assert house.folder.step() == len(LATER)
    assert house.told() == reference.told()
    assert house.differences() == []


def test_events_that_somebody_else_folds_meanwhile_score_once(house: House, reference: House) -> None:
    other = Folder(house.conn, house.ruleset, lambda: house.now)
    house.append(*MANY, *LATER)
    house.folder.pause = once(other.step)
    assert house.folder.step() == 0
    assert house.told() == reference.told()
    assert house.differences() == []


def test_of_leads_that_did_very_much_fewer_are_remembered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinking, "_REMEMBERED", 1_000)
    folder, others = house.new_folder(), [page(f"v{n}", "/about", 500) for n in range(50)]
    house.fold(*[page("busy", f"/{n}", n) for n in range(400)], *others, page("busy", "/about", 4_000))
    assert len(folder._leads) == 51
    house.fold(*[page("busy", f"/more/{n}", 4_001 + n) for n in range(400)], limit=100)
    folder._leads.trim()
    assert 1 <= len(folder._leads) < 51
    assert house.differences() == []

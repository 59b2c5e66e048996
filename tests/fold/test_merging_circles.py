"""Two nobody knew were put together; then each says to be the same person: no lead ever leads to itself."""

from __future__ import annotations

import pytest
import sqlite_utils
from tests.fold.ledger_house import ADA, HOUR, MARC, PAPERS, House, download, identify, page

from ripeline.errors import Conflict
from ripeline.fold.merging import merge, undo_merge
from ripeline.fold.rescore import is_scored
from ripeline.store.migrations import leads_that_led_to_themselves


def lead_of(house: House, visitor: str) -> int:
    sql = "SELECT e.lead_id FROM epochs AS e JOIN visitors AS v ON v.id = e.visitor_id WHERE v.key = ?"
    return int(house.rows(sql, visitor)[0][0])


def put_into(house: House, browser: str, other: str) -> int:
    """The anonymous lead of `browser`, with that of `other` in it."""
    house.fold(page(browser, "/pricing", 0), page(other, "/pricing", 1))
    return int(house.do(merge, lead_of(house, browser), lead_of(house, other)))


def read(house: House) -> list[int]:
    """The leads that are not read under another."""
    return [id for (id,) in house.rows("SELECT id FROM leads WHERE merged_into IS NULL ORDER BY id")]


def points(house: House, lead: int) -> float:
    sql = "SELECT engagement + fit FROM scores JOIN texts ON id = model_id WHERE lead_id = ? AND text = 'vertical'"
    return float(house.rows(sql, lead)[0][0] / 1000)


def test_who_was_put_into_a_lead_may_say_its_name_before_that_lead_does(house: House) -> None:
    lead = put_into(house, "library", "phone")
    house.fold(identify("phone", ADA, HOUR), download("phone", "a", 2 * HOUR))
    house.fold(identify("library", ADA, 3 * HOUR), download("library", "b", 4 * HOUR))
    assert read(house) == [lead]
    assert points(house, lead) == 7
    assert house.differences() == []
    with pytest.raises(Conflict, match="nothing is left of one of the two"):
        house.do(undo_merge, lead, ADA)


@pytest.mark.parametrize("together", [True, False])
def test_two_pairs_that_name_each_other_are_one(house: House, together: bool) -> None:
    put_into(house, "library", "phone")
    put_into(house, "station", "laptop")
    house.fold(identify("phone", ADA, HOUR), identify("laptop", MARC, HOUR))
    said = [identify("library", MARC, 2 * HOUR), identify("station", ADA, 2 * HOUR)]
    for events in [said] if together else [said[:1], said[1:]]:
        house.fold(*events)
    house.fold(download("phone", "a", 3 * HOUR), download("station", "b", 4 * HOUR))
    (lead,) = read(house)
    assert points(house, lead) == 7
    assert house.differences() == []


@pytest.mark.parametrize("together", [True, False])
def test_who_joins_a_lead_that_joins_another_goes_along(house: House, together: bool) -> None:
    put_into(house, "library", "phone")
    house.fold(identify("phone", ADA, HOUR), identify("laptop", MARC, HOUR), download("station", "a", HOUR))
    said = [identify("station", ADA, 2 * HOUR), identify("library", MARC, 2 * HOUR)]
    for events in [said] if together else [said[:1], said[1:]]:
        house.fold(*events)
    house.fold(download("station", "b", 3 * HOUR))
    (lead,) = read(house)
    assert lead == lead_of(house, "laptop")
    assert points(house, lead) == 7
    assert house.differences() == []


@pytest.mark.parametrize("known_first", [True, False])
def test_of_somebody_known_and_somebody_not_the_known_one_has_both(house: House, known_first: bool) -> None:
    house.fold(page("library", "/pricing", 0), identify("phone", ADA, 1), download("phone", "a", HOUR))
    nobody = lead_of(house, "library")
    before = house.told()
    pair = (ADA, nobody) if known_first else (nobody, ADA)
    assert house.do(merge, *pair) == lead_of(house, "phone")
    assert house.told()[ADA]["visitors"] == ["library", "phone"]
    assert house.do(undo_merge, *pair) == nobody
    assert house.told() == before
    assert house.differences() == []


def test_the_undo_of_another_merge_is_not_taken_for_this_one(house: House) -> None:
    house.fold(page("library", "/pricing", 0), identify("phone", ADA, 1), identify("laptop", MARC, 1))
    house.do(merge, MARC, ADA)
    with pytest.raises(Conflict, match="no person merged"):
        house.do(undo_merge, ADA, lead_of(house, "library"))
    with pytest.raises(Conflict, match="no person merged"):
        house.do(undo_merge, lead_of(house, "library"), ADA)
    assert read(house) == [lead_of(house, "library"), lead_of(house, "laptop")]


def test_leads_that_an_older_version_lost_in_a_circle_are_there_again(house: House) -> None:
    put_into(house, "library", "phone")
    put_into(house, "station", "laptop")
    house.fold(identify("phone", ADA, HOUR), identify("laptop", MARC, HOUR), download("phone", "a", 2 * HOUR))
    alone, there, back = lead_of(house, "library"), lead_of(house, "station"), lead_of(house, "laptop")
    circles = [(alone, alone), (alone, lead_of(house, "phone")), (back, there), (there, back)]
    house.conn.executemany("UPDATE leads SET merged_into = ? WHERE id = ?", circles)
    assert read(house) == []
    leads_that_led_to_themselves(sqlite_utils.Database(house.conn, execute_plugins=False))
    assert read(house) == [alone, there]
    assert not is_scored(house.conn, house.ruleset)
    house.under(PAPERS)
    assert points(house, alone) == 2
    assert house.differences() == []
    leads_that_led_to_themselves(sqlite_utils.Database(house.conn, execute_plugins=False))
    assert is_scored(house.conn, house.ruleset)

"""A star beside an event: given, taken back, and gone with what it was given to."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, HOUR, MARC, House, download, identify, page

from ripeline.errors import NotFound
from ripeline.fold.erasing import erase_lead
from ripeline.fold.marking import erase_event
from ripeline.fold.starring import star
from ripeline.store.stars import stars_of


def stars(house: House) -> int:
    return int(house.rows("SELECT count(*) FROM stars")[0][0])


def test_the_same_deed_gives_a_star_and_takes_it_back(house: House) -> None:
    house.fold(identify("phone", ADA, 0), page("phone", "/pricing", 1))
    assert house.do(star, ADA, 2)
    assert list(stars_of(house.conn, [1, 2])) == [2]
    assert not house.do(star, ADA, 2)
    assert stars_of(house.conn, [1, 2]) == {}


def test_a_star_changes_no_score(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", 1))
    before = house.told()
    house.do(star, ADA, 2)
    assert house.told() == before
    assert house.differences() == []


@pytest.mark.parametrize("seq", [0, 2, 99])
def test_only_what_the_lead_did_is_starred(house: House, seq: int) -> None:
    house.fold(identify("phone", ADA, 0), identify("laptop", MARC, HOUR))
    with pytest.raises(NotFound):
        house.do(star, ADA, seq)


def test_stars_go_with_the_event_and_with_the_lead(house: House) -> None:
    house.fold(identify("phone", ADA, 0), page("phone", "/a", 1, id="one"), page("phone", "/b", 2))
    house.do(star, ADA, 2)
    house.do(star, ADA, 3)
    house.do(erase_event, "one")
    assert stars(house) == 1
    house.do(erase_lead, ADA)
    assert stars(house) == 0

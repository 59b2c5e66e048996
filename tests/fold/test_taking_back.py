"""A slip leaves nothing: points, attributes and a visitor taken out are as if they had never been said."""

from __future__ import annotations

import pytest
from tests.fold.ledger_house import ADA, DAY, HOUR, MARC, START, House, download, identify, page
from tests.fold.test_merging import two_with_eight

from ripeline.domain.points import as_number
from ripeline.errors import Conflict, NotFound
from ripeline.fold.marking import erase_event
from ripeline.fold.merging import detach, merge, take_back_detach
from ripeline.fold.saying import Points, give_points, take_back, tell_attributes
from ripeline.fold.together import receipts_together
from ripeline.store.merge_rows import merges_under


@pytest.fixture
def both(house: House) -> House:
    """Ada, and somebody anonymous."""
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1), download("anon", "a", 1))
    house.now = START + HOUR
    return house


@pytest.mark.parametrize("who", [ADA, 2])
@pytest.mark.parametrize("take", [take_back, lambda desk, key, id: erase_event(desk, id)], ids=["taken back", "erased"])
def test_what_was_said_and_taken_back_leaves_no_trace(both: House, who: str | int, take: object) -> None:
    before = both.told()
    for deed, said in ((tell_attributes, {"company": "Acme"}), (give_points, Points(3, "fair", "vertical"))):
        event = both.do(deed, who, said)
        both.fold()
        assert both.told() != before
        both.do(take, who, event)  # type: ignore[arg-type]
        assert both.told() == before
        assert both.differences() == []


def test_only_what_a_person_said_of_this_lead_is_taken_back(both: House) -> None:
    event = both.do(give_points, 2, Points(3, "fair", "vertical"))
    both.fold(identify(f"email:{ADA}", ADA, HOUR, id="crm-1"))
    for id in (event, "crm-1", "download-phone-1", "nothing"):
        with pytest.raises(NotFound):
            both.do(take_back, ADA, id)


def test_a_visitor_that_named_itself_is_the_persons_again(both: House) -> None:
    both.fold(identify("library", ADA, HOUR), download("library", "b", 2 * HOUR))
    before = both.told()
    both.do(detach, ADA, "library")
    assert both.score(ADA) == 2
    both.do(take_back_detach, ADA, "library")
    assert both.told() == before
    both.fold(identify("library", ADA, DAY), page("library", "/blog/1", DAY + 1))
    assert both.score(ADA) == 9
    assert both.differences() == []


def test_a_visitor_that_a_person_had_put_there_is_the_persons_again(both: House) -> None:
    both.do(merge, ADA, 2)
    before = both.told()
    both.do(detach, ADA, "anon")
    both.do(take_back_detach, ADA, "anon")
    assert both.told() == before
    assert [each.visitor for each in merges_under(both.conn, 1)] == ["anon"]
    assert both.differences() == []


def test_a_visitor_that_was_not_taken_out_stays_where_it_is(both: House) -> None:
    both.fold(identify("laptop", MARC, 0))
    with pytest.raises(Conflict, match="somebody's already"):
        both.do(take_back_detach, ADA, "laptop")
    with pytest.raises(NotFound):
        both.do(take_back_detach, ADA, "nobody")


def test_two_leads_looked_at_as_one_read_what_they_would_read_merged(house: House) -> None:
    two_with_eight(house)
    (receipt,) = receipts_together(house.conn, house.ruleset, [1, 2], START + DAY)
    assert as_number(receipt.score) == 8
    house.do(merge, ADA, MARC)
    assert house.score(ADA) == 8
    assert [each.email for each in merges_under(house.conn, 1)] == [MARC]

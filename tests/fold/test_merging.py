"""Two leads made one by a person, undone to the last point; visitors taken out, and staying out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    EVE,
    HOUR,
    MARC,
    MINUTE,
    House,
    download,
    form,
    identify,
    page,
    white_papers,
)

from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.merging import detach, merge, undo_merge
from ripeline.fold.saying import Points, give_points
from ripeline.fold.selling import Word, judge_handoff

#: A once a lead, and pages capped at 6 a day: what case 16 of the definition needs.
CAPPED = """
[models.vertical]
bands = { warm = 5, hot = 12 }
[models.vertical.rules]
paper = { points = 2, on = "download", once_per = "lead" }
visit = { points = 2, on = "page", cap = { points = 6, per = "day" } }
"""


def facts(house: House) -> Any:
    return [house.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("handoffs", "verdicts", "outcomes", "outbox")]


def two_with_eight(house: House) -> None:
    house.under(CAPPED)
    for person, visitor in ((ADA, "phone"), (MARC, "laptop")):
        house.fold(identify(visitor, person, 0), download(visitor, "a", 1))
        house.fold(*[page(visitor, f"/{visitor}{n}", n * MINUTE) for n in range(1, 5)])
    assert (house.score(ADA), house.score(MARC)) == (8, 8)


def test_caps_and_once_per_hold_across_both(house: House) -> None:
    two_with_eight(house)
    before, said = house.told(), facts(house)
    house.do(merge, ADA, MARC)
    assert house.score(ADA) == 8
    assert house.told()[ADA]["visitors"] == ["laptop", "phone"]
    assert house.differences() == []
    house.do(undo_merge, ADA, MARC)
    assert house.told() == before
    assert facts(house) == said
    assert house.differences() == []


def test_what_comes_in_later_is_the_ones_and_goes_back_with_the_undo(house: House) -> None:
    house.fold(identify("phone", ADA, 0), identify("laptop", MARC, 0))
    house.do(merge, ADA, MARC)
    house.fold(download("laptop", "a", HOUR), identify("tablet", MARC, HOUR), download("tablet", "b", 2 * HOUR))
    assert house.score(ADA) == 7
    house.do(undo_merge, ADA, MARC)
    assert (house.score(ADA), house.score(MARC)) == (0, 7)
    assert house.differences() == []


def test_nobody_is_told_again_of_somebody_handed_over_three_days_ago(house: House) -> None:
    house.fold(*white_papers([ADA, "C"], "phone"), *white_papers([MARC, "A", "B", "v1", "v2", "v3"], "laptop"))
    told, messages = house.handoffs(), len(house.outbox())
    house.now += 3 * DAY
    house.do(merge, ADA, MARC)
    assert len(house.outbox()) == messages
    assert [(ADA, *each[1:]) for each in told if each[2] == "open"][:2] == [
        each for each in house.handoffs() if each[0] == ADA and each[2] == "open"
    ]
    house.do(undo_merge, ADA, MARC)
    assert (house.handoffs(), len(house.outbox())) == (told, messages)


def test_two_that_are_ripe_only_together_are_handed_over_once(house: House) -> None:
    """Undone, the hand-off stays: sales was told, and that is a fact."""
    house.fold(*white_papers([ADA, "A", "v1"], "phone"), *white_papers([MARC, "B", "v2", "v3"], "laptop"))
    assert house.handoffs() == []
    house.do(merge, MARC, ADA)
    assert house.handoffs() == [(MARC, "vertical", "open", 13)]
    house.do(undo_merge, MARC, ADA)
    assert house.score(MARC) == 9
    assert house.handoffs() == [(MARC, "vertical", "open", 13)]


def test_an_open_handoff_is_the_only_one_though_a_closed_one_of_the_other_is_newer(house: House) -> None:
    house.fold(identify("a", ADA, 0), download("a", "c", 1))
    house.now += DAY
    house.fold(identify("b", MARC, 0), download("b", "c", 2))
    for handoff in (3, 4):
        house.do(judge_handoff, handoff, Word("too_early"))
    house.do(merge, ADA, MARC)
    house.now += 40 * DAY
    house.fold(form("a", "demo", 41 * DAY), *[page("a", f"/blog/{n}", 41 * DAY + n * MINUTE) for n in range(3)])
    assert [state for _, _, state, _ in house.handoffs()] == ["open", "open", "closed", "closed"]
    assert house.rows("SELECT * FROM quarantine") == []


def test_merges_of_merges_come_apart_one_by_one(house: House) -> None:
    house.fold(identify("a", ADA, 0), identify("b", MARC, 0), identify("c", EVE, 0))
    house.fold(download("a", "a", 1), download("b", "b", 2), download("c", "c", 3))
    before = house.told()
    house.do(merge, MARC, ADA)
    middle = house.told()
    house.do(merge, EVE, MARC)
    assert house.score(EVE) == 19
    house.do(undo_merge, EVE, MARC)
    assert house.told() == middle
    house.do(merge, EVE, MARC)
    house.do(undo_merge, EVE, ADA)
    assert (house.score(ADA), house.score(EVE)) == (2, 17)
    house.do(undo_merge, EVE, MARC)
    assert house.told() == before
    assert house.differences() == []


def test_an_anonymous_lead_put_into_a_known_one_goes_where_it_says_it_belongs(house: House) -> None:
    house.fold(identify("a", ADA, 0), download("a", "a", 1), download("b", "b", 2), identify("c", EVE, 0))
    (nobody,) = next(iter(house.rows("SELECT id FROM leads WHERE email IS NULL")))
    house.do(merge, ADA, nobody)
    assert house.score(ADA) == 7
    house.fold(identify("b", EVE, DAY))
    assert (house.score(ADA), house.score(EVE)) == (2, 5)
    assert house.differences() == []


def test_what_was_put_into_an_anonymous_lead_follows_it(house: House) -> None:
    house.fold(download("a", "a", 1), download("b", "b", 2), identify("c", EVE, 0))
    house.do(merge, 1, 2)
    house.fold(identify("a", EVE, DAY))
    assert house.score(EVE) == 7
    assert house.differences() == []
    house.do(undo_merge, EVE, 2)
    assert (house.score(EVE), house.score("visitor:b")) == (2, 5)
    assert house.differences() == []


def test_a_merge_into_a_lead_that_nobody_is_left_of_stays(house: House) -> None:
    house.fold(download("phone", "a", 1), identify("laptop", EVE, 0))
    house.do(merge, 1, EVE)
    house.do(detach, 1, "phone")
    with pytest.raises(Conflict, match="nothing is left of one of the two"):
        house.do(undo_merge, 1, EVE)
    assert house.score("visitor:phone") == 2
    assert house.differences() == []


def test_an_anonymous_lead_whose_visitor_was_taken_out_is_not_given_back(house: House) -> None:
    house.fold(identify("laptop", EVE, 0), download("phone", "a", 1))
    house.do(merge, EVE, 2)
    house.do(detach, EVE, "phone")
    with pytest.raises(Conflict, match="nothing is left of one of the two"):
        house.do(undo_merge, EVE, 2)
    assert house.differences() == []


def test_points_given_to_an_anonymous_lead_follow_it(house: House) -> None:
    house.fold(download("a", "a", 1), identify("c", EVE, 0))
    house.do(give_points, 1, Points(3, "met at the fair", "vertical"))
    house.fold()
    assert house.score("visitor:a") == 5
    house.fold(identify("a", EVE, DAY))
    assert house.score(EVE) == 5
    assert house.differences() == []


def test_the_same_twice_or_what_was_never_merged_is_refused(house: House) -> None:
    house.fold(identify("a", ADA, 0), identify("b", MARC, 0))
    with pytest.raises(Conflict, match="no person merged"):
        house.do(undo_merge, ADA, MARC)
    house.do(merge, ADA, MARC)
    with pytest.raises(Conflict, match="one lead already"):
        house.do(merge, MARC, ADA)
    with pytest.raises(NotFound):
        house.do(merge, ADA, "nobody@example.com")


def test_a_visitor_taken_out_stays_out_whatever_it_says(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1))
    house.fold(identify("library", ADA, 2), download("library", "b", 3))
    assert house.score(ADA) == 7
    house.do(detach, ADA, "library")
    assert (house.score(ADA), house.score("visitor:library")) == (2, 5)
    house.fold(identify("library", ADA, DAY), download("library", "c", 2 * DAY))
    house.new_folder()
    house.fold(form("library", "demo", 3 * DAY, email=ADA, props={"email": ADA}))
    assert (house.score(ADA), house.score("visitor:library")) == (2, 17)
    assert house.differences() == []


def test_a_visitor_taken_out_may_be_somebody_else(house: House) -> None:
    house.fold(identify("library", ADA, 0), download("library", "a", 1))
    house.do(detach, ADA, "library")
    house.fold(identify("library", EVE, HOUR), download("library", "b", 2 * HOUR))
    assert (house.score(ADA), house.score("visitor:library"), house.score(EVE)) == (0, 2, 5)
    assert house.differences() == []


def test_of_a_shared_machine_only_the_part_of_that_person_is_taken_out(house: House) -> None:
    house.fold(identify("library", ADA, 0), download("library", "a", 1))
    house.fold(identify("library", EVE, HOUR), download("library", "b", 2 * HOUR))
    house.do(detach, EVE, "library")
    assert (house.score(ADA), house.score(EVE)) == (2, 0)
    assert house.differences() == []


def test_an_anonymous_visitor_that_was_merged_can_be_taken_out(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("b", "b", 2))
    house.do(merge, ADA, 2)
    house.do(detach, ADA, "b")
    assert (house.score(ADA), house.score("visitor:b")) == (0, 5)
    assert house.differences() == []


def test_only_a_browser_that_is_there_can_be_taken_out(house: House) -> None:
    house.fold(identify(f"email:{ADA}", ADA, 0, verified=True), download("b", "b", 2))
    with pytest.raises(InvalidRequest, match="no browser"):
        house.do(detach, ADA, f"email:{ADA}")
    with pytest.raises(NotFound):
        house.do(detach, ADA, "b")
    with pytest.raises(InvalidRequest, match="of its own already"):
        house.do(detach, 2, "b")

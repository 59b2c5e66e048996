"""When sales is told: once, when the lead can be reached, by what is so now."""

from __future__ import annotations

import json

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    EVE,
    HOUR,
    MARC,
    MINUTE,
    PAPERS,
    START,
    House,
    download,
    form,
    identify,
    page,
    unsubscribe,
    white_papers,
)

from ripeline.fold.rescore import rescore


def test_one_handoff_however_often_the_lead_comes_back(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    for day in range(1, 6):
        house.fold(page("phone", f"/blog/{day}", day * DAY))
    assert [(model, state) for _, model, state, _ in house.handoffs()] == [("vertical", "open"), ("general", "open")]


def test_nobody_is_told_of_somebody_who_cannot_be_reached(house: House) -> None:
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3"], "phone"))
    assert house.band("visitor:phone") == "hot"
    assert house.rows("SELECT count(*) FROM handoffs") == house.rows("SELECT count(*) FROM outbox") == [(0,)]


def test_hot_while_anonymous_is_handed_over_at_identification(house: House) -> None:
    """The hand-off shows the crossing of before: 13 at the third visit."""
    visits = white_papers(["A", "B", "v1", "v2", "v3"], "phone")
    house.fold(*visits)
    house.fold(page("phone", "/blog/v4", 6 * HOUR), identify("phone", ADA, DAY))
    assert house.handoffs() == [(ADA, "vertical", "open", 13)]
    assert house.rows("SELECT crossed_at, crossing_event FROM handoffs") == [(START + 4 * HOUR, visits[-1].id)]
    assert house.outbox()[0]["score"] == 15


def test_hot_while_anonymous_is_handed_over_when_it_turns_out_to_be_a_lead(house: House) -> None:
    house.fold(identify("laptop", ADA, 0))
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3"], "phone"))
    house.fold(identify("phone", ADA, DAY))
    assert house.handoffs() == [(ADA, "vertical", "open", 13)]


def test_a_phone_number_is_enough(house: House) -> None:
    house.fold(download("phone", "c", 0), form("phone", "callback", HOUR, traits={"phone": "+33 1 23 45 67 89"}))
    assert house.rows("SELECT model FROM handoffs ORDER BY id") == [("vertical",), ("general",)]


def test_two_models_crossing_on_one_event_are_two_handoffs(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    assert house.handoffs() == [(ADA, "vertical", "open", 12), (ADA, "general", "open", 10)]
    assert [message["model"]["id"] for message in house.outbox()] == ["vertical", "general"]
    assert len({id for (id,) in house.rows("SELECT id FROM outbox")}) == 2


def test_the_message_says_who_and_why_with_the_score_after_the_change(house: House) -> None:
    house.fold(*white_papers(["A", "B", "v1", "v2", ADA], "phone"), page("phone", "/blog/v3", 5 * HOUR))
    ((id, topic, lead, made_at),) = house.rows("SELECT id, topic, lead_id, created_at FROM outbox")
    (message,) = house.outbox()
    assert (id[:4], topic, lead, made_at) == ("msg_", "lead.ready", 1, house.now)
    assert message["lead"] == {"id": 1, "email": ADA}
    assert (message["band"], message["score"]) == ("hot", 13)
    assert message["reasons"][0] == {"rule": "blog", "label": "blog", "points": 6, "times": 3}


def test_the_reasons_are_kept_with_the_handoff(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1), download("phone", "c", HOUR))
    ((reasons, rules),) = house.rows("SELECT reasons, rules_hash FROM handoffs WHERE model = 'vertical'")
    assert json.loads(reasons) == [["livre-c", "White paper C", 12_000, 1], ["livre-a", "White paper A", 2_000, 1]]
    assert rules == house.ruleset.hash


def test_what_was_over_before_anybody_could_be_told_is_late(house: House) -> None:
    """She unsubscribed on Tuesday; that she was hot on Monday is only learnt on Wednesday."""
    house.fold(identify("phone", ADA, 0), page("phone", "/", 1))
    house.fold(unsubscribe("phone", DAY))
    house.fold(download("phone", "c", HOUR))
    assert house.score(ADA) == -8
    assert (ADA, "vertical", "late", 12) in house.handoffs()
    assert [message["model"]["id"] for message in house.outbox()] == ["general"]


def test_a_batch_that_goes_in_and_out_of_the_band_tells_nobody(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR), unsubscribe("phone", DAY))
    assert ("vertical", "late") in [(model, state) for _, model, state, _ in house.handoffs()]


def test_a_handoff_nobody_claimed_is_over_when_the_lead_cools(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    house.fold(unsubscribe("phone", DAY))
    assert house.handoffs()[0] == (ADA, "vertical", "expired", 12)


def test_back_in_the_band_within_the_cool_down_tells_nobody_again(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR))
    house.fold(unsubscribe("phone", DAY))
    house.fold(*[page("phone", f"/blog/{n}", 2 * DAY + n * MINUTE) for n in range(4)])
    house.fold(*[page("phone", f"/blog/{n}", 3 * DAY + n * MINUTE) for n in range(4)])
    house.fold(*[page("phone", f"/blog/{n}", 4 * DAY + n * MINUTE) for n in range(4)])
    assert house.band(ADA) == "hot"
    assert [state for _, model, state, _ in house.handoffs() if model == "vertical"] == ["expired"]


def test_a_request_is_handed_over_at_any_score(house: House) -> None:
    house.fold(form("phone", "demo", 0, email=ADA, props={"email": ADA}))
    assert house.score(ADA, "general") == 3
    assert house.handoffs() == [(ADA, "general", "open", 3)]


def test_out_of_target_is_never_handed_over(house: House) -> None:
    """A student with 25 points of engagement."""
    house.fold(form("phone", "contact", 0, email=ADA, traits={"job": "Student"}))
    house.fold(*white_papers(["A", "B", "C", "v1", "v2", "v3"], "phone"))
    reading = house.told()[ADA]["vertical"]
    assert (reading["engagement"], reading["fit"], reading["band"], reading["out"]) == (25_000, -10_000, "hot", 1)
    assert house.handoffs() == []


def test_a_late_event_of_a_lead_handed_over_tells_nobody_again(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "c", DAY))
    told = house.handoffs()
    house.fold(download("phone", "a", HOUR), page("phone", "/blog/1", 2 * HOUR))
    assert house.handoffs() == told


def test_merging_people_tells_nobody_again(house: House) -> None:
    house.fold(identify("laptop", ADA, 0), download("laptop", "c", HOUR))
    house.now += 3 * DAY
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3"], "phone"), identify("phone", ADA, DAY))
    assert [(model, state) for _, model, state, _ in house.handoffs()] == [("vertical", "open"), ("general", "open")]


def test_the_handoff_of_a_phone_number_goes_along_when_its_owner_is_known(house: House) -> None:
    house.fold(identify("laptop", ADA, 0))
    house.fold(download("phone", "c", 0), form("phone", "callback", HOUR, traits={"phone": "+33123456789"}))
    house.fold(identify("phone", ADA, DAY))
    assert house.handoffs() == [(ADA, "vertical", "open", 12), (ADA, "general", "open", 10)]


def test_of_two_open_handoffs_the_one_of_the_lead_that_remains_is_kept(house: House) -> None:
    house.fold(identify("laptop", ADA, 0), download("laptop", "c", HOUR))
    house.fold(download("phone", "c", 0), form("phone", "callback", HOUR, traits={"phone": "+33123456789"}))
    house.fold(identify("phone", ADA, DAY))
    assert sorted(house.handoffs()) == [
        (ADA, "general", "expired", 10),
        (ADA, "general", "open", 10),
        (ADA, "vertical", "expired", 12),
        (ADA, "vertical", "open", 12),
    ]


def test_a_rescore_tells_nobody_and_changes_no_handoff(house: House) -> None:
    """Elodie is hot under the new rules: that is for a person to accept, not for a machine to announce."""
    house.fold(*white_papers(["B", EVE], "elodie"), *white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    before, messages = house.handoffs(), house.outbox()
    house.under(PAPERS.replace("warm = 5, hot = 12", "warm = 4, hot = 5"))
    assert house.band(EVE) == "hot"
    assert (house.handoffs(), house.outbox()) == (before, messages)
    house.fold(page("elodie", "/", 30 * DAY))
    assert (house.handoffs(), house.outbox()) == (before, messages)


def test_a_dearer_rule_leaves_the_handoff_that_was_made(house: House) -> None:
    """B falls from 5 to 3: Marc reads 11, and was sent to sales all the same."""
    house.fold(*white_papers(["A", "B", "v1", "v2", "v3", MARC], "marc"))
    house.under(
        PAPERS.replace('points = 5, on = "download"', 'points = 3, on = "download"').replace(
            "warm = 5, hot = 12", "warm = 5, hot = { enter = 12, exit = 9 }"
        )
    )
    assert (house.score(MARC), house.band(MARC)) == (11, "warm")
    assert house.handoffs() == [(MARC, "vertical", "open", 13)]


@pytest.mark.parametrize("rescored", [False, True])
def test_a_model_that_never_hands_over_never_does(house: House, rescored: bool) -> None:
    house.under(PAPERS.replace('handoff = "hot"', 'handoff = "none"'))
    house.fold(identify("phone", ADA, 0), download("phone", "c", HOUR), form("phone", "demo", DAY))
    if rescored:
        rescore(house.conn, house.ruleset, lambda done, total: None)
    assert house.handoffs() == []

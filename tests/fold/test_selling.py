"""What sales says has its effect on who is handed over next, and none on scores."""

from __future__ import annotations

import json

import pytest
from tests.fold.ledger_house import (
    ADA,
    DAY,
    HOUR,
    MARC,
    MINUTE,
    START,
    House,
    download,
    form,
    identify,
    page,
    unsubscribe,
)

from ripeline.errors import Conflict, InvalidRequest, NotFound
from ripeline.fold.selling import (
    Outcome,
    Word,
    claim,
    end_with,
    judge_handoff,
    judge_lead,
    lift,
    lift_end,
    release,
    snooze,
    take_back_end,
    take_back_verdict,
)

WHITE_PAPERS = """
[models.vertical]
bands = { warm = 5, hot = 12 }
[models.vertical.rules]
livre-c = { points = 12, on = "download", where.file = "c.pdf", label = "White paper C" }
blog = { points = 2, on = "page", where.path = "/blog*", after = "livre-*" }
gone = { points = -20, on = "unsubscribe" }
"""


@pytest.fixture
def ada(house: House) -> House:
    """Ada took C: 12, handed over."""
    house.under(WHITE_PAPERS)
    house.fold(identify("phone", ADA, 0), download("phone", "c", MINUTE))
    assert house.handoffs() == [(ADA, "vertical", "open", 12)]
    return house


def visit(house: House, number: int, at: int) -> None:
    house.now = START + at
    house.fold(page("phone", f"/blog/{number}", at))


def states(house: House) -> list[str]:
    return [state for _, _, state, _ in house.handoffs()]


def owner(house: House, name: str) -> int:
    sql = "INSERT INTO users (email, name, role, created_at) VALUES (?, ?, 'sales', 1) RETURNING id"
    return int(house.rows(sql, f"{name}@sales.example", name)[0][0])


def test_too_early_is_told_again_at_a_quarter_more_without_leaving_the_band(ada: House) -> None:
    ada.do(judge_handoff, 1, Word("too_early", "next year"))
    visit(ada, 1, HOUR)
    assert (ada.score(ADA), states(ada)) == (14, ["closed"])
    visit(ada, 2, 2 * HOUR)
    assert (ada.score(ADA), states(ada)) == (16, ["closed", "open"])
    assert len(ada.outbox()) == 2


def test_a_verdict_keeps_what_was_so_at_that_moment(ada: House) -> None:
    ada.do(judge_handoff, 1, Word("right_time", "call on Monday"))
    visit(ada, 1, HOUR)
    ((lead, handoff, verdict, note, author, score, band, rules, sums),) = ada.rows(
        "SELECT lead_id, handoff_id, verdict, note, author, score, band, rules_hash, sums FROM verdicts"
    )
    assert (lead, handoff, verdict, note, author) == (1, 1, "right_time", "call on Monday", "sales")
    assert (score, band, rules, json.loads(sums)) == (12_000, "hot", ada.ruleset.hash, {"livre-c": 12_000})


def test_any_lead_may_be_judged_in_any_model(house: House) -> None:
    house.fold(identify("phone", ADA, 0), download("phone", "a", 1))
    house.do(judge_lead, ADA, "vertical", Word("right_time"))
    house.do(judge_lead, ADA, "general", Word("too_early"))
    assert house.rows("SELECT model, handoff_id, score, band FROM verdicts ORDER BY id") == [
        ("vertical", None, 2_000, "cold"),
        ("general", None, 0, "cold"),
    ]
    with pytest.raises(InvalidRequest, match="say which: vertical, general"):
        house.do(judge_lead, ADA, None, Word("right_time"))
    with pytest.raises(InvalidRequest, match="no model 'other'; there are: "):
        house.do(judge_lead, ADA, "other", Word("right_time"))


def test_on_a_lead_with_an_open_handoff_the_word_is_on_that(ada: House) -> None:
    ada.do(judge_lead, ADA, None, Word("too_late"))
    assert states(ada) == ["closed"]
    assert ada.rows("SELECT handoff_id FROM verdicts") == [(1,)]


def test_off_target_is_not_handed_over_until_a_person_lifts_it(house: House) -> None:
    house.under(WHITE_PAPERS)
    house.fold(identify("phone", ADA, 0))
    house.do(judge_lead, ADA, None, Word("off_target"))
    house.fold(download("phone", "c", HOUR))
    assert house.handoffs() == []
    house.do(lift, ADA, None)
    assert house.handoffs() == [(ADA, "vertical", "open", 12)]
    with pytest.raises(NotFound):
        house.do(lift, ADA, None)


def test_a_verdict_that_was_a_slip_is_taken_back(ada: House) -> None:
    who = owner(ada, "Bob")
    ada.do(claim, 1, who)
    ada.do(judge_handoff, 1, Word("off_target"))
    ada.do(take_back_verdict, 1)
    assert states(ada) == ["claimed"]
    with pytest.raises(Conflict):
        ada.do(take_back_verdict, 1)


def test_the_first_who_claims_it_has_it(ada: House) -> None:
    bob, charlie = owner(ada, "Bob"), owner(ada, "Charlie")
    ada.do(claim, 1, bob)
    ada.do(claim, 1, bob)
    with pytest.raises(Conflict, match="Bob has it"):
        ada.do(claim, 1, charlie)
    ada.do(release, 1)
    ada.do(claim, 1, charlie)
    with pytest.raises(NotFound):
        ada.do(claim, 9, bob)


def test_a_claimed_handoff_outlives_the_band(ada: House) -> None:
    ada.do(claim, 1, owner(ada, "Bob"))
    ada.fold(unsubscribe("phone", HOUR))
    assert states(ada) == ["claimed"]


def test_what_was_put_off_comes_back_by_itself(ada: House) -> None:
    ada.do(snooze, 1, ada.now + DAY)
    assert states(ada) == ["snoozed"]
    ada.sweep()
    assert states(ada) == ["snoozed"]
    ada.now += DAY
    ada.sweep()
    assert states(ada) == ["open"]
    with pytest.raises(InvalidRequest, match="future"):
        ada.do(snooze, 1, ada.now)


def test_a_won_lead_is_not_handed_over_again_until_lifted(ada: House) -> None:
    assert ada.do(end_with, ADA, None, Outcome("won", ada.now, 2_500_000))
    assert not ada.do(end_with, ADA, None, Outcome("won", ada.now, 2_500_000))
    ada.fold(unsubscribe("phone", HOUR))
    ada.now += 40 * DAY
    ada.fold(*[page("phone", f"/blog/{n}", 40 * DAY + n * MINUTE) for n in range(1, 11)])
    assert (ada.score(ADA), states(ada)) == (12, ["closed"])
    ada.do(lift_end, ADA, None)
    assert states(ada) == ["closed", "open"]


def test_a_lost_lead_comes_again_after_the_cool_down(ada: House) -> None:
    ada.do(end_with, ADA, "vertical", Outcome("lost", ada.now))
    ada.now += 29 * DAY
    ada.sweep()
    assert states(ada) == ["closed"]
    ada.now += DAY
    ada.sweep()
    assert states(ada) == ["closed", "open"]
    assert len(ada.outbox()) == 2


def test_a_slip_about_a_second_call_leaves_how_the_first_one_ended(ada: House) -> None:
    ada.do(end_with, ADA, "vertical", Outcome("lost", ada.now))
    ada.now += 30 * DAY
    ada.sweep()
    ada.do(end_with, ADA, "vertical", Outcome("won", ada.now))
    ada.do(take_back_end, 2)
    assert states(ada) == ["closed", "open"]
    assert ada.rows("SELECT outcome FROM outcomes WHERE lifted_at IS NULL") == [("lost",)]


def test_back_in_the_band_it_is_handed_over_when_the_cool_down_ends(ada: House) -> None:
    ada.fold(unsubscribe("phone", DAY))
    ada.now += 10 * DAY
    ada.fold(*[page("phone", f"/blog/{n}", 10 * DAY + n * MINUTE) for n in range(1, 11)])
    assert (ada.score(ADA), states(ada)) == (12, ["expired"])
    ada.now += 20 * DAY - 1
    ada.sweep()
    assert states(ada) == ["expired"]
    ada.now += 1
    ada.sweep(1)
    ada.sweep()
    assert states(ada) == ["expired", "open"]
    assert ada.rows("SELECT * FROM looks") == []


def test_deeds_change_no_score_and_survive_a_rescore(ada: House) -> None:
    ada.fold(form("laptop", "contact", DAY, email=MARC, props={"email": MARC}))
    before = ada.told()
    ada.do(judge_handoff, 1, Word("right_time"))
    ada.do(end_with, ADA, None, Outcome("won", ada.now))
    said = ada.rows("SELECT * FROM verdicts"), ada.rows("SELECT * FROM outcomes"), ada.rows("SELECT * FROM handoffs")
    ada.under(WHITE_PAPERS + "# the same\n")
    assert ada.told() == before
    assert said == (
        ada.rows("SELECT * FROM verdicts"),
        ada.rows("SELECT * FROM outcomes"),
        ada.rows("SELECT * FROM handoffs"),
    )

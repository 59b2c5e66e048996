"""Hand-offs: made once, again after leaving and a cool-down, late when it is over, expired when unclaimed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, event, handed_over, one_by_one, page, scorer_of

from ripeline.scoring.handoffs import NOTHING, Decision, Handoff, Standing, Terms
from ripeline.scoring.handoffs import decide as decide_on

T0 = 1_772_442_000_000

COLD = Standing(ripe=None, left_at=None, asked=None, reachable=True, out_of_target=False)
HOT = replace(COLD, ripe=(T0, "crossing"))
LEFT = replace(HOT, left_at=T0 + DAY)
BACK = replace(HOT, ripe=(T0 + 2 * DAY, "again"))
OPEN = Handoff("open", T0, "crossing", made_at=T0)
CLOSED = replace(OPEN, state="closed", closed_at=T0 + HOUR, verdict="right_time")
LATE = replace(OPEN, state="late")

MAKE = Decision("make", (T0, "crossing"))
LATER = T0 + 30 * DAY


def decide(standing: Standing, earlier: list[Handoff], now: int) -> Decision:
    return decide_on(standing, earlier, now, Terms())


def test_a_reachable_lead_in_the_band_is_handed_over() -> None:
    assert decide(HOT, [], T0) == MAKE
    assert decide(COLD, [], T0) == NOTHING


def test_nobody_is_handed_over_who_cannot_be_called_or_is_out_of_target() -> None:
    assert decide(replace(HOT, reachable=False), [], T0) == NOTHING
    assert decide(replace(HOT, out_of_target=True), [], T0) == NOTHING
    assert decide(replace(HOT, out_of_target=True, asked=(T0, "demo")), [], T0) == NOTHING


@pytest.mark.parametrize("state", ["open", "claimed", "snoozed"])
def test_there_is_one_open_hand_off_at_a_time(state: str) -> None:
    held = Handoff(state, T0, "crossing", T0)  # type: ignore[arg-type]
    assert decide(HOT, [held], LATER) == NOTHING
    assert decide(BACK, [held], LATER) == NOTHING


def test_staying_in_the_band_never_tells_twice() -> None:
    assert decide(HOT, [CLOSED], LATER + DAY) == NOTHING


def test_coming_back_tells_again_once_the_cool_down_is_over() -> None:
    assert decide(BACK, [CLOSED], LATER - 1) == NOTHING
    assert decide(BACK, [CLOSED], LATER) == Decision("make", (T0 + 2 * DAY, "again"))


def test_the_cool_down_counts_from_the_latest_hand_off_in_whatever_order_they_are_given() -> None:
    second = replace(CLOSED, crossed_at=T0 + DAY, crossing_event="second", made_at=T0 + DAY)
    assert decide(BACK, [second, CLOSED], LATER) == NOTHING
    assert decide(BACK, [CLOSED, second], LATER + DAY).act == "make"


def test_a_crossing_that_a_late_event_made_earlier_is_the_same_stay() -> None:
    earlier = replace(HOT, ripe=(T0 - HOUR, "earlier"))
    assert decide(earlier, [CLOSED], LATER) == NOTHING


def test_off_target_is_never_told_again() -> None:
    refused = replace(CLOSED, verdict="off_target")
    assert decide(BACK, [refused], LATER) == NOTHING
    assert decide(replace(BACK, asked=(LATER, "demo")), [refused], LATER) == NOTHING


def test_a_crossing_that_is_over_when_it_is_learnt_is_late_and_noted_once() -> None:
    assert decide(LEFT, [], T0 + 2 * DAY) == Decision("late", (T0, "crossing"))
    assert decide(LEFT, [LATE], T0 + 2 * DAY) == NOTHING
    assert decide(replace(LEFT, reachable=False), [], T0 + 2 * DAY) == NOTHING


def test_a_late_one_is_no_hand_off_so_the_next_crossing_is_told_at_once() -> None:
    assert decide(BACK, [LATE], T0 + 2 * DAY).act == "make"


def test_a_late_one_whose_lead_turns_out_to_be_ripe_is_made() -> None:
    assert decide(HOT, [LATE], T0 + DAY) == MAKE


def test_an_unclaimed_hand_off_expires_when_the_lead_leaves() -> None:
    assert decide(LEFT, [OPEN], T0 + DAY) == Decision("expire")
    assert decide(LEFT, [replace(OPEN, state="claimed")], T0 + DAY) == NOTHING


def test_who_asked_to_be_called_is_told_at_once_whatever_the_score() -> None:
    assert decide(replace(COLD, asked=(T0, "demo")), [], T0) == Decision("make", (T0, "demo"))


def test_who_asked_stays_on_the_list_when_the_score_falls() -> None:
    asked = Handoff("open", T0, "demo", T0)
    assert decide(replace(LEFT, asked=(T0, "demo")), [asked], T0 + DAY) == NOTHING


def test_asking_again_needs_no_cool_down() -> None:
    assert decide(replace(HOT, asked=(T0 + DAY, "demo")), [CLOSED], T0 + DAY) == Decision("make", (T0 + DAY, "demo"))


def test_what_was_asked_while_sales_had_the_lead_is_answered() -> None:
    assert decide(replace(HOT, asked=(T0 + MINUTE, "demo")), [CLOSED], T0 + DAY) == NOTHING


def test_asking_anonymously_is_told_at_identification() -> None:
    file = '[models.m]\nbands = { hot = 99 }\n[models.m.rules]\ndemo = { points = 1, on = "form", handoff = true }\n'
    story = [event("demo", "form", 0, item="demo"), page("p", HOUR)]
    named = event("hello", "identify", 2 * HOUR, email="ada@acme.com")
    assert handed_over(scorer_of(file), story) == []
    assert handed_over(scorer_of(file), [*story, named]) == [("m", "hello")]


@pytest.mark.parametrize(("flaw", "asked"), [("", ["m"]), ("bot", [])])
def test_only_a_paid_match_of_a_hand_off_rule_asks(flaw: str, asked: list[str]) -> None:
    file = '[models.m]\nbands = { hot = 99 }\n[models.m.rules]\ndemo = { points = 1, on = "form", handoff = true }\n'
    story = one_by_one(scorer_of(file), [event("demo", "form", 0, item="demo", suspect=flaw)])
    assert story.changes[0].asked == asked


def test_leaving_and_coming_back_a_month_later_is_a_second_hand_off() -> None:
    file = (
        "[models.m]\nbands = { hot = 5 }\n[models.m.rules]\n"
        'up = { points = 5, on = "page", where.path = "/up", once_per = "event" }\n'
        'down = { points = -5, on = "page", where.path = "/down", once_per = "event" }\n'
    )
    ada = event("ada", "identify", 0, email="ada@acme.com")
    story = [ada, page("u1", HOUR, "/up"), page("d1", 2 * HOUR, "/down")]
    soon, later = page("u2", 29 * DAY, "/up"), page("u2", 31 * DAY, "/up")
    assert handed_over(scorer_of(file), [*story, soon]) == [("m", "u1")]
    assert handed_over(scorer_of(file), [*story, later]) == [("m", "u1"), ("m", "u2")]

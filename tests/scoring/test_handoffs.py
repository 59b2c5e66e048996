"""Hand-offs: made once, again after leaving and a cool-down, late when it is over, expired when unclaimed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.scoring.stories import (
    DAY,
    HOUR,
    MINUTE,
    WHITE_PAPERS,
    Sales,
    download,
    event,
    handed_over,
    one_by_one,
    page,
    scorer_of,
)

from ripeline.rules.reading import read_rules
from ripeline.scoring.handoffs import NOTHING, Decision, Handoff, Standing, Terms, next_look, terms_of
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


TERMS = Terms(cool_down=30 * DAY, re_enter=15_000)


def decide(standing: Standing, earlier: list[Handoff], now: int) -> Decision:
    return decide_on(standing, earlier, now, TERMS)


def look(standing: Standing, *earlier: Handoff) -> int | None:
    return next_look(standing, earlier, TERMS)


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


def test_off_target_is_not_told_again() -> None:
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


# --- what time and sales decide -----------------------------------------------------------------------------------


def test_a_model_says_its_terms() -> None:
    file = WHITE_PAPERS.replace("[models.vertical.rules]", "cool_down = '7d'\nMORE\n[models.vertical.rules]")
    plain, said, never = (
        terms_of(read_rules(file.replace("MORE", more)).models[0]) for more in ("", "re_enter = 20", 'handoff = "none"')
    )
    assert plain == Terms(7 * DAY, 15_000)
    assert said == Terms(7 * DAY, 20_000)
    assert never == Terms(7 * DAY, None)


TOO_EARLY = replace(CLOSED, verdict="too_early", closed_score=12_000)
AGAIN = replace(HOT, again=(T0 + DAY, "sixteen"))


def test_too_early_comes_again_at_re_enter_without_leaving_or_cooling_down() -> None:
    assert decide(HOT, [TOO_EARLY], T0 + DAY) == NOTHING
    assert decide(AGAIN, [TOO_EARLY], T0 + DAY) == Decision("make", (T0 + DAY, "sixteen"))
    assert decide(AGAIN, [replace(TOO_EARLY, verdict="right_time")], T0 + DAY) == NOTHING


def test_who_was_above_re_enter_when_sales_said_too_early_must_come_up_again() -> None:
    above = replace(TOO_EARLY, closed_score=16_000, closed_at=T0 + 2 * DAY)
    assert decide(AGAIN, [above], T0 + 2 * DAY) == NOTHING
    later = replace(AGAIN, again=(T0 + 3 * DAY, "again"))
    assert decide(later, [above], T0 + 3 * DAY) == Decision("make", (T0 + 3 * DAY, "again"))


def test_where_the_score_at_the_verdict_is_not_known_the_crossing_decides() -> None:
    unknown = replace(TOO_EARLY, closed_score=None)
    assert decide(AGAIN, [unknown], T0 + DAY).act == "make"
    assert decide(replace(AGAIN, again=HOT.ripe), [unknown], T0 + DAY) == NOTHING


def test_too_early_comes_again_by_leaving_and_cooling_down_too() -> None:
    assert decide(BACK, [TOO_EARLY], LATER).act == "make"


def test_a_won_lead_is_not_told_again_until_it_is_lifted() -> None:
    won = replace(CLOSED, verdict=None, outcome="won", outcome_at=T0 + DAY)
    assert decide(BACK, [won], LATER + 100 * DAY) == NOTHING
    assert decide(replace(HOT, asked=(LATER, "demo")), [won], LATER) == NOTHING
    assert look(BACK, won) is None
    lifted = replace(won, lifted_at=LATER)
    assert decide(BACK, [lifted], LATER).act == "make"


def test_what_is_lifted_needs_no_leaving() -> None:
    lifted = replace(CLOSED, verdict="off_target", lifted_at=T0 + 2 * DAY)
    assert decide(HOT, [lifted], T0 + 2 * DAY) == Decision("make", (T0, "again after crossing"))
    assert decide(replace(HOT, left_at=T0 + DAY), [lifted], T0 + 2 * DAY) == NOTHING


def test_a_hand_off_after_the_lift_is_one_like_any_other() -> None:
    lifted = replace(CLOSED, verdict="off_target", lifted_at=T0 + 2 * DAY)
    second = replace(CLOSED, crossing_event="again after crossing", made_at=T0 + 2 * DAY, closed_at=T0 + 3 * DAY)
    assert decide(HOT, [lifted, second], LATER + 9 * DAY) == NOTHING


def test_a_lost_lead_is_told_again_a_cool_down_after_it_was_lost() -> None:
    lost = replace(CLOSED, outcome="lost", outcome_at=T0 + 10 * DAY)
    assert decide(HOT, [lost], LATER + 10 * DAY - 1) == NOTHING
    assert decide(HOT, [lost], LATER + 10 * DAY) == Decision("make", (T0, "again after crossing"))
    assert decide(BACK, [lost], LATER + 10 * DAY) == Decision("make", (T0 + 2 * DAY, "again"))
    assert look(HOT, lost) == LATER + 10 * DAY


@pytest.mark.parametrize("verdict", ["right_time", "too_late"])
def test_other_verdicts_close_and_re_arm_as_usual(verdict: str) -> None:
    closed = replace(CLOSED, verdict=verdict)
    assert decide(HOT, [closed], LATER) == NOTHING
    assert decide(BACK, [closed], LATER).act == "make"


def test_a_look_is_taken_when_the_cool_down_of_a_lead_that_is_back_ends() -> None:
    assert look(BACK, CLOSED) == LATER
    assert look(BACK, replace(CLOSED, state="expired")) == LATER
    assert look(HOT) is None
    assert look(HOT, CLOSED) is None
    assert look(BACK, replace(CLOSED, state="claimed")) is None
    assert look(replace(BACK, left_at=T0 + 3 * DAY), CLOSED) is None
    assert look(replace(BACK, out_of_target=True), CLOSED) is None
    assert look(replace(BACK, reachable=False), CLOSED) is None


def test_crossed_and_left_during_the_cool_down_is_not_late_when_it_ends() -> None:
    there_and_back = replace(BACK, left_at=T0 + 3 * DAY)
    assert decide(there_and_back, [CLOSED], T0 + 3 * DAY) == NOTHING
    assert decide(there_and_back, [CLOSED], LATER + DAY) == NOTHING
    after_it = replace(BACK, ripe=(LATER + DAY, "again"), left_at=LATER + 2 * DAY)
    assert decide(after_it, [CLOSED], LATER + 2 * DAY).act == "late"


REVIEW = Handoff("review", 0, "", made_at=T0 - DAY, closed_at=T0 - DAY)


def test_a_verdict_without_a_hand_off_forbids_but_cools_nothing_down() -> None:
    assert decide(HOT, [replace(REVIEW, verdict="too_late")], T0) == MAKE
    assert decide(HOT, [replace(REVIEW, verdict="too_early")], T0) == MAKE
    assert decide(HOT, [replace(REVIEW, verdict="off_target")], T0) == NOTHING
    assert decide(HOT, [replace(REVIEW, outcome="won")], T0) == NOTHING
    assert decide(HOT, [replace(REVIEW, verdict="off_target", lifted_at=T0)], T0) == MAKE


def test_sales_hear_of_a_lost_lead_that_stayed_hot_when_its_cool_down_ends() -> None:
    sales = Sales(scorer_of(WHITE_PAPERS))
    sales.take(download("c", 0, email="capucine@example.com"))
    sales.end("lost", 5 * DAY)
    sales.wait(60 * DAY)
    assert sales.told == [("vertical", "c"), ("vertical", "day 35")]


def test_sales_never_hear_of_a_won_lead_until_they_lift_it() -> None:
    sales = Sales(scorer_of(WHITE_PAPERS))
    sales.take(download("c", 0, email="capucine@example.com"))
    sales.end("won", 5 * DAY)
    sales.wait(400 * DAY)
    sales.lift(401 * DAY)
    assert sales.told == [("vertical", "c"), ("vertical", "day 401")]


def test_found_too_early_twice_a_lead_must_come_up_twice() -> None:
    file = (
        "[models.m]\nbands = { hot = 12 }\n[models.m.rules]\n"
        'step = { values = { "/12" = 12, "/4" = 4, "/-4" = -4 }, on = "page", once_per = "event" }\n'
    )
    sales = Sales(scorer_of(file))
    sales.take(page("a", 0, "/12", email="ada@acme.com"))
    sales.say("too_early", HOUR)
    sales.take(page("b", 2 * HOUR, "/4"))
    sales.say("too_early", 3 * HOUR)
    sales.take(
        page("c", 4 * HOUR, "/4"), page("d", 5 * HOUR, "/-4"), page("e", 6 * HOUR, "/-4"), page("f", 7 * HOUR, "/4")
    )
    assert sales.told == [("m", "a"), ("m", "b"), ("m", "f")]

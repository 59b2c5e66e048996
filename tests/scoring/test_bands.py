"""Bands: switches with an edge to enter and an edge to leave."""

from __future__ import annotations

import pytest
from tests.scoring.stories import HOUR, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event

FILE = """
[models.m]
bands = {{ {bands} }}
{more}
[models.m.rules]
step = {{ values = {{ "/+5" = 5, "/+1" = 1, "/-1" = -1, "/-5" = -5, "/0" = 0 }}, on = "page", once_per = "event" }}
fits = {{ points = 3, lead.job = "yes" }}
never = {{ points = -4, lead.job = "no" }}
"""


def walk(bands: str, steps: str, more: str = "", extra: list[Event] | None = None) -> Told:
    """One page an hour, each worth its number."""
    pages = [page(f"p{number}", number * HOUR, f"/{step}") for number, step in enumerate(steps.split())]
    return one_by_one(scorer_of(FILE.format(bands=bands, more=more)), [*pages, *(extra or [])])


def test_a_band_is_entered_at_its_edge() -> None:
    assert walk("hot = 5", "+1 +1 +1 +1 +1").crossings == [("hot", True, "p4")]
    assert walk("hot = 5", "+1 +1 +1 +1").crossings == []


def test_without_an_exit_it_is_left_below_the_same_edge() -> None:
    assert walk("hot = 5", "+5 -1 +1").crossings == [("hot", True, "p0"), ("hot", False, "p1"), ("hot", True, "p2")]


def test_between_exit_and_enter_the_band_is_kept() -> None:
    story = walk("hot = { enter = 5, exit = 3 }", "+5 -1 -1 -1 +1 +1 +1")
    assert story.crossings == [("hot", True, "p0"), ("hot", False, "p3"), ("hot", True, "p6")]


def test_the_highest_band_that_is_on_is_shown() -> None:
    story = walk("warm = 2, hot = { enter = 5, exit = 1 }", "+5 -1 -1 -1 -1")
    assert story.reading.band == "hot"
    assert set(story.state.models[0].on) == {"hot"}
    assert walk("warm = 2, hot = 5", "+1").reading.band == "cold"
    assert walk("warm = 2, hot = 5", "+1 +1").reading.band == "warm"


def test_a_crossing_carries_the_score_after_it() -> None:
    (crossing,) = walk("hot = 4", "+5").all_crossings
    assert (crossing.model, crossing.score, crossing.event, crossing.at) == ("m", 5000, "p0", page("p0", 0).at)


def test_a_band_may_ask_for_fit_too() -> None:
    yes = event("yes", "identify", 2 * HOUR, verified=True, email="ada@acme.com", traits={"job": "yes"})
    no = event("no", "identify", 3 * HOUR, verified=True, email="ada@acme.com", traits={"job": "maybe"})
    story = walk("hot = { enter = 5, fit = 3 }", "+5 +5", extra=[yes, no])
    assert story.crossings == [("hot", True, "yes"), ("hot", False, "no")]


def test_a_band_that_begins_at_zero_is_entered_at_the_first_event() -> None:
    assert walk("known = 0, hot = 5", "0").crossings == [("known", True, "p0")]


def test_a_lead_below_min_fit_is_out_of_target() -> None:
    no = event("no", "identify", 2 * HOUR, verified=True, email="eve@acme.com", traits={"job": "no"})
    assert not walk("hot = 5", "+5", "min_fit = 0").reading.out_of_target
    assert walk("hot = 5", "+5 +5", "min_fit = 0", [no]).reading.out_of_target
    assert walk("hot = 5", "+5 +5", "min_fit = 0", [no]).reading.band == "hot"
    assert not walk("hot = 5", "+5 +5", "", [no]).reading.out_of_target


@pytest.mark.parametrize(("handoff", "since"), [("warm", "p0"), ("hot", "p1"), ("none", None)])
def test_ripe_since_the_hand_off_band_or_a_higher_one_was_entered(handoff: str, since: str | None) -> None:
    story = walk("warm = 5, hot = 10", "+5 +5 -1", f'handoff = "{handoff}"')
    ripe = story.state.models[0].ripe
    assert (ripe and ripe[1]) == since


def test_ripe_until_the_band_is_left_and_again_from_the_next_entry() -> None:
    left = walk("hot = 5", "+5 -1").state.models[0]
    assert (left.ripe, left.ripe_until) == ((page("", 0).at, "p0"), page("", HOUR).at)
    back = walk("hot = 5", "+5 -1 +1").state.models[0]
    assert (back.ripe, back.ripe_until) == ((page("", 2 * HOUR).at, "p2"), None)


def test_leaving_the_hand_off_band_for_a_higher_one_is_staying_ripe() -> None:
    story = walk("warm = 5, hot = { enter = 10, exit = 1 }", "+5 +5 -5 -1", 'handoff = "warm"')
    assert set(story.state.models[0].on) == {"hot"}
    assert story.state.models[0].ripe == (page("", 0).at, "p0")
    assert story.state.models[0].ripe_until is None

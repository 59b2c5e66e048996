"""Points a person gives: a ledger line like any other, and nothing else happens."""

from __future__ import annotations

from typing import Any

import pytest
from tests.scoring.stories import DAY, HOUR, MINUTE, Told, event, one_by_one, page, scorer_of

from ripeline.domain.event import Event
from ripeline.scoring.change import Line

FILE = """
[models.m]
bands = { hot = 5 }
[models.m.rules]
visit = { points = 1, on = ["page", "session"], once_per = "event" }
any = { points = 50, on = "points" }
silent = { points = -2, inactive = "3d" }
[models.other]
bands = { hot = 5 }
[models.other.rules]
visit = { points = 1, on = "page", decay = { half_life = "1d" }, group = "web" }
[models.other.groups]
web = { max = 3 }
"""


def give(id: str, at: int, points: Any = 5, model: str = "m", **rest: Any) -> Event:
    said = {"model": model, "points": points, "reason": "met at a fair"}
    return event(id, "points", at, url="", props=said, verified=True, **rest)


def told(*events: Event, wait: int = 0) -> Told:
    return one_by_one(scorer_of(FILE), events, wait=wait)


def test_points_are_a_line_of_their_own_and_count_as_engagement() -> None:
    story = told(page("p", 0), give("g", HOUR, 4.5, seq=9))
    assert story.lines[-1] == Line("m", "manual", "g", 9, page("", HOUR).at, 4500)
    assert (story.reading.engagement, story.reading.fit) == (6500, 0)
    assert story.crossings == [("hot", True, "g")]


@pytest.mark.parametrize(("points", "thousandths"), [(-2, -2000), (0.125, 125), (0, 0)])
def test_points_may_be_taken_and_parts_of_one(points: float, thousandths: int) -> None:
    assert [line.points for line in told(give("g", 0, points)).lines] == [thousandths]


def test_twice_the_same_is_twice() -> None:
    assert told(give("g", 0, 1), give("h", 1, 1)).score == 2


def test_nothing_fades_or_limits_them() -> None:
    story = told(page("p", 0), give("g", MINUTE, 9, model="other"), wait=2 * DAY)
    assert story.scorer.read(story.state, 1).score == 9_000 + 250


@pytest.mark.parametrize(
    "bad",
    [
        {"verified": False},
        {"props": None},
        {"props": {"model": "gone", "points": 1}},
        {"props": {"model": "m", "points": "1"}},
        {"props": {"model": "m", "points": True}},
        {"props": {"model": "m", "points": float("nan")}},
        {"props": {"model": "m", "points": float("inf")}},
    ],
    ids=str,
)
def test_what_is_no_gift_gives_nothing(bad: dict[str, Any]) -> None:
    said: dict[str, Any] = {"verified": True, "props": {"model": "m", "points": 1}} | bad
    assert told(event("g", "points", 0, url="", **said)).lines == []


def test_a_mark_takes_them_back() -> None:
    assert [(line.points, line.reason) for line in told(give("g", 0, suspect="mistake")).lines] == [(0, "suspect")]


def test_they_are_no_session_no_activity_and_teach_nothing() -> None:
    story = told(page("p", 0), give("g", 2 * DAY, traits={"job": "CTO"}), wait=2 * DAY)
    assert story.started == [True]
    assert story.state.attributes == {}
    assert [line.event for line in story.lines if line.rule == "silent"] == ["p"]
    assert story.state.last_at == page("", 0).at
    assert "any" not in {line.rule for line in story.lines}


def test_given_to_a_lead_nothing_is_known_of_they_stand_until_it_comes() -> None:
    story = told(give("g", 0, 6), page("p", DAY))
    assert story.crossings == [("hot", True, "g")]
    assert story.state.channel == "direct"
    assert story.started == [True]
